"""The Smart Metering Inventory: status changes by the table, 8.2, 12.2, and what the administration loads."""

from dsp.core.effects import Refusal
from dsp.core.inputs import AdministrationLoaded
from dsp.core.state import SmiDevice, State, StatusChange
from dsp.core.turn import Turn
from dsp.rules.smi_transitions import SmiEvent, transition
from smart_metering.administration import LoadedDevice, LoadSummary
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.duis.service_requests import DevicePrenotification, ReadInventory
from smart_metering.duis.service_responses import DspInventory, InventoryDevice
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

MAXIMUM_INVENTORY_DEVICES = 17  # DUIS 5.4: DSPInventory


def moved(device: SmiDevice, event: SmiEvent, now: Instant) -> SmiDevice | None:
    """The Device after the event, or None where the table has no row for it. Nothing is written."""
    row = transition(device.device.device_status, event)
    if row is None:
        return None
    suspends = row.result is SmiStatus.SUSPENDED
    status = row.result or device.status_before_suspension
    return changed(
        device,
        device=changed(device.device, device_status=status),
        status_before_suspension=device.device.device_status if suspends else None,
        history=(*device.history, StatusChange(at=now, status=status, cause=event)),
    )


def read_inventory(state: State, body: ReadInventory) -> DspInventory | None:
    """The Devices that 8.2 shows, at most seventeen; None where the search finds nothing."""
    found = _search(state, body)[:MAXIMUM_INVENTORY_DEVICES]
    return (
        DspInventory(devices=tuple(shown(state, state.devices[device]) for device in found))
        if found
        else None
    )


def shown(state: State, device: SmiDevice) -> InventoryDevice:
    """A Device as it is shown: with the CPL's word on the firmware it runs, as of now."""
    described = device.device
    if described.device_type in TYPE_2:
        return described
    entry = state.cpl_entry_for(described, described.device_firmware_version)
    status = "Active" if entry is not None else "Withdrawn"
    return changed(described, device_firmware_version_status=status, cpl_status=status)


def prenotification_fault(turn: Turn, body: DevicePrenotification) -> ResponseCode | None:
    """Why 12.2 is refused. The codes exist; what each means is a choice (Q18)."""
    known = turn.state.devices.get(body.device_id)
    if known is not None and not _may_be_notified_again(known):
        return ResponseCode.E120201
    if body.device_type not in set(DeviceType):
        return ResponseCode.E120203
    if (body.device_type == DeviceType.ESME) != bool(body.esme_variant) or (
        body.esme_variant and body.esme_variant not in ESME_VARIANTS
    ):
        return ResponseCode.E120204
    return None


def prenotify(turn: Turn, user: Eui, body: DevicePrenotification) -> None:
    """12.2: the Device stands in the SMI as Pending, and `user` is its pre-notifier."""
    former = turn.state.devices.get(body.device_id)
    device_type = DeviceType(body.device_type)
    status = None if device_type in TYPE_2 else SmiStatus.PENDING
    shown = InventoryDevice(
        device_id=body.device_id,
        device_type=device_type,
        device_status=status,
        device_manufacturer=body.device_manufacturer,
        device_model=body.device_model,
        smets_chts_version=body.smets_chts_version,
        device_firmware_version="" if device_type in TYPE_2 else body.firmware_version.upper(),
        esme_variant=body.esme_variant,
    )
    turn.state.put_device(
        SmiDevice(
            device=shown,
            associated_device=body.associated_gpf_device_id,
            pre_notifying_user=user,
            history=(
                *(former.history if former else ()),
                StatusChange(at=turn.now, status=status, cause=SmiEvent.PRENOTIFIED),
            ),
        )
    )


def load(turn: Turn, loaded: AdministrationLoaded) -> None:
    """Takes parties, registrations and Devices whole, or refuses all of them with every fault named."""
    faults = _faults(turn.state, loaded)
    if faults:
        turn.answer(Refusal(faults=tuple(faults)))
        return
    for party in loaded.parties:
        turn.state.parties.put(party)
    for registration in loaded.registrations:
        turn.state.put_registration(registration)
    for device in loaded.devices:
        former = turn.state.devices.get(device.device.device_id)
        turn.state.put_device(_smi_device(device, former, turn.now))
    turn.answer(
        LoadSummary(
            parties=len(loaded.parties), registrations=len(loaded.registrations), devices=len(loaded.devices)
        )
    )


def _may_be_notified_again(device: SmiDevice) -> bool:
    """A Type 2 Device has no status to leave the service by; to the table, no status means not in the SMI."""
    status = device.device.device_status
    return status is not None and transition(status, SmiEvent.PRENOTIFIED) is not None


def _search(state: State, body: ReadInventory) -> list[Eui]:
    if body.device_id is not None:
        shown = state.devices.get(body.device_id)
        if shown is None:
            return []
        neighbours = state.han.get(shown.comms_hub, []) if shown.comms_hub else []
        first = shown.device.device_id
        return [first, *(neighbour for neighbour in neighbours if neighbour != first)]
    if body.mpxn:
        return state.supply_points.get(body.mpxn, [])
    return [
        device.device.device_id
        for device in state.devices.values()
        if (body.uprn and device.device.uprn == body.uprn)
        or (body.property_filter is not None and device.device.property_filter == body.property_filter)
    ]


def _faults(state: State, loaded: AdministrationLoaded) -> list[str]:
    parties = {*state.parties, *(party.eui for party in loaded.parties)}
    types = {device.device.device_id: device.device.device_type for device in loaded.devices}

    def type_of(device_id: Eui) -> DeviceType | None:
        known = state.devices.get(device_id)
        return types.get(device_id) or (known.device.device_type if known else None)

    seen: set[Eui] = set()
    faults = [
        f"registrations[{at}].party: {row.party} is no party that is loaded"
        for at, row in enumerate(loaded.registrations)
        if row.party not in parties
    ]
    for at, device in enumerate(loaded.devices):
        shown, where = device.device, f"devices[{at}] ({device.device.device_id})"
        if type_of(device.comms_hub) is not DeviceType.CHF:
            faults.append(f"{where}.comms_hub: {device.comms_hub} is no CHF that is loaded")
        if shown.device_id in seen:
            faults.append(f"{where}: stands twice in this batch")
        seen.add(shown.device_id)
        if (shown.device_type in TYPE_2) != (shown.device_status is None):
            faults.append(
                f"{where}.device_status: expected for every Device Type but IHD and CAD, which have none"
            )
        if shown.esme_variant and shown.esme_variant not in ESME_VARIANTS:
            faults.append(f"{where}.esme_variant: {shown.esme_variant!r} is not one of the 25 of DUIS")
        if shown.device_status is SmiStatus.SUSPENDED and device.status_before_suspension is None:
            faults.append(f"{where}.status_before_suspension: expected for a Device that is Suspended")
    return faults


def _smi_device(loaded: LoadedDevice, former: SmiDevice | None, now: Instant) -> SmiDevice:
    return SmiDevice(
        device=loaded.device,
        comms_hub=loaded.comms_hub,
        associated_device=loaded.associated_device,
        status_before_suspension=loaded.status_before_suspension,
        pre_notifying_user=former.pre_notifying_user if former else None,
        history=(
            *(former.history if former else ()),
            StatusChange(at=now, status=loaded.device.device_status, cause="loaded"),
        ),
    )
