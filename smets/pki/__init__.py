"""Test PKIs: made new, and listed."""
