"""The text of a scenario file, changed: another seed, other rules, fewer steps."""

from collections.abc import Container, Iterator, Mapping, Sequence

import yaml

from smets.fleet.lines import Plain, load
from smets.fleet.rules_in_force import under_rules
from smets.scenarios.planning import scenario_of

OF_RULES = ("release", "with_modifications", "without_modifications", "modifications")


def plain_of(text: str) -> dict[str, Plain]:
    """What a text that is in order says: scalars as text, lists and mappings."""
    plain, _, faults = load(text)
    assert not faults, faults
    return plain


def text_of(plain: Mapping[str, Plain]) -> str:
    """YAML that says the same."""
    return yaml.safe_dump(dict(plain), sort_keys=False, allow_unicode=True, width=120)


def with_seed(text: str, seed: str) -> str:
    """The same scenario, its dice thrown anew."""
    return _changed(text, {"seed": seed})


def under(text: str, source: str, *, release: str, on: Sequence[str], off: Sequence[str]) -> str:
    """The same scenario under other rules; `source` is its file. Raises UnknownRule and FleetFileError."""
    fleet = under_rules(
        scenario_of(text, source).model, release=release, with_modifications=on, without_modifications=off
    )
    rules: dict[str, Plain | None] = dict.fromkeys(OF_RULES)
    rules["release"] = fleet.release
    rules["with_modifications"] = list(fleet.with_modifications)
    rules["without_modifications"] = list(fleet.without_modifications)
    return _changed(text, rules)


def _changed(text: str, changes: Mapping[str, Plain | None]) -> str:
    """What it says at its top changed; None: not said. All else keeps its line where that can be done."""
    wanted = {**plain_of(text), **changes}
    said = {key: value for key, value in wanted.items() if value is not None}
    new = {key: value for key, value in changes.items() if value is not None}
    in_place = "".join(_without(text, changes)) + text_of(new)
    plain, _, faults = load(in_place)
    return in_place if not faults and plain == said else text_of(said)


def _without(text: str, keys: Container[str]) -> Iterator[str]:
    """The lines of the text, empty where these keys are said."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    emptied: set[int] = set()
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value in keys:
            end = value.end_mark
            emptied.update(range(key.start_mark.line, end.line + (end.column > 0)))
    for number, line in enumerate(text.splitlines()):
        yield "\n" if number in emptied else f"{line}\n"
