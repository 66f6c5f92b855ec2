"""SR 8.4: its five choices, each with who may and when. Nothing is changed by a request that is refused."""

from dsp.core.asking import Asking, acts_for, is_their_supplier
from dsp.core.dcc_alerts import alert, status_change
from dsp.core.decommissioning import take_gas_proxy_along
from dsp.core.device_details import amend
from dsp.core.installation import unlink
from dsp.core.inventory import move
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import SmiDevice
from dsp.core.registrations import registered_party
from dsp.core.schedules import remove_for_device
from dsp.core.turn import Turn
from dsp.rules import inventory_updates as rules
from dsp.rules.schedules import Removal
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import METERS, DeviceType
from smart_metering.duis.inventory_requests import UpdateInventory, UpdateMpxn
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole


def update_inventory(turn: Turn, asking: Asking, body: UpdateInventory) -> Outcome:
    """One choice of 8.4 for one Device."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return refused(ResponseCode.E19, f"{body.device_id} is not in the SMI", "DUIS", Mark.CERTAIN)
    if body.update_device_details is not None:
        return _answered(turn, amend(turn, asking, device, body.update_device_details))
    if body.update_mpxn is not None:
        return _update_mpxn(turn, asking, device, body.update_mpxn)
    if body.delete_device:
        return _delete(turn, asking, device)
    for field in ("update_device_status_except_ch", "update_device_status_ch"):
        if value := getattr(body, field):
            return _set_status(turn, asking, device, field, value)
    return refused(ResponseCode.E100, "expected one of the five choices of 8.4", "choice G4", Mark.WEAK)


def _set_status(turn: Turn, asking: Asking, device: SmiDevice, field: str, value: str) -> Outcome:
    row = rules.status_update(field, value)
    if row is None:
        return refused(ResponseCode.E100, f"{field} {value!r} is none of DUIS", "choice G4", Mark.WEAK)
    if device.device.device_type not in row.device_types:
        what = f"{row.element} of a {device.device.device_type}"
        return refused(rules.STATUS_NOT_FOR_THIS_TYPE, what, rules.CODES_SOURCE)
    if not is_their_supplier(asking, device):
        return _not_theirs(asking, device)
    moved = move(turn, device, row.event, by=asking.received.caller)
    if moved is None:
        what = f"{value} from {device.device.device_status}"
        return refused(rules.STATUS_NOT_FROM_HERE, what, rules.CODES_SOURCE)
    if row.event is SmiEvent.SET_PENDING:
        unlink(turn, moved)
    if row.event is SmiEvent.HUB_SET_WITHDRAWN:
        remove_for_device(turn, moved.device.device_id, Removal.WITHDRAWN)
        take_gas_proxy_along(turn, moved, row.event, Removal.WITHDRAWN, asking.received.caller)
        body = status_change(moved, "CHFDecommissioning")
        alert(turn, DccAlertCode.N3, moved, body, requester=asking.received.caller)
    return _accepted(turn, f"{row.element} {value}", row.source, row.mark)


def _delete(turn: Turn, asking: Asking, device: SmiDevice) -> Outcome:
    if device.pre_notifying_user != asking.received.caller:
        what = f"{asking.received.caller} did not pre-notify it"
        return refused(ResponseCode.E4, what, "SECMP0125 report", Mark.CERTAIN)
    if move(turn, device, SmiEvent.DELETED, by=asking.received.caller) is None:
        what = f"DeleteDevice while {device.device.device_status or 'without status'}"
        return refused(rules.NOT_DELETABLE, what, rules.CODES_SOURCE)
    remove_for_device(turn, device.device.device_id, Removal.NOT_IN_THE_SMI)
    return _accepted(turn, "DeleteDevice by the pre-notifier while Pending", "SECMP0125 report", Mark.CERTAIN)


def _update_mpxn(turn: Turn, asking: Asking, device: SmiDevice, body: UpdateMpxn) -> Outcome:
    kind = device.device.device_type
    given = {name: value for name in body.__struct_fields__ if (value := getattr(body, name))}
    if len(given) != 1:
        return refused(
            ResponseCode.E100, "UpdateMPxN, expected exactly one point of supply", "choice G4", Mark.WEAK
        )
    if kind not in METERS or (kind is DeviceType.GSME and not body.import_mpxn):
        return refused(
            rules.NO_POINT_OF_SUPPLY, f"UpdateMPxN of this point of supply for a {kind}", rules.CODES_SOURCE
        )
    ((name, mpxn),) = given.items()
    well_formed = rules.is_import_mpxn(kind, mpxn) if name == "import_mpxn" else rules.is_mpan(mpxn)
    if not well_formed:
        expected = "1 to 10 digits" if kind is DeviceType.GSME else "13 digits"
        return refused(ResponseCode.E100, f"{name} {mpxn!r}, expected {expected}", "choice G4", Mark.WEAK)
    if not is_their_supplier(asking, device) and not _is_registered_for(turn, asking, device, body):
        return _not_theirs(asking, device)
    if device.device.device_status in (SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN):
        what = f"UpdateMPxN while {device.device.device_status}"
        return refused(ResponseCode.E5, what, "choice Q4", Mark.WEAK)
    what = f"{name} {getattr(device.device, name) or 'none'} -> {mpxn}"
    turn.change(changed(device, device=changed(device.device, **given)), f"8.4 UpdateMPxN: {what}")
    return _accepted(turn, "UpdateMPxN by the supplier", rules.CODES_SOURCE, Mark.LIKELY)


def _is_registered_for(turn: Turn, asking: Asking, device: SmiDevice, body: UpdateMpxn) -> bool:
    """A meter without a point of supply has no Responsible Supplier: the one of the new point may set it."""
    if device.device.import_mpxn or not body.import_mpxn:
        return False
    role = UserRole.GS if device.device.device_type is DeviceType.GSME else UserRole.IS
    party = registered_party(turn.state, body.import_mpxn, role, turn.now)
    return (
        role in asking.roles and party is not None and acts_for(turn.state, asking.received.caller, [party])
    )


def _not_theirs(asking: Asking, device: SmiDevice) -> Outcome:
    what = f"{asking.received.caller} is not a Responsible Supplier of {device.device.device_id}"
    return refused(
        ResponseCode.E4, what, "SECMP0125 report: status by the Responsible Supplier", Mark.CERTAIN
    )


def _accepted(turn: Turn, row: str, source: str, mark: Mark) -> Outcome:
    return _answered(turn, Decision(code=ResponseCode.I0, row=row, source=source, mark=mark))


def _answered(turn: Turn, decision: Decision) -> Outcome:
    accepted = decision.code == ResponseCode.I0
    code = turn.rules.switches.non_device_empty_answer if accepted else ResponseCode(decision.code)
    return Outcome(code=code, decision=decision)
