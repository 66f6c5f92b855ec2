"""The Self-Service Interface as queries: Devices as the SMI knows them, and the Service Audit Trail."""

from collections.abc import Iterable

from google.protobuf.message import Message
from grpc import aio

from dsp.core.audit_titles import TitleRecord
from dsp.core.own_records import OwnRecord
from dsp.core.records import LookUp, SmiDevice, StatusChange
from dsp.rpc.callers import Callers
from dsp.runtime.audit_desk import AuditDesk
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.records_desk import Page, RecordsDesk
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, ServiceResponse
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import Instant
from smart_metering.rpc.refusals import InvalidArgument, NotFound
from smart_metering.rpc.v1 import self_service_interface_pb2 as pb2
from smart_metering.rpc.v1 import service_request_pb2, service_response_pb2
from smart_metering.rpc.v1.self_service_interface_pb2_grpc import SelfServiceInterfaceServicer
from smart_metering.smi_statuses import SmiStatus
from smart_metering.wire.conversion import to_message
from smart_metering.wire.errors import WireError

PAGE = 100
LARGEST_PAGE = 1_000
FULL = 2 * 1024 * 1024  # octets of contents; a message of gRPC holds 4 MiB
LAST_RECORD = 2**63 - 1  # what the store can count to

Context = aio.ServicerContext[Message, Message]
Search = pb2.ServiceAuditTrailQuery | pb2.TitlesQuery | pb2.BusiestDevicesQuery | pb2.LookUpsQuery


class SelfServiceInterface(SelfServiceInterfaceServicer):
    """Reads, asks, renders."""

    def __init__(self, runtime: EngineRoom, records: RecordsDesk, callers: Callers) -> None:
        self._runtime = runtime
        self._records = records
        self._audit = AuditDesk(runtime, records)
        self._callers = callers

    async def ReadDevice(self, request: pb2.ReadDeviceRequest, context: Context) -> pb2.SmiDevice:
        caller = self._callers.caller(context)
        device_id = _eui("device_id", request.device_id)
        await self._runtime.flush()
        device = self._runtime.engine.state.devices.get(device_id)
        if device is None:
            raise NotFound(f"device_id: the SMI does not know {device_id}")
        return _render_device(device, caller)

    async def ListDevices(self, request: pb2.ListDevicesRequest, context: Context) -> pb2.SmiDevices:
        caller = self._callers.caller(context)
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
            devices=[_render_device(device, caller) for device in devices],
            next_after_device_id=devices[-1].device.device_id if more else "",
        )

    async def QueryServiceAuditTrail(
        self, request: pb2.ServiceAuditTrailQuery, context: Context
    ) -> pb2.ServiceAuditTrailPage:
        caller, size = self._callers.caller(context), _page_size(request.page_size)
        page = _page(request, request.before_record, size + 1)
        device_id = _eui("device_id", request.device_id) if request.device_id else None
        found = await self._audit.own_records(caller, device_id, page)
        records = _until_full(map(_render_record, found[:size]))
        return pb2.ServiceAuditTrailPage(
            records=records,
            next_before_record=records[-1].record if len(found) > len(records) else 0,
        )

    async def QueryTitles(self, request: pb2.TitlesQuery, context: Context) -> pb2.TitlesPage:
        caller, size = self._callers.caller(context), _page_size(request.page_size)
        page = _page(request, request.before_record, size + 1)
        found = await self._audit.titles(caller, _eui("device_id", request.device_id), page)
        return pb2.TitlesPage(
            titles=[_render_title(title) for title in found[:size]],
            next_before_record=found[size - 1].record if len(found) > size else 0,
        )

    async def BusiestDevices(
        self, request: pb2.BusiestDevicesQuery, context: Context
    ) -> pb2.BusiestDevicesAnswer:
        caller = self._callers.caller(context)
        page = _page(request, 0, _page_size(request.limit, "limit"))
        tallies = await self._audit.busiest_devices(caller, page)
        devices = self._runtime.engine.state.devices
        return pb2.BusiestDevicesAnswer(
            devices=[
                pb2.BusyDevice(
                    device_id=tally.device,
                    device_type=devices[tally.device].device.device_type,
                    titles=tally.titles,
                    by_others=tally.by_others,
                )
                for tally in tallies
                if tally.device in devices
            ]
        )

    async def ListLookUps(self, request: pb2.LookUpsQuery, context: Context) -> pb2.LookUps:
        self._callers.caller(context)
        size = _page_size(request.page_size)
        page = _page(request, request.before_record, size + 1)
        found = await self._audit.look_ups(
            _eui("user", request.user) if request.user else None,
            _eui("device_id", request.device_id) if request.device_id else None,
            page,
        )
        return pb2.LookUps(
            look_ups=[_render_look_up(number, look_up) for number, look_up in found[:size]],
            next_before_record=found[size - 1][0] if len(found) > size else 0,
        )


def _page(request: Search, before: int, limit: int) -> Page:
    return Page(
        since=Instant(getattr(request, "from")),  # a keyword of Python's
        to=Instant(request.to) if request.to else None,
        before=min(before, LAST_RECORD),
        limit=limit,
    )


def _page_size(asked: int, name: str = "page_size") -> int:
    if asked > LARGEST_PAGE:
        raise InvalidArgument(f"{name}: {asked}, expected at most {LARGEST_PAGE}")
    return asked or PAGE


def _eui(name: str, text: str) -> Eui:
    try:
        return parse_eui(text)
    except ValueError as error:
        raise WireError.at(name, str(error)) from None


def _check_member(name: str, text: str, kind: type[SmiStatus] | type[DeviceType]) -> None:
    members = [member.value for member in kind]
    if text and text not in members:
        raise WireError.at(name, f"{text!r}, expected one of {', '.join(members)}")


def _render_device(device: SmiDevice, caller: Eui) -> pb2.SmiDevice:
    return pb2.SmiDevice(
        device=to_message(device.device, service_response_pb2.InventoryDevice),
        comms_hub=device.comms_hub or "",
        associated_device=device.associated_device or "",
        status_before_suspension=device.status_before_suspension or "",
        status_history=[_render_status_change(change, caller) for change in device.history],
    )


def _render_status_change(change: StatusChange, caller: Eui) -> pb2.StatusHistoryEntry:
    """A RequestID begins with the EUI of who sent it: it is that User's to know."""
    own = change.request_id.startswith(f"{caller}:")
    return pb2.StatusHistoryEntry(
        at=change.at,
        status=change.status or "",
        cause=change.cause,
        request_id=change.request_id if own else "",
    )


def _until_full(records: Iterable[pb2.ServiceAuditTrailRecord]) -> list[pb2.ServiceAuditTrailRecord]:
    """One record at least, and no more once their contents fill the page: an 11.1 alone may have a MiB."""
    taken: list[pb2.ServiceAuditTrailRecord] = []
    octets = 0
    for record in records:
        taken.append(record)
        octets += record.size
        if octets > FULL:
            break
    return taken


def _render_record(own: OwnRecord) -> pb2.ServiceAuditTrailRecord:
    record = own.record
    rendered = pb2.ServiceAuditTrailRecord(
        record=own.number,
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
        execution_date_time=own.execution_date_time or 0,
        schedule_id=own.schedule_id,
    )
    match own.content:
        case ServiceRequest():
            rendered.service_request.CopyFrom(to_message(own.content, service_request_pb2.ServiceRequest))
        case ServiceResponse():
            rendered.service_response.CopyFrom(to_message(own.content, service_response_pb2.ServiceResponse))
        case DeviceAlert():
            rendered.device_alert.CopyFrom(to_message(own.content, service_response_pb2.DeviceAlert))
        case DccAlert():
            rendered.dcc_alert.CopyFrom(to_message(own.content, service_response_pb2.DCCAlert))
        case None:
            pass  # The DSP made the request.
    content = rendered.WhichOneof("content")
    rendered.size = getattr(rendered, content).ByteSize() if content else 0
    return rendered


def _render_title(title: TitleRecord) -> pb2.TitleRecord:
    return pb2.TitleRecord(
        record=title.record,
        at=title.at,
        device_id=title.device,
        device_type=title.device_type or "",
        message_kind=title.message_kind,
        service_reference_variant=title.srv,
        title=title.title,
        originator_role=title.originator_role or "",
        response_code=title.response_code,
    )


def _render_look_up(number: int, look_up: LookUp) -> pb2.LookUp:
    asked = look_up.looked_up
    return pb2.LookUp(
        record=number,
        at=look_up.at,
        user=asked.user,
        what=asked.what,
        device_id=asked.device or "",
        since=asked.since,
        until=asked.to or 0,
        refused=asked.refused,
    )
