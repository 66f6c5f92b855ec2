"""Many cases said in few: points of some dimensions gathered into boxes, each a set of values per dimension."""

from collections.abc import Hashable, Iterable

Point = tuple[Hashable, ...]
Box = tuple[frozenset[Hashable], ...]


def boxes(points: Iterable[Point]) -> tuple[Box, ...]:
    """The points, each in exactly one box; boxes that differ in one dimension only are one, the last dimension first.

    They come in the order of their first points.
    """
    found: list[Box] = [tuple(frozenset({value}) for value in point) for point in dict.fromkeys(points)]
    for dimension in reversed(range(len(found[0]) if found else 0)):
        found = _joined(found, dimension)
    return tuple(found)


def _joined(found: list[Box], dimension: int) -> list[Box]:
    """Boxes that are alike in all other dimensions, as one."""
    joined: dict[Box, frozenset[Hashable]] = {}
    for box in found:
        others = box[:dimension] + box[dimension + 1 :]
        joined[others] = joined.get(others, frozenset()) | box[dimension]
    return [(*others[:dimension], values, *others[dimension:]) for others, values in joined.items()]
