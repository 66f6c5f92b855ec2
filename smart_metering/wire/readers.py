"""Reads fields of a message. Each reader raises WireError with paths that start at its own message."""

from collections.abc import Callable, Sequence
from operator import attrgetter

from google.protobuf.message import Message

from smart_metering.records import Record
from smart_metering.wire.errors import Fault, WireError

Read = Callable[[Message], object]
Parse = Callable[..., object]
Choice = tuple[str, tuple[str, ...]]


def record_reader(
    record_type: Callable[..., Record], readers: Sequence[tuple[str, Read]], choices: Sequence[Choice]
) -> Callable[[Message], Record]:
    """All fields of a message, as a record; of each of `choices` (a oneof, its members) one must be there."""

    def read(message: Message) -> Record:
        try:
            return record_type(**{name: read_field(message) for name, read_field in readers})
        except WireError:
            raise WireError(*_all_faults(message, readers)) from None

    def read_with_choices(message: Message) -> Record:
        record = read(message)
        for oneof, members in choices:
            if not any(getattr(record, member) for member in members):
                raise WireError.at(oneof, f"expected one of {', '.join(members)}, and it is empty")
        return record

    return read_with_choices if choices else read


def value_reader(name: str, parse: Parse | None) -> Read:
    """A scalar, parsed."""
    get: Read = attrgetter(name)
    if parse is None:
        return get

    def read(message: Message) -> object:
        try:
            return parse(get(message))
        except ValueError as error:
            raise WireError.at(name, str(error)) from None

    return read


def nullable_reader(name: str, read: Read, *, by_presence: bool) -> Read:
    """What `read` reads, or None where the field is absent, or (not `by_presence`) empty."""
    if by_presence:
        return lambda message: read(message) if message.HasField(name) else None
    get: Read = attrgetter(name)
    return lambda message: read(message) if get(message) else None


def message_reader(name: str, read_message: Callable[[Message], Record], *, nullable: bool) -> Read:
    """A record within the record."""
    get: Callable[[Message], Message] = attrgetter(name)

    def read(message: Message) -> object:
        if not message.HasField(name):
            if nullable:
                return None
            raise WireError.at(name, "expected a message, and there is none")
        try:
            return read_message(get(message))
        except WireError as error:
            raise error.under(name) from None

    return read


def list_reader(name: str, parse: Parse | None) -> Read:
    """A repeated field, each value parsed."""
    get: Callable[[Message], Sequence[object]] = attrgetter(name)
    if parse is None:
        return lambda message: tuple(get(message))

    def read(message: Message) -> object:
        try:
            return tuple([parse(value) for value in get(message)])
        except ValueError:
            raise WireError(*_list_faults(name, get(message), parse)) from None

    return read


def union_reader(name: str, members: dict[str, Read], *, nullable: bool) -> Read:
    """The member of the oneof `name` that is there."""

    def read(message: Message) -> object:
        member = message.WhichOneof(name)
        if member is not None:
            return members[member](message)
        if nullable:
            return None
        raise WireError.at(name, f"expected one of {', '.join(members)}, and there is none")

    return read


def _all_faults(message: Message, readers: Sequence[tuple[str, Read]]) -> list[Fault]:
    faults: list[Fault] = []
    for _, read in readers:
        try:
            read(message)
        except WireError as error:
            faults.extend(error.faults)
    return faults


def _list_faults(name: str, values: Sequence[object], parse: Parse) -> list[Fault]:
    faults: list[Fault] = []
    for index, value in enumerate(values):
        try:
            parse(value)
        except WireError as error:
            faults.extend(error.under(f"{name}[{index}]").faults)
        except ValueError as error:
            faults.append(Fault(f"{name}[{index}]", str(error)))
    return faults
