"""The Self-Service Interface: Devices as the SMI knows them, and a User's own Service Audit Trail."""

from collections.abc import AsyncIterator

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.rpc.v1 import self_service_interface_pb2 as pb2
from smart_metering.rpc.v1.self_service_interface_pb2_grpc import SelfServiceInterfaceStub
from smart_metering.smi_statuses import SmiStatus
from smets.client.connection import CALL_SECONDS, Connection, calling_as
from smets.client.conversion import from_message
from smets.client.records import AuditRecord, SmiDevice

PAGE = 1_000
THE_BEGINNING = Instant(0)


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

    async def audit_trail(
        self, *, device_id: Eui | None = None, since: Instant = THE_BEGINNING, until: Instant | None = None
    ) -> AsyncIterator[AuditRecord]:
        """The User's own records, newest first, read as they are taken; `until` is exclusive."""
        before_record = 0
        while True:
            asked = pb2.ServiceAuditTrailQuery(
                device_id=device_id or "",
                to=until or 0,
                before_record=before_record,
                page_size=PAGE,
                **{"from": since},  # a keyword of Python's
            )
            async with self._connection.calling("QueryServiceAuditTrail"):
                page = await self._stub.QueryServiceAuditTrail(
                    asked, timeout=CALL_SECONDS, metadata=self._metadata
                )
                found = [from_message(record, AuditRecord) for record in page.records]
            for record in found:
                yield record
            if not page.next_before_record:
                return
            before_record = page.next_before_record
