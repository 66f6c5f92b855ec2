"""12.2: a Device comes into the SMI; a hub and its Gas Proxy Function find each other."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dsp.core.asking import Asking
from dsp.core.installation import gas_proxies_of, give_gas_proxy_its_hub, hub_connected, put_on_timetable
from dsp.core.inventory import link, move
from dsp.core.outcomes import Outcome
from dsp.core.records import SmiDevice, StatusChange
from dsp.core.refusing import first_refusal
from dsp.core.turn import Turn
from dsp.rules.device_details import absent, too_long
from dsp.rules.prenotification import PRENOTIFICATION_REFUSALS, PrenotificationFault
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus


def prenotify(turn: Turn, asking: Asking, body: DevicePrenotification) -> Outcome:
    """12.2: the Device stands in the SMI as Pending, and the caller is its pre-notifier."""
    former = turn.state.devices.get(body.device_id)
    if refusal := first_refusal(PRENOTIFICATION_REFUSALS, CHECKS, Prenotification(former, body)):
        return refusal
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
        comms_hub=_hub_from_the_start(former, body.device_id, device_type),
        forgotten_at=Instant(turn.now + turn.rules.times.pending_ms) if status else None,
        history=(*(former.history if former else ()), note),
    )
    decision = row and Decision(code=row.result, row=str(row.event), source=row.source, mark=row.mark)
    device = turn.change(device, f"pre-notified by {asking.received.caller}", decision or None)
    put_on_timetable(turn, device)
    _join_with_its_hub(turn, device)
    return Outcome(code=turn.rules.switches.non_device_empty_answer)


def _hub_from_the_start(former: SmiDevice | None, device_id: Eui, device_type: DeviceType) -> Eui | None:
    """A hub stands on its own HAN, and a GPF that was a hub's part still is; what else is pre-notified is on none."""
    if device_type is DeviceType.CHF:
        return device_id
    if former is None or {device_type, former.device.device_type} != {DeviceType.GPF}:
        return None
    return former.comms_hub


def _join_with_its_hub(turn: Turn, device: SmiDevice) -> None:
    """A hub and its GPF find each other, whichever is pre-notified first; one that is connected already is in service.

    A GPF that left the service with its hub comes back with it.
    """
    hub = None
    match device.device.device_type:
        case DeviceType.CHF:
            hub = device.device.device_id
            _bring_back_gas_proxy(turn, device)
            give_gas_proxy_its_hub(turn, device)
        case DeviceType.GPF:
            hub = device.comms_hub or turn.state.hubs_naming.get(device.device.device_id)
        case _:
            pass
    if hub is not None and hub in turn.state.connected_hubs:
        hub_connected(turn, hub)


def _bring_back_gas_proxy(turn: Turn, hub: SmiDevice) -> None:
    """Unless the hub comes back with another."""
    for proxy in gas_proxies_of(turn, hub):
        if hub.associated_device not in (None, proxy.device.device_id):
            continue
        moved = move(turn, proxy, SmiEvent.PRENOTIFIED, by=hub.pre_notifying_user or "")
        if moved is not None:
            shown = changed(moved.device, date_commissioned=None)
            user, forgotten_at = hub.pre_notifying_user, hub.forgotten_at
            back = link(turn, moved, device=shown, pre_notifying_user=user, forgotten_at=forgotten_at)
            put_on_timetable(turn, back)


@dataclass(frozen=True, slots=True)
class Prenotification:
    """A 12.2, and the Device as the SMI has it already, if it has."""

    former: SmiDevice | None
    body: DevicePrenotification


def _malformed(case: Prenotification) -> str:
    details = {name: getattr(case.body, name) for name in case.body.__struct_fields__}
    return "; ".join([*absent(details), *too_long(details)])


def _in_the_smi(case: Prenotification) -> str:
    if case.former is None or _may_be_notified_again(case.former):
        return ""
    return "the Device is in the SMI already"


def _device_type(case: Prenotification) -> str:
    known = case.body.device_type in set(DeviceType)
    return "" if known else f"DeviceType {case.body.device_type!r} is none of DUIS"


def _variant(case: Prenotification) -> str:
    variant, esme = case.body.esme_variant, case.body.device_type == DeviceType.ESME
    if (variant in ESME_VARIANTS) if esme else not variant:
        return ""
    return f"ESMEVariant {variant!r}: an ESME has one of DUIS, any other Device none"


CHECKS: dict[StrEnum, Callable[[Prenotification], str]] = {
    PrenotificationFault.MALFORMED: _malformed,
    PrenotificationFault.IN_THE_SMI: _in_the_smi,
    PrenotificationFault.DEVICE_TYPE: _device_type,
    PrenotificationFault.VARIANT: _variant,
}
"""How each fault of a 12.2 is found."""


def _may_be_notified_again(device: SmiDevice) -> bool:
    """A Type 2 Device has no status to leave the service by; to the table, no status means not in the SMI."""
    status = device.device.device_status
    return status is not None and transition(status, SmiEvent.PRENOTIFIED) is not None
