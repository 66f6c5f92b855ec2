"""A log that grows for long: its head is forgotten for good; what is left is searched, counted and found by time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.books import Ledger, Log
from ledger.sqlite_store import SqliteStore
from smart_metering.records import Record


class Line(Record, frozen=True, kw_only=True):
    """What a line says."""

    text: str


class Diary:
    """A ledger with one log in the file `path`; lines have an owner, a place and a time that never falls."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ledger = Ledger()
        self.log: Log[Line] = self.ledger.log("diary", Line, {"owner": str, "place": str, "at": int})
        self.store = SqliteStore(path)
        self.store.load(self.ledger)

    def write(self, at: int, owner: str = "x", place: str = "here") -> None:
        self.log.append(Line(text=f"at {at}"), owner=owner, place=place, at=at)

    def commit(self) -> None:
        self.store.commit(self.ledger.take_changes())

    def positions(self) -> list[int]:
        return [position for position, _ in self.store.read(self.log)]

    def reopened(self) -> "Diary":
        self.store.close()
        return Diary(self.path)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    """Six lines: positions 1 to 6, at 10, 20, 20, 20, 50 and 60."""
    diary = Diary(tmp_path / "diary.db")
    for at in (10, 20, 20, 20, 50, 60):
        diary.write(at)
    diary.commit()
    yield diary
    diary.store.close()


# --- forgetting


@pytest.mark.parametrize(
    ("below", "left"),
    [
        (10, [1, 2, 3, 4, 5, 6]),
        (11, [2, 3, 4, 5, 6]),
        (20, [2, 3, 4, 5, 6]),
        (21, [5, 6]),
        (60, [6]),
        (1_000, [6]),
    ],
)
def test_what_is_older_is_forgotten_but_for_the_last(diary: Diary, below: int, left: list[int]) -> None:
    diary.log.forget("at", below)
    diary.commit()

    assert diary.positions() == left


def test_what_is_forgotten_stays_so_and_no_position_is_given_again(diary: Diary) -> None:
    diary.log.forget("at", 1_000)
    diary.commit()

    again = diary.reopened()
    again.write(70)
    again.commit()

    assert again.positions() == [6, 7]


def test_what_is_written_in_the_same_commit_is_not_forgotten(diary: Diary) -> None:
    diary.log.forget("at", 70)
    diary.write(70)
    diary.write(80)
    diary.commit()

    assert diary.positions() == [7, 8]


def test_an_empty_log_forgets_nothing(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary.db")

    diary.log.forget("at", 5)
    diary.commit()

    assert diary.positions() == []


def test_a_log_is_forgotten_by_a_number_only(diary: Diary) -> None:
    with pytest.raises(AssertionError):
        diary.log.forget("owner", 5)


# --- finding a time


@pytest.mark.parametrize(
    ("value", "position"), [(-1, 1), (10, 1), (11, 2), (20, 2), (21, 5), (50, 5), (60, 6), (61, 7)]
)
def test_the_first_position_at_or_after_a_time_is_found(diary: Diary, value: int, position: int) -> None:
    assert diary.store.position_of(diary.log, "at", value) == position


def test_a_time_is_found_in_what_is_left_of_a_log(diary: Diary) -> None:
    diary.log.forget("at", 20)
    diary.commit()

    assert [diary.store.position_of(diary.log, "at", value) for value in (0, 20, 50, 99)] == [2, 2, 5, 7]


def test_in_an_empty_log_every_time_is_at_the_beginning(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "diary.db")

    assert diary.store.position_of(diary.log, "at", 5) == 1


# --- searching and counting


@pytest.fixture
def busy(diary: Diary) -> Diary:
    """Beside the six lines: 7 and 8 of y in the house, 9 of z in the house, 10 of y in the yard."""
    for at, owner, place in ((70, "y", "house"), (71, "y", "house"), (72, "z", "house"), (73, "y", "yard")):
        diary.write(at, owner, place)
    diary.commit()
    return diary


def test_a_column_may_be_one_of_several_values_or_none_of_them(busy: Diary) -> None:
    among = busy.store.read(busy.log, where={"owner": ("y", "z")})
    without = busy.store.read(busy.log, where={"place": "house"}, without={"owner": ("z", "nobody")})
    nothing = busy.store.read(busy.log, where={"owner": ()})

    assert [position for position, _ in among] == [7, 8, 9, 10]
    assert [position for position, _ in without] == [7, 8]
    assert nothing == []


def test_values_are_tallied_most_first(busy: Diary) -> None:
    assert list(busy.store.tally(busy.log, "place")) == [("here", 6), ("house", 3), ("yard", 1)]
    assert list(busy.store.tally(busy.log, "owner", after=6, before=10)) == [("y", 2), ("z", 1)]
    assert list(busy.store.tally(busy.log, "place", where={"owner": "y"})) == [("house", 2), ("yard", 1)]
    assert list(busy.store.tally(busy.log, "place", without={"owner": ("x", "y")})) == [("house", 1)]


def test_equal_numbers_stand_in_the_order_of_their_values(busy: Diary) -> None:
    assert list(busy.store.tally(busy.log, "place", after=8)) == [("house", 1), ("yard", 1)]


@pytest.mark.parametrize(
    ("first", "where"),
    [("place", {"place": "house", "owner": "x"}), ("owner", {"owner": "x", "place": "house"})],
)
def test_the_first_column_asked_for_is_looked_up_and_no_other(
    busy: Diary, first: str, where: dict[str, str]
) -> None:
    """A Device has few records, a busy User very many: which index is used decides what a page costs."""
    reader = busy.store._reading()
    statements: list[str] = []
    reader.set_trace_callback(statements.append)
    busy.store.read(busy.log, where=where)
    (statement,) = statements

    plan = " ".join(str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())

    assert f"diary by {first}" in plan
    assert "TEMP B-TREE" not in plan
