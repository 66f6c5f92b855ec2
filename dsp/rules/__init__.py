"""The rule book: frozen tables, each row with its source and mark; modifications of the SEC as deltas on them."""
