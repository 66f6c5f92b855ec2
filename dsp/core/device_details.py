"""SR 8.4 UpdateDeviceDetails: the details of a Device change if a row lets this sender change them now."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dsp.core.asking import Asking, is_their_supplier
from dsp.core.inventory import note
from dsp.core.outcomes import Outcome
from dsp.core.records import SmiDevice
from dsp.core.refusing import first_refusal
from dsp.core.turn import Turn
from dsp.rules.device_details import (
    DETAILS_REFUSALS,
    AmendmentRow,
    Details,
    DetailsFault,
    Sender,
    amendment,
    refusal,
    too_long,
)
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType, Generation
from smart_metering.duis.inventory_requests import DeviceDetails
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

_SHOWN_AS = {"firmware_version": "device_firmware_version"}  # what 8.2 calls a detail, where its name differs

Facts = tuple[SmiStatus | None, frozenset[Sender], Details, Generation, DeviceType]
"""What the rows go by."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is given for a Device; by `row` this sender may change it now."""

    device: SmiDevice
    given: dict[str, str]
    facts: Facts
    row: AmendmentRow | None


def amend(turn: Turn, asking: Asking, device: SmiDevice, details: DeviceDetails) -> Decision | Outcome:
    """What let the details be changed, or the answer that refuses the request whole."""
    given = _given(device, details)
    facts = _facts(asking, device, given)
    row = amendment(turn.rules.amendments, *facts)
    refused = first_refusal(DETAILS_REFUSALS, CHECKS, Case(device, given, facts, row))
    if refused is not None:
        return refused
    assert row is not None, facts
    _write(turn, asking, device, given)
    return Decision(
        code=ResponseCode.I0, row=f"{row.sender}: {row.details}", source=row.source, mark=row.mark
    )


def _given(device: SmiDevice, details: DeviceDetails) -> dict[str, str]:
    named = {name: getattr(details, name) for name in DeviceDetails.__struct_fields__}
    named["firmware_version"] = named["firmware_version"].upper()  # as 12.2 and Devices give it
    if device.device.device_type in TYPE_2:
        named["firmware_version"] = ""  # An IHD or CAD has none, whatever is said of it, as by 12.2.
    return {name: value for name, value in named.items() if value}


def _facts(asking: Asking, device: SmiDevice, given: dict[str, str]) -> Facts:
    """An IHD or CAD has no status: while it is on no HAN, it counts as Pending (choice G68)."""
    kind, status = device.device.device_type, device.device.device_status
    if kind in TYPE_2 and device.comms_hub is None:
        status = SmiStatus.PENDING
    named = Details.ESME_VARIANT_ONLY if list(given) == ["esme_variant"] else Details.ANY
    return status, _senders(asking, device), named, device.generation, kind


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
    note(turn, changed(device, device=shown), f"8.4 of {asking.received.caller}: {what}")


def _nothing(case: Case) -> str:
    return "" if case.given else "UpdateDeviceDetails names nothing to change"


def _malformed(case: Case) -> str:
    faults = too_long(case.given)
    if (variant := case.given.get("esme_variant")) and variant not in ESME_VARIANTS:
        faults.append(f"ESMEVariant {variant!r} is none of the 25")
    return "; ".join(faults)


def _not_permitted(fault: DetailsFault) -> Callable[[Case], str]:
    def check(case: Case) -> str:
        if case.row is not None or refusal(*case.facts).fault is not fault:
            return ""
        status, _, details, *_ = case.facts
        return f"{details} while {status or 'without status'}"

    return check


def _no_esme(case: Case) -> str:
    kind = case.device.device.device_type
    return f"ESMEVariant of a {kind}" if "esme_variant" in case.given and kind is not DeviceType.ESME else ""


CHECKS: dict[StrEnum, Callable[[Case], str]] = {
    DetailsFault.NOTHING: _nothing,
    DetailsFault.MALFORMED: _malformed,
    DetailsFault.SENDER: _not_permitted(DetailsFault.SENDER),
    DetailsFault.NOT_APPLICABLE: _not_permitted(DetailsFault.NOT_APPLICABLE),
    DetailsFault.FROZEN: _not_permitted(DetailsFault.FROZEN),
    DetailsFault.NO_ESME: _no_esme,
}
"""How each fault is found."""
