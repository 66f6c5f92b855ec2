"""Scenarios: a fleet, what is done with it, and what must be so then."""
