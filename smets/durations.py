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


def parse_signed_duration(text: str) -> int:
    """The same, where `-5m` is less than nothing and `+5m` more. Raises InvalidDuration."""
    milliseconds = parse_duration(text[1:] if text[:1] in ("+", "-") else text)
    return -milliseconds if text.startswith("-") else milliseconds


def format_duration(milliseconds: int) -> str:
    """The shortest form that says the same."""
    parts = []
    for unit, size in sorted(_UNITS.items(), key=lambda row: -row[1]):
        number, milliseconds = divmod(milliseconds, size)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0"


def fast_or_slow(ahead_ms: int) -> str:
    """How a clock goes that is so far ahead of the right one: `2h fast`, `5m slow`, `right`."""
    if not ahead_ms:
        return "right"
    return f"{format_duration(abs(ahead_ms))} {'fast' if ahead_ms > 0 else 'slow'}"
