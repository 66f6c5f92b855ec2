"""How states look: a fill for each, the same in every picture of a scenario, with a pattern beside its colour."""

from collections.abc import Iterable
from dataclasses import dataclass

from smart_metering.smi_statuses import SmiStatus
from smets.scenarios.report.states import AGREE, DISAGREE, NOT_EMULATED, OTHERS, UNKNOWN_TO_SMI

FILLS_OF_VERSIONS = 5
FILLS_OF_STATUSES = 3

_FIXED = {
    SmiStatus.SUSPENDED.value: "suspended",
    DISAGREE: "differ",
    AGREE: "calm",
    UNKNOWN_TO_SMI: "absent",
    NOT_EMULATED: "absent",
    OTHERS: "other",
}
_STATUSES = frozenset(status.value for status in SmiStatus)


@dataclass(frozen=True, slots=True)
class Looks:
    """`versions` and `statuses` in the order in which they came up."""

    versions: tuple[str, ...]
    statuses: tuple[str, ...]

    def fill(self, state: str) -> str:
        """The name of a fill: `v0` is a version, `h0` the same that is held and not active, `s0` a status."""
        if state in _FIXED:
            return _FIXED[state]
        if state in self.statuses:
            return f"s{self.statuses.index(state) % FILLS_OF_STATUSES}"
        _, held, pending = state.partition(", holds ")
        if held:
            return f"h{self._number(pending)}"
        return f"v{self._number(state)}"

    def _number(self, version: str) -> int:
        known = [text for text in self.versions if text == version or text.startswith(f"{version} ")]
        return self.versions.index(known[0]) % FILLS_OF_VERSIONS if known else 0


def looks_of(states: Iterable[str]) -> Looks:
    """Of all states of a scenario, as they came up."""
    versions: dict[str, None] = {}
    statuses: dict[str, None] = {}
    for state in states:
        if state in _STATUSES:
            statuses[state] = None
        elif state not in _FIXED:
            versions[state.partition(", holds ")[0]] = None
    return Looks(versions=tuple(versions), statuses=tuple(statuses))
