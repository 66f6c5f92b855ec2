"""From the hub's HAN to commissioning: what 8.11, the hub's alert, 8.1.1 and 8.7.x do to the SMI, and how a hub comes
and goes."""

from collections.abc import Iterable

from dsp.core.dcc_alerts import alert, mpxns_of, status_change
from dsp.core.inventory import link, move, note
from dsp.core.records import Outstanding, SmiDevice
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from dsp.rules.inventory_updates import HUB_TYPES
from dsp.rules.schedules import LEFT_THE_SERVICE
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.duis.device_requests import AddDeviceToChfWhitelist, UpdateHanDeviceLog
from smart_metering.duis.service_responses import (
    DeviceStatusChangeEvent,
    InventoryDevice,
    UpdateHanDeviceLogResult,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus


def forget(turn: Turn, device_id: str, due: Instant) -> None:
    """A Device stayed Pending too long: it leaves the SMI, and its pre-notifier is told."""
    device = turn.state.devices[Eui(device_id)]
    assert device.forgotten_at == due, device
    if move(turn, device, SmiEvent.FORGOTTEN) is not None:
        alert(turn, DccAlertCode.N8, device, status_change(device, "DeviceRemovedFromInventory"))


def may_be_added(device: SmiDevice) -> bool:
    """To a HAN: what is Pending, what is in service and on no HAN (choice G71), and any IHD or CAD."""
    status, kind = device.device.device_status, device.device.device_type
    if kind in TYPE_2 or status is SmiStatus.PENDING:
        return True
    return device.comms_hub is None and transition(status, SmiEvent.ADDED_TO_HAN, kind) is not None


def added_to_han(turn: Turn, hub: SmiDevice, body: UpdateHanDeviceLog, request_id: str, user: Eui) -> None:
    """8.11 Add succeeded: the Device is on this hub's HAN. One that was Pending is Whitelisted, and has the points of
    supply that it was added with; one in service keeps its status, and the points of supply that it has."""
    device = turn.state.devices.get(body.device_id)
    points = body.add_device_to_chf_whitelist
    if device is None or points is None:
        return  # Deleted while the Command was under way: there is nothing to whitelist.
    if not may_be_added(device):
        return  # On the log already, as what answers late or again has found it.
    moved = move(turn, device, SmiEvent.ADDED_TO_HAN) or _note(turn, device, SmiEvent.ADDED_TO_HAN)
    joined = link(turn, moved, device=_supplied(device, moved, points), comms_hub=hub.device.device_id)
    _associate(turn, joined)
    _tell_of_device_log(turn, DccAlertCode.N24, joined, request_id, user)


def removed_from_han(
    turn: Turn, hub: SmiDevice, body: UpdateHanDeviceLog, request_id: str, user: Eui
) -> None:
    """8.11 Remove succeeded: the Device is on no HAN. What was not in service yet is Pending again; what was keeps
    its status and its points of supply, and may be added again (choice G71)."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return  # Gone from the SMI meanwhile: nothing is left to unlink.
    if device.comms_hub == hub.device.device_id:
        device = off_the_han(turn, device, SmiEvent.REMOVED_FROM_HAN)
    _tell_of_device_log(turn, DccAlertCode.N24, device, request_id, user)


def off_the_han(turn: Turn, device: SmiDevice, event: SmiEvent) -> SmiDevice:
    """A Device that stands on no HAN from now on, by this event."""
    was_pending = device.device.device_status is SmiStatus.PENDING
    moved = move(turn, device, event) or _note(turn, device, event)
    if moved.device.device_status is SmiStatus.PENDING and not was_pending:
        return unlink(turn, moved)
    return _take_off(turn, moved)


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
    """A hub is on the SM WAN: it and its GPF are in service from now on, unless they have left it."""
    hub = turn.state.devices.get(comms_hub)
    turn.state.connected_hubs.add(comms_hub if hub is None else hub.device.device_id)
    if hub is None or hub.device.device_status in LEFT_THE_SERVICE:
        return
    give_gas_proxy_its_hub(turn, hub)
    for device_id in (comms_hub, *turn.state.han.get(comms_hub, ())):
        move(turn, turn.state.devices[device_id], SmiEvent.HUB_CONNECTED)


def take_gas_proxy_along(turn: Turn, hub: SmiDevice, event: SmiEvent, user: Eui) -> list[SmiDevice]:
    """A Gas Proxy Function is a part of its hub: what moved with it (choice G34)."""
    if hub.device.device_type is not DeviceType.CHF:
        return []
    moved = [move(turn, proxy, event, by=user) for proxy in gas_proxies_of(turn, hub)]
    return [proxy for proxy in moved if proxy is not None]


def leave_han_of(turn: Turn, hub: SmiDevice) -> None:
    """A hub has left the service: the Devices behind it stand on no HAN, and may be added to another's (choice G34)."""
    for device_id in list(turn.state.han.get(hub.device.device_id, ())):
        device = turn.state.devices[device_id]
        if device.device.device_type not in HUB_TYPES:
            off_the_han(turn, device, SmiEvent.HUB_LEFT)


def unlink(turn: Turn, device: SmiDevice) -> SmiDevice:
    """A Device that is Pending again has no hub, no points of supply, and nobody who answers for it."""
    shown = changed(device.device, import_mpxn="", secondary_import_mpan="", export_mpan="")
    forgotten_at = Instant(turn.now + turn.rules.times.pending_ms) if device.pre_notifying_user else None
    after = link(turn, _take_off(turn, device), device=shown, forgotten_at=forgotten_at)
    put_on_timetable(turn, after)
    return after


def _take_off(turn: Turn, device: SmiDevice) -> SmiDevice:
    for neighbour_id in list(turn.state.han.get(device.comms_hub, ()) if device.comms_hub else ()):
        neighbour = turn.state.devices[neighbour_id]
        if neighbour.associated_device == device.device.device_id:
            link(turn, neighbour, associated_device=None)
    return link(turn, device, comms_hub=None, associated_device=None)


def _note(turn: Turn, device: SmiDevice, event: SmiEvent) -> SmiDevice:
    """What befalls an IHD or CAD is no move, for they have no status; their history tells it all the same."""
    assert device.device.device_type in TYPE_2, device
    return note(turn, device, event)


def _supplied(former: SmiDevice, moved: SmiDevice, points: AddDeviceToChfWhitelist) -> InventoryDevice:
    """With its points of supply: a Device in service gets only those that it has not."""
    shown = moved.device
    if former.device.device_status is SmiStatus.PENDING:
        return changed(
            shown,
            import_mpxn=points.import_mpxn or shown.import_mpxn,
            secondary_import_mpan=points.secondary_import_mpan,
            export_mpan=points.export_mpan,
        )
    return changed(
        shown,
        import_mpxn=shown.import_mpxn or points.import_mpxn,
        secondary_import_mpan=shown.secondary_import_mpan or points.secondary_import_mpan,
        export_mpan=shown.export_mpan or points.export_mpan,
    )


def put_on_timetable(turn: Turn, device: SmiDevice) -> None:
    if device.forgotten_at is not None and device.device.device_status is SmiStatus.PENDING:
        turn.timetable.put(device.forgotten_at, device.device.device_id, Due.PENDING, device.device.device_id)


def gas_proxies_of(turn: Turn, hub: SmiDevice) -> list[SmiDevice]:
    neighbours = (turn.state.devices[other] for other in turn.state.han.get(hub.device.device_id, ()))
    return [other for other in neighbours if other.device.device_type is DeviceType.GPF]


def give_gas_proxy_its_hub(turn: Turn, hub: SmiDevice) -> None:
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
