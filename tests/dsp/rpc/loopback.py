"""A whole DSP over loopback gRPC, and a host of hand-made Devices that a test holds in its hand."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from grpc import aio

from dsp.bootstrap import Dsp, DspSettings
from dsp.duis_http.settings import DuisSettings
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import TYPE_2
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import Message, ReceivedMessage, ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import (
    central_products_list_pb2_grpc,
    clock_pb2,
    clock_pb2_grpc,
    dcc_user_interface_pb2,
    dcc_user_interface_pb2_grpc,
    inventory_administration_pb2_grpc,
    self_service_interface_pb2_grpc,
    service_request_pb2,
    sm_wan_pb2,
    sm_wan_pb2_grpc,
)
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.sm_wan import Downlink, Uplink, UplinkContent
from smart_metering.wire.conversion import from_message, to_message
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    REGISTRATIONS,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    cpl_entry,
    loaded_device,
    party,
)
from tests.support.hand_made_device import SEED, HandMadeDevice

PATIENCE_SECONDS = 10


def as_user(eui: str) -> tuple[tuple[str, str], ...]:
    """The metadata of a call by this User."""
    return (("user-id", eui),)


@dataclass
class Dcc:
    """Stubs of every service of a DSP that runs, and the premises to load into it."""

    dsp: Dsp
    channel: aio.Channel
    counter: int = 0

    def __post_init__(self) -> None:
        self.users = dcc_user_interface_pb2_grpc.DccUserInterfaceStub(self.channel)
        self.clock = clock_pb2_grpc.ClockStub(self.channel)
        self.cpl = central_products_list_pb2_grpc.CentralProductsListStub(self.channel)
        self.administration = inventory_administration_pb2_grpc.InventoryAdministrationStub(self.channel)
        self.ssi = self_service_interface_pb2_grpc.SelfServiceInterfaceStub(self.channel)
        self.sm_wan = sm_wan_pb2_grpc.SmWanStub(self.channel)

    async def load_premises(self) -> None:
        """Every party, one premises on V1, V1 and V2 on the CPL."""
        batch = administration_pb2.InventoryBatch(
            parties=[to_message(party(eui), administration_pb2.Party) for eui in ROLES],
            registrations=[to_message(row, administration_pb2.Registration) for row in REGISTRATIONS],
            devices=[to_message(loaded_device(it), administration_pb2.LoadedDevice) for it in DEVICE_TYPES],
        )
        await self.administration.Load(iter([batch]), timeout=PATIENCE_SECONDS)
        for device, device_type in DEVICE_TYPES.items():
            for version in (V1, V2) if device_type not in TYPE_2 else ():
                await self.cpl.Add(to_message(cpl_entry(device, version), cpl_pb2.CplEntry))

    def request(
        self,
        srv: str,
        body: Body,
        *,
        target: Eui = ESME,
        by: Eui = SUPPLIER,
        variant: CommandVariant = CommandVariant.SEND,
    ) -> service_request_pb2.ServiceRequest:
        """A request under a RequestID that was not used before."""
        self.counter += 1
        record = ServiceRequest(
            request_id=RequestId(by, target, self.counter),
            command_variant=variant,
            service_reference_variant=srv,
            body=body,
        )
        return to_message(record, service_request_pb2.ServiceRequest)

    def read_version(self, device: Eui = ESME) -> service_request_pb2.ServiceRequest:
        """11.2."""
        return self.request("11.2", ReadFirmwareVersion(), target=device)

    async def send(self, request: service_request_pb2.ServiceRequest, by: Eui = SUPPLIER) -> ServiceResponse:
        """Send Command."""
        answer = await self.users.SendCommand(request, metadata=as_user(by), timeout=PATIENCE_SECONDS)
        return from_message(answer, ServiceResponse)

    async def non_device(
        self, request: service_request_pb2.ServiceRequest, by: Eui = SUPPLIER
    ) -> ServiceResponse:
        """Non-Device."""
        answer = await self.users.NonDevice(request, metadata=as_user(by), timeout=PATIENCE_SECONDS)
        return from_message(answer, ServiceResponse)

    async def inbox(self, user: Eui = SUPPLIER, after: int = 0) -> list[Message]:
        """Everything in the User's stream by now."""
        return [received.message for received in await self.received(user, after)]

    async def received(self, user: Eui = SUPPLIER, after: int = 0) -> list[ReceivedMessage]:
        """The same with positions."""
        ask = dcc_user_interface_pb2.ReceiveRequest(after_position=after, until_now=True)
        batches = self.users.Receive(ask, metadata=as_user(user), timeout=PATIENCE_SECONDS)
        return [from_message(it, ReceivedMessage) async for batch in batches for it in batch.messages]

    async def advance(self, by: int) -> clock_pb2.ClockState:
        """Steps the clock."""
        return await self.clock.Advance(clock_pb2.AdvanceRequest(by=by), timeout=PATIENCE_SECONDS)


@asynccontextmanager
async def running(
    state: Path,
    *,
    rate: float = 0.0,
    listen: str = "127.0.0.1:0",
    rules: RuleSet | None = None,
    smki_listen: str = "",
    duis: DuisSettings | None = None,
) -> AsyncIterator[Dcc]:
    """A DSP on this state, and a channel to it."""
    rules = rules or rules_as_of()
    settings = DspSettings(
        listen=listen,
        state=state,
        seed=SEED,
        rules=rules,
        epoch=START,
        rate=rate,
        smki_listen=smki_listen,
        duis=duis or DuisSettings(),
    )
    async with Dsp(settings) as dsp, aio.insecure_channel(dsp.address) as channel:
        yield Dcc(dsp, channel)


@dataclass
class HandHeldHost:
    """A host of the SM WAN with hand-made Devices, which answer `latency` after they heard.

    It keeps `unsent` until the DSP has taken it, as a real one does; `heard` is everything that came down the stream.
    """

    dcc: Dcc
    name: str = "hand-held"
    comms_hubs: tuple[str, ...] = (CHF,)
    latency: int = 2_000
    answers: bool = True
    devices: dict[Eui, HandMadeDevice] = field(default_factory=dict)
    heard: list[sm_wan_pb2.ToHubs] = field(default_factory=list)
    unsent: list[Uplink] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        for device_id, device_type in DEVICE_TYPES.items():
            self.devices.setdefault(
                device_id,
                HandMadeDevice(device_id=device_id, device_type=device_type, comms_hub=CHF, version=V1),
            )
        self._news = asyncio.Condition()
        self._outgoing: asyncio.Queue[sm_wan_pb2.FromHubs | None] = asyncio.Queue()
        self._due: list[tuple[Instant, int, Eui, UplinkContent]] = []
        self._now = Instant(0)
        self.error: aio.AioRpcError | None = None

    async def attach(self) -> sm_wan_pb2.HubsAttached:
        """Opens the stream and repeats what was not taken; answers the DSP's first frame."""
        self._outgoing = asyncio.Queue()
        call = self.dcc.sm_wan.Attach(self._frames())
        self._task = asyncio.create_task(self._listen(call))
        self.say(attachment=sm_wan_pb2.Attachment(host=self.name, comms_hubs=self.comms_hubs))
        attached = await self.wait_for("hubs_attached")
        self._take(attached.hubs_attached.uplinks_taken)
        if self.unsent:
            self._send(self.unsent)
        return attached.hubs_attached

    def say(self, **content: object) -> None:
        """Any frame up the stream."""
        self._outgoing.put_nowait(sm_wan_pb2.FromHubs(**content))  # type: ignore[arg-type]  # its name says which

    def uplink(self, device: Eui, content: UplinkContent, *, comms_hub: Eui = CHF) -> None:
        """A frame of the Device, now."""
        self.sequence += 1
        uplink = Uplink(
            sequence=self.sequence, comms_hub=comms_hub, device=device, at=self._now, content=content
        )
        self.unsent.append(uplink)
        self._send([uplink])

    async def wait_for(self, kind: str, count: int = 1) -> sm_wan_pb2.ToHubs:
        """The `count`th frame of this kind that came down."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: self.error or len(self.frames(kind)) >= count)
        assert len(self.frames(kind)) >= count, self.error
        return self.frames(kind)[count - 1]

    def frames(self, kind: str) -> list[sm_wan_pb2.ToHubs]:
        """Everything of this kind that came down."""
        return [frame for frame in self.heard if frame.WhichOneof("content") == kind]

    async def detach(self) -> None:
        """Ends the stream from this side."""
        self._outgoing.put_nowait(None)
        await self.ended()

    async def ended(self) -> grpc.StatusCode | None:
        """Waits for the end of the stream: its status, if it was not OK."""
        await asyncio.wait_for(self._task, PATIENCE_SECONDS)
        return self.error.code() if self.error else None

    async def _frames(self) -> AsyncIterator[sm_wan_pb2.FromHubs]:
        while (frame := await self._outgoing.get()) is not None:
            yield frame

    async def _listen(self, call: aio.StreamStreamCall[sm_wan_pb2.FromHubs, sm_wan_pb2.ToHubs]) -> None:
        try:
            async for frame in call:
                async with self._news:
                    self.heard.append(frame)
                    self._handle(frame)
                    self._news.notify_all()
        except aio.AioRpcError as error:
            async with self._news:
                self.error = error
                self._news.notify_all()

    def _handle(self, frame: sm_wan_pb2.ToHubs) -> None:
        match frame.WhichOneof("content"):
            case "downlinks":
                for message in frame.downlinks.downlinks:
                    self._hear(from_message(message, Downlink))
            case "uplinks_taken":
                self._take(frame.uplinks_taken.sequence)
            case "clock_update" if self.answers:
                self._reach(frame.clock_update)

    def _hear(self, downlink: Downlink) -> None:
        at = Instant(max(self._now, downlink.at) + self.latency)
        device = self.devices.get(downlink.device)
        for content in device.hear(downlink) if device else []:
            self._due.append((at, len(self._due), downlink.device, content))

    def _reach(self, update: sm_wan_pb2.ClockUpdate) -> None:
        self._now = Instant(update.now)
        due = sorted(row for row in self._due if row[0] <= self._now)
        self._due = [row for row in self._due if row[0] > self._now]
        for _, _, device, content in due:
            self.uplink(device, content)
        next_event = min((row[0] for row in self._due), default=None)
        reached = sm_wan_pb2.ClockReached(barrier=update.barrier, uplinks_sent=self.sequence)
        if next_event is not None:
            reached.next_event = next_event
        self.say(clock_reached=reached)

    def _send(self, uplinks: Iterable[Uplink]) -> None:
        batch = sm_wan_pb2.UplinkBatch(uplinks=[to_message(it, sm_wan_pb2.Uplink) for it in uplinks])
        self.say(uplinks=batch)

    def _take(self, sequence: int) -> None:
        self.unsent = [uplink for uplink in self.unsent if uplink.sequence > sequence]
