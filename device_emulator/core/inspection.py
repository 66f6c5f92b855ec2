"""Looking inside: the truth of one Device, and the trace of all."""

from dataclasses import dataclass
from hashlib import sha256

from device_emulator.core.fleet import Fleet, Place
from device_emulator.core.state import State
from device_emulator.core.turn import device_state
from device_emulator.firmware.slots import mirrored_version
from smart_metering.administration import DeviceInside
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, eui_octets
from smart_metering.instants import Instant


@dataclass(frozen=True, slots=True)
class Trace:
    """The histories of all touched Devices, joined in Device order, and how many messages they are of."""

    hash: bytes
    devices: int
    messages: int


def inspect(state: State, fleet: Fleet, device_id: Eui, now: Instant) -> DeviceInside | None:
    """What a Device is and holds; None: it is not here."""
    place = fleet.find(device_id)
    if place is None:
        return None
    row = device_state(state, place)
    pending = row.slots.pending
    return DeviceInside(
        device_id=device_id,
        device_type=place.template.device_type,
        generation=place.premises.generation,
        comms_hub=place.comms_hub,
        device_manufacturer=place.template.device_manufacturer,
        device_model=place.template.device_model,
        esme_variant=row.slots.esme_variant,
        firmware_version=row.slots.running,
        pending_version=pending.version if pending else None,
        pending_hash=pending.manufacturer_image_hash if pending else b"",
        mirrored_version=_mirror(state, fleet, place, now),
        activation_due=row.scheduled.due if row.scheduled else None,
        messages=row.received + row.sent,
        history=row.history,
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


def _mirror(state: State, fleet: Fleet, place: Place, now: Instant) -> FirmwareVersion | None:
    if place.template.device_type is not DeviceType.GPF:
        return None
    meter = fleet.sibling(place, DeviceType.GSME)
    return mirrored_version(device_state(state, meter).slots, now) if meter else None
