"""What a server process is to those who operate it: its log, its figures, its options. Knows no meters."""
