"""SEC Releases and the modifications they put in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dsp.rules.choices import Switches, Times
from dsp.rules.firmware_evidence import Evidence
from dsp.rules.modifications import secmp0007, secmp0105, secmp0125
from dsp.rules.rule_set import RuleSet
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark

MODIFICATIONS: dict[str, Callable[[RuleSet], RuleSet]] = {
    secmp0105.NAME: secmp0105.secmp0105,
    secmp0007.NAME: secmp0007.secmp0007,
    secmp0125.NAME: secmp0125.secmp0125,
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
)

LATEST = RELEASES[-1].name


class UnknownRule(ValueError):
    """A release or modification that is not in the tables."""


def rules_as_of(
    release: str = LATEST, *, switches: Switches | None = None, times: Times | None = None
) -> RuleSet:
    """The rules once this release is in force. Raises UnknownRule."""
    names = [row.name for row in RELEASES]
    if release not in names:
        raise UnknownRule(f"SEC Release {release!r} is unknown; expected one of: {', '.join(names)}")
    in_force = [name for row in RELEASES[: names.index(release) + 1] for name in row.modifications]
    return rules_with(in_force, switches=switches, times=times)


def rules_with(
    modifications: Iterable[str], *, switches: Switches | None = None, times: Times | None = None
) -> RuleSet:
    """The rules with exactly these modifications in force. Raises UnknownRule."""
    wanted = set(modifications)
    if unknown := sorted(wanted - set(MODIFICATIONS)):
        raise UnknownRule(
            f"modification {unknown[0]!r} is unknown; expected any of: {', '.join(MODIFICATIONS)}"
        )
    rules = RuleSet(switches=switches or Switches(), times=times or Times())
    for status in sorted(rules.switches.suspendable):
        if transition(status, SmiEvent.CPL_ENTRY_REMOVED) is None:
            raise UnknownRule(f"switch suspendable: a Device that is {status} cannot be Suspended")
    for name, modify in MODIFICATIONS.items():
        if name in wanted:
            rules = modify(rules)
    return _with_switched_evidence(rules)


def _with_switched_evidence(rules: RuleSet) -> RuleSet:
    if not rules.switches.read_teaches_before_secmp0105 or secmp0105.NAME in rules.modifications:
        return rules
    row = Evidence(
        "11.2", frozenset(DeviceType) - {DeviceType.GPF}, False, "choice Q8, switched", Mark.CHOICE
    )
    return replace(rules, evidence=(*rules.evidence, row))
