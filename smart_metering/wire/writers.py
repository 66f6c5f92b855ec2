"""Writes fields of a message: a writer takes the record and gives the field's value, None to leave it out."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from google.protobuf.message import Message

from smart_metering.records import Record

Write = Callable[[object], object]
Render = Callable[..., object]
Union = tuple[Write, Mapping[type, tuple[str, Write]]]  # where the member stands; for each class its field


def message_writer(
    message_type: Callable[..., Message], writers: Sequence[tuple[str, Write]], unions: Sequence[Union]
) -> Callable[[Record], Message]:
    """The whole message of a record."""

    def write(record: Record) -> Message:
        values = {name: value for name, write_field in writers if (value := write_field(record)) is not None}
        for get, members in unions:
            member = get(record)
            if member is not None:
                name, write_member = members[type(member)]
                values[name] = write_member(member)
        return message_type(**values)

    return write


def value_writer(name: str, render: Render | None, *, by_presence: bool) -> Write:
    """A scalar. Without presence, an empty value and an absent one are the same on the wire."""
    get: Write = attrgetter(name)
    if render is None:
        return get if by_presence else lambda record: get(record) or None
    return rendered(name, render)


def rendered(name: str, render: Render) -> Write:
    """What `render` makes of the field, if there is one."""
    get: Write = attrgetter(name)

    def write(record: object) -> object:
        value = get(record)
        return None if value is None else render(value)

    return write


def list_writer(name: str, render: Render | None) -> Write:
    """A repeated field."""
    get: Callable[[object], Sequence[object]] = attrgetter(name)
    if render is None:
        return lambda record: get(record) or None
    return lambda record: [render(value) for value in get(record)] or None
