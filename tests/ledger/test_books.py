"""Books in memory: what they hold at once, and the changes they note for the store."""

import pytest

from ledger.books import Append, Book, KeyBook, Ledger, Log, Put, Remove
from smart_metering.records import Record


class Meter(Record, frozen=True, kw_only=True):
    """A record with a key of its own."""

    name: str
    reading: int = 0


def meters(ledger: Ledger) -> Book[Meter]:
    return ledger.book("meters", Meter, lambda meter: meter.name)


def test_a_record_stands_in_the_book_at_once() -> None:
    book = meters(Ledger())

    written = book.put(Meter(name="m1", reading=7))

    assert written == book["m1"] == book.get("m1") == Meter(name="m1", reading=7)
    assert ("m1" in book, "m2" in book, len(book)) == (True, False, 1)
    assert book.get("m2") is None


def test_a_record_is_written_over_in_its_place() -> None:
    book = meters(Ledger())
    for name in ("m1", "m2"):
        book.put(Meter(name=name))

    book.put(Meter(name="m1", reading=8))

    assert list(book) == ["m1", "m2"]
    assert list(book.values()) == [Meter(name="m1", reading=8), Meter(name="m2")]
    assert dict(book.items()) == {"m1": Meter(name="m1", reading=8), "m2": Meter(name="m2")}


def test_what_is_removed_is_gone_and_what_is_not_there_cannot_be() -> None:
    book = meters(Ledger())
    book.put(Meter(name="m1"))

    book.remove("m1")

    assert "m1" not in book
    with pytest.raises(KeyError):
        book.remove("m1")
    with pytest.raises(KeyError):
        book["m1"]


def test_changes_of_all_books_are_taken_in_the_order_they_were_made() -> None:
    ledger = Ledger()
    book, keys = meters(ledger), ledger.key_book("keys")
    log = ledger.log("log", Meter, {"name": str, "reading": int})
    book.put(Meter(name="m1"))
    keys.add("k")
    log.append(Meter(name="m1", reading=3), reading=3, name="m1")
    book.remove("m1")

    changes = ledger.take_changes()

    assert changes == [
        Put("meters", "m1", Meter(name="m1")),
        Put("keys", "k", None),
        Append("log", 1, ("m1", 3), Meter(name="m1", reading=3)),
        Remove("meters", "m1"),
    ]


def test_changes_are_taken_once() -> None:
    ledger = Ledger()
    book = meters(ledger)
    book.put(Meter(name="m1"))
    first = ledger.take_changes()

    book.put(Meter(name="m2"))

    assert [change.key for change in ledger.take_changes() if isinstance(change, Put)] == ["m2"]
    assert ledger.take_changes() == []
    assert len(first) == 1, "what was taken is the taker's"


def test_a_key_is_added_once() -> None:
    keys: KeyBook = Ledger().key_book("keys")
    keys.add("k")

    assert ("k" in keys, "l" in keys, len(keys)) == (True, False, 1)
    with pytest.raises(AssertionError):
        keys.add("k")


def test_positions_of_a_log_rise_by_one_from_one() -> None:
    log: Log[Meter] = Ledger().log("log", Meter, {})

    assert [log.append(Meter(name=name)) for name in "abc"] == [1, 2, 3]
    assert log.last_position == 3


def test_a_reserved_position_stands_before_what_was_written_meanwhile() -> None:
    ledger = Ledger()
    log: Log[Meter] = ledger.log("log", Meter, {})

    first = log.reserve()
    second = log.append(Meter(name="b"))
    log.fill(first, Meter(name="a"))

    assert (first, second, log.last_position) == (1, 2, 2)
    written = [change for change in ledger.take_changes() if isinstance(change, Append)]
    assert [(change.position, change.record) for change in written] == [
        (2, Meter(name="b")),
        (1, Meter(name="a")),
    ]


def test_a_log_wants_every_column() -> None:
    log = Ledger().log("log", Meter, {"name": str})

    with pytest.raises(KeyError):
        log.append(Meter(name="m1"), reading=1)


def test_what_comes_from_the_store_is_no_change() -> None:
    ledger = Ledger()
    book, keys = meters(ledger), ledger.key_book("keys")

    book.restore(Meter(name="m1"))
    keys.restore("k")

    assert ("m1" in book, "k" in keys) == (True, True)
    assert ledger.take_changes() == []
