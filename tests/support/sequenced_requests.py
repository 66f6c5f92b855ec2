"""Requests of a sequence, for the tests of the DSP's core."""

from dsp.core.inputs import RequestReceived
from dsp.core.records import Stage
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.duis.service_requests import (
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
)
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Gbcs
from tests.support.dsp_premises import (
    ESME,
    SUPPLIER,
)
from tests.support.dsp_world import DspWorld, premises

NON_DEVICE = CommandVariant.NON_DEVICE


def ask(
    world: DspWorld,
    srv: str = "11.2",
    body: Body | None = None,
    *,
    by: Eui = SUPPLIER,
    target: Eui = ESME,
    variant: CommandVariant = CommandVariant.SEND,
    first: bool = False,
    after: RequestId | None = None,
    request_id: RequestId | None = None,
) -> tuple[RequestId, ServiceResponse]:
    """A Service Request with the two fields of a sequence; 11.2 unless said otherwise."""
    request = ServiceRequest(
        request_id=request_id or world.request_id(by, target),
        first_in_sequence=first,
        preceding_service_request_id=after,
        command_variant=variant,
        service_reference_variant=srv,
        body=body or ReadFirmwareVersion(),
    )
    reply = world.give(RequestReceived(service=service_of(variant), caller=by, request=request))
    assert isinstance(reply, ServiceResponse)
    return request.request_id, reply


def accepted(
    world: DspWorld,
    *,
    by: Eui = SUPPLIER,
    target: Eui = ESME,
    first: bool = False,
    after: RequestId | None = None,
    at: Instant | None = None,
) -> RequestId:
    """An 11.2 of a sequence that is accepted for sending."""
    body = ReadFirmwareVersion(execution_date_time=at)
    request_id, answer = ask(world, body=body, by=by, target=target, first=first, after=after)
    assert answer.response_code is ResponseCode.I99, answer
    return request_id


def slow(*devices: Eui) -> DspWorld:
    """A world whose Devices hear, and answer only when told."""
    world = premises()
    for device in devices or (ESME,):
        world.devices[device].silent = True
    return world


def answer(world: DspWorld, device: Eui = ESME) -> None:
    """The Device answers the last command it heard."""
    said = world.devices[device].answer(world.devices[device].heard[-1])
    assert said is not None
    world.uplink(device, said)
    world.advance(0)


def sent(world: DspWorld, device: Eui = ESME) -> int:
    """How many commands were sent to the Device, each counted once."""
    return len(
        {frame.frame for frame in world.sent if frame.device == device and isinstance(frame.content, Gbcs)}
    )


def stages(world: DspWorld) -> list[Stage]:
    return [row.stage for row in world.engine.state.outstanding.values()]
