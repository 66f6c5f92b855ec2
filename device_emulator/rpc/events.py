"""Events, as a service: what befalls Devices, from a position on."""

from collections.abc import AsyncGenerator

from google.protobuf.message import Message
from grpc import aio

from device_emulator.core.external_records import PresenceChange
from device_emulator.runtime.fate_desk import BATCH, Position
from device_emulator.runtime.host import Host
from smart_metering.administration import Fate
from smart_metering.rpc.v1 import events_pb2 as pb2
from smart_metering.rpc.v1.events_pb2_grpc import EmulatorEventsServicer

Context = aio.ServicerContext[Message, Message]


class EmulatorEvents(EmulatorEventsServicer):
    """Reads, asks, renders."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def Follow(
        self, request: pb2.FollowEmulatorEvents, context: Context
    ) -> AsyncGenerator[pb2.EmulatorEventBatch, None]:
        after = Position(request.after.fates, request.after.presence)
        async for batch in self._host.events(after, until_now=request.until_now):
            yield pb2.EmulatorEventBatch(
                events=[_event(number, record) for number, record in batch.events],
                position=_position(batch.position),
            )

    async def ReadPresence(
        self, request: pb2.ReadPresenceRequest, context: Context
    ) -> AsyncGenerator[pb2.PresenceBatch, None]:
        devices, position = await self._host.presence()
        for start in range(0, len(devices), BATCH) or [0]:
            states = [
                pb2.PresenceState(device_id=device, online=online)
                for device, online in devices[start : start + BATCH]
            ]
            yield pb2.PresenceBatch(states=states, position=_position(position))


def _event(number: int, record: Fate | PresenceChange) -> pb2.EmulatorEvent:
    event = pb2.EmulatorEvent(position=number, at=record.at, device_id=record.device_id)
    if isinstance(record, Fate):
        event.kind, event.what, event.rule = "fault", record.fate, record.rule
        event.direction, event.reference = record.direction, record.reference
    else:
        event.kind, event.what = "presence", "online" if record.online else "offline"
    return event


def _position(position: Position) -> pb2.EmulatorEventPosition:
    return pb2.EmulatorEventPosition(fates=position.fates, presence=position.presence)
