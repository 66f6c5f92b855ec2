"""The bell: it wakes who listens, and forgets who went."""

from ledger.bell import Bell


def test_each_ring_wakes_all_who_listen_until_they_clear_it() -> None:
    bell = Bell()

    with bell.listening() as first, bell.listening() as second:
        bell.ring()
        woken = first.is_set(), second.is_set()
        first.clear()

        assert woken == (True, True)
        assert (first.is_set(), second.is_set()) == (False, True)


def test_who_went_hears_no_more() -> None:
    bell = Bell()
    with bell.listening() as news:
        pass

    bell.ring()

    assert not news.is_set()
