"""The SM WAN: one stream carries every hub of a host; frames down, uplinks and barriers up."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import structlog
from google.protobuf.message import Message
from grpc import aio

from dsp.core.inputs import HubsClaimed, UplinkReceived
from dsp.runtime import hosts as frames
from dsp.runtime.firmware_store import FirmwareStore
from dsp.runtime.hosts import Host
from dsp.runtime.runtime import Runtime
from dsp.runtime.timekeeper import Timekeeper
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.instants import Instant
from smart_metering.rpc.refusals import InvalidArgument, PermissionDenied
from smart_metering.rpc.v1 import sm_wan_pb2 as pb2
from smart_metering.rpc.v1.sm_wan_pb2_grpc import SmWanServicer
from smart_metering.sm_wan import Uplink
from smart_metering.wire.conversion import from_message, to_message

HOST_NAME_LENGTH = 200

_log = structlog.get_logger()

Context = aio.ServicerContext[Message, Message]


class SmWan(SmWanServicer):
    """Reads, submits, renders; who owns which hub is the runtime's to know."""

    def __init__(self, runtime: Runtime, timekeeper: Timekeeper, store: FirmwareStore) -> None:
        self._runtime = runtime
        self._timekeeper = timekeeper
        self._store = store

    async def Attach(
        self, request_iterator: AsyncIterator[pb2.FromHubs], context: Context
    ) -> AsyncGenerator[pb2.ToHubs, None]:
        first = await anext(aiter(request_iterator), None)
        if first is None or first.WhichOneof("content") != "attachment":
            raise InvalidArgument("expected an attachment as the first message of the stream")
        host = self._runtime.hosts.open(_host_name(first.attachment))
        listening = asyncio.create_task(self._listen(host, first, request_iterator))
        listening.add_done_callback(lambda _: host.close())
        try:
            while (frame := await host.next_frame()) is not None:
                for message in self._render(host, frame):
                    yield message
            listening.result()
        finally:
            listening.cancel()
            self._runtime.hosts.close(host)

    async def _listen(
        self, host: Host, first: pb2.FromHubs, request_iterator: AsyncIterator[pb2.FromHubs]
    ) -> None:
        await self._attach(host, first.attachment)
        async for message in request_iterator:
            match message.WhichOneof("content"):
                case "uplinks":
                    await self._take_uplinks(host, message.uplinks)
                case "clock_reached":
                    _pass_barrier(host, message.clock_reached)
                case "attachment":
                    await self._attach(host, message.attachment)
                case "firmware_file_wanted":
                    host.ask_for_file(message.firmware_file_wanted.firmware_file)
                case _:
                    raise InvalidArgument(
                        "expected attachment, uplinks, clock_reached or firmware_file_wanted"
                    )

    async def _attach(self, host: Host, attachment: pb2.Attachment) -> None:
        if _host_name(attachment) != host.name:
            raise InvalidArgument(f"attachment.host: expected {host.name!r}, the host of this stream")
        claimed: list[Eui] = []
        refused: list[frames.RefusedHub] = []
        for text in attachment.comms_hubs:
            try:
                claimed.append(self._comms_hub(text))
            except (InvalidIdentifier, PermissionDenied) as error:
                refused.append(frames.RefusedHub(text, str(error)))
        position = self._runtime.engine.state.host_positions.get(host.name)
        await self._runtime.flush()  # The position is a promise: the host forgets what it covers.
        self._runtime.hosts.claim(host, claimed)
        attached = frames.HubsAttached(
            uplinks_taken=position.sequence if position else 0,
            clock=self._timekeeper.update(),
            refused=tuple(refused),
        )
        host.put(attached)
        await self._runtime.submit(HubsClaimed(host=host.name, comms_hubs=tuple(claimed)))

    def _comms_hub(self, text: str) -> Eui:
        """A hub that the SMI does not know yet may attach: its premises may be loaded later."""
        comms_hub = parse_eui(text)
        device = self._runtime.engine.state.devices.get(comms_hub)
        if device is not None and device.device.device_type is not DeviceType.CHF:
            raise PermissionDenied(f"it is a {device.device.device_type} in the SMI, not a CHF")
        return comms_hub

    async def _take_uplinks(self, host: Host, batch: pb2.UplinkBatch) -> None:
        if not batch.uplinks:
            return
        uplinks = [from_message(message, Uplink) for message in batch.uplinks]
        events = [
            UplinkReceived(host=host.name, uplink=uplink)
            for uplink in uplinks
            if self._is_theirs(host, uplink)
        ]
        await self._runtime.submit_many(events)
        host.put(frames.UplinksTaken(uplinks[-1].sequence))

    def _is_theirs(self, host: Host, uplink: Uplink) -> bool:
        """An uplink of a hub the host has lost is dropped; to speak for another host's hub ends the stream."""
        if uplink.comms_hub in host.comms_hubs:
            return True
        refused = _log.bind(host=host.name, comms_hub=uplink.comms_hub, device=uplink.device)
        if uplink.comms_hub in host.lost:
            refused.info("uplink refused", why="a newer stream serves the hub")
            return False
        refused.warning("uplink refused", why="the stream never attached the hub")
        raise PermissionDenied(f"uplink {uplink.sequence}: this stream did not attach hub {uplink.comms_hub}")

    def _render(self, host: Host, frame: frames.Frame) -> Iterator[pb2.ToHubs]:
        match frame:
            case frames.Downlinks(downlinks=downlinks):
                batch = pb2.DownlinkBatch(downlinks=[to_message(it, pb2.Downlink) for it in downlinks])
                yield pb2.ToHubs(downlinks=batch)
            case frames.UplinksTaken(sequence=sequence):
                yield pb2.ToHubs(uplinks_taken=pb2.UplinksTaken(sequence=sequence))
            case frames.ClockUpdate():
                yield pb2.ToHubs(clock_update=_clock_update(frame))
            case frames.HubsAttached():
                yield pb2.ToHubs(hubs_attached=_hubs_attached(frame))
            case frames.HubsLost(comms_hubs=comms_hubs):
                yield pb2.ToHubs(hubs_lost=pb2.HubsLost(comms_hubs=comms_hubs))
            case frames.FirmwareFileAsked(firmware_file=name):
                yield from self._firmware_blocks(name)
                host.file_sent(name)

    def _firmware_blocks(self, name: str) -> Iterator[pb2.ToHubs]:
        """A file that is not in the store is one block of nothing, of a file of size 0."""
        is_there = False
        for offset, size, content in self._store.blocks(name):
            is_there = True
            block = pb2.FirmwareBlock(firmware_file=name, offset=offset, size=size, content=content)
            yield pb2.ToHubs(firmware_block=block)
        if not is_there:
            _log.warning("firmware file asked for is not in the store", firmware_file=name[:64])
            yield pb2.ToHubs(firmware_block=pb2.FirmwareBlock(firmware_file=name))


def _host_name(attachment: pb2.Attachment) -> str:
    if 0 < len(attachment.host) <= HOST_NAME_LENGTH and attachment.host.isprintable():
        return attachment.host
    raise InvalidArgument(f"attachment.host: expected a name of 1 to {HOST_NAME_LENGTH} printable characters")


def _pass_barrier(host: Host, reached: pb2.ClockReached) -> None:
    next_event = Instant(reached.next_event) if reached.HasField("next_event") else None
    host.reached(reached.barrier, next_event)


def _clock_update(update: frames.ClockUpdate) -> pb2.ClockUpdate:
    return pb2.ClockUpdate(barrier=update.barrier, now=update.now, rate=update.rate)


def _hubs_attached(attached: frames.HubsAttached) -> pb2.HubsAttached:
    return pb2.HubsAttached(
        uplinks_taken=attached.uplinks_taken,
        clock=_clock_update(attached.clock),
        refused=[pb2.RefusedHub(comms_hub=hub.comms_hub, why=hub.why) for hub in attached.refused],
    )
