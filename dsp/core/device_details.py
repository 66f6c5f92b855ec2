"""SR 8.4 UpdateDeviceDetails: the details of a Device change if a row lets this sender change them now."""

from dsp.core.asking import Asking, is_their_supplier
from dsp.core.records import SmiDevice, StatusChange
from dsp.core.turn import Turn
from dsp.rules.device_details import (
    NOT_AMENDABLE,
    REFUSAL_SOURCE,
    VARIANT_NOT_APPLICABLE,
    Details,
    Sender,
    amendment,
    refusal,
)
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS, DeviceType
from smart_metering.duis.inventory_requests import DeviceDetails
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode

_SHOWN_AS = {"firmware_version": "device_firmware_version"}  # what 8.2 calls a detail, where its name differs


def amend(turn: Turn, asking: Asking, device: SmiDevice, details: DeviceDetails) -> Decision:
    """I0 and the details are changed, or the code that refuses the request whole."""
    given = _given(details)
    if not given:
        return _refused(
            NOT_AMENDABLE, "UpdateDeviceDetails names nothing to change", REFUSAL_SOURCE, Mark.CHOICE
        )
    if given.get("esme_variant", ESME_VARIANTS[0]) not in ESME_VARIANTS:
        what = f"ESMEVariant {given['esme_variant']!r} is none of the 25"
        return _refused(ResponseCode.E100, what, "choice G4", Mark.WEAK)
    named = Details.ESME_VARIANT_ONLY if list(given) == ["esme_variant"] else Details.ANY
    case = (_senders(asking, device), named, device.generation, device.device.device_type)
    status = device.device.device_status
    row = amendment(turn.rules.amendments, status, *case)
    if row is None:
        return _refused(refusal(status, *case), f"{named} while {status}", REFUSAL_SOURCE, Mark.CHOICE)
    if "esme_variant" in given and device.device.device_type is not DeviceType.ESME:
        what = f"ESMEVariant of a {device.device.device_type}"
        return _refused(VARIANT_NOT_APPLICABLE, what, REFUSAL_SOURCE, Mark.CHOICE)
    _write(turn, asking, device, given)
    return Decision(
        code=ResponseCode.I0, row=f"{row.sender}: {row.details}", source=row.source, mark=row.mark
    )


def _given(details: DeviceDetails) -> dict[str, str]:
    named = {name: getattr(details, name) for name in DeviceDetails.__struct_fields__}
    named["firmware_version"] = named["firmware_version"].upper()  # as 12.2 and Devices give it
    return {name: value for name, value in named.items() if value}


def _senders(asking: Asking, device: SmiDevice) -> frozenset[Sender]:
    caller, senders = asking.received.caller, set()
    if caller == device.pre_notifying_user:
        senders.add(Sender.PRE_NOTIFIER)
    if is_their_supplier(asking, device):
        senders.add(Sender.RESPONSIBLE_SUPPLIER)
    return frozenset(senders)


def _write(turn: Turn, asking: Asking, device: SmiDevice, given: dict[str, str]) -> None:
    """Old and new values stand in the history; the value that the SMI has already is no change, but is noted."""
    fields = {_SHOWN_AS.get(name, name): value for name, value in given.items()}
    shown: InventoryDevice = changed(device.device, **fields)
    what = ", ".join(f"{name} {getattr(device.device, name) or 'none'} -> {fields[name]}" for name in fields)
    cause = f"8.4 of {asking.received.caller}: {what}"
    note = StatusChange(at=turn.now, status=device.device.device_status, cause=cause, request_id=turn.cause)
    turn.change(changed(device, device=shown, history=(*device.history, note)), cause)


def _refused(code: ResponseCode, row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=code, row=row, source=source, mark=mark)
