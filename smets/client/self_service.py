"""The Self-Service Interface: Devices as the SMI knows them, and the Service Audit Trail."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

from google.protobuf.message import Message

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.rpc.v1 import self_service_interface_pb2 as pb2
from smart_metering.rpc.v1.self_service_interface_pb2_grpc import SelfServiceInterfaceStub
from smart_metering.smi_statuses import SmiStatus
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Connection, calling_as
from smets.client.conversion import from_message
from smets.client.records import AuditRecord, BusyDevice, LookUp, SmiDevice, TitleRecord

PAGE = 1_000
THE_BEGINNING = Instant(0)

Query = pb2.ServiceAuditTrailQuery | pb2.TitlesQuery | pb2.LookUpsQuery
P = TypeVar("P", pb2.ServiceAuditTrailPage, pb2.TitlesPage, pb2.LookUps)
R = TypeVar("R", bound=Record)


class SelfService:
    """What one User may ask. Raises SmetsError."""

    def __init__(self, connection: Connection, user: Eui) -> None:
        self._stub = SelfServiceInterfaceStub(connection.channel)
        self._connection = connection
        self._metadata = calling_as(user)

    async def read_device(self, device_id: Eui) -> SmiDevice:
        """Raises NotThere for a Device that the SMI does not know."""
        async with self._connection.calling(f"ReadDevice {device_id}"):
            answer = await self._stub.ReadDevice(
                pb2.ReadDeviceRequest(device_id=device_id), timeout=CALL_SECONDS, metadata=self._metadata
            )
            return from_message(answer, SmiDevice)

    async def devices(
        self,
        *,
        status: SmiStatus | None = None,
        device_type: DeviceType | None = None,
        after: Eui | None = None,
    ) -> AsyncIterator[SmiDevice]:
        """All Devices of this status and type beyond `after`, in the order of their ids, read as they are taken."""
        asked = pb2.ListDevicesRequest(
            page_size=PAGE,
            after_device_id=after or "",
            device_status=status or "",
            device_type=device_type or "",
        )
        while True:
            async with self._connection.calling("ListDevices"):
                page = await self._stub.ListDevices(asked, timeout=CALL_SECONDS, metadata=self._metadata)
                found = [from_message(device, SmiDevice) for device in page.devices]
            for device in found:
                yield device
            if not page.next_after_device_id:
                return
            asked.after_device_id = page.next_after_device_id

    def audit_trail(
        self,
        *,
        device_id: Eui | None = None,
        since: Instant = THE_BEGINNING,
        until: Instant | None = None,
        before: int = 0,
    ) -> AsyncIterator[AuditRecord]:
        """The User's own records, newest first, read as they are taken.

        `until` is exclusive, as is the record number `before`; 0: from the newest.
        """
        asked = pb2.ServiceAuditTrailQuery(
            device_id=device_id or "",
            to=until or 0,
            before_record=before,
            page_size=PAGE,
            **{"from": since},  # a keyword of Python's
        )
        call = self._stub.QueryServiceAuditTrail
        return self._newest_first(
            "QueryServiceAuditTrail", call, asked, lambda page: page.records, AuditRecord
        )

    def titles(
        self,
        device_id: Eui,
        *,
        since: Instant = THE_BEGINNING,
        until: Instant | None = None,
        before: int = 0,
    ) -> AsyncIterator[TitleRecord]:
        """What others sent to the Device and got from it, by title, likewise.

        None where the User is not responsible for the Device now. Raises NotThere for a Device that the SMI does not
        know, UnknownCaller where the User may see no titles of it.
        """
        asked = pb2.TitlesQuery(
            device_id=device_id, to=until or 0, before_record=before, page_size=PAGE, **{"from": since}
        )
        call, doing = self._stub.QueryTitles, f"QueryTitles {device_id}"
        return self._newest_first(doing, call, asked, lambda page: page.titles, TitleRecord)

    async def busiest_devices(
        self, *, since: Instant = THE_BEGINNING, until: Instant | None = None, limit: int = 100
    ) -> list[BusyDevice]:
        """The Devices that the User is responsible for, those with the most titles first; at most 1,000.

        Raises UnknownCaller where the rules in force show no titles.
        """
        asked = pb2.BusiestDevicesQuery(to=until or 0, limit=limit, **{"from": since})
        async with self._connection.calling("BusiestDevices"):
            answer = await self._stub.BusiestDevices(
                asked, timeout=LONG_CALL_SECONDS, metadata=self._metadata
            )
            return [from_message(device, BusyDevice) for device in answer.devices]

    def look_ups(
        self,
        *,
        user: Eui | None = None,
        device_id: Eui | None = None,
        since: Instant = THE_BEGINNING,
        until: Instant | None = None,
        before: int = 0,
    ) -> AsyncIterator[LookUp]:
        """Who looked into the Service Audit Trail, likewise: the DCC's view."""
        asked = pb2.LookUpsQuery(
            user=user or "",
            device_id=device_id or "",
            to=until or 0,
            before_record=before,
            page_size=PAGE,
            **{"from": since},
        )
        return self._newest_first(
            "ListLookUps", self._stub.ListLookUps, asked, lambda page: page.look_ups, LookUp
        )

    async def _newest_first(
        self,
        doing: str,
        call: Callable[..., Awaitable[P]],
        asked: Query,
        rows: Callable[[P], Iterable[Message]],
        record_type: type[R],
    ) -> AsyncIterator[R]:
        """Page after page, as long as somebody takes what is in them."""
        while True:
            async with self._connection.calling(doing):
                page = await call(asked, timeout=CALL_SECONDS, metadata=self._metadata)
                found = [from_message(row, record_type) for row in rows(page)]
            for record in found:
                yield record
            if not page.next_before_record:
                return
            asked.before_record = page.next_before_record
