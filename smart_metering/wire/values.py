"""How one value stands in a message: ids and versions as text, enums by value, instants in range."""

from collections.abc import Callable
from enum import Enum

from google.protobuf.descriptor import FieldDescriptor as Field

from smart_metering.firmware_versions import FirmwareVersion, parse_firmware_version
from smart_metering.identifiers import Eui, RequestId, parse_eui, parse_request_id
from smart_metering.instants import LAST_INSTANT, Instant

Parse = Callable[[object], object]

_WHOLE_NUMBERS = frozenset({Field.TYPE_INT64, Field.TYPE_UINT64, Field.TYPE_UINT32})
_TYPES: dict[type, frozenset[int]] = {
    str: frozenset({Field.TYPE_STRING}),
    bytes: frozenset({Field.TYPE_BYTES}),
    bool: frozenset({Field.TYPE_BOOL}),
    int: _WHOLE_NUMBERS,
    float: frozenset({Field.TYPE_DOUBLE}),
}
_STANDS_AS: dict[object, type] = {Eui: str, RequestId: str, FirmwareVersion: str, Instant: int}


def parse_instant_number(milliseconds: int) -> Instant:
    """Refuses what no calendar holds, so that an Instant can always be shown."""
    if 0 <= milliseconds <= LAST_INSTANT:
        return Instant(milliseconds)
    raise ValueError(f"expected milliseconds since 1970, 0 to {LAST_INSTANT}, not {milliseconds}")


PARSERS: dict[object, Callable[..., object]] = {
    Eui: parse_eui,
    RequestId: parse_request_id,
    FirmwareVersion: parse_firmware_version,
    Instant: parse_instant_number,
}


def types_of(kind: object) -> frozenset[int]:
    """The protobuf types that a `kind` may stand as."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _WHOLE_NUMBERS if issubclass(kind, int) else _TYPES[str]
    return next(types for stands_as, types in _TYPES.items() if _STANDS_AS.get(kind, kind) is stands_as)


def parser_of(kind: object) -> Parse | None:
    """What turns the value in a message into a `kind`, raising ValueError; None if it stands as it is."""
    if kind in PARSERS:
        return PARSERS[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_parser(kind)
    return None


def renderer_of(kind: object) -> Callable[[object], object] | None:
    """What turns a `kind` into the value in a message; None if it is that value already."""
    if kind is RequestId:
        return str
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _value_of
    return None


def _enum_parser(kind: type[Enum]) -> Parse:
    members = {member.value: member for member in kind}
    shown = ", ".join(_shown(value) for value in members)

    def parse(value: object) -> object:
        member = members.get(value)
        if member is None:
            raise ValueError(f"expected a {kind.__name__} ({shown}), not {value!r}")
        return member

    return parse


def _shown(value: object) -> str:
    return f"0x{value:04X}" if isinstance(value, int) and value > 0xFF else str(value)


def _value_of(member: object) -> object:
    assert isinstance(member, Enum)
    return member.value
