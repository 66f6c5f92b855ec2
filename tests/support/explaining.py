"""What a world of the DSP has written down, and its explanations as the door would give them."""

from dsp.core.explanation import Explanation, Hop, Place, explain
from dsp.core.records import AuditRecord, SmiChange
from dsp.rules.rule_set import RuleSet
from ledger.books import Append
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import RequestId, parse_request_id
from tests.support.dsp_world import DspWorld


class Logs:
    """What the world has written down so far, kept apart by cause."""

    def __init__(self, world: DspWorld) -> None:
        self.world = world
        self._kept: list[Append] = []

    def explain(self, request_id: RequestId | str, rules: RuleSet | None = None) -> Explanation | None:
        """As the door does."""
        asked = parse_request_id(str(request_id))
        self._kept += [it for it in self.world.engine.ledger.take_changes() if isinstance(it, Append)]
        return explain(
            asked,
            [it for it in self._caused(asked, "service_audit_trail") if isinstance(it, AuditRecord)],
            [it for it in self._caused(asked, "smi_changes") if isinstance(it, SmiChange)],
            rules=rules or self.world.engine.rules,
            state=self.world.engine.state,
            now=self.world.now,
        )

    def _caused(self, request_id: RequestId, log: str) -> list[object]:
        names = list(self.world.engine.ledger.logs[log].columns)
        at = names.index("cause")
        found = [it for it in self._kept if it.log == log and it.columns[at] == str(request_id)]
        return [it.record for it in sorted(found, key=lambda it: it.position)]


def explained(
    world: DspWorld, answer: ServiceResponse | RequestId, rules: RuleSet | None = None
) -> tuple[Hop, ...]:
    """The hops of the request that was answered so."""
    request_id = answer if isinstance(answer, RequestId) else answer.request_id
    told = Logs(world).explain(request_id, rules)
    assert told is not None
    return told.hops


def places(hops: tuple[Hop, ...]) -> list[str]:
    return [hop.place for hop in hops]


def hop_at(hops: tuple[Hop, ...], place: Place, number: int = 0) -> Hop:
    return [hop for hop in hops if hop.place == place][number]


def check_called(hop: Hop, name: str) -> Decision:
    """The check of that name."""
    (found,) = [check for check in hop.checks if check.row.startswith(name)]
    return found


def codes(hop: Hop) -> list[str]:
    return [check.code for check in hop.checks]
