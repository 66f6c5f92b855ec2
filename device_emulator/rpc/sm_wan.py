"""The hubs' side of the SM WAN: one stream to the DSP, opened again whenever it breaks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

import grpc
import structlog
from grpc import aio

from device_emulator.runtime import frames
from device_emulator.runtime.host import Host
from device_emulator.runtime.incoming_files import Block
from device_emulator.runtime.stream import Stream
from smart_metering.instants import Instant
from smart_metering.rpc.access import Access, open_channel
from smart_metering.rpc.v1 import sm_wan_pb2 as pb2
from smart_metering.rpc.v1.sm_wan_pb2_grpc import SmWanStub
from smart_metering.sm_wan import Downlink
from smart_metering.wire.conversion import from_message, to_message
from smart_metering.wire.errors import WireError

if TYPE_CHECKING:
    from smart_metering.rpc.v1.sm_wan_pb2_grpc import SmWanAsyncStub

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
MESSAGE_LIMIT = 16 * 1024 * 1024

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ("grpc.keepalive_time_ms", 30_000),  # a DSP that is gone is noticed
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)

_log = structlog.get_logger()


class SmWanClient:
    """Carries the frames of one host to the DSP at `address` and back; `access`: over TLS, as an operator."""

    def __init__(self, host: Host, address: str, access: Access | None = None) -> None:
        self._host = host
        self._address = address
        self._access = access

    async def run(self) -> None:
        """Until it is cancelled, or the store of the host fails."""
        pause = FIRST_PAUSE_SECONDS
        async with open_channel(self._address, OPTIONS, self._access) as channel:
            stub = SmWanStub(channel)
            while not self._host.failed.done():
                if await self._attend(stub):
                    pause = FIRST_PAUSE_SECONDS
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _attend(self, stub: "SmWanAsyncStub") -> bool:
        """One stream from its beginning to its end; answers whether the DSP ever spoke on it."""
        stream = self._host.open()
        call = stub.Attach(_render(stream))
        heard = False
        try:
            async for message in call:
                if not heard:
                    heard = True
                    _log.info("attached to the DSP", address=self._address)
                await self._take(message)
        except aio.AioRpcError as error:
            if heard or error.code() is not grpc.StatusCode.UNAVAILABLE:
                _log.warning("stream to the DSP broke", status=error.code().name, why=error.details())
        finally:
            self._host.shut()
            call.cancel()
        return heard

    async def _take(self, message: pb2.ToHubs) -> None:
        kind = message.WhichOneof("content")
        read = _READ.get(kind or "")
        if read is None:
            _log.warning("frame of an unknown kind passed over", kind=kind)
            return
        await self._host.take(read(message))


async def _render(stream: Stream) -> AsyncIterator[pb2.FromHubs]:
    while (frame := await stream.next()) is not None:
        yield _message(frame)


def _message(frame: frames.FromHubs) -> pb2.FromHubs:
    match frame:
        case frames.Uplinks(uplinks=uplinks):
            batch = pb2.UplinkBatch(uplinks=[to_message(it, pb2.Uplink) for it in uplinks])
            return pb2.FromHubs(uplinks=batch)
        case frames.ClockReached():
            reached = pb2.ClockReached(
                barrier=frame.barrier, next_event=frame.next_event, uplinks_sent=frame.uplinks_sent
            )
            return pb2.FromHubs(clock_reached=reached)
        case frames.Attach():
            return pb2.FromHubs(attachment=pb2.Attachment(host=frame.host, comms_hubs=frame.comms_hubs))
        case frames.FileAsked(firmware_file=name):
            return pb2.FromHubs(firmware_file_wanted=pb2.FirmwareFileWanted(firmware_file=name))


def _downlinks(message: pb2.ToHubs) -> frames.ToHubs:
    """A frame that cannot be read is passed over, as a hub would: the DSP has no receipt of it."""
    downlinks = []
    for downlink in message.downlinks.downlinks:
        try:
            downlinks.append(from_message(downlink, Downlink))
        except WireError as error:
            _log.warning("downlink passed over", frame=downlink.frame[:100], why=str(error))
    return frames.Downlinks(downlinks)


def _uplinks_taken(message: pb2.ToHubs) -> frames.ToHubs:
    return frames.UplinksTaken(message.uplinks_taken.sequence)


def _clock_update(message: pb2.ToHubs) -> frames.ToHubs:
    return _clock(message.clock_update)


def _hubs_attached(message: pb2.ToHubs) -> frames.ToHubs:
    attached = message.hubs_attached
    return frames.HubsAttached(
        uplinks_taken=attached.uplinks_taken,
        clock=_clock(attached.clock),
        refused=tuple(f"{hub.comms_hub}: {hub.why}" for hub in attached.refused),
    )


def _hubs_lost(message: pb2.ToHubs) -> frames.ToHubs:
    return frames.HubsLost(tuple(message.hubs_lost.comms_hubs))


def _block(message: pb2.ToHubs) -> frames.ToHubs:
    block = message.firmware_block
    return Block(
        firmware_file=block.firmware_file, offset=block.offset, size=block.size, content=block.content
    )


def _clock(update: pb2.ClockUpdate) -> frames.ClockUpdate:
    return frames.ClockUpdate(barrier=update.barrier, now=Instant(update.now), rate=update.rate)


_READ: Mapping[str, Callable[[pb2.ToHubs], frames.ToHubs]] = {
    "downlinks": _downlinks,
    "uplinks_taken": _uplinks_taken,
    "clock_update": _clock_update,
    "hubs_attached": _hubs_attached,
    "hubs_lost": _hubs_lost,
    "firmware_block": _block,
}
