"""Values of any record that travels, for tests that search: every field gets whatever its type allows."""

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Union, get_args, get_origin

import msgspec
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st

from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId, eui_from_number
from smart_metering.instants import LAST_INSTANT, Instant
from smart_metering.records import Record
from smart_metering.wire.pairs import PAIRS

Values = Mapping[object, st.SearchStrategy[object]]

EUIS = st.integers(0, 2**64 - 1).map(eui_from_number)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES: Values = {
    str: TEXTS,
    bytes: st.binary(max_size=40),
    bool: st.booleans(),
    int: st.integers(0, 2**32 - 1),
    Eui: EUIS,
    Instant: st.integers(0, LAST_INSTANT),
    FirmwareVersion: st.integers(0, 2**32 - 1).map("{:08X}".format),
    RequestId: st.builds(RequestId, EUIS, EUIS, st.integers(0, 2**64 - 1)),
}
WHOLE_NUMBERS = {
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
}
MESSAGES = dict(PAIRS)


def values_of(annotation: object, leaves: Values = VALUES) -> st.SearchStrategy[object]:
    """Of this type; `leaves` has the values of each type that is no record, enum, tuple or union."""
    if get_origin(annotation) is tuple:
        return st.lists(values_of(get_args(annotation)[0], leaves), max_size=3).map(tuple)
    if get_origin(annotation) in (Union, UnionType):
        return st.one_of(
            [st.none() if kind is NoneType else values_of(kind, leaves) for kind in get_args(annotation)]
        )
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return st.deferred(lambda: records_of(annotation, leaves))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return leaves[annotation]


def records_of(record_type: type[Record], leaves: Values = VALUES) -> st.SearchStrategy[Record]:
    """Of a record whose fields are members of a oneof, one such field is given, and is not empty."""
    fields = fields_of(record_type, leaves)
    choices = members_of_a_oneof(record_type) & fields.keys()
    if not choices:
        return st.builds(record_type, **fields)
    always = {name: values for name, values in fields.items() if name not in choices}
    return st.one_of(
        [st.builds(record_type, **always, **{name: fields[name].filter(bool)}) for name in sorted(choices)]
    )


def fields_of(record_type: type[Record], leaves: Values = VALUES) -> dict[str, st.SearchStrategy[object]]:
    """What each field may hold: a whole number, whatever its place in the message holds."""
    message_type = MESSAGES.get(record_type)  # a record for a scalar has none
    places = {field.name: field.type for field in message_type.DESCRIPTOR.fields} if message_type else {}
    return {
        field.name: values_of(
            field.type, {**leaves, int: WHOLE_NUMBERS.get(places.get(field.name, 0), leaves[int])}
        )
        for field in msgspec.structs.fields(record_type)
    }


def members_of_a_oneof(record_type: type[Record]) -> set[str]:
    """The fields of which a message has one."""
    message_type = MESSAGES.get(record_type)
    oneofs = message_type.DESCRIPTOR.oneofs if message_type is not None else ()
    return {field.name for oneof in oneofs if not oneof.name.startswith("_") for field in oneof.fields}
