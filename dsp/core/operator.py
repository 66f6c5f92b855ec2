"""What the DCC itself changes in the SMI: the manual correction of manufacturer and model, and the recovery family."""

from dsp.core.central_products_list import suspend
from dsp.core.dcc_alerts import alert, status_change
from dsp.core.effects import Refusal
from dsp.core.inventory import move, shown
from dsp.core.records import SmiDevice, StatusChange
from dsp.core.turn import Turn
from dsp.rules.device_details import too_long
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.administration import DeviceCorrection, RecoveryChange
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.marks import Mark
from smart_metering.records import changed

RECOVERY_EVENTS = {
    "Started": SmiEvent.RECOVERY_STARTED,
    "CredentialsPlaced": SmiEvent.RECOVERY_CREDENTIALS_PLACED,
    "SupplierRestored": SmiEvent.SUPPLIER_RESTORED,
}
"""What an operator may say, and what it means to the SMI."""


def correct(turn: Turn, correction: DeviceCorrection) -> None:
    """The DCC's manual way for a wrong manufacturer or model (SECMP0125 report): no Service Request has it."""
    device = turn.state.devices.get(correction.device_id)
    if device is None:
        turn.answer(_unknown(correction.device_id))
        return
    given = {
        name: value
        for name in ("device_manufacturer", "device_model")
        if (value := getattr(correction, name)) and value != getattr(device.device, name)
    }
    faults = _correction_faults(correction)
    if faults:
        turn.answer(Refusal(faults=tuple(faults)))
        return
    if given:
        what = ", ".join(f"{name} {getattr(device.device, name)} -> {value}" for name, value in given.items())
        cause = f"corrected by the DCC: {what} ({correction.reason})"
        note = StatusChange(at=turn.now, status=device.device.device_status, cause=cause)
        corrected = changed(device, device=changed(device.device, **given), history=(*device.history, note))
        decision = Decision(
            code="corrected", row="manual process of the DCC", source="SECMP0125 report", mark=Mark.CERTAIN
        )
        device = turn.change(corrected, cause, decision)
    turn.answer(shown(turn.state, device))


def change_recovery(turn: Turn, change: RecoveryChange) -> None:
    """A step of the recovery from a compromise, as far as the SMI knows of it."""
    device = turn.state.devices.get(change.device_id)
    if device is None:
        turn.answer(_unknown(change.device_id))
        return
    event = RECOVERY_EVENTS.get(change.event)
    if event is None or not change.reason:
        expected = ", ".join(RECOVERY_EVENTS)
        turn.answer(Refusal(faults=(f"event, reason: expected one of {expected}, and why",)))
        return
    moved = move(turn, device, event, by=f"the DCC ({change.reason})")
    if moved is None:
        status = device.device.device_status or "without status"
        turn.answer(Refusal(faults=(f"event: {change.event} of a Device that is {status}",)))
        return
    if event is SmiEvent.SUPPLIER_RESTORED:
        moved = _catch_up_with_cpl(turn, moved)
    if event is SmiEvent.RECOVERY_CREDENTIALS_PLACED:
        alert(turn, DccAlertCode.N36, moved, status_change(moved, "RecoveryComplete"))
    turn.answer(shown(turn.state, moved))


def _catch_up_with_cpl(turn: Turn, device: SmiDevice) -> SmiDevice:
    """A Device in Recovery is not suspended, and one that was Suspended is not restored by it (choice G73)."""
    if turn.state.cpl_entry_for(device.device, device.device.device_firmware_version) is None:
        suspend(turn, device, SmiEvent.FOUND_OFF_CPL)
    return turn.state.devices[device.device.device_id]


def _correction_faults(correction: DeviceCorrection) -> list[str]:
    faults = []
    if not correction.device_manufacturer and not correction.device_model:
        faults.append("device_manufacturer, device_model: expected at least one")
    if not correction.reason:
        faults.append("reason: expected why; it is kept in the Device's history")
    details = {name: getattr(correction, name) for name in ("device_manufacturer", "device_model")}
    return faults + too_long(details)


def _unknown(device_id: str) -> Refusal:
    return Refusal(faults=(f"device_id: the SMI does not know {device_id}",), unknown=True)
