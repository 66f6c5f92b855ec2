"""A DSP that knows the SM WAN alone: over real gRPC it takes what an emulator sends, and sends what a test says."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Self

from google.protobuf.message import Message
from grpc import aio

from smart_metering.instants import Instant
from smart_metering.rpc.v1 import sm_wan_pb2 as pb2
from smart_metering.rpc.v1.sm_wan_pb2_grpc import SmWanServicer, add_SmWanServicer_to_server
from smart_metering.sm_wan import Downlink, Uplink
from smart_metering.wire.conversion import from_message, to_message
from tests.device_emulator.bench import NOON

PATIENCE_SECONDS = 10

Context = aio.ServicerContext[Message, Message]


class FakeDsp(SmWanServicer):
    """`uplinks` are those taken, each sequence once; `sent` counts every one that came, also again."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.now = NOON
        self.rate = 0.0
        self.takes = True
        self.refuses: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.taken = 0
        self.sent: list[int] = []
        self.uplinks: list[Uplink] = []
        self.comms_hubs: list[str] = []
        self.hosts: list[str] = []
        self.reached: list[pb2.ClockReached] = []
        self.streams = 0
        self._barrier = 0
        self._down: asyncio.Queue[pb2.ToHubs] = asyncio.Queue()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = aio.server()
        add_SmWanServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    # --- what a test does

    def send(self, *downlinks: Downlink) -> None:
        batch = pb2.DownlinkBatch(downlinks=[to_message(it, pb2.Downlink) for it in downlinks])
        self._down.put_nowait(pb2.ToHubs(downlinks=batch))

    def put(self, message: pb2.ToHubs) -> None:
        self._down.put_nowait(message)

    async def pass_barrier(self, now: Instant | None = None) -> pb2.ClockReached:
        """Returns once the host has answered: what it sent before has been taken then."""
        self.now = max(self.now, now or self.now)
        update = self._clock()
        self._down.put_nowait(pb2.ToHubs(clock_update=update))
        await self.until(lambda: any(reached.barrier == update.barrier for reached in self.reached))
        return next(reached for reached in self.reached if reached.barrier == update.barrier)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    # --- the service

    async def Attach(
        self, request_iterator: AsyncIterator[pb2.FromHubs], context: Context
    ) -> AsyncGenerator[pb2.ToHubs, None]:
        down: asyncio.Queue[pb2.ToHubs] = asyncio.Queue()
        self._down = down
        self.streams += 1
        listening = asyncio.create_task(self._listen(request_iterator))
        try:
            while True:
                yield await down.get()
        finally:
            listening.cancel()

    async def _listen(self, messages: AsyncIterator[pb2.FromHubs]) -> None:
        async for message in messages:
            match message.WhichOneof("content"):
                case "attachment":
                    self._attach(message.attachment)
                case "uplinks":
                    self._take(message.uplinks)
                case "clock_reached":
                    self.reached.append(message.clock_reached)
                case "firmware_file_wanted":
                    self._send_file(message.firmware_file_wanted.firmware_file)
                case None:
                    raise AssertionError("an emulator sends no empty message")
            self._changed.set()

    def _attach(self, attachment: pb2.Attachment) -> None:
        self.hosts.append(attachment.host)
        self.comms_hubs += attachment.comms_hubs
        refused = [
            pb2.RefusedHub(comms_hub=hub, why="no") for hub in attachment.comms_hubs if hub in self.refuses
        ]
        attached = pb2.HubsAttached(uplinks_taken=self.taken, clock=self._clock(), refused=refused)
        self._down.put_nowait(pb2.ToHubs(hubs_attached=attached))

    def _take(self, batch: pb2.UplinkBatch) -> None:
        for message in batch.uplinks:
            self.sent.append(message.sequence)
            if message.sequence > self.taken and self.takes:
                self.taken = message.sequence
                self.uplinks.append(from_message(message, Uplink))
        if self.takes:
            self._down.put_nowait(pb2.ToHubs(uplinks_taken=pb2.UplinksTaken(sequence=self.taken)))

    def _send_file(self, name: str) -> None:
        octets = self.files.get(name, b"")
        half = len(octets) // 2
        for offset, content in ((0, octets[:half]), (half, octets[half:])) if octets else ((0, b""),):
            block = pb2.FirmwareBlock(firmware_file=name, offset=offset, size=len(octets), content=content)
            self._down.put_nowait(pb2.ToHubs(firmware_block=block))

    def _clock(self) -> pb2.ClockUpdate:
        self._barrier += 1
        return pb2.ClockUpdate(barrier=self._barrier, now=self.now, rate=self.rate)
