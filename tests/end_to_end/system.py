"""A DSP and a device emulator that know each other and some premises, and a caller of all their services."""

import signal
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from grpc import aio

from dsp.rules.releases import LATEST
from smart_metering.administration import (
    CplChange,
    DeviceInside,
    FaultRule,
    FirmwareFile,
    PremisesTemplate,
)
from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UpdateFirmware,
)
from smart_metering.duis.service_responses import (
    InventoryDevice,
    Message,
    PreCommand,
    ReceivedMessage,
    ServiceResponse,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import format_instant
from smart_metering.pki.key_folders import write_certificates
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import (
    central_products_list_pb2_grpc,
    clock_pb2,
    clock_pb2_grpc,
    dcc_user_interface_pb2,
    dcc_user_interface_pb2_grpc,
    emulator_control_pb2,
    emulator_control_pb2_grpc,
    inventory_administration_pb2,
    inventory_administration_pb2_grpc,
    self_service_interface_pb2,
    self_service_interface_pb2_grpc,
    service_request_pb2,
    sm_wan_pb2_grpc,
)
from smart_metering.wire.conversion import from_message, to_message
from tests.end_to_end.premises import certified, loaded_premises, template
from tests.support.dsp_premises import (
    REGISTRATIONS,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    V3,
    party,
    signed_by,
)
from tests.support.hand_made_device import ACB, SEED
from tests.support.processes import PATIENCE_SECONDS, Program, free_address
from tests.support.world_premises import cpl_entry, firmware, image_hash

ATTACHED = "attached to the DSP"  # the emulator logs it when the DSP has answered for its hubs
CHUNK = 256 * 1024
OPTIONS = (
    ("grpc.max_receive_message_length", 32 * 1024 * 1024),
    ("grpc.max_send_message_length", 32 * 1024 * 1024),
)


def as_user(eui: str) -> tuple[tuple[str, str], ...]:
    """The metadata of a call by this User."""
    return (("user-id", eui),)


@dataclass
class Settings:
    """What the two processes are started with. `seed` is the emulator's."""

    folder: Path
    release: str = LATEST
    seed: str = SEED.decode()
    generation: Generation = Generation.SMETS2
    premises: int = 1


class System:
    """Both processes and a caller; `counters` are the last of the RequestIDs it gave, per originator and target."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.address = free_address()
        self.counters: dict[tuple[Eui, Eui], int] = {}
        self.dsp: Program
        self.emulator: Program
        self._channels: list[aio.Channel] = []

    # --- the processes

    async def start(self) -> None:
        """Both run, joined, and know the premises."""
        write_certificates(self._certificates, certified())
        await self.start_dsp()
        await self.start_emulator()
        await self._load()

    async def start_dsp(self) -> None:
        """On its state, at the same address as before."""
        settings = self.settings
        self.dsp = await Program.start(
            "dsp",
            *("--listen", self.address),
            *("--state", str(settings.folder / "dsp")),
            *("--seed", SEED.decode()),
            *("--release", settings.release),
            *("--epoch", format_instant(START)),
        )
        channel = self._channel(self.address)
        self.users = dcc_user_interface_pb2_grpc.DccUserInterfaceStub(channel)
        self.clock = clock_pb2_grpc.ClockStub(channel)
        self.cpl = central_products_list_pb2_grpc.CentralProductsListStub(channel)
        self.administration = inventory_administration_pb2_grpc.InventoryAdministrationStub(channel)
        self.ssi = self_service_interface_pb2_grpc.SelfServiceInterfaceStub(channel)
        self.sm_wan = sm_wan_pb2_grpc.SmWanStub(channel)

    async def start_emulator(self) -> None:
        """On its state; returns once it is attached to the DSP."""
        self.emulator = await Program.start(
            "device_emulator",
            *("--dsp", self.address),
            *("--state", str(self.settings.folder / "emulator")),
            *("--seed", self.settings.seed),
            *("--certificates", str(self._certificates)),
        )
        self.control = emulator_control_pb2_grpc.EmulatorControlStub(
            self._channel(self.emulator.ready["address"])
        )
        await self.emulator.logged(ATTACHED)

    async def kill_dsp(self) -> None:
        """kill -9."""
        assert await self.dsp.end(signal.SIGKILL) == -signal.SIGKILL

    async def kill_emulator(self) -> None:
        """kill -9."""
        assert await self.emulator.end(signal.SIGKILL) == -signal.SIGKILL

    async def dsp_again(self) -> None:
        """After its end: on the same state, with the emulator attached."""
        before = sum(ATTACHED in line for line in self.emulator.log)
        await self.start_dsp()
        await self.emulator.logged(ATTACHED, before + 1)

    async def stop(self) -> None:
        """Both are asked to stop, and nothing is left of them."""
        for channel in self._channels:
            await channel.close()
        for name in ("emulator", "dsp"):
            program: Program | None = getattr(self, name, None)
            if program is not None:
                await program.end(signal.SIGTERM)

    def broken_promises(self) -> str:
        """What the programs logged of faults of their own."""
        programs = [getattr(self, name) for name in ("dsp", "emulator") if hasattr(self, name)]
        return "".join(line for it in programs for line in it.log if '"level": "error"' in line)

    # --- the caller

    def request(
        self,
        srv: str,
        body: Body,
        *,
        target: Eui,
        by: Eui = SUPPLIER,
        variant: CommandVariant = CommandVariant.SEND,
    ) -> ServiceRequest:
        """A request under a RequestID that was not used before."""
        counter = self.counters[by, target] = self.counters.get((by, target), 0) + 1
        return ServiceRequest(
            request_id=RequestId(by, target, counter),
            command_variant=variant,
            service_reference_variant=srv,
            body=body,
        )

    def read_version(self, device: Eui, by: Eui = SUPPLIER) -> ServiceRequest:
        """11.2."""
        return self.request("11.2", ReadFirmwareVersion(), target=device, by=by)

    async def ask(self, request: ServiceRequest, by: Eui | None = None) -> ServiceResponse:
        """The answer of the service to which the Command Variant of the request belongs."""
        call = {
            Service.TRANSFORM: self.users.Transform,
            Service.SEND_COMMAND: self.users.SendCommand,
            Service.NON_DEVICE: self.users.NonDevice,
        }[service_of(request.command_variant)]
        message = to_message(request, service_request_pb2.ServiceRequest)
        caller = as_user(by or request.request_id.originator)
        answer = await call(message, metadata=caller, timeout=PATIENCE_SECONDS)
        return from_message(answer, ServiceResponse)

    async def submit(
        self, requests: Iterable[ServiceRequest], by: Eui = SUPPLIER, together: int = 10
    ) -> AsyncGenerator[ServiceResponse, None]:
        """The answers, in batches of so many, as they come."""
        messages = [to_message(request, service_request_pb2.ServiceRequest) for request in requests]
        batches = [
            dcc_user_interface_pb2.SubmitBatch(requests=messages[start : start + together])
            for start in range(0, len(messages), together)
        ]
        call = self.users.Submit(iter(batches), metadata=as_user(by), timeout=PATIENCE_SECONDS)
        async for answers in call:
            for answer in answers.answers:
                yield from_message(answer, ServiceResponse)

    async def activation(
        self, device: Eui, version: FirmwareVersion = V2, by: Eui = SUPPLIER
    ) -> ServiceRequest:
        """11.3 as far as its signature: what is left is to send it."""
        body = ActivateFirmware(firmware_hash=image_hash(DeviceType.ESME, version))
        request = self.request("11.3", body, target=device, by=by, variant=CommandVariant.TRANSFORM)
        answer = await self.ask(request)
        assert isinstance(answer.body, PreCommand), answer
        return ServiceRequest(
            request_id=request.request_id,
            command_variant=CommandVariant.SIGNED_SEND,
            service_reference_variant="11.3",
            body=SignedPreCommand(gbcs_payload=signed_by(by, answer.body.gbcs_payload)),
        )

    async def distribute(
        self, devices: Sequence[Eui], version: FirmwareVersion = V2, by: Eui = SUPPLIER
    ) -> ServiceResponse:
        """The file uploaded in chunks, then 11.1."""
        file = await self.upload(firmware(DeviceType.ESME, version), by)
        body = UpdateFirmware(
            firmware_file=file.sha256, firmware_version=version, device_id_list=tuple(devices)
        )
        return await self.ask(
            self.request("11.1", body, target=ACB, by=by, variant=CommandVariant.NON_DEVICE)
        )

    async def upload(self, octets: bytes, by: Eui = SUPPLIER) -> FirmwareFile:
        """A firmware file in chunks."""
        chunks = [
            dcc_user_interface_pb2.FirmwareChunk(content=octets[start : start + CHUNK])
            for start in range(0, len(octets), CHUNK)
        ]
        call = self.users.UploadFirmware(iter(chunks), metadata=as_user(by), timeout=PATIENCE_SECONDS)
        return from_message(await call, FirmwareFile)

    async def receive(
        self, user: Eui = SUPPLIER, after: int = 0, *, until_now: bool = True
    ) -> AsyncGenerator[ReceivedMessage, None]:
        """The User's stream beyond a position."""
        ask = dcc_user_interface_pb2.ReceiveRequest(after_position=after, until_now=until_now)
        async for batch in self.users.Receive(ask, metadata=as_user(user), timeout=PATIENCE_SECONDS):
            for message in batch.messages:
                yield from_message(message, ReceivedMessage)

    async def received(self, user: Eui = SUPPLIER, after: int = 0) -> list[ReceivedMessage]:
        """All of it, up to now."""
        return [message async for message in self.receive(user, after)]

    async def inbox(self, user: Eui = SUPPLIER, after: int = 0) -> list[Message]:
        """The same without positions."""
        return [received.message for received in await self.received(user, after)]

    async def advance(self, by: int) -> None:
        """Steps the clock."""
        await self.clock.Advance(clock_pb2.AdvanceRequest(by=by), timeout=PATIENCE_SECONDS)

    async def remove(self, version: FirmwareVersion = V1) -> CplChange:
        """The version leaves the CPL for ESMEs."""
        entry = cpl_entry(DeviceType.ESME, version).entry_id
        change = await self.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=entry), timeout=PATIENCE_SECONDS)
        return from_message(change, CplChange)

    async def smi(self, device: Eui) -> InventoryDevice:
        """The Device as the SMI has it."""
        found = await self.ssi.ReadDevice(
            self_service_interface_pb2.ReadDeviceRequest(device_id=device),
            metadata=as_user(SUPPLIER),
            timeout=PATIENCE_SECONDS,
        )
        return from_message(found.device, InventoryDevice)

    async def inside(self, device: Eui) -> DeviceInside:
        """The Device as it is."""
        asked = emulator_control_pb2.InspectDeviceRequest(device_id=device)
        return from_message(await self.control.InspectDevice(asked, timeout=PATIENCE_SECONDS), DeviceInside)

    async def trace(self) -> bytes:
        """The hash over the histories of all Devices."""
        trace = await self.control.ReadTrace(
            emulator_control_pb2.ReadTraceRequest(), timeout=PATIENCE_SECONDS
        )
        return trace.hash

    async def set_faults(self, *rules: FaultRule) -> None:
        """They hold for every later message."""
        messages = [to_message(rule, emulator_control_pb2.FaultRule) for rule in rules]
        await self.control.SetFaults(
            emulator_control_pb2.FaultRules(rules=messages), timeout=PATIENCE_SECONDS
        )

    # --- within

    @property
    def _certificates(self) -> Path:
        return self.settings.folder / "certificates"

    def _channel(self, address: str) -> aio.Channel:
        channel = aio.insecure_channel(address, options=OPTIONS)
        self._channels.append(channel)
        return channel

    async def _load(self) -> None:
        batch = inventory_administration_pb2.InventoryBatch(
            parties=[to_message(party(eui), inventory_administration_pb2.Party) for eui in ROLES],
            registrations=[
                to_message(row, inventory_administration_pb2.Registration) for row in REGISTRATIONS
            ],
            devices=[
                to_message(loaded, inventory_administration_pb2.LoadedDevice)
                for number in range(self.settings.premises)
                for loaded in loaded_premises(number, self.settings.generation)
            ],
        )
        await self.administration.Load(iter([batch]), timeout=PATIENCE_SECONDS)
        for version in (V1, V2, V3):
            entry = to_message(cpl_entry(DeviceType.ESME, version), cpl_pb2.CplEntry)
            await self.cpl.Add(entry, timeout=PATIENCE_SECONDS)
        await self.launch(template(self.settings.premises, self.settings.generation))

    async def launch(self, *templates: PremisesTemplate) -> None:
        """The premises stand, and their hubs are attached."""
        messages = [to_message(it, emulator_control_pb2.PremisesTemplate) for it in templates]
        asked = emulator_control_pb2.LaunchRequest(templates=messages)
        await self.control.Launch(asked, timeout=PATIENCE_SECONDS)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[System]:
    """Both processes, from their start until they are stopped."""
    system = System(settings)
    try:
        await system.start()
        yield system
    except BaseException as error:
        error.add_note(system.broken_promises())
        raise
    finally:
        await system.stop()
    assert not system.broken_promises()
