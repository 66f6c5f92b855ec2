"""An explanation as a caller may have it: a User has that of its own request, without what others were told of it."""

from dsp.core.explanation import Explanation, Hop
from dsp.core.lookers import Looking
from dsp.rules.self_service import Panel, showing
from smart_metering.decisions import Decision
from smart_metering.identifiers import RequestId
from smart_metering.records import changed


def may_explain(looking: Looking, request_id: RequestId) -> bool:
    """Whether the caller is told what became of this request."""
    return looking.request(request_id.originator) is not None


def told_explanation(looking: Looking, explanation: Explanation) -> Explanation:
    """What was told to another party is left out, and its name where a text has it."""
    if showing(Panel.OTHERS, looking.lookers()) is not None:
        return explanation
    own = {"", looking.user}
    return changed(
        explanation, hops=tuple(_told(looking, hop) for hop in explanation.hops if hop.party in own)
    )


def _told(looking: Looking, hop: Hop) -> Hop:
    return changed(
        hop,
        what=looking.told(hop.what),
        decision=_told_decision(looking, hop.decision) if hop.decision is not None else None,
        checks=tuple(_told_decision(looking, check) for check in hop.checks),
    )


def _told_decision(looking: Looking, decision: Decision) -> Decision:
    return changed(decision, row=looking.told(decision.row), source=looking.told(decision.source))
