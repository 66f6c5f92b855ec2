"""Boxes: they say exactly the points that went in, each once, and few of them."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from dsp.rules.boxes import boxes

POINTS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from((True, False)), st.integers(0, 2)))


@given(POINTS)
def test_each_point_is_in_exactly_one_box_and_nothing_else_is(points: list[tuple[str, bool, int]]) -> None:
    said = [point for box in boxes(points) for point in product(*box)]

    assert len(said) == len(set(said))
    assert set(said) == set(points)


def test_what_is_whole_is_one_box() -> None:
    whole = list(product("abc", (True, False)))

    assert boxes(whole) == ((frozenset("abc"), frozenset({True, False})),)


def test_what_differs_in_one_dimension_only_is_one_box() -> None:
    points = [("a", 1), ("a", 2), ("b", 1)]

    assert boxes(points) == (
        (frozenset("a"), frozenset({1, 2})),
        (frozenset("b"), frozenset({1})),
    )


def test_nothing_is_no_box() -> None:
    assert boxes([]) == ()
