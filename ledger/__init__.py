"""Plain-data state kept durably: books in memory, their changes in SQLite, one commit shared by many. Knows no meters."""
