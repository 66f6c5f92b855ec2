"""Runs again: from the journals of a run come the same messages, faults, order and time, or the place where they part."""
