"""Events, as a service: what happens at the DSP, from a position on."""

from collections.abc import AsyncGenerator

from google.protobuf.message import Message
from grpc import aio

from dsp.core.records import AuditRecord, SmiDevice
from dsp.runtime.events_desk import SMI, Event, EventsDesk, Position
from smart_metering.decisions import Decision
from smart_metering.rpc.v1 import events_pb2 as pb2
from smart_metering.rpc.v1 import service_response_pb2
from smart_metering.rpc.v1.events_pb2_grpc import DspEventsServicer
from smart_metering.wire.conversion import to_message

Context = aio.ServicerContext[Message, Message]


class DspEvents(DspEventsServicer):
    """Reads, asks, renders. It tells of all parties, so nobody is asked who is calling."""

    def __init__(self, desk: EventsDesk) -> None:
        self._desk = desk

    async def Follow(
        self, request: pb2.FollowDspEvents, context: Context
    ) -> AsyncGenerator[pb2.DspEventBatch, None]:
        after = Position(request.after.smi_changes, request.after.messages)
        async for batch in self._desk.follow(after, request.kinds, until_now=request.until_now):
            yield pb2.DspEventBatch(
                events=[_event(event) for event in batch.events],
                position=_position(batch.position),
                devices_version=batch.devices_version,
            )

    async def ReadStates(
        self, request: pb2.ReadStatesRequest, context: Context
    ) -> AsyncGenerator[pb2.DeviceStates, None]:
        async for states in self._desk.states():
            yield pb2.DeviceStates(
                states=[_state(device) for device in states.devices],
                position=_position(states.position),
                devices_version=states.devices_version,
            )


def _event(event: Event) -> pb2.DspEvent:
    record = event.record
    message = pb2.DspEvent(position=event.position, at=record.at, device_id=record.device, cause=record.cause)
    if isinstance(record, AuditRecord):
        message.kind, message.what, message.party = record.message_kind, record.title, record.user
    else:
        message.kind, message.what = SMI, record.what
        if event.device is not None:
            message.state.CopyFrom(_state(event.device))
    if record.decision is not None:
        message.decision.CopyFrom(_decision(record.decision))
    return message


def _decision(decision: Decision) -> service_response_pb2.Decision:
    return to_message(decision, service_response_pb2.Decision)


def _state(device: SmiDevice) -> pb2.DeviceStateInSmi:
    shown = device.device
    return pb2.DeviceStateInSmi(
        device_id=shown.device_id,
        device_type=shown.device_type,
        device_status=shown.device_status or "",
        device_firmware_version=shown.device_firmware_version or "",
    )


def _position(position: Position) -> pb2.DspEventPosition:
    return pb2.DspEventPosition(smi_changes=position.smi_changes, messages=position.messages)
