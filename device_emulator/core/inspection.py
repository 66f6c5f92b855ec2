"""Looking inside: the truth of one Device, and the trace of all."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from device_emulator.core.external import is_external, known
from device_emulator.core.fleet import Place
from device_emulator.core.parties import supplier_of
from device_emulator.core.power import OF_THE_HUB
from device_emulator.core.state import State
from device_emulator.core.surroundings import View
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.air import Direction
from device_emulator.devices.meter_readings import readings
from device_emulator.devices.state import is_on
from device_emulator.firmware.slots import mirrored_version
from smart_metering.administration import DeviceInside, HubDevice, HubInside, HubSummary, LoggedEvent
from smart_metering.device_alerts import definition_of
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import eui_octets


@dataclass(frozen=True, slots=True)
class Trace:
    """The histories of all touched Devices, joined in Device order, and how many messages they are of."""

    hash: bytes
    devices: int
    messages: int


def inspect(turn: Turn, place: Place) -> DeviceInside:
    """What a Device is and holds, and what its registers show; nothing of it is kept."""
    row, hub, now = turn.device(place), turn.state_of(place.comms_hub), turn.now
    view, kind = View(turn, place), place.template.device_type
    pending = row.slots.pending
    mirrored = view.gas_meter_slots() if kind is DeviceType.GPF else None
    return DeviceInside(
        device_id=place.device_id,
        device_type=kind,
        generation=place.premises.generation,
        comms_hub=place.comms_hub,
        device_manufacturer=place.template.device_manufacturer,
        device_model=place.template.device_model,
        esme_variant=row.slots.esme_variant,
        firmware_version=row.slots.running,
        pending_version=pending.version if pending else None,
        pending_hash=pending.manufacturer_image_hash if pending else b"",
        mirrored_version=mirrored_version(mirrored, now, view.mirror_breaks()) if mirrored else None,
        activation_due=row.scheduled.due if row.scheduled else None,
        joined=has_joined(place, row),
        supplier=supplier_of(place, row),
        network_operator=place.template.network_operator,
        readings=readings(kind, row, view, now),
        messages=row.received + row.sent,
        history=row.history,
        external=is_external(turn.state, place),
        online=known(turn.state, place).online,
        off_since=row.life.off_since,
        hub_off_since=hub.life.off_since,
        cut_at_activation=row.life.cut_at_activation,
        clock_ahead=row.life.clock_ahead_ms,
        log=tuple(
            LoggedEvent(at=entry.at, code=entry.code, name=definition_of(entry.code).name)
            for entry in row.life.log
        ),
    )


def inspect_hub(turn: Turn, hub: Place, *, attached: bool) -> HubInside:
    """A Comms Hub, its premises and what waits there; whether a DSP serves it, its host knows."""
    state, comms_hub = turn.state, hub.device_id
    kept = Counter(
        row.device
        for row in state.underway.values()
        if row.comms_hub == comms_hub and row.direction is Direction.FROM_DEVICE
    )
    return HubInside(
        comms_hub=comms_hub,
        attached=attached,
        off_since=turn.device(hub).life.off_since,
        devices=tuple(
            _hub_device(turn, place, kept[place.device_id]) for place in turn.fleet.premises_of(hub)
        ),
        uplinks_waiting=sum(row.comms_hub == comms_hub for row in state.outbox.values()),
        files_wanted=tuple(
            row.firmware_file
            for row in state.distributions.values()
            if row.comms_hub == comms_hub and not row.at_hub
        ),
    )


def summarise_hub(turn: Turn, hub: Place, *, attached: bool) -> HubSummary:
    """One line about a Comms Hub."""
    premises = list(turn.fleet.premises_of(hub))
    return HubSummary(
        comms_hub=hub.device_id,
        attached=attached,
        off_since=turn.device(hub).life.off_since,
        devices=len(premises),
        devices_off=sum(
            not is_on(turn.device(place))
            for place in premises
            if place.template.device_type not in OF_THE_HUB
        ),
    )


def _hub_device(turn: Turn, place: Place, messages_kept: int) -> HubDevice:
    row, transfer = turn.device(place), turn.state.transfers.get(place.device_id)
    rests = transfer is not None and transfer.remaining_ms is not None
    return HubDevice(
        device_id=place.device_id,
        device_type=place.template.device_type,
        joined=has_joined(place, row),
        off_since=row.life.off_since,
        messages_kept=messages_kept,
        transfer_due=transfer.due if transfer is not None and not rests else None,
        transfer_remaining=transfer.remaining_ms if transfer is not None else None,
    )


def trace(state: State) -> Trace:
    """Over (Device ID, history) of every touched Device."""
    joined = sha256()
    messages = 0
    for device_id in sorted(state.devices):
        row = state.devices[device_id]
        joined.update(eui_octets(row.device_id) + row.history)
        messages += row.received + row.sent
    return Trace(joined.digest(), len(state.devices), messages)
