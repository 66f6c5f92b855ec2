"""Counters of RequestIDs: rising per target, from the emulated clock, whoever else asks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.client.counters import Counters, CountersInFile, CountersInMemory, CountersToShare

METER = Eui("00-DB-12-34-00-00-00-02")
OTHER = Eui("00-DB-12-34-00-00-00-12")
NOW = Instant(1_700_000_000_000)


@pytest.fixture(params=["memory", "file"])
def counters(request: pytest.FixtureRequest, tmp_path: Path) -> Counters:
    return CountersInMemory() if request.param == "memory" else CountersInFile(tmp_path / "counters.json")


def test_the_first_counter_is_the_emulated_time(counters: Counters) -> None:
    assert counters.next(METER, NOW) == NOW


def test_at_one_instant_counters_count_on(counters: Counters) -> None:
    assert [counters.next(METER, NOW) for _ in range(3)] == [NOW, NOW + 1, NOW + 2]


def test_each_target_has_its_own(counters: Counters) -> None:
    counters.next(METER, NOW)

    assert counters.next(OTHER, NOW) == NOW


def test_a_counter_never_falls_though_the_clock_is_behind(counters: Counters) -> None:
    counters.next(METER, NOW)

    assert counters.next(METER, Instant(NOW - 5)) == NOW + 1


def test_time_that_moves_on_takes_the_counter_with_it(counters: Counters) -> None:
    counters.next(METER, NOW)

    assert counters.next(METER, Instant(NOW + 1_000)) == NOW + 1_000


def test_counters_in_a_file_outlive_who_counts(tmp_path: Path) -> None:
    CountersInFile(tmp_path / "counters.json").next(METER, NOW)

    assert CountersInFile(tmp_path / "counters.json").next(METER, NOW) == NOW + 1


def test_two_who_count_in_one_file_never_give_the_same(tmp_path: Path) -> None:
    def count(_: int) -> list[int]:
        counters = CountersInFile(tmp_path / "counters.json")
        return [counters.next(METER, NOW) for _ in range(25)]

    with ThreadPoolExecutor(4) as pool:
        given = [counter for counters in pool.map(count, range(4)) for counter in counters]

    assert sorted(given) == list(range(NOW, NOW + 100))


def test_counters_are_shared_from_when_they_are_to_be(tmp_path: Path) -> None:
    file = tmp_path / "counters.json"
    counters = CountersToShare(file, {METER: NOW})

    own = counters.next(METER, NOW)
    counters.share()
    others = CountersInFile(file).next(METER, NOW)

    assert (own, others, counters.next(METER, NOW)) == (NOW + 1, NOW + 2, NOW + 3)
