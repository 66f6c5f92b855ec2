"""SEC Releases, the modifications they put in force, and the rule books that people call by such names."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from dsp.rules.choices import Switches, Times
from dsp.rules.firmware_evidence import Evidence
from dsp.rules.modifications import secmp0007, secmp0105, secmp0125, service_audit_trail_titles
from dsp.rules.rule_set import RuleSet
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark

MODIFICATIONS: dict[str, Callable[[RuleSet], RuleSet]] = {
    secmp0105.NAME: secmp0105.secmp0105,
    secmp0007.NAME: secmp0007.secmp0007,
    secmp0125.NAME: secmp0125.secmp0125,
    service_audit_trail_titles.NAME: service_audit_trail_titles.service_audit_trail_titles,
}  # in the order in which they are applied


@dataclass(frozen=True, slots=True)
class Release:
    """A SEC Release: its name, its day, and the modifications that came with it."""

    name: str
    day: str
    modifications: tuple[str, ...]
    source: str
    mark: Mark


RELEASES = (
    Release("June 2021", "2021-06-24", (), "the state before SECMP0105", Mark.LIKELY),
    Release(
        "November 2021",
        "2021-11-04",
        (secmp0105.NAME, secmp0007.NAME),
        "SECMP0105 report, SEC website",
        Mark.CERTAIN,
    ),
    Release(
        "November 2022",
        "2022-11-03",
        (service_audit_trail_titles.NAME,),
        "modification report on the Service Audit Trail: a target; choice G67",
        Mark.UNKNOWN,
    ),
)

LATEST = RELEASES[-1].name

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnknownRule(ValueError):
    """A release or modification that is not in the tables, or both with and without one."""


def rules_as_of(
    release: str = LATEST,
    *,
    with_modifications: Iterable[str] = (),
    without_modifications: Iterable[str] = (),
    switches: Switches | None = None,
    times: Times | None = None,
) -> RuleSet:
    """The rules once this release is in force, with modifications switched on or off alone. Raises UnknownRule."""
    brought = _brought_by(release_named(release))
    in_force = _with_and_without(brought, with_modifications, without_modifications)
    return rules_with(in_force, switches=switches, times=times)


def rules_with(
    modifications: Iterable[str], *, switches: Switches | None = None, times: Times | None = None
) -> RuleSet:
    """The rules with exactly these modifications in force. Raises UnknownRule."""
    wanted = _known(modifications)
    rules = RuleSet(switches=switches or Switches(), times=times or Times())
    for status in sorted(rules.switches.suspendable):
        if transition(status, SmiEvent.CPL_ENTRY_REMOVED) is None:
            raise UnknownRule(f"switch suspendable: a Device that is {status} cannot be Suspended")
    for name, modify in MODIFICATIONS.items():
        if name in wanted:
            rules = modify(rules)
    return _with_switched_evidence(rules)


def rules_called(text: str) -> RuleSet:
    """A rule book as people call it: `June 2021`, `2022-05-01`, `latest+SECMP0125`, `SECMP0105,SECMP0007`, `none`.

    A release, a day, `none`, or exactly these modifications; then `+NAME` or `-NAME` for each that is switched on or off
    alone. Raises UnknownRule.
    """
    one = "|".join(map(re.escape, MODIFICATIONS))
    parts = re.fullmatch(rf"(.*?)((?:[+-](?:{one}))*)", text.strip(), re.DOTALL)
    assert parts is not None, text
    base, deltas = parts.groups()
    signed = re.findall(rf"([+-])({one})", deltas)
    in_force = _with_and_without(
        _base_called(base),
        [name for sign, name in signed if sign == "+"],
        [name for sign, name in signed if sign == "-"],
    )
    return rules_with(in_force)


def release_named(text: str) -> Release:
    """A release by its name or `latest`; by a day, the one in force on it. Raises UnknownRule."""
    if _DAY.fullmatch(text):
        return _release_on(text)
    for row in RELEASES:
        if text == row.name or (text == "latest" and row.name == LATEST):
            return row
    names = ", ".join(row.name for row in RELEASES)
    raise UnknownRule(
        f"SEC Release {text!r} is unknown; expected one of: {names}, latest, or a day like 2022-05-01"
    )


def _release_on(day: str) -> Release:
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise UnknownRule(f"day {day!r}: {error}; expected a day of the calendar") from None
    in_force = [row for row in RELEASES if row.day <= day]
    if not in_force:
        first = RELEASES[0]
        raise UnknownRule(
            f"day {day!r}: expected {first.day} ({first.name}) or later; no rules are known before"
        )
    return in_force[-1]


def _brought_by(release: Release) -> set[str]:
    """Its modifications and those of the releases before it."""
    return {name for row in RELEASES if row.day <= release.day for name in row.modifications}


def _base_called(text: str) -> set[str]:
    if text == "none":
        return set()
    names = {name.strip() for name in text.split(",")}
    if names <= set(MODIFICATIONS):
        return names
    if _DAY.fullmatch(text) or text in {"latest", *(row.name for row in RELEASES)}:
        return _brought_by(release_named(text))
    raise UnknownRule(
        f"rules {text!r} are unknown; expected a SEC Release ({', '.join(row.name for row in RELEASES)}, latest), "
        f"a day like 2022-05-01, none, or modifications separated by commas ({', '.join(MODIFICATIONS)}), "
        "and behind it +NAME or -NAME for each that is switched on or off"
    )


def _with_and_without(base: Iterable[str], added: Iterable[str], removed: Iterable[str]) -> set[str]:
    on, off = _known(added), _known(removed)
    if both := sorted(on & off):
        raise UnknownRule(f"modification {both[0]}: expected with it or without it, not both")
    return (set(base) | on) - off


def _known(modifications: Iterable[str]) -> set[str]:
    wanted = set(modifications)
    if unknown := sorted(wanted - set(MODIFICATIONS)):
        raise UnknownRule(
            f"modification {unknown[0]!r} is unknown; expected any of: {', '.join(MODIFICATIONS)}"
        )
    return wanted


def _with_switched_evidence(rules: RuleSet) -> RuleSet:
    if not rules.switches.read_teaches_before_secmp0105 or secmp0105.NAME in rules.modifications:
        return rules
    row = Evidence(
        "11.2", frozenset(DeviceType) - {DeviceType.GPF}, False, "choice Q8, switched", Mark.CHOICE
    )
    return replace(rules, evidence=(*rules.evidence, row))
