"""Durations as people write them: 500ms, 30s, 5m, 2h, 7d; kept as milliseconds."""

import re

from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_UNITS = {"ms": 1, "s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_PART = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


class InvalidDuration(ValueError):
    """Text that is no duration."""


def parse_duration(text: str) -> int:
    """Milliseconds; `0` needs no unit. Raises InvalidDuration."""
    if text == "0":
        return 0
    if _WHOLE.fullmatch(text) is None:
        raise InvalidDuration(f"duration {text!r}: expected a form like 500ms, 30s, 5m, 2h, 7d or 1h30m")
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def format_duration(milliseconds: int) -> str:
    """The shortest form that says the same."""
    parts = []
    for unit, size in sorted(_UNITS.items(), key=lambda row: -row[1]):
        number, milliseconds = divmod(milliseconds, size)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0"
