"""The user's workbench: command line, client, scenarios and reports."""
