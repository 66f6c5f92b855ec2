"""The life of a meter as its registers show it: a pure function of seed, Device and instant, which needs no state.

A register is the sum of its half hours. Every Device has its own mean, every day its own weather, every half hour its
own chance, all keyed by hash: so the same instant always reads the same, and a register never falls.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, shake_256
from itertools import accumulate

from device_emulator.firmware.outages import Outage
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, MINUTE_MS, Instant, parse_instant

HALF_HOUR_MS = 30 * MINUTE_MS
HALF_HOURS_OF_DAY = DAY_MS // HALF_HOUR_MS

PROFILE_LOG_DAYS = 397
"""How far back a meter's profile goes: 13 months, 19,056 half hours (MMC 5.4 schema)."""

IN_USE_SINCE = parse_instant("2016-01-01T00:00:00Z")
"""Registers stood at 0 then (chosen here)."""

_DAYS_OF_YEAR = 365
_CERTAIN_SHARE, _CHANCE = 128, 256  # a half hour's weight varies from half to one and a half times its shape


@dataclass(frozen=True, slots=True)
class Seasons:
    """What the days of a year weigh: `before` each day and, last, in all; `least` is the weight of the least day."""

    before: tuple[int, ...]
    least: int


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What a register counts: a household's mean of a day lies between `smallest` and `largest`. `hours` are the
    weights of the 24 hours. Each is one of a kind, and found by identity."""

    name: str
    smallest: int
    largest: int
    seasons: Seasons
    hours: tuple[int, ...]


def _seasons(swing: int) -> Seasons:
    """In midwinter a day is `swing` per cent more than the mean, in midsummer less."""
    half = _DAYS_OF_YEAR // 2
    days = [100 * half + swing * (2 * abs(half - day) - half) for day in range(_DAYS_OF_YEAR)]
    return Seasons(before=tuple(accumulate(days, initial=0)), least=min(days))


ACTIVE_IMPORT = Load(
    "active import, Wh", 6_000, 13_000, _seasons(20),
    (4, 3, 3, 3, 3, 4, 7, 11, 10, 8, 7, 7, 8, 8, 7, 7, 9, 13, 16, 16, 14, 12, 9, 6),
)  # fmt: skip
REACTIVE_IMPORT = Load(
    "reactive import, varh", 1_200, 2_800, _seasons(5),
    (5, 5, 5, 5, 5, 5, 6, 8, 8, 7, 7, 7, 7, 7, 7, 7, 8, 9, 10, 10, 9, 8, 7, 6),
)  # fmt: skip
SECONDARY_ACTIVE_IMPORT = Load(  # storage heating, at night
    "secondary active import, Wh", 2_000, 9_000, _seasons(80),
    (30, 32, 32, 32, 30, 28, 20, 2, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 20),
)  # fmt: skip
GAS = Load(
    "gas, thousandths of a cubic metre", 1_500, 5_500, _seasons(75),
    (1, 1, 1, 1, 2, 6, 14, 16, 11, 7, 5, 5, 5, 4, 5, 7, 11, 15, 16, 14, 11, 8, 4, 2),
)  # fmt: skip


def total(seed: bytes, device: Eui, load: Load, at: Instant) -> int:
    """What the register shows at `at`; within a half hour it rises evenly."""
    if at <= IN_USE_SINCE:
        return 0
    day, within = divmod(at - IN_USE_SINCE, DAY_MS)
    half_hour, passed = divmod(within, HALF_HOUR_MS)
    boundaries = _boundaries(seed, device, load, day)
    before, after = boundaries[half_hour], boundaries[half_hour + 1]
    return before + (after - before) * passed // HALF_HOUR_MS


def half_hours(
    seed: bytes, device: Eui, load: Load, start: Instant, end: Instant
) -> Iterator[tuple[Instant, int]]:
    """Each half hour that ends in `start` .. `end`, both within, with what was counted in it; oldest first."""
    first = max(-(-start // HALF_HOUR_MS) * HALF_HOUR_MS, IN_USE_SINCE + HALF_HOUR_MS)
    for at in range(first, end + 1, HALF_HOUR_MS):
        day, within = divmod(at - HALF_HOUR_MS - IN_USE_SINCE, DAY_MS)
        boundaries = _boundaries(seed, device, load, day)
        index = within // HALF_HOUR_MS
        yield Instant(at), boundaries[index + 1] - boundaries[index]


def uncounted(
    seed: bytes, device: Eui, load: Load, outages: Iterable[Outage], *, since: Instant, until: Instant
) -> int:
    """What would have been counted between two instants, had there been power: nothing is used in an outage."""
    spans = ((max(since, row.start), min(until, row.end)) for row in outages)
    return sum(
        total(seed, device, load, end) - total(seed, device, load, start)
        for start, end in spans
        if start < end
    )


def draw(seed: bytes, *key: str | int) -> int:
    """A number of 64 bits that belongs to this key alone."""
    digest = sha256(seed + b"|" + "|".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


@lru_cache(64)
def _boundaries(seed: bytes, device: Eui, load: Load, day: int) -> Sequence[int]:
    """The register at the beginning of each half hour of a day, and at its end. Profiles ask day by day."""
    start, end = (_midnight(seed, device, load, each) for each in (day, day + 1))
    chance = _chance(seed, device, load, day)
    weights = (
        load.hours[index // 2] * (_CERTAIN_SHARE + chance[index]) for index in range(HALF_HOURS_OF_DAY)
    )
    shares = tuple(accumulate(weights, initial=0))
    return tuple(start + (end - start) * share // shares[-1] for share in shares)


def _midnight(seed: bytes, device: Eui, load: Load, day: int) -> int:
    """The register as the day begins: what the season has it expect, and by chance up to half a least day more."""
    if day == 0:
        return 0
    mean = load.smallest + draw(seed, device, load.name) % (load.largest - load.smallest + 1)
    years, day_of_year = divmod(day, _DAYS_OF_YEAR)
    seasons, a_year = load.seasons, mean * _DAYS_OF_YEAR
    in_all = seasons.before[-1]
    expected = years * a_year + a_year * seasons.before[day_of_year] // in_all
    chance = _chance(seed, device, load, day)[-1]
    return expected + a_year * seasons.least * chance // (2 * _CHANCE * in_all)


def _chance(seed: bytes, device: Eui, load: Load, day: int) -> bytes:
    """Of each half hour of a day, and of its midnight."""
    key = seed + f"|{device}|{load.name}|{day}".encode()
    return shake_256(key).digest(HALF_HOURS_OF_DAY + 1)
