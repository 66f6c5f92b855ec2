"""YAML with the line of every value kept beside it, so that a fault can say where it stands.

Scalars stay text, whatever they look like: `00000002` is a firmware version, not a number, and `11.2` an SRV. What is
left empty is absent. A key that stands twice is a fault; YAML would let the second silently win.
"""

from dataclasses import dataclass, field

import yaml

Path = tuple[str | int, ...]
Plain = str | list["Plain"] | dict[str, "Plain"]

try:
    _Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = yaml.CSafeLoader
except AttributeError:  # PyYAML without libyaml
    _Loader = yaml.SafeLoader

_ABSENT = {"", "~", "null"}
_MOST_VALUES = 200_000  # a file that says more repeats itself by aliases without end


class _TooMuch(Exception):
    """More values than any fleet file has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` counts from 1; 0: the file as a whole. `path` is where in the file, as people say it. `file` is the one
    where it stands, if that is not the fleet file itself."""

    line: int
    path: str
    what: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" if self.path else self.what


@dataclass(slots=True)
class Lines:
    """Of every value, by its path, and of every key."""

    of: dict[Path, int] = field(default_factory=dict)

    def nearest(self, path: Path) -> int:
        """The line of the value at the path, or of the innermost that holds it."""
        while path not in self.of and path:
            path = path[:-1]
        return self.of.get(path, 1)


def load(text: str) -> tuple[dict[str, Plain], Lines, list[Fault]]:
    """The file as plain text, lists and mappings; with faults, what could be read."""
    lines = Lines()
    faults: list[Fault] = []
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return {}, lines, [Fault(line, "", f"not YAML: {error.problem or error.context or 'unreadable'}")]
    except yaml.YAMLError as error:
        return {}, lines, [Fault(0, "", f"not YAML: {error}")]
    try:
        plain = None if root is None else _plain(root, (), lines, faults)
    except (_TooMuch, RecursionError):
        return {}, lines, [Fault(0, "", f"more than {_MOST_VALUES} values: an alias that contains itself?")]
    if plain is not None and not isinstance(plain, dict):
        return {}, lines, [Fault(1, "", "expected a mapping, like 'fleets: ...', at the top of the file")]
    return plain or {}, lines, faults


def spoken(path: Path) -> str:
    """`fleets[0].count`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _plain(node: yaml.Node, path: Path, lines: Lines, faults: list[Fault]) -> Plain | None:
    lines.of.setdefault(path, node.start_mark.line + 1)
    if len(lines.of) > _MOST_VALUES:
        raise _TooMuch
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, faults)
    if isinstance(node, yaml.SequenceNode):
        items = [_plain(item, (*path, index), lines, faults) for index, item in enumerate(node.value)]
        return [item if item is not None else "" for item in items]
    assert isinstance(node, yaml.ScalarNode), node
    text = str(node.value)
    return None if not node.style and text in _ABSENT else text


def _mapping(node: yaml.MappingNode, path: Path, lines: Lines, faults: list[Fault]) -> dict[str, Plain]:
    mapping: dict[str, Plain] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(line, spoken(path), "expected a plain key"))
            continue
        name = str(key.value)
        here = (*path, name)
        if here in lines.of:
            faults.append(Fault(line, spoken(here), f"stands twice, first in line {lines.of[here]}"))
            continue
        lines.of[here] = line
        plain = _plain(value, here, lines, faults)
        if plain is not None:
            mapping[name] = plain
    return mapping
