"""The Self-Service Interface as queries: Devices as the SMI knows them, and the caller's Service Audit Trail."""

from google.protobuf.message import Message
from grpc import aio

from dsp.core.state import AuditRecord, SmiDevice
from dsp.rpc.identity import Identity
from dsp.runtime.records_desk import AuditQuery, RecordsDesk
from dsp.runtime.runtime import Runtime
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import Instant
from smart_metering.rpc.refusals import InvalidArgument, NotFound
from smart_metering.rpc.v1 import self_service_interface_pb2 as pb2
from smart_metering.rpc.v1 import service_response_pb2
from smart_metering.rpc.v1.self_service_interface_pb2_grpc import SelfServiceInterfaceServicer
from smart_metering.smi_statuses import SmiStatus
from smart_metering.wire.conversion import to_message
from smart_metering.wire.errors import WireError

PAGE = 100
LARGEST_PAGE = 1_000
LAST_RECORD = 2**63 - 1  # what the store can count to

Context = aio.ServicerContext[Message, Message]


class SelfServiceInterface(SelfServiceInterfaceServicer):
    """Reads, asks, renders."""

    def __init__(self, runtime: Runtime, records: RecordsDesk, identity: Identity) -> None:
        self._runtime = runtime
        self._records = records
        self._identity = identity

    async def ReadDevice(self, request: pb2.ReadDeviceRequest, context: Context) -> pb2.SmiDevice:
        self._identity.caller(context)
        device_id = _device_id(request.device_id)
        await self._runtime.flush()
        device = self._runtime.engine.state.devices.get(device_id)
        if device is None:
            raise NotFound(f"device_id: the SMI does not know {device_id}")
        return _render_device(device)

    async def ListDevices(self, request: pb2.ListDevicesRequest, context: Context) -> pb2.SmiDevices:
        self._identity.caller(context)
        status, device_type = request.device_status, request.device_type
        _check_member("device_status", status, SmiStatus)
        _check_member("device_type", device_type, DeviceType)

        def is_wanted(device: SmiDevice) -> bool:
            return (not status or device.device.device_status == status) and (
                not device_type or device.device.device_type == device_type
            )

        await self._runtime.flush()
        size = _page_size(request.page_size)
        devices, more = self._records.list_devices(request.after_device_id.upper(), size, is_wanted)
        return pb2.SmiDevices(
            devices=[_render_device(device) for device in devices],
            next_after_device_id=devices[-1].device.device_id if more else "",
        )

    async def QueryServiceAuditTrail(
        self, request: pb2.ServiceAuditTrailQuery, context: Context
    ) -> pb2.ServiceAuditTrailPage:
        size = _page_size(request.page_size)
        query = AuditQuery(
            user=self._identity.caller(context),
            device=_device_id(request.device_id) if request.device_id else None,
            since=Instant(getattr(request, "from")),
            to=Instant(request.to) if request.to else None,
            before=min(request.before_record, LAST_RECORD),
            limit=size + 1,
        )
        await self._runtime.flush()
        found = await self._records.read_audit_trail(query)
        return pb2.ServiceAuditTrailPage(
            records=[_render_record(number, record) for number, record in found[:size]],
            next_before_record=found[size - 1][0] if len(found) > size else 0,
        )


def _page_size(asked: int) -> int:
    if asked > LARGEST_PAGE:
        raise InvalidArgument(f"page_size: {asked}, expected at most {LARGEST_PAGE}")
    return asked or PAGE


def _device_id(text: str) -> Eui:
    try:
        return parse_eui(text)
    except ValueError as error:
        raise WireError.at("device_id", str(error)) from None


def _check_member(name: str, text: str, kind: type[SmiStatus] | type[DeviceType]) -> None:
    members = [member.value for member in kind]
    if text and text not in members:
        raise WireError.at(name, f"{text!r}, expected one of {', '.join(members)}")


def _render_device(device: SmiDevice) -> pb2.SmiDevice:
    return pb2.SmiDevice(
        device=to_message(device.device, service_response_pb2.InventoryDevice),
        comms_hub=device.comms_hub or "",
        associated_device=device.associated_device or "",
        status_before_suspension=device.status_before_suspension or "",
        status_history=[
            pb2.StatusHistoryEntry(at=change.at, status=change.status or "", cause=change.cause)
            for change in device.history
        ],
    )


def _render_record(number: int, record: AuditRecord) -> pb2.ServiceAuditTrailRecord:
    return pb2.ServiceAuditTrailRecord(
        record=number,
        at=record.at,
        device_id=record.device,
        device_type=record.device_type or "",
        message_kind=record.message_kind,
        service_reference_variant=record.srv,
        title=record.title,
        user=record.user,
        user_role=record.user_role or "",
        request_id=record.request_id,
        response_id=record.response_id,
        command_variant=record.command_variant or 0,
        response_code=record.response_code,
    )
