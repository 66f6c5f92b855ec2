"""Ids in order behave as one sorted list, whatever comes and goes, however many there are."""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.core import ordered_ids
from dsp.core.ordered_ids import OrderedIds
from smart_metering.identifiers import Eui, eui_from_number

IDS = st.integers(0, 40).map(eui_from_number)


@given(st.lists(st.tuples(st.booleans(), IDS)), st.integers(1, 5), IDS)
def test_ids_in_order_are_as_one_sorted_list(
    changes: list[tuple[bool, Eui]], chunk: int, somewhere: Eui
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered_ids, "CHUNK", chunk)
        ids, expected = OrderedIds(), list[Eui]()
        for comes, device in changes:
            if comes and device not in expected:
                ids.add(device)
                expected = sorted([*expected, device])
            elif not comes and device in expected:
                ids.remove(device)
                expected.remove(device)

        at = bisect_left(expected, somewhere)
        assert len(ids) == len(expected)
        assert list(ids.upwards("")) == expected
        assert list(ids.upwards(somewhere)) == expected[at:]
        assert list(ids.downwards(somewhere)) == expected[:at][::-1]
        assert ids.before(somewhere) == at
        assert list(OrderedIds(expected).upwards("")) == expected


def test_many_ids_that_come_in_order_or_backwards_are_kept_in_chunks() -> None:
    every = [eui_from_number(number) for number in range(10_000)]
    upwards, downwards = OrderedIds(), OrderedIds()

    for device in every:
        upwards.add(device)
    for device in reversed(every):
        downwards.add(device)

    assert list(upwards.upwards("")) == list(downwards.upwards("")) == every
    assert upwards.before(every[7_777]) == downwards.before(every[7_777]) == 7_777
