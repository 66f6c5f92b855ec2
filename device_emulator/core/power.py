"""The power goes: of one Device, or of a hub, whose whole premises cannot be reached meanwhile.

Each has a supply of its own (choice G90). A Device without power hears nothing, says nothing, counts nothing, and does
nothing that it had a date for; behind a hub without power Devices live on, and keep what they say.
"""

from device_emulator.core.fleet import Place
from device_emulator.core.transfers import rest
from device_emulator.core.turn import Turn
from device_emulator.devices.state import is_on, lived
from smart_metering.device_types import DeviceType

OF_THE_HUB = frozenset({DeviceType.CHF, DeviceType.GPF})
"""The Functions of a Comms Hub: they have power when it has."""


def cut(turn: Turn, place: Place) -> None:
    """A Device is off from now on; one that is off already stays so."""
    device = turn.device(place)
    if is_on(device):
        turn.keep(lived(device, off_since=turn.now, cut_at_activation=False, joins_at=None))
        rest(turn, place.device_id)
        turn.observe(place.device_id, "its power is off")


def cut_hub(turn: Turn, hub: Place) -> None:
    """A hub is off from now on: what was being carried to its Devices rests, and nobody joins."""
    for place in turn.fleet.premises_of(hub):
        if place.template.device_type in OF_THE_HUB:
            cut(turn, place)
        elif turn.device(place).life.joins_at is not None:
            turn.keep(lived(turn.device(place), joins_at=None))
        rest(turn, place.device_id)
