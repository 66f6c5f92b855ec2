"""Looking inside: the truth of one Device, and the trace of all."""

from dataclasses import dataclass
from hashlib import sha256

from device_emulator.core.external import is_external, known
from device_emulator.core.fleet import Place
from device_emulator.core.parties import supplier_of
from device_emulator.core.state import State
from device_emulator.core.surroundings import View
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.meter_readings import readings
from device_emulator.firmware.slots import mirrored_version
from smart_metering.administration import DeviceInside
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
    row, now = turn.device(place), turn.now
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
        mirrored_version=mirrored_version(mirrored, now) if mirrored else None,
        activation_due=row.scheduled.due if row.scheduled else None,
        joined=has_joined(place, row),
        supplier=supplier_of(place, row),
        network_operator=place.template.network_operator,
        readings=readings(kind, row, view, now),
        messages=row.received + row.sent,
        history=row.history,
        external=is_external(turn.state, place),
        online=known(turn.state, place).online,
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
