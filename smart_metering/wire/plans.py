"""How one record class is read from its message and written to it, worked out once from the fields of both.

    record field           message field          absent is
    X                      X                      its zero, or a fault where zero is no X
    X | None               optional X             absence
    X | None               X                      emptiness
    Record, Record | None  message                a fault; None
    tuple[X, ...]          repeated X             ()
    A | B                  oneof of that name     a fault (None with `| None`)
    X | None, each         members of a oneof     emptiness; a fault where all are empty

A member of a oneof that is a scalar stands for a record with one field, of the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from types import NoneType, UnionType
from typing import Union, get_args, get_origin

import msgspec
from google.protobuf.message import Message

from smart_metering.records import Record
from smart_metering.wire.readers import (
    Choice,
    Read,
    list_reader,
    message_reader,
    nullable_reader,
    record_reader,
    union_reader,
    value_reader,
)
from smart_metering.wire.values import parser_of, renderer_of, types_of
from smart_metering.wire.writers import Write, list_writer, message_writer, rendered, value_writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`read` raises WireError with every fault of the message."""

    message_type: type[Message]
    read: Callable[[Message], Record]
    write: Callable[..., Message]


@dataclass(frozen=True, slots=True)
class _Annotation:
    kinds: tuple[object, ...]  # more than one: a union
    nullable: bool
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The plans of the records within a record, and the record classes of messages by their full names."""

    plan_of: Callable[[type[Record]], Plan]
    record_of: Callable[[str], type[Record]]


def compile_plan(record_type: type[Record], message_type: type[Message], around: Surroundings) -> Plan:
    """The plan of one pair; asserts that the fields of both agree."""
    readers: list[tuple[str, Read]] = []
    writers: list[tuple[str, Write]] = []
    unions: list[tuple[Write, dict[type, tuple[str, Write]]]] = []
    for field in msgspec.structs.fields(record_type):
        annotation = _read_annotation(field.type)
        if len(annotation.kinds) > 1:
            reads, writes = _union(message_type, field.name, annotation, around)
            readers.append((field.name, union_reader(field.name, reads, nullable=annotation.nullable)))
            unions.append((attrgetter(field.name), writes))
        else:
            read, write = _field(message_type, field.name, annotation, around)
            readers.append((field.name, read))
            writers.append((field.name, write))
    choices = _choices(message_type, {name for name, _ in writers})
    return Plan(
        message_type=message_type,
        read=record_reader(record_type, readers, choices),
        write=message_writer(message_type, writers, unions),
    )


def _read_annotation(annotation: object) -> _Annotation:
    if get_origin(annotation) is tuple:
        return _Annotation((get_args(annotation)[0],), nullable=False, repeated=True)
    if get_origin(annotation) in (Union, UnionType):
        kinds = tuple(kind for kind in get_args(annotation) if kind is not NoneType)
        return _Annotation(kinds, nullable=NoneType in get_args(annotation), repeated=False)
    return _Annotation((annotation,), nullable=False, repeated=False)


def _field(
    message_type: type[Message], name: str, annotation: _Annotation, around: Surroundings
) -> tuple[Read, Write]:
    (kind,) = annotation.kinds
    field = message_type.DESCRIPTOR.fields_by_name.get(name)
    assert field is not None, f"{message_type.DESCRIPTOR.full_name} has no field {name}"
    assert field.is_repeated == annotation.repeated, field.full_name
    if isinstance(kind, type) and issubclass(kind, Record):
        plan = around.plan_of(kind)
        assert field.message_type is plan.message_type.DESCRIPTOR, field.full_name
        if annotation.repeated:
            return list_reader(name, plan.read), list_writer(name, plan.write)
        return message_reader(name, plan.read, nullable=annotation.nullable), rendered(name, plan.write)
    assert field.type in types_of(kind), field.full_name
    if annotation.repeated:
        return list_reader(name, parser_of(kind)), list_writer(name, renderer_of(kind))
    oneof = field.containing_oneof
    by_presence = oneof is not None and oneof.name == f"_{name}"  # how protobuf keeps `optional`
    assert annotation.nullable or not by_presence, f"{field.full_name}: None is no value of the record"
    read = value_reader(name, parser_of(kind))
    if annotation.nullable:
        read = nullable_reader(name, read, by_presence=by_presence)
    return read, value_writer(name, renderer_of(kind), by_presence=by_presence)


def _choices(message_type: type[Message], plain_fields: set[str]) -> list[Choice]:
    """The oneofs whose members stand in the record as fields of their own."""
    choices = []
    for oneof in message_type.DESCRIPTOR.oneofs:
        members = tuple(field.name for field in oneof.fields)
        if plain_fields.issuperset(members) and not oneof.name.startswith("_"):
            choices.append((oneof.name, members))
    return choices


def _union(
    message_type: type[Message], name: str, annotation: _Annotation, around: Surroundings
) -> tuple[dict[str, Read], dict[type, tuple[str, Write]]]:
    reads: dict[str, Read] = {}
    writes: dict[type, tuple[str, Write]] = {}
    for member in message_type.DESCRIPTOR.oneofs_by_name[name].fields:
        if member.message_type is None:
            kind = _scalar_record(member.name, annotation.kinds)
            read, write = _scalar_member(member.name, kind)
        else:
            kind = around.record_of(member.message_type.full_name)
            plan = around.plan_of(kind)
            read, write = message_reader(member.name, plan.read, nullable=False), plan.write
        reads[member.name] = read
        writes[kind] = (member.name, write)
    assert set(writes) == set(annotation.kinds), f"{message_type.DESCRIPTOR.full_name}.{name}"
    return reads, writes


def _scalar_record(name: str, kinds: tuple[object, ...]) -> type[Record]:
    records = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Record)]
    return next(kind for kind in records if [field.name for field in msgspec.structs.fields(kind)] == [name])


def _scalar_member(name: str, record_type: Callable[..., Record]) -> tuple[Read, Write]:
    get: Read = attrgetter(name)
    return (lambda message: record_type(**{name: get(message)})), attrgetter(name)
