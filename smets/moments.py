"""Instants as people say them: of the calendar, a day, or so long before or after the emulated time."""

import re

from smart_metering.instants import Instant, InvalidInstant, parse_instant
from smets.durations import parse_duration

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str, now: Instant, more: str = "") -> Instant:
    """`now`; `+2h` and `-7d` count from it; else of the calendar. `more` is what the caller takes beside.

    Raises InvalidInstant and InvalidDuration.
    """
    if text == "now":
        return now
    if text[:1] in ("+", "-"):
        distance_ms = parse_duration(text[1:])
        return Instant(now + (distance_ms if text[0] == "+" else -distance_ms))
    try:
        return instant_or_day(text)
    except InvalidInstant as error:
        raise InvalidInstant(f"{error}, or 'now', '+2h', '-7d'{more}") from None


def instant_or_day(text: str) -> Instant:
    """A day is its midnight of UTC. Raises InvalidInstant."""
    try:
        return parse_instant(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except InvalidInstant as error:
        raise InvalidInstant(f"{error}, or a day like '2021-11-05'") from None
