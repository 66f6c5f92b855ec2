"""What surrounds the Users of a DSP: parties, registrations and premises loaded, the CPL, the clock, the SMI."""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import chain, islice
from types import TracebackType
from typing import Self, TypeVar

from smart_metering.administration import (
    CplChange,
    CplEntry,
    DeviceCorrection,
    LoadedDevice,
    LoadSummary,
    Party,
    RecoveryChange,
    Registration,
)
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import explanation_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as inventory_pb2
from smart_metering.rpc.v1.central_products_list_pb2_grpc import CentralProductsListStub
from smart_metering.rpc.v1.explanation_pb2_grpc import ExplanationsStub
from smart_metering.rpc.v1.inventory_administration_pb2_grpc import InventoryAdministrationStub
from smart_metering.smi_statuses import SmiStatus
from smets.client.clock import Clock
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Address, Connection, connected
from smets.client.conversion import from_message, to_message
from smets.client.errors import NotThere
from smets.client.records import AuditRecord, ClockState, Explanation, SmiDevice, StatusHistoryEntry
from smets.client.self_service import SelfService

RECORDS_TOGETHER = 2_000

T = TypeVar("T")


class Administration:
    """One DSP, from the side of who runs it. Raises SmetsError."""

    def __init__(self, to: Address | Connection) -> None:
        self._connection = connected(to)
        self._inventory = InventoryAdministrationStub(self._connection.channel)
        self._cpl = CentralProductsListStub(self._connection.channel)
        self._explanations = ExplanationsStub(self._connection.channel)
        self.clock = Clock(self._connection)
        self._reader: SelfService | None = None

    async def close(self) -> None:
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # --- what the world outside tells the DCC

    async def load(
        self,
        parties: Iterable[Party] = (),
        registrations: Iterable[Registration] = (),
        devices: Iterable[LoadedDevice] = (),
    ) -> LoadSummary:
        """In batches, each taken whole or refused whole (Refused names every fault). Hubs before their Devices."""
        async with self._connection.calling("loading the inventory"):
            answer = await self._inventory.Load(
                _each(_batches(parties, registrations, devices)), timeout=LONG_CALL_SECONDS
            )
            return from_message(answer, LoadSummary)

    async def parties(self) -> list[Party]:
        """All parties, in the order of their EUIs."""
        async with self._connection.calling("listing the parties"):
            answer = await self._inventory.ListParties(
                inventory_pb2.ListPartiesRequest(), timeout=CALL_SECONDS
            )
            return [from_message(party, Party) for party in answer.parties]

    # --- what the DCC itself changes in the SMI

    async def correct_device(
        self, device_id: Eui, *, manufacturer: str = "", model: str = "", reason: str
    ) -> InventoryDevice:
        """The DCC's manual way for a wrong manufacturer or model; an empty text leaves it as it is.

        The Device as the SMI has it then. Raises NotThere, and Refused which says what was expected.
        """
        correction = DeviceCorrection(
            device_id=device_id, device_manufacturer=manufacturer, device_model=model, reason=reason
        )
        async with self._connection.calling(f"correcting {device_id}"):
            answer = await self._inventory.CorrectDevice(
                to_message(correction, inventory_pb2.DeviceCorrection), timeout=CALL_SECONDS
            )
            return from_message(answer, InventoryDevice)

    async def change_recovery(self, device_id: Eui, event: str, reason: str) -> InventoryDevice:
        """A step of the recovery from a compromise: `event` is Started, CredentialsPlaced or SupplierRestored.

        The Device as the SMI has it then. Raises NotThere, and Refused where its SMI Status has no such step.
        """
        change = RecoveryChange(device_id=device_id, event=event, reason=reason)
        async with self._connection.calling(f"recovery of {device_id}"):
            answer = await self._inventory.ChangeRecovery(
                to_message(change, inventory_pb2.RecoveryChange), timeout=CALL_SECONDS
            )
            return from_message(answer, InventoryDevice)

    # --- the Central Products List

    async def add_cpl_entry(self, entry: CplEntry) -> CplChange:
        """Suspended Devices that run this firmware are restored."""
        async with self._connection.calling(
            f"adding {entry.device_type} {entry.firmware_version} to the CPL"
        ):
            answer = await self._cpl.Add(to_message(entry, cpl_pb2.CplEntry), timeout=LONG_CALL_SECONDS)
            return from_message(answer, CplChange)

    async def remove_cpl_entry(self, entry_id: str) -> CplChange:
        """Devices that run this firmware are Suspended. Raises NotThere."""
        async with self._connection.calling(f"removing {entry_id!r} from the CPL"):
            answer = await self._cpl.Remove(
                cpl_pb2.RemoveCplEntry(entry_id=entry_id), timeout=LONG_CALL_SECONDS
            )
            return from_message(answer, CplChange)

    async def cpl_entries(self) -> list[CplEntry]:
        """All entries, in the order of their ids."""
        async with self._connection.calling("listing the CPL"):
            answer = await self._cpl.List(cpl_pb2.ListCplEntries(), timeout=CALL_SECONDS)
            return [from_message(entry, CplEntry) for entry in answer.entries]

    # --- the clock

    async def now(self) -> ClockState:
        """The present time and rate."""
        return await self.clock.now()

    async def advance(self, by_ms: int) -> ClockState:
        """Lets everything up to then happen; 0: everything that is due now."""
        return await self.clock.advance(by_ms)

    async def run_to_next_event(self, until: Instant) -> ClockState:
        """Moves to the next event, or to `until` if there is none before."""
        return await self.clock.run_to_next_event(until)

    async def set_rate(self, rate: float) -> ClockState:
        """0 stepped, 1 real, n times as fast."""
        return await self.clock.set_rate(rate)

    # --- the Smart Metering Inventory, and the Service Audit Trail of a User

    async def read_device(self, device_id: Eui) -> SmiDevice:
        """What the SMI says of one Device. Raises NotThere."""
        return await (await self._any_reader()).read_device(device_id)

    async def devices(
        self,
        *,
        status: SmiStatus | None = None,
        device_type: DeviceType | None = None,
        after: Eui | None = None,
    ) -> AsyncIterator[SmiDevice]:
        """All Devices of this status and type beyond `after`, in the order of their ids, read as they are taken."""
        reader = await self._any_reader()
        async for device in reader.devices(status=status, device_type=device_type, after=after):
            yield device

    async def status_history(self, device_id: Eui) -> list[StatusHistoryEntry]:
        """How a Device came to its SMI Status, oldest first. The SMI tells a caller only its own RequestIDs, so every
        party is asked: whoever runs the system sees each RequestID that led to a change. Raises NotThere."""
        histories = [
            (await self.self_service(party.eui).read_device(device_id)).status_history
            for party in await self.parties()
        ]
        return [
            max(entries, key=lambda entry: len(entry.request_id)) for entries in zip(*histories, strict=False)
        ]

    def audit_trail(self, user: Eui, *, device_id: Eui | None = None) -> AsyncIterator[AuditRecord]:
        """The User's own records, newest first, read as they are taken."""
        return SelfService(self._connection, user).audit_trail(device_id=device_id)

    def self_service(self, user: Eui) -> SelfService:
        """The Self-Service Interface as this User sees it."""
        return SelfService(self._connection, user)

    # --- what became of a request

    async def explain(self, request_id: RequestId) -> Explanation:
        """Hop by hop, as the DSP tells it. Raises NotThere where nobody ever heard of the request."""
        async with self._connection.calling(f"explaining {request_id}"):
            answer = await self._explanations.Explain(
                explanation_pb2.ExplainRequest(request_id=str(request_id)), timeout=LONG_CALL_SECONDS
            )
            return from_message(answer, Explanation)

    async def _any_reader(self) -> SelfService:
        """The SMI shows every known caller the same; without a party there is no caller yet."""
        if self._reader is None:
            parties = await self.parties()
            if not parties:
                where = self._connection.address
                raise NotThere(f"reading the SMI ({where}): no party is loaded yet, so nobody can ask")
            self._reader = SelfService(self._connection, parties[0].eui)
        return self._reader


def _batches(
    parties: Iterable[Party], registrations: Iterable[Registration], devices: Iterable[LoadedDevice]
) -> Iterator[inventory_pb2.InventoryBatch]:
    return chain(
        (
            inventory_pb2.InventoryBatch(parties=[to_message(it, inventory_pb2.Party) for it in rows])
            for rows in _together(parties)
        ),
        (
            inventory_pb2.InventoryBatch(
                registrations=[to_message(it, inventory_pb2.Registration) for it in rows]
            )
            for rows in _together(registrations)
        ),
        (
            inventory_pb2.InventoryBatch(devices=[to_message(it, inventory_pb2.LoadedDevice) for it in rows])
            for rows in _together(devices)
        ),
    )


def _together(records: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(records)
    while rows := list(islice(rest, RECORDS_TOGETHER)):
        yield rows


async def _each(messages: Iterable[T]) -> AsyncIterator[T]:
    for message in messages:
        yield message
