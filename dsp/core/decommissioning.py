"""How a Device leaves the service: 8.3, and 8.14.x for a Communications Hub that is installed or returned."""

from dsp.core.asking import Asking, is_their_supplier
from dsp.core.authorisation import status_permits
from dsp.core.dcc_alerts import alert, mpxns_of, status_change
from dsp.core.installation import leave_han_of, take_gas_proxy_along
from dsp.core.inventory import move
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import SmiDevice
from dsp.core.registrations import SUPPLIER_ROLES, meters_of_han
from dsp.core.schedules import remove_for_device
from dsp.core.turn import Turn
from dsp.rules.inventory_updates import is_mpxn
from dsp.rules.schedules import Removal
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import METERS, TYPE_1, DeviceType
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    ChfInstallSuccessNoSmWan,
    ChfInstallSuccessSmWan,
    ChfNoFaultReturn,
    DecommissionDevice,
)
from smart_metering.duis.service_responses import AssociatedType1Device, DeviceStatusChangeEvent
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

HubUpdate = ChfInstallSuccessSmWan | ChfInstallSuccessNoSmWan | ChfFaultReturn | ChfNoFaultReturn

HUB_EVENTS: dict[type, SmiEvent] = {
    ChfInstallSuccessSmWan: SmiEvent.HUB_INSTALLED,
    ChfInstallSuccessNoSmWan: SmiEvent.HUB_INSTALLED_NO_SM_WAN,
    ChfFaultReturn: SmiEvent.HUB_RETURNED,
    ChfNoFaultReturn: SmiEvent.HUB_RETURNED,
}
"""What each of 8.14.1 to 8.14.4 is to the SMI."""

INSTALLED = frozenset({SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED})
"""Statuses of a hub that an installation does not change any more."""


def decommission(turn: Turn, asking: Asking, body: DecommissionDevice) -> Outcome:
    """8.3: by a Responsible Supplier. Its schedules end, and all others who are responsible are told."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return _unknown(body.device_id)
    if not is_their_supplier(asking, device):
        what = f"{asking.received.caller} is not responsible for it"
        return refused(ResponseCode.E4, what, "User Roles of the SEC", Mark.LIKELY)
    if device.device.device_status is SmiStatus.PENDING:
        what = "a Device that is Pending: 8.4 DeleteDevice removes it"
        return refused(ResponseCode.E080301, what, "choice Q18")
    if refusal := status_permits(asking, device):
        return Outcome(code=ResponseCode(refusal.code), decision=refusal)
    moved = move(turn, device, SmiEvent.DECOMMISSIONED, by=asking.received.caller)
    assert moved is not None, device
    left_service(turn, moved, SmiEvent.DECOMMISSIONED, Removal.DECOMMISSIONED, asking.received.caller)
    decision = Decision(
        code=ResponseCode.I0,
        row="8.3 by the Responsible Supplier",
        source="DUIS 5.4 schema",
        mark=Mark.LIKELY,
    )
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=decision)


def update_hub(turn: Turn, asking: Asking, body: HubUpdate) -> Outcome:
    """8.14.x: by a supplier; where the hub has meters, by one that is responsible for them (choice G24)."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return _unknown(body.device_id)
    if device.device.device_type is not DeviceType.CHF:
        what = f"{asking.definition.srv} for {device.device.device_type}"
        return refused(ResponseCode.E11, what, "use cases of the SRV", Mark.LIKELY)
    mpxn = getattr(body, "mpxn", "")
    if mpxn and not is_mpxn(mpxn):
        what = f"MPxN {mpxn!r}, expected an MPAN of 13 digits or an MPRN of up to 10"
        return refused(ResponseCode.E100, what, "choice G4", Mark.WEAK)
    if not is_hub_of_theirs(turn, asking, device):
        what = f"{asking.received.caller} is responsible for no meter of its HAN"
        return refused(ResponseCode.E4, what, "choice G24")
    event = HUB_EVENTS[type(body)]
    moved = move(turn, device, event, by=asking.received.caller)
    if moved is None and device.device.device_status not in INSTALLED:
        what = f"{event} of a hub that is {device.device.device_status}"
        return refused(ResponseCode.E5, what, "choice Q4", Mark.WEAK)
    if moved is not None and event is SmiEvent.HUB_RETURNED:
        left_service(turn, moved, event, Removal.WITHDRAWN, asking.received.caller)
    elif event is not SmiEvent.HUB_RETURNED:
        take_gas_proxy_along(turn, device, event, asking.received.caller)
    row = f"{event}, SMI Status {(moved or device).device.device_status}"
    decision = Decision(code=ResponseCode.I0, row=row, source="DUIS 5.4 schema", mark=Mark.LIKELY)
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=decision)


def left_service(turn: Turn, device: SmiDevice, event: SmiEvent, removal: Removal, user: Eui) -> None:
    """What follows when a Device has left: its schedules end, others are told; of a hub, its GPF goes with it, and the
    Devices behind it stand on no HAN."""
    remove_for_device(turn, device.device.device_id, removal)
    for proxy in take_gas_proxy_along(turn, device, event, user):
        remove_for_device(turn, proxy.device.device_id, removal)
    _tell(turn, device, user)
    if device.device.device_type is DeviceType.CHF:
        leave_han_of(turn, device)


def is_hub_of_theirs(turn: Turn, asking: Asking, hub: SmiDevice) -> bool:
    """A hub without meters is any supplier's, for nobody is responsible for it yet (choice G24)."""
    if meters_of_han(turn.state, hub):
        return is_their_supplier(asking, hub)
    return any(role in SUPPLIER_ROLES for role in asking.roles)


def _tell(turn: Turn, device: SmiDevice, user: Eui) -> None:
    kind = device.device.device_type
    if kind is DeviceType.CHF:
        alert(turn, DccAlertCode.N3, device, status_change(device, "CHFDecommissioning"), requester=user)
        return
    body = DeviceStatusChangeEvent(
        device_id=device.device.device_id,
        device_status_change="MeterDecommissioningOrWithdrawal",
        meter_mpxns=mpxns_of(device.device),
        associated_type1_devices=_associated(turn, device),
    )
    code = DccAlertCode.N1 if kind in METERS else DccAlertCode.N2
    alert(turn, code, device, body, requester=user)


def _associated(turn: Turn, meter: SmiDevice) -> tuple[AssociatedType1Device, ...]:
    """The Type 1 Devices that belong to a meter: seven at most (DUIS 5.4)."""
    meter_id = meter.device.device_id
    neighbours = (turn.state.devices[other] for other in turn.state.han.get(meter.comms_hub or meter_id, ()))
    associated = [
        AssociatedType1Device(device_id=other.device.device_id, device_type=other.device.device_type)
        for other in neighbours
        if other.associated_device == meter_id and other.device.device_type in TYPE_1
    ]
    return tuple(associated[:7])


def _unknown(device_id: Eui) -> Outcome:
    return refused(ResponseCode.E19, f"{device_id} is not in the SMI", "DUIS", Mark.CERTAIN)
