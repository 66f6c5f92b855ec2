"""SR 8.4: its five choices, each with who may and when. Nothing is changed by a request that is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dsp.core.asking import Asking, acts_for, is_their_supplier
from dsp.core.decommissioning import is_hub_of_theirs, left_service
from dsp.core.device_details import amend
from dsp.core.installation import unlink
from dsp.core.inventory import move, note
from dsp.core.outcomes import Outcome
from dsp.core.records import SmiDevice
from dsp.core.refusing import first_refusal, refused_as
from dsp.core.registrations import registered_party, supply_role
from dsp.core.schedules import remove_for_device
from dsp.core.turn import Turn
from dsp.rules.inventory_updates import (
    DELETE,
    HUB_TYPES,
    INVENTORY_REFUSALS,
    MPXN,
    STATUS,
    InventoryFault,
    StatusUpdate,
    is_import_mpxn,
    is_mpan,
    status_update,
)
from dsp.rules.schedules import LEFT_THE_SERVICE, Removal
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.decisions import Decision
from smart_metering.device_types import METERS, TYPE_2, DeviceType
from smart_metering.duis.inventory_requests import UpdateInventory
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode

STATUS_FIELDS = ("update_device_status_except_ch", "update_device_status_ch")


@dataclass(frozen=True, slots=True)
class Case:
    """An 8.4 about a Device that the SMI has."""

    turn: Turn
    asking: Asking
    device: SmiDevice
    body: UpdateInventory

    @property
    def kind(self) -> DeviceType:
        return self.device.device.device_type

    @property
    def caller(self) -> Eui:
        return self.asking.received.caller

    @property
    def named_status(self) -> tuple[str, str]:
        """Which choice of a status is made, and the status."""
        return next((field, value) for field in STATUS_FIELDS if (value := getattr(self.body, field)))

    @property
    def status_row(self) -> StatusUpdate:
        """What that means: the checks come after the one that there is such a status."""
        row = status_update(*self.named_status)
        assert row is not None, self.body
        return row

    @property
    def points(self) -> dict[str, str]:
        """The points of supply that an UpdateMPxN gives; one, once that is checked."""
        given = self.body.update_mpxn
        assert given is not None, self.body
        return {name: mpxn for name in given.__struct_fields__ if (mpxn := getattr(given, name))}

    @property
    def new_import(self) -> str:
        """The new import point of supply, if it is that which an UpdateMPxN gives."""
        return self.points.get("import_mpxn", "")

    def new_supplier(self) -> Eui | None:
        """Who is registered for the new import point of supply, as of now."""
        return registered_party(self.turn.state, self.new_import, supply_role(self.kind), self.turn.now)


def update_inventory(turn: Turn, asking: Asking, body: UpdateInventory) -> Outcome:
    """One choice of 8.4 for one Device."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        what = f"{body.device_id} is not in the SMI"
        return refused_as(INVENTORY_REFUSALS, InventoryFault.NOT_IN_THE_SMI, what)
    if body.update_device_details is not None:
        return _answered(turn, amend(turn, asking, device, body.update_device_details))
    case = Case(turn, asking, device, body)
    for field, part, carry_out in PARTS:
        if getattr(body, field):
            refusal = first_refusal(INVENTORY_REFUSALS, CHECKS, case, part)
            return refusal or _answered(turn, carry_out(case))
    return refused_as(INVENTORY_REFUSALS, InventoryFault.NO_CHOICE, "expected one of the five choices of 8.4")


def _answered(turn: Turn, answer: Decision | Outcome) -> Outcome:
    if isinstance(answer, Outcome):
        return answer
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=answer)


def _accepted(row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=ResponseCode.I0, row=row, source=source, mark=mark)


# --- UpdateDeviceStatusExceptCH and UpdateDeviceStatusCH


def _set_status(case: Case) -> Decision:
    row, turn = case.status_row, case.turn
    moved = move(turn, case.device, row.event, by=case.caller)
    assert moved is not None, case.device
    if row.event is SmiEvent.SET_PENDING:
        unlink(turn, moved)
    if row.event is SmiEvent.HUB_SET_WITHDRAWN:
        left_service(turn, moved, row.event, Removal.WITHDRAWN, case.caller)
    return _accepted(f"{row.element} {row.status}", row.source, row.mark)


def _no_such_status(case: Case) -> str:
    field, value = case.named_status
    return f"{field} {value!r} is none of DUIS" if status_update(field, value) is None else ""


def _status_type(case: Case) -> str:
    row = case.status_row
    return f"{row.element} of a {case.kind}" if case.kind not in row.device_types else ""


def _status_sender(case: Case) -> str:
    """Nobody is responsible for a Device that is Pending, unless its pre-notifier gave it a point of supply."""
    return _not_theirs(case) if case.kind not in HUB_TYPES else ""


def _hub_sender(case: Case) -> str:
    if case.kind not in HUB_TYPES or is_hub_of_theirs(case.turn, case.asking, case.device):
        return ""
    return f"{case.caller} supplies no meter of its HAN"


def _status_from(case: Case) -> str:
    status, row = case.device.device.device_status, case.status_row
    return f"{row.status} from {status}" if transition(status, row.event, case.kind) is None else ""


# --- DeleteDevice


def _delete(case: Case) -> Decision:
    if move(case.turn, case.device, SmiEvent.DELETED, by=case.caller) is None:
        case.turn.remove(case.device, f"{SmiEvent.DELETED} by {case.caller}")
    remove_for_device(case.turn, case.device.device.device_id, Removal.NOT_IN_THE_SMI)
    return _accepted("DeleteDevice by the pre-notifier while Pending", "SECMP0125 report", Mark.CERTAIN)


def _delete_sender(case: Case) -> str:
    theirs = case.device.pre_notifying_user == case.caller
    return "" if theirs else f"{case.caller} did not pre-notify it"


def _delete_status(case: Case) -> str:
    """An IHD or CAD has no status to be Pending by: it may be deleted while it is on no HAN (choice G68)."""
    status = case.device.device.device_status
    on_no_han = case.kind in TYPE_2 and case.device.comms_hub is None
    if on_no_han or transition(status, SmiEvent.DELETED, case.kind) is not None:
        return ""
    return f"DeleteDevice while {status or 'without status'}"


# --- UpdateMPxN


def _update_mpxn(case: Case) -> Decision:
    ((name, mpxn),) = case.points.items()
    what = f"8.4 UpdateMPxN by {case.caller}: {name} {getattr(case.device.device, name) or 'none'} -> {mpxn}"
    note(case.turn, changed(case.device, device=changed(case.device.device, **case.points)), what)
    return _accepted("UpdateMPxN by the supplier", "DUIS 5.4 schema; choice G69", Mark.CHOICE)


def _not_one_point(case: Case) -> str:
    return "UpdateMPxN, expected exactly one point of supply" if len(case.points) != 1 else ""


def _no_such_point(case: Case) -> str:
    has = case.kind in METERS and (case.kind is not DeviceType.GSME or case.new_import)
    return "" if has else f"UpdateMPxN of this point of supply for a {case.kind}"


def _malformed_point(case: Case) -> str:
    ((name, mpxn),) = case.points.items()
    if is_import_mpxn(case.kind, mpxn) if name == "import_mpxn" else is_mpan(mpxn):
        return ""
    expected = "1 to 10 digits" if case.kind is DeviceType.GSME else "13 digits"
    return f"{name} {mpxn!r}, expected {expected}"


def _point_sender(case: Case) -> str:
    """A meter without an import point of supply has no Responsible Supplier: its pre-notifier alone may give it one."""
    if case.device.device.import_mpxn:
        return _not_theirs(case)
    if case.new_import and case.device.pre_notifying_user == case.caller:
        return ""
    return f"{case.caller} did not pre-notify it, or gives no ImportMPxN to a meter that has none"


def _left_the_service(case: Case) -> str:
    status = case.device.device.device_status
    return f"UpdateMPxN while {status}" if status in LEFT_THE_SERVICE else ""


def _unregistered(case: Case) -> str:
    if not case.new_import or case.new_supplier() is not None:
        return ""
    return f"nobody is registered for {case.new_import} as {supply_role(case.kind)}"


def _point_of_another(case: Case) -> str:
    """Whoever moves a meter to another's point of supply would lose it (choice G69)."""
    supplier = case.new_supplier()
    if supplier is None or (
        supply_role(case.kind) in case.asking.roles and acts_for(case.turn.state, case.caller, [supplier])
    ):
        return ""
    return f"{case.caller} is not registered for {case.new_import} as {supply_role(case.kind)}"


def _point_taken(case: Case) -> str:
    ((_, mpxn),) = case.points.items()
    for device_id in case.turn.state.supply_points.get(mpxn, ()):
        other = case.turn.state.devices[device_id].device
        same_kind = other.device_type is case.kind and device_id != case.device.device.device_id
        if same_kind and other.device_status not in LEFT_THE_SERVICE:
            return f"{device_id}, which is {other.device_status}, has {mpxn}"
    return ""


def _not_theirs(case: Case) -> str:
    if is_their_supplier(case.asking, case.device):
        return ""
    return f"{case.caller} is not a Responsible Supplier of {case.device.device.device_id}"


PARTS: tuple[tuple[str, str, Callable[[Case], Decision]], ...] = (
    # field                            part    how it is carried out
    ("update_mpxn",                    MPXN,   _update_mpxn),
    ("delete_device",                  DELETE, _delete),
    ("update_device_status_except_ch", STATUS, _set_status),
    ("update_device_status_ch",        STATUS, _set_status),
)  # fmt: skip
"""The choices beside UpdateDeviceDetails."""

CHECKS: dict[StrEnum, Callable[[Case], str]] = {
    InventoryFault.NO_SUCH_STATUS: _no_such_status,
    InventoryFault.STATUS_TYPE: _status_type,
    InventoryFault.STATUS_SENDER: _status_sender,
    InventoryFault.HUB_SENDER: _hub_sender,
    InventoryFault.STATUS_FROM: _status_from,
    InventoryFault.DELETE_SENDER: _delete_sender,
    InventoryFault.DELETE_STATUS: _delete_status,
    InventoryFault.POINTS: _not_one_point,
    InventoryFault.NO_SUCH_POINT: _no_such_point,
    InventoryFault.MALFORMED_POINT: _malformed_point,
    InventoryFault.POINT_SENDER: _point_sender,
    InventoryFault.LEFT_THE_SERVICE: _left_the_service,
    InventoryFault.UNREGISTERED: _unregistered,
    InventoryFault.POINT_OF_ANOTHER: _point_of_another,
    InventoryFault.POINT_TAKEN: _point_taken,
}
"""How each fault is found, once there are a Device and a choice."""
