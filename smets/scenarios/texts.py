"""The text of a scenario file, changed: another seed, other rules, fewer steps."""

from collections.abc import Mapping, Sequence

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
    return text_of({**plain_of(text), "seed": seed})


def under(text: str, *, release: str, on: Sequence[str], off: Sequence[str]) -> str:
    """The same scenario under other rules. Raises UnknownRule and FleetFileError."""
    fleet = under_rules(
        scenario_of(text).model, release=release, with_modifications=on, without_modifications=off
    )
    plain = {key: value for key, value in plain_of(text).items() if key not in OF_RULES}
    if fleet.release is not None:
        plain["release"] = fleet.release
    plain["with_modifications"] = list(fleet.with_modifications)
    plain["without_modifications"] = list(fleet.without_modifications)
    return text_of(plain)
