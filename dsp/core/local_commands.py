"""SR 8.13: the User brings what a Device answered to a Command that was delivered locally."""

from dsp.core.asking import Asking
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import Stage
from dsp.core.responses import Returned, take_returned
from dsp.core.turn import Turn
from smart_metering.duis.inventory_requests import ReturnLocalCommandResponse
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, decode
from smart_metering.identifiers import RequestId
from smart_metering.response_codes import ResponseCode


def take(turn: Turn, asking: Asking, body: ReturnLocalCommandResponse) -> Outcome:
    """The Response counts as if it had come over the SM WAN (choice Q25); it is not sent to the User again."""
    try:
        message = decode(body.device_gbcs_response)
    except DecodeError as error:
        return refused(ResponseCode.E100, f"DeviceGBCSResponse, {error}", "choice G4")
    if message.cra is not CraFlag.RESPONSE:
        return refused(ResponseCode.E100, "DeviceGBCSResponse is no Response", "choice G4")
    key = RequestId(message.target, message.originator, message.counter)
    awaited = turn.state.outstanding.get(str(key))
    given_out = awaited is not None and awaited.octets and awaited.stage is not Stage.DATED
    if awaited is None or not given_out or awaited.user != asking.received.caller:
        what = f"no Command {key} of the caller's waits for a Response"
        return refused(ResponseCode.E100, what, "choice G28")
    if body.original_request_id and body.original_request_id != str(awaited.request.request_id):
        what = f"OriginalRequestID {body.original_request_id}, expected {awaited.request.request_id}"
        return refused(ResponseCode.E100, what, "choice G28")
    returned = take_returned(turn, message, body.device_gbcs_response)
    if not isinstance(returned, Returned):
        return refused(ResponseCode.E48, returned, "choice G28")
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=returned.decision)
