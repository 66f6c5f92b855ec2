"""Access control once more: a request that the DSP kept is judged again when its time has come."""

from dsp.core.asking import Asking
from dsp.core.inputs import RequestReceived
from dsp.core.turn import Turn
from smart_metering.command_variants import service_of
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.service_requests import definition_of


def asking_again(turn: Turn, user: Eui, request: ServiceRequest, at: Instant | None = None) -> Asking:
    """The request as the checks of AT_EXECUTION see it, to be executed `at` (None: now)."""
    definition = definition_of(request.service_reference_variant)
    assert definition is not None, request
    received = RequestReceived(service=service_of(request.command_variant), caller=user, request=request)
    return Asking(
        state=turn.state,
        rules=turn.rules,
        received=received,
        definition=definition,
        acb=turn.acb.eui,
        now=turn.now,
        at=turn.now if at is None else at,
    )
