"""Keyed dice: a throw is a function of its key alone, so nothing that happens elsewhere can change it."""

from hashlib import sha256


def throw(sides: int, *key: str | int) -> int:
    """0 .. sides - 1. The same key always throws the same; `hash` would not, between two runs."""
    digest = sha256("|".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % sides
