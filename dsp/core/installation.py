"""From pre-notification to commissioning: 12.2, and what 8.11, the hub's alert, 8.1.1 and 8.7.x do to the SMI."""

from collections.abc import Iterable

from dsp.core.asking import Asking
from dsp.core.dcc_alerts import alert, mpxns_of, status_change
from dsp.core.inventory import link, move
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import Outstanding, SmiDevice, StatusChange
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.duis.device_requests import UpdateHanDeviceLog
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis.service_responses import (
    DeviceStatusChangeEvent,
    InventoryDevice,
    UpdateHanDeviceLogResult,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


def prenotify(turn: Turn, asking: Asking, body: DevicePrenotification) -> Outcome:
    """12.2: the Device stands in the SMI as Pending, and the caller is its pre-notifier."""
    former = turn.state.devices.get(body.device_id)
    fault = _prenotification_fault(former, body)
    if fault is not None:
        return refused(fault, _PRENOTIFICATION_FAULTS[fault], "choice Q18")
    device_type = DeviceType(body.device_type)
    shown = InventoryDevice(
        device_id=body.device_id,
        device_type=device_type,
        device_manufacturer=body.device_manufacturer,
        device_model=body.device_model,
        smets_chts_version=body.smets_chts_version,
        device_firmware_version="" if device_type in TYPE_2 else body.firmware_version.upper(),
        esme_variant=body.esme_variant,
    )
    row = transition(former.device.device_status if former else None, SmiEvent.PRENOTIFIED, device_type)
    status = SmiStatus(row.result) if row is not None else None
    note = StatusChange(at=turn.now, status=status, cause=SmiEvent.PRENOTIFIED, request_id=turn.cause)
    device = SmiDevice(
        device=changed(shown, device_status=status),
        associated_device=body.associated_gpf_device_id,
        pre_notifying_user=asking.received.caller,
        comms_hub=body.device_id if device_type is DeviceType.CHF else None,
        forgotten_at=Instant(turn.now + turn.rules.times.pending_ms) if status else None,
        history=(*(former.history if former else ()), note),
    )
    decision = row and Decision(code=row.result, row=str(row.event), source=row.source, mark=row.mark)
    device = turn.change(device, f"pre-notified by {asking.received.caller}", decision or None)
    _give_gas_proxy_its_hub(turn, device)
    _put_on_timetable(turn, device)
    return Outcome(code=turn.rules.switches.non_device_empty_answer)


def forget(turn: Turn, device_id: str, due: Instant) -> None:
    """A Device stayed Pending too long: it leaves the SMI, and its pre-notifier is told."""
    device = turn.state.devices[Eui(device_id)]
    assert device.forgotten_at == due, device
    if move(turn, device, SmiEvent.FORGOTTEN) is not None:
        alert(turn, DccAlertCode.N8, device, status_change(device, "DeviceRemovedFromInventory"))


def added_to_han(turn: Turn, hub: SmiDevice, body: UpdateHanDeviceLog, request_id: str, user: Eui) -> None:
    """8.11 Add succeeded: the Device is Whitelisted, on this hub's HAN, and has its points of supply."""
    device = turn.state.devices.get(body.device_id)
    points = body.add_device_to_chf_whitelist
    if device is None or points is None:
        return  # Deleted while the Command was under way: there is nothing to whitelist.
    moved = device if device.device.device_type in TYPE_2 else move(turn, device, SmiEvent.ADDED_TO_HAN)
    if moved is None:
        return  # On the log already, as what answers late or again has found it.
    shown = changed(
        moved.device,
        import_mpxn=points.import_mpxn or moved.device.import_mpxn,
        secondary_import_mpan=points.secondary_import_mpan,
        export_mpan=points.export_mpan,
    )
    joined = link(turn, moved, device=shown, comms_hub=hub.device.device_id)
    _associate(turn, joined)
    _tell_of_device_log(turn, DccAlertCode.N24, joined, request_id, user)


def removed_from_han(turn: Turn, body: UpdateHanDeviceLog, request_id: str, user: Eui) -> None:
    """8.11 Remove succeeded."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return  # Gone from the SMI meanwhile: nothing is left to unlink.
    moved = move(turn, device, SmiEvent.REMOVED_FROM_HAN)
    if moved is not None or device.device.device_type in TYPE_2:
        device = unlink(turn, moved or device)
    _tell_of_device_log(turn, DccAlertCode.N24, device, request_id, user)


def device_log_uncertain(turn: Turn, outstanding: Outstanding) -> None:
    """8.11 got no Response in time: whether it was carried out is not known (N25)."""
    request = outstanding.request
    assert isinstance(request.body, UpdateHanDeviceLog), request
    device = turn.state.devices.get(request.body.device_id)
    if device is not None:
        _tell_of_device_log(turn, DccAlertCode.N25, device, str(request.request_id), outstanding.user)


def joined_han(turn: Turn, hub: SmiDevice, connected: Iterable[Eui]) -> None:
    """The hub's Device Log shows these Devices connected: the Whitelisted ones among them are installed."""
    for device_id in connected:
        device = turn.state.devices.get(device_id)
        if device is not None and device.comms_hub == hub.device.device_id:
            move(turn, device, SmiEvent.JOINED_HAN)


def commissioned(turn: Turn, meter: SmiDevice) -> None:
    """8.1.1 succeeded: the meter is Commissioned, and its Network Operator learns which it is (N16)."""
    moved = move(turn, meter, SmiEvent.COMMISSIONED)
    if moved is None or moved.device.device_status is not SmiStatus.COMMISSIONED:
        return
    body = DeviceStatusChangeEvent(
        device_id=moved.device.device_id,
        device_status_change="MeterIdentity",
        meter_mpxns=mpxns_of(moved.device),
        esme_variant=moved.device.esme_variant,
    )
    alert(turn, DccAlertCode.N16, moved, body)


def joined_service(turn: Turn, target: SmiDevice, other: Eui) -> None:
    """8.7.1 or 8.7.2 succeeded: of the two Devices, those that a join commissions are Commissioned."""
    move(turn, target, SmiEvent.JOINED_SERVICE)
    known = turn.state.devices.get(other)
    if known is not None:
        move(turn, known, SmiEvent.JOINED_SERVICE)


def hub_connected(turn: Turn, comms_hub: Eui) -> None:
    """A hub is on the SM WAN: if it was only Pending, it and its GPF are in service from now on."""
    hub = turn.state.devices.get(comms_hub)
    if hub is not None:
        _give_gas_proxy_its_hub(turn, hub)
    for device_id in (comms_hub, *turn.state.han.get(comms_hub, ())):
        device = turn.state.devices.get(device_id)
        if device is not None and device.device.device_status is SmiStatus.PENDING:
            move(turn, device, SmiEvent.HUB_CONNECTED)


def unlink(turn: Turn, device: SmiDevice) -> SmiDevice:
    """A Device that is Pending again has no hub, no points of supply, and nobody who answers for it."""
    for neighbour_id in list(turn.state.han.get(device.comms_hub, ()) if device.comms_hub else ()):
        neighbour = turn.state.devices[neighbour_id]
        if neighbour.associated_device == device.device.device_id:
            link(turn, neighbour, associated_device=None)
    shown = changed(device.device, import_mpxn="", secondary_import_mpan="", export_mpan="")
    forgotten_at = Instant(turn.now + turn.rules.times.pending_ms) if device.pre_notifying_user else None
    after = link(
        turn, device, device=shown, comms_hub=None, associated_device=None, forgotten_at=forgotten_at
    )
    _put_on_timetable(turn, after)
    return after


def _prenotification_fault(former: SmiDevice | None, body: DevicePrenotification) -> ResponseCode | None:
    """Why 12.2 is refused. The codes exist; what each means is a choice (Q18)."""
    if former is not None and not _may_be_notified_again(former):
        return ResponseCode.E120201
    if body.device_type not in set(DeviceType):
        return ResponseCode.E120203
    if (body.device_type == DeviceType.ESME) != bool(body.esme_variant) or (
        body.esme_variant and body.esme_variant not in ESME_VARIANTS
    ):
        return ResponseCode.E120204
    return None


_PRENOTIFICATION_FAULTS = {
    ResponseCode.E120201: "the Device is in the SMI already",
    ResponseCode.E120203: "DeviceType is none of DUIS",
    ResponseCode.E120204: "an ESME has an ESMEVariant of DUIS, any other Device none",
}


def _may_be_notified_again(device: SmiDevice) -> bool:
    """A Type 2 Device has no status to leave the service by; to the table, no status means not in the SMI."""
    status = device.device.device_status
    return status is not None and transition(status, SmiEvent.PRENOTIFIED) is not None


def _put_on_timetable(turn: Turn, device: SmiDevice) -> None:
    if device.forgotten_at is not None and device.device.device_status is SmiStatus.PENDING:
        turn.timetable.put(device.forgotten_at, device.device.device_id, Due.PENDING, device.device.device_id)


def _give_gas_proxy_its_hub(turn: Turn, hub: SmiDevice) -> None:
    """A hub's pre-notification names its Gas Proxy Function, which is a part of it."""
    proxy = turn.state.devices.get(hub.associated_device) if hub.associated_device else None
    if proxy is None or proxy.comms_hub is not None:
        return
    if (hub.device.device_type, proxy.device.device_type) == (DeviceType.CHF, DeviceType.GPF):
        link(turn, proxy, comms_hub=hub.device.device_id)


def _associate(turn: Turn, device: SmiDevice) -> None:
    """A gas meter and the GPF of its HAN belong together; a HCALCS belongs to the electricity meter."""
    assert device.comms_hub is not None, device
    for neighbour_id in list(turn.state.han.get(device.comms_hub, ())):
        neighbour = turn.state.devices[neighbour_id]
        for one, other in ((device, neighbour), (neighbour, device)):
            pair = one.device.device_type, other.device.device_type
            if pair in BELONGS_TO and not _knows_such_a_device(turn, one, other.device.device_type):
                link(turn, one, associated_device=other.device.device_id)


def _knows_such_a_device(turn: Turn, device: SmiDevice, kind: DeviceType) -> bool:
    """What 12.2 has named may be a Device of another type, or none that is known."""
    known = turn.state.devices.get(device.associated_device) if device.associated_device else None
    return known is not None and known.device.device_type is kind


BELONGS_TO = frozenset(
    {
        (DeviceType.GSME, DeviceType.GPF),
        (DeviceType.GPF, DeviceType.GSME),
        (DeviceType.HCALCS, DeviceType.ESME),
    }
)
"""Types of which one Device knows the other of its HAN."""


def _tell_of_device_log(
    turn: Turn, code: DccAlertCode, device: SmiDevice, request_id: str, user: Eui
) -> None:
    body = UpdateHanDeviceLogResult(update_han_device_log_service_request_id=request_id)
    alert(turn, code, device, body, requester=user)
