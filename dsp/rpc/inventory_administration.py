"""What the world outside tells the DCC, as a service: parties, registrations and premises in batches."""

from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

from google.protobuf.message import Message
from grpc import aio

from dsp.core.effects import Refusal
from dsp.core.inputs import AdministrationLoaded, DeviceCorrected, RecoveryChanged
from dsp.rpc.refusals import raise_refusal
from dsp.runtime.engine_room import EngineRoom
from smart_metering.administration import (
    DeviceCorrection,
    LoadedDevice,
    LoadSummary,
    Party,
    RecoveryChange,
    Registration,
)
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.records import Record
from smart_metering.rpc.v1 import inventory_administration_pb2 as pb2
from smart_metering.rpc.v1.inventory_administration_pb2_grpc import InventoryAdministrationServicer
from smart_metering.rpc.v1.service_response_pb2 import InventoryDevice as InventoryDeviceMessage
from smart_metering.wire.conversion import from_message, to_message
from smart_metering.wire.errors import Fault, WireError

R = TypeVar("R", bound=Record)
Context = aio.ServicerContext[Message, Message]


class InventoryAdministration(InventoryAdministrationServicer):
    """Reads, submits, renders."""

    def __init__(self, runtime: EngineRoom) -> None:
        self._runtime = runtime

    async def Load(
        self, request_iterator: AsyncIterator[pb2.InventoryBatch], context: Context
    ) -> pb2.LoadSummary:
        total = LoadSummary()
        async for batch in request_iterator:
            reply = await self._runtime.submit(_read(batch))
            if isinstance(reply, Refusal):
                raise_refusal(reply)
            assert isinstance(reply, LoadSummary), reply
            total = LoadSummary(
                parties=total.parties + reply.parties,
                registrations=total.registrations + reply.registrations,
                devices=total.devices + reply.devices,
            )
        return to_message(total, pb2.LoadSummary)

    async def ListParties(self, request: pb2.ListPartiesRequest, context: Context) -> pb2.Parties:
        await self._runtime.flush()
        parties = sorted(self._runtime.engine.state.parties.values(), key=lambda party: party.eui)
        return pb2.Parties(parties=[to_message(party, pb2.Party) for party in parties])

    async def CorrectDevice(self, request: pb2.DeviceCorrection, context: Context) -> InventoryDeviceMessage:
        return await self._change(DeviceCorrected(correction=from_message(request, DeviceCorrection)))

    async def ChangeRecovery(self, request: pb2.RecoveryChange, context: Context) -> InventoryDeviceMessage:
        return await self._change(RecoveryChanged(change=from_message(request, RecoveryChange)))

    async def _change(self, event: DeviceCorrected | RecoveryChanged) -> InventoryDeviceMessage:
        reply = await self._runtime.submit(event)
        if isinstance(reply, Refusal):
            raise_refusal(reply)
        assert isinstance(reply, InventoryDevice), reply
        return to_message(reply, InventoryDeviceMessage)


def _read(batch: pb2.InventoryBatch) -> AdministrationLoaded:
    faults: list[Fault] = []

    def read(name: str, messages: Iterable[Message], record_type: type[R]) -> tuple[R, ...]:
        records: list[R] = []
        for at, message in enumerate(messages):
            try:
                records.append(from_message(message, record_type))
            except WireError as error:
                faults.extend(error.under(f"{name}[{at}]").faults)
        return tuple(records)

    loaded = AdministrationLoaded(
        parties=read("parties", batch.parties, Party),
        registrations=read("registrations", batch.registrations, Registration),
        devices=read("devices", batch.devices, LoadedDevice),
    )
    if faults:
        raise WireError(*faults)
    return loaded
