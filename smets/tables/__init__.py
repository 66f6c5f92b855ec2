"""The tables of the rules in docs/tables.md, written from the very rows that the emulator decides by."""
