"""The Smart Metering Inventory: status changes by the table, 8.2, and what the administration loads."""

from dsp.core.effects import Refusal
from dsp.core.inputs import AdministrationLoaded
from dsp.core.records import SmiDevice, StatusChange
from dsp.core.state import State
from dsp.core.turn import Turn
from dsp.rules.inventory_updates import is_mpxn
from dsp.rules.smi_transitions import Beyond, SmiEvent, Transition, transition
from smart_metering.administration import LoadedDevice, LoadSummary
from smart_metering.decisions import Decision
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_responses import DspInventory, InventoryDevice
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus

MAXIMUM_INVENTORY_DEVICES = 17  # DUIS 5.4: DSPInventory

_PARTY_CERTIFICATES = (
    ("digital_signing_certificate", KeyUsage.DIGITAL_SIGNING),
    ("key_agreement_certificate", KeyUsage.KEY_AGREEMENT),
)

_COMMISSIONING = frozenset(
    {
        SmiEvent.COMMISSIONED,
        SmiEvent.JOINED_SERVICE,
        SmiEvent.HUB_CONNECTED,
        SmiEvent.HUB_SET_COMMISSIONED,
        SmiEvent.HUB_INSTALLED,
    }
)


def move(turn: Turn, device: SmiDevice, event: SmiEvent, *, by: str = "") -> SmiDevice | None:
    """The Device after the event, written down, or None where the table has no row for it. `by` says who wished it.

    A Device that the event removes is no longer in the SMI; what is answered is how it was.
    """
    row = transition(device.device.device_status, event, device.device.device_type)
    if row is None:
        return None
    cause = f"{event} by {by}" if by else str(event)
    decision = Decision(code=row.result, row=str(event), source=row.source, mark=row.mark)
    if row.result is Beyond.REMOVED:
        turn.remove(device, cause, decision)
        return device
    after = _after(device, row)
    status = after.device.device_status
    if event in _COMMISSIONING and _is_or_will_be_commissioned(after) and not after.device.date_commissioned:
        after = changed(after, device=changed(after.device, date_commissioned=turn.now))
    note = StatusChange(at=turn.now, status=status, cause=cause, request_id=turn.cause)
    after = changed(after, history=(*after.history, note))
    return turn.change(after, f"{device.device.device_status} -> {status}: {cause}", decision)


def note(turn: Turn, device: SmiDevice, cause: str, decision: Decision | None = None) -> SmiDevice:
    """Writes a Device of which something changed beside its status, with a line of its history."""
    status = device.device.device_status
    line = StatusChange(at=turn.now, status=status, cause=cause, request_id=turn.cause)
    return turn.change(changed(device, history=(*device.history, line)), cause, decision)


def link(turn: Turn, smi_device: SmiDevice, /, **changes: object) -> SmiDevice:
    """Writes what an event changed of a Device beside its status; the event's own line tells why."""
    return turn.state.put_device(changed(smi_device, **changes))


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


def _after(device: SmiDevice, row: Transition) -> SmiDevice:
    """The status, and the one to be restored to, that a row leads to."""
    if row.result is Beyond.UNCHANGED:
        return device
    suspended = device.device.device_status is SmiStatus.SUSPENDED
    if row.result is Beyond.BEFORE_SUSPENSION:
        status, before = device.status_before_suspension, None
    else:
        assert isinstance(row.result, SmiStatus), row
        status = row.result
        before = row.before_suspension if suspended else device.device.device_status
        before = before if status is SmiStatus.SUSPENDED else None
    return changed(
        device,
        device=changed(device.device, device_status=status),
        status_before_suspension=before,
        forgotten_at=device.forgotten_at if before or suspended else None,
    )


def _is_or_will_be_commissioned(device: SmiDevice) -> bool:
    return SmiStatus.COMMISSIONED in (device.device.device_status, device.status_before_suspension)


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
        f"parties[{at}] ({party.eui}).{name}: {fault}"
        for at, party in enumerate(loaded.parties)
        for name, usage in _PARTY_CERTIFICATES
        if (fault := _certificate_fault(party.eui, getattr(party, name), usage))
    ]
    faults += [
        f"registrations[{at}].party: {row.party} is no party that is loaded"
        for at, row in enumerate(loaded.registrations)
        if row.party not in parties
    ]
    faults += [
        f"registrations[{at}].mpxn: {row.mpxn!r}, expected an MPAN of 13 digits or an MPRN of up to 10"
        for at, row in enumerate(loaded.registrations)
        if not is_mpxn(row.mpxn)
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
        for name in ("import_mpxn", "secondary_import_mpan", "export_mpan"):
            mpxn = getattr(shown, name)
            if mpxn and not is_mpxn(mpxn):
                faults.append(
                    f"{where}.{name}: {mpxn!r}, expected an MPAN of 13 digits or an MPRN of up to 10"
                )
        if shown.device_status is SmiStatus.SUSPENDED and device.status_before_suspension is None:
            faults.append(f"{where}.status_before_suspension: expected for a Device that is Suspended")
    return faults


def _certificate_fault(party: Eui, octets: bytes, usage: KeyUsage) -> str:
    if not octets:
        return ""  # Its signatures then never verify.
    try:
        certified = read_certificate(octets)
    except DecodeError as error:
        return str(error)
    found = (certified.entity, certified.usage)
    return "" if found == (party, usage) else f"a certificate of {found[0]} for {found[1]}, expected {usage}"


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
