"""Shapes: which elements make a record, in the order of the schema; one table reads and writes.

A shape is a record class and its particles. A particle reads the elements it stands for from a cursor over the
children of an element, and writes them from the record. What is there and not foreseen is a fault: another order, a
missing or repeated element, text between elements, a comment within a value, an attribute.

An optional element that is absent, or whose value is that of an absent one, is the default of the record's field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import msgspec
from lxml import etree

from smart_metering.duis_xml.faults import UnwritableError, XmlFault
from smart_metering.duis_xml.names import WHITE_SPACE, Element, duis, shown
from smart_metering.duis_xml.simple_types import SimpleType
from smart_metering.records import Record

Values = dict[str, object]


class Cursor:
    """The children of one element, taken one after the other; comments between them are passed over."""

    def __init__(self, node: Element, attribute: str | None = None, tag: Callable[[str], str] = duis) -> None:
        refuse_attributes(node, attribute)
        self._tag = tag
        between = [node.text, *(child.tail for child in node)]
        if any(part and part.strip(WHITE_SPACE) for part in between):
            raise XmlFault("", "text between elements")
        self._children = list(node.iterchildren("*"))
        self._next = 0

    def peek(self) -> Element | None:
        return self._children[self._next] if self._next < len(self._children) else None

    def take(self, name: str) -> Element | None:
        """The next child if it is called so."""
        node = self.peek()
        if node is None or node.tag != self._tag(name):
            return None
        self._next += 1
        return node

    def expect(self, name: str) -> Element:
        """Raises XmlFault."""
        node = self.take(name)
        if node is None:
            raise XmlFault("", f"{self._found()}, expected {name}")
        return node

    def expect_one_of(self, names: Sequence[str]) -> str:
        """The name of the next child; raises XmlFault unless it is one of these."""
        node = self.peek()
        if node is not None:
            for name in names:
                if node.tag == self._tag(name):
                    return name
        listed = ", ".join(names[:12])
        raise XmlFault("", f"{self._found()}, expected one of {listed}{', ...' if len(names) > 12 else ''}")

    def finish(self) -> None:
        """Raises XmlFault if a child is left."""
        if self.peek() is not None:
            raise XmlFault("", f"{self._found()}, expected nothing more")

    def _found(self) -> str:
        node = self.peek()
        if node is None:
            return "no more elements"
        return shown(node) if node.tag == self._tag(etree.QName(node).localname) else str(node.tag)[:100]


class Particle(Protocol):
    """One place in the sequence of a shape."""

    @property
    def element(self) -> str:
        """The element it begins with."""

    def read(self, cursor: Cursor) -> Mapping[str, object]:
        """The fields that it knows; raises XmlFault."""

    def write(self, parent: Element, record: Record) -> None:
        """Raises UnwritableError."""

    def is_given(self, record: Record) -> bool:
        """Whether the record has another value there than its default."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`record` is made of what the particles read."""

    record: Callable[..., Record]
    particles: tuple[Particle, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One element with text."""

    element: str
    field: str
    type: SimpleType
    optional: bool = False

    def read(self, cursor: Cursor) -> Values:
        node = cursor.take(self.element) if self.optional else cursor.expect(self.element)
        return {} if node is None else {self.field: read_value(node, self.type)}

    def write(self, parent: Element, record: Record) -> None:
        if not self.optional or self.is_given(record):
            write_value(parent, self.element, getattr(record, self.field), self.type)

    def is_given(self, record: Record) -> bool:
        return is_given(record, self.field)


@dataclass(frozen=True, slots=True)
class RepeatedValue:
    """An element with text that repeats; the field is a tuple."""

    element: str
    field: str
    type: SimpleType
    least: int
    most: int

    def read(self, cursor: Cursor) -> Values:
        nodes = take_all(cursor, self.element, self.least, self.most)
        return {self.field: tuple([read_value(node, self.type) for node in nodes])}

    def write(self, parent: Element, record: Record) -> None:
        for value in _counted(self.element, getattr(record, self.field), self.least, self.most):
            write_value(parent, self.element, value, self.type)

    def is_given(self, record: Record) -> bool:
        return is_given(record, self.field)


@dataclass(frozen=True, slots=True)
class Flag:
    """An empty element whose being there says True."""

    element: str
    field: str

    def read(self, cursor: Cursor) -> Values:
        node = cursor.take(self.element)
        if node is None:
            return {}
        try:
            Cursor(node).finish()
        except XmlFault as fault:
            raise fault.under(self.element) from None
        return {self.field: True}

    def write(self, parent: Element, record: Record) -> None:
        if self.is_given(record):
            append(parent, self.element)

    def is_given(self, record: Record) -> bool:
        return is_given(record, self.field)


@dataclass(frozen=True, slots=True)
class Part:
    """An element that is a record of its own."""

    element: str
    field: str
    shape: Shape
    optional: bool = False

    def read(self, cursor: Cursor) -> Values:
        node = cursor.take(self.element) if self.optional else cursor.expect(self.element)
        return {} if node is None else {self.field: read_record(node, self.shape)}

    def write(self, parent: Element, record: Record) -> None:
        part = getattr(record, self.field)
        if part is not None:
            write_record(append(parent, self.element), part, self.shape)
        elif not self.optional:
            raise UnwritableError(f"{self.element}: it is missing")

    def is_given(self, record: Record) -> bool:
        return is_given(record, self.field)


@dataclass(frozen=True, slots=True)
class RepeatedPart:
    """A record of its own that repeats; the field is a tuple."""

    element: str
    field: str
    shape: Shape
    least: int
    most: int

    def read(self, cursor: Cursor) -> Values:
        nodes = take_all(cursor, self.element, self.least, self.most)
        return {self.field: tuple([read_record(node, self.shape) for node in nodes])}

    def write(self, parent: Element, record: Record) -> None:
        for part in _counted(self.element, getattr(record, self.field), self.least, self.most):
            assert isinstance(part, Record)
            write_record(append(parent, self.element), part, self.shape)

    def is_given(self, record: Record) -> bool:
        return is_given(record, self.field)


@dataclass(frozen=True, slots=True)
class Holder:
    """An element that groups fields of the same record."""

    element: str
    particles: tuple[Particle, ...]

    def read(self, cursor: Cursor) -> Values:
        return read_fields(cursor.expect(self.element), self.particles)

    def write(self, parent: Element, record: Record) -> None:
        node = append(parent, self.element)
        for particle in self.particles:
            particle.write(node, record)

    def is_given(self, record: Record) -> bool:
        return any(particle.is_given(record) for particle in self.particles)


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of these."""

    alternatives: tuple[Particle, ...]

    @property
    def element(self) -> str:
        return self.alternatives[0].element

    def read(self, cursor: Cursor) -> Mapping[str, object]:
        by_name = {particle.element: particle for particle in self.alternatives}
        return by_name[cursor.expect_one_of(list(by_name))].read(cursor)

    def write(self, parent: Element, record: Record) -> None:
        given = [particle for particle in self.alternatives if particle.is_given(record)]
        if len(given) != 1:
            names = ", ".join(particle.element for particle in self.alternatives)
            raise UnwritableError(f"{len(given)} of {names}, expected exactly one")
        given[0].write(parent, record)

    def is_given(self, record: Record) -> bool:
        return any(particle.is_given(record) for particle in self.alternatives)


def read_record(node: Element, shape: Shape) -> Record:
    """Raises XmlFault."""
    return shape.record(**read_fields(node, shape.particles))


def read_fields(node: Element, particles: Sequence[Particle]) -> Values:
    """What the particles know of a whole element; raises XmlFault."""
    values: Values = {}
    try:
        cursor = Cursor(node)
        for particle in particles:
            values.update(particle.read(cursor))
        cursor.finish()
    except XmlFault as fault:
        raise fault.under(shown(node)) from None
    return values


def write_record(node: Element, record: Record, shape: Shape) -> None:
    """Fills the element; raises UnwritableError."""
    for particle in shape.particles:
        particle.write(node, record)


def read_value(node: Element, kind: SimpleType) -> object:
    """The value of an element with text alone; raises XmlFault."""
    try:
        refuse_attributes(node)
        if len(node):
            raise XmlFault("", "elements or comments within a value")
        return kind.read(node.text or "")
    except XmlFault as fault:
        raise fault.under(shown(node)) from None
    except ValueError as error:
        raise XmlFault(shown(node), str(error)) from None


def write_value(parent: Element, element: str, value: object, kind: SimpleType) -> None:
    """Raises UnwritableError unless what is written reads back."""
    try:
        text = kind.write(value)
        if kind.read(text) != value and not kind.cut:
            raise ValueError(f"{value!r} cannot be written whole")
        append(parent, element).text = text  # XML has no place for control characters: a ValueError
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise UnwritableError(f"{element}: {error}") from None


def append(parent: Element, element: str) -> Element:
    """A new last child."""
    return etree.SubElement(parent, duis(element))


def take_all(cursor: Cursor, element: str, least: int, most: int) -> list[Element]:
    """The run of children that are called so; raises XmlFault if it is too short or too long."""
    nodes: list[Element] = []
    while len(nodes) < most and (node := cursor.take(element)) is not None:
        nodes.append(node)
    if len(nodes) < least:
        cursor.expect(element)
    return nodes


def refuse_attributes(node: Element, expected: str | None = None) -> None:
    """Raises XmlFault at any attribute but the expected one: DUIS has them on its roots alone."""
    for name in node.attrib:
        if name != expected:
            raise XmlFault("", f"attribute {str(name)[:60]}, expected {expected or 'none'}")


def is_given(record: Record, field: str) -> bool:
    """Whether the field has another value than its default; a field without one always has."""
    defaults = _defaults(type(record))
    return field not in defaults or getattr(record, field) != defaults[field]


@cache
def _defaults(kind: type[Record]) -> Mapping[str, object]:
    fields = msgspec.structs.fields(kind)
    return {field.name: field.default for field in fields if field.default is not msgspec.NODEFAULT}


def _counted(element: str, values: Sequence[object], least: int, most: int) -> Sequence[object]:
    if not least <= len(values) <= most:
        raise UnwritableError(f"{element}: {len(values)} of them, expected {least} to {most}")
    return values
