"""The life of meters: a pure function of seed, Device and instant, whose profile and registers agree."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_emulator.devices.metering import (
    ACTIVE_IMPORT,
    GAS,
    HALF_HOUR_MS,
    IN_USE_SINCE,
    REACTIVE_IMPORT,
    SECONDARY_ACTIVE_IMPORT,
    Load,
    half_hours,
    total,
)
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import DAY_MS, HOUR_MS, Instant, parse_instant

SEED = b"a seed"
METER = parse_eui("00-DB-12-34-56-78-90-02")
NEIGHBOUR = parse_eui("00-DB-12-34-56-78-90-12")
MIDNIGHT = parse_instant("2025-11-21T00:00:00Z")
LOADS = (ACTIVE_IMPORT, REACTIVE_IMPORT, SECONDARY_ACTIVE_IMPORT, GAS)

loads = st.sampled_from(LOADS)
instants = st.integers(IN_USE_SINCE - DAY_MS, IN_USE_SINCE + 20 * 365 * DAY_MS).map(Instant)


@given(load=loads, at=instants, later=st.integers(0, 400 * DAY_MS))
def test_a_register_never_falls(load: Load, at: Instant, later: int) -> None:
    assert 0 <= total(SEED, METER, load, at) <= total(SEED, METER, load, Instant(at + later))


@given(load=loads, day=st.integers(0, 20 * 365))
def test_a_register_does_not_fall_over_midnight(load: Load, day: int) -> None:
    midnight = IN_USE_SINCE + day * DAY_MS
    shown = [total(SEED, METER, load, Instant(midnight + around)) for around in (-1, 0, 1)]

    assert shown == sorted(shown)
    assert shown[2] - shown[0] <= 1


@given(load=loads, at=instants, days=st.integers(1, 40))
def test_the_half_hours_of_a_period_sum_to_what_the_register_rose(load: Load, at: Instant, days: int) -> None:
    start = Instant(at // HALF_HOUR_MS * HALF_HOUR_MS)
    end = Instant(start + days * DAY_MS)
    first = Instant(start + HALF_HOUR_MS)

    entries = list(half_hours(SEED, METER, load, first, end))

    assert sum(used for _, used in entries) == total(SEED, METER, load, end) - total(SEED, METER, load, start)
    assert all(used >= 0 for _, used in entries)
    assert all(later - earlier == HALF_HOUR_MS for (earlier, _), (later, _) in pairwise(entries))


def test_both_ends_of_a_period_count() -> None:
    ends = [at for at, _ in half_hours(SEED, METER, GAS, MIDNIGHT, Instant(MIDNIGHT + HOUR_MS))]
    within = [
        at for at, _ in half_hours(SEED, METER, GAS, Instant(MIDNIGHT + 1), Instant(MIDNIGHT + HOUR_MS - 1))
    ]

    assert ends == [MIDNIGHT, MIDNIGHT + HALF_HOUR_MS, MIDNIGHT + HOUR_MS]
    assert within == [MIDNIGHT + HALF_HOUR_MS]


@pytest.mark.parametrize(
    ("load", "low", "high"),
    [(ACTIVE_IMPORT, (0, 5), (16, 20)), (GAS, (0, 4), (5, 9)), (SECONDARY_ACTIVE_IMPORT, (9, 20), (0, 5))],
    ids=lambda it: it.name if isinstance(it, Load) else None,
)
def test_a_household_sleeps_and_cooks(load: Load, low: tuple[int, int], high: tuple[int, int]) -> None:
    def used(hours: tuple[int, int]) -> float:
        start, end = (MIDNIGHT + hour * HOUR_MS for hour in hours)
        month = range(0, 30 * DAY_MS, DAY_MS)
        rises = (_rise(load, start - back, end - back) for back in month)
        return sum(rises) / (hours[1] - hours[0])

    assert used(high) > 2 * used(low)


@pytest.mark.parametrize("load", [GAS, SECONDARY_ACTIVE_IMPORT], ids=lambda it: it.name)
def test_winter_is_colder_than_summer(load: Load) -> None:
    january, july = (parse_instant(f"2025-{month}-01T00:00:00Z") for month in ("01", "07"))

    assert _rise(load, january, january + 31 * DAY_MS) > 3 * _rise(load, july, july + 31 * DAY_MS)


@pytest.mark.parametrize("load", LOADS, ids=lambda it: it.name)
def test_every_household_has_its_own_life(load: Load) -> None:
    def life(seed: bytes, meter: Eui) -> list[int]:
        return [used for _, used in half_hours(seed, meter, load, MIDNIGHT, Instant(MIDNIGHT + DAY_MS))]

    lives = [life(SEED, METER), life(SEED, NEIGHBOUR), life(b"another seed", METER)]

    assert lives[0] == life(SEED, METER)
    assert len({tuple(one) for one in lives}) == 3


def test_another_process_reads_the_same() -> None:
    program = (
        "from device_emulator.devices.metering import GAS, total; "
        f"print(total({SEED!r}, {METER!r}, GAS, {MIDNIGHT}))"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert int(printed) == total(SEED, METER, GAS, MIDNIGHT)


def _rise(load: Load, start: int, end: int) -> int:
    return total(SEED, METER, load, Instant(end)) - total(SEED, METER, load, Instant(start))
