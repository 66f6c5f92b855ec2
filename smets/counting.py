"""How many of what: `1 Device`, `2 Devices`."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """The noun in the number that fits; `plural` where it is not the noun with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
