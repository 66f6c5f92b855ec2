"""Read Device Log (SR 8.9): with whom a Device is joined (CS07), and what a CHF has on its HAN (CCS05)."""

from device_emulator.devices import decoded_content
from device_emulator.devices.comms_hub_log import log_of
from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.state import DeviceState
from device_emulator.devices.surroundings import Neighbour, Surroundings
from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.gbcs.comms_hub_device_log import (
    ConnectedDevice,
    decode_read_log_command,
    encode_read_log_response,
)
from smart_metering.gbcs.device_log import (
    DeviceLogEntry,
    decode_device_log_command,
    encode_device_log_response,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.instants import Instant

LARGEST_DEVICE_LOG = 16
"""Entries of a Device Log (chosen here, as many as a CHF has)."""

JOINED_FROM_THE_START = {
    # whose log            who stands on it when nothing was ever joined or unjoined (likely; choice G60)
    DeviceType.ESME:   {DeviceType.CHF, DeviceType.GPF, DeviceType.PPMID, DeviceType.HCALCS, *TYPE_2},
    DeviceType.GSME:   {DeviceType.CHF, DeviceType.GPF, DeviceType.PPMID},
    DeviceType.GPF:    {DeviceType.ESME, DeviceType.GSME, DeviceType.PPMID, *TYPE_2},
    DeviceType.PPMID:  {DeviceType.CHF, DeviceType.GPF, DeviceType.ESME, DeviceType.GSME},
    DeviceType.HCALCS: {DeviceType.CHF, DeviceType.ESME},
}  # fmt: skip


def read_device_log(hearing: Hearing) -> Handled:
    """CS07. Raises DecodeError if the payload cannot be read."""
    decode_device_log_command(hearing.command.payload)
    entries = device_log(hearing.around, hearing.profile.device_type, hearing.state)
    answer = Answer(
        payload=lambda: encode_device_log_response(entries),
        content=lambda: decoded_content.of_device_log(entries),
    )
    return Handled(state=hearing.state, answer=hearing.answer(answer))


def read_comms_hub_log(hearing: Hearing) -> Handled:
    """CCS05. What never joined was never heard. Raises DecodeError if the payload cannot be read."""
    exchange = exchange_of(hearing.command)
    decode_read_log_command(hearing.command.payload, exchange)
    neighbours = {neighbour.device_id: neighbour for neighbour in hearing.around.neighbours()}
    entries = tuple(
        ConnectedDevice(
            device=device,
            last_communication=_heard_at(neighbours.get(device), hearing.now),
        )
        for device in log_of(hearing.around, hearing.state)
    )
    answer = Answer(
        payload=lambda: encode_read_log_response(entries, exchange),
        content=lambda: decoded_content.of_comms_hub_log(entries),
    )
    return Handled(state=hearing.state, answer=hearing.answer(answer))


def device_log(
    around: Surroundings, device_type: DeviceType, state: DeviceState
) -> tuple[DeviceLogEntry, ...]:
    """Those a Device was joined with from the start, then those that Commands joined it with, in order."""
    present = tuple(
        DeviceLogEntry(device=neighbour.device_id, device_type=neighbour.device_type)
        for neighbour in around.neighbours()
        if neighbour.device_id != state.device_id and _was_joined(around, device_type, neighbour)
    )
    return present + state.life.device_log


def _heard_at(neighbour: Neighbour | None, now: Instant) -> Instant | None:
    """A Device on the HAN is heard for as long as it has power."""
    if neighbour is None or not neighbour.joined:
        return None
    return now if neighbour.off_since is None else neighbour.off_since


def _was_joined(around: Surroundings, device_type: DeviceType, other: Neighbour) -> bool:
    """A Device that awaits installation is joined with nobody but the hub that lets it in."""
    if not other.from_the_start or other.device_type not in JOINED_FROM_THE_START[device_type]:
        return False
    return not around.template.awaits_installation or other.device_type is DeviceType.CHF
