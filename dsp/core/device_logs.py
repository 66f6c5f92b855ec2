"""The DSP reads a hub's Device Log for itself: 8F12 says only that the log has changed."""

from dsp.core.dcc_commands import next_dcc_command
from dsp.core.inputs import RequestReceived
from dsp.core.outstanding import begin
from dsp.core.records import Outstanding, SmiDevice, Stage
from dsp.core.service_audit_trail import made_here, note_request
from dsp.core.turn import Turn
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.service_requests import service_reference_of

_SRV = "8.9"


def ask_device_log(turn: Turn, hub: SmiDevice) -> None:
    """CCS05 in the ACB's own name; what the Response shows is concluded like any other, but pushed to nobody."""
    hub_id = hub.device.device_id
    command = next_dcc_command(turn, turn.acb.eui, hub_id)
    request = ServiceRequest(
        request_id=command,
        command_variant=CommandVariant.SEND,
        service_reference=service_reference_of(_SRV),
        service_reference_variant=_SRV,
        body=ReadDeviceLog(),
    )
    asked = RequestReceived(service=Service.SEND_COMMAND, caller=turn.acb.eui, request=request)
    note_request(turn, made_here(turn, asked, None), refused=False)
    begin(
        turn,
        Outstanding(
            command=command,
            request=request,
            user=turn.acb.eui,
            role=None,
            comms_hub=hub_id,
            stage=Stage.SENDING,
            due=turn.now,
        ),
    )
