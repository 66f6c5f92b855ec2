"""SR 8.4 UpdateDeviceDetails: the details of a Device change if a row lets this sender change them now."""

from dsp.core.asking import Asking
from dsp.core.registrations import responsible_suppliers
from dsp.core.state import SmiDevice, StatusChange
from dsp.core.turn import Turn
from dsp.rules.device_details import NOT_AMENDABLE, REFUSAL_SOURCE, Details, Sender, amendment, refusal
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS
from smart_metering.duis.service_requests import DeviceDetails, UpdateInventory
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode

_SHOWN_AS = {"firmware_version": "device_firmware_version"}  # what 8.2 calls a detail, where its name differs


def amend(turn: Turn, asking: Asking, body: UpdateInventory) -> Decision:
    """I0 and the details are changed, or the code that refuses the request whole."""
    device = turn.state.devices.get(body.device_id)
    if device is None:
        return _refused(ResponseCode.E19, f"{body.device_id} is not in the SMI", "DUIS", Mark.CERTAIN)
    given = _given(body.update_device_details)
    if not given:
        return _refused(
            NOT_AMENDABLE, "UpdateDeviceDetails names nothing to change", REFUSAL_SOURCE, Mark.CHOICE
        )
    if given.get("esme_variant", ESME_VARIANTS[0]) not in ESME_VARIANTS:
        what = f"ESMEVariant {given['esme_variant']!r} is none of the 25"
        return _refused(ResponseCode.E100, what, "choice G4", Mark.WEAK)
    details = Details.ESME_VARIANT_ONLY if list(given) == ["esme_variant"] else Details.ANY
    case = (_senders(turn, asking, device), details, device.generation, device.device.device_type)
    status = device.device.device_status
    row = amendment(turn.rules.amendments, status, *case)
    if row is None:
        return _refused(refusal(status, *case), f"{details} while {status}", REFUSAL_SOURCE, Mark.CHOICE)
    _write(turn, asking, device, given)
    return Decision(
        code=ResponseCode.I0, row=f"{row.sender}: {row.details}", source=row.source, mark=row.mark
    )


def _given(details: DeviceDetails) -> dict[str, str]:
    named = {name: getattr(details, name) for name in DeviceDetails.__struct_fields__}
    return {name: value for name, value in named.items() if value}


def _senders(turn: Turn, asking: Asking, device: SmiDevice) -> frozenset[Sender]:
    caller, senders = asking.received.caller, set()
    if caller == device.pre_notifying_user:
        senders.add(Sender.PRE_NOTIFIER)
    if caller in responsible_suppliers(turn.state, device, turn.now):
        senders.add(Sender.RESPONSIBLE_SUPPLIER)
    return frozenset(senders)


def _write(turn: Turn, asking: Asking, device: SmiDevice, given: dict[str, str]) -> None:
    shown: InventoryDevice = changed(
        device.device, **{_SHOWN_AS.get(name, name): value for name, value in given.items()}
    )
    what = ", ".join(f"{name} {value}" for name, value in given.items())
    cause = f"8.4 of {asking.received.caller}: {what}"
    note = StatusChange(at=turn.now, status=device.device.device_status, cause=cause)
    turn.state.put_device(changed(device, device=shown, history=(*device.history, note)))


def _refused(code: ResponseCode, row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=code, row=row, source=source, mark=mark)
