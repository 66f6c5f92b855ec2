"""The DSP reads a hub's Device Log for itself: 8F12 says only that the log has changed."""

from dsp.core.outstanding import begin
from dsp.core.records import DccCounter, Outstanding, SmiDevice, Stage
from dsp.core.turn import Turn
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.identifiers import RequestId
from smart_metering.service_requests import service_reference_of
from smart_metering.user_roles import UserRole

_SRV = "8.9"


def ask_device_log(turn: Turn, hub: SmiDevice) -> None:
    """CCS05 in the ACB's own name; what the Response shows is concluded like any other, but pushed to nobody."""
    hub_id = hub.device.device_id
    former = turn.state.dcc_counters.get(f"{turn.acb.eui}|{hub_id}")
    counter = max(former.counter + 1 if former else 1, turn.now)
    turn.state.dcc_counters.put(DccCounter(originator=turn.acb.eui, device=hub_id, counter=counter))
    command = RequestId(turn.acb.eui, hub_id, counter)
    request = ServiceRequest(
        request_id=command,
        command_variant=CommandVariant.SEND,
        service_reference=service_reference_of(_SRV),
        service_reference_variant=_SRV,
        body=ReadDeviceLog(),
    )
    begin(
        turn,
        Outstanding(
            command=command,
            request=request,
            user=turn.acb.eui,
            role=UserRole.OU,
            comms_hub=hub_id,
            stage=Stage.SENDING,
            due=turn.now,
        ),
    )
