"""What a test engineer does to a Device by hand. Each is a record: an input of the emulator as any other."""

from device_emulator.devices.tampers import Tamper
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


class PowerSwitched(Record, frozen=True, kw_only=True):
    """A Device is switched off or on; on also takes back a cut that was to come."""

    device: Eui
    on: bool


class PowerCutPlanned(Record, frozen=True, kw_only=True):
    """The power of a Device is to go when it next activates firmware, while it does."""

    device: Eui


class HubPowerSwitched(Record, frozen=True, kw_only=True):
    """A Comms Hub is switched off or on."""

    comms_hub: Eui
    on: bool


class Tampered(Record, frozen=True, kw_only=True):
    """Somebody opened a Device, or held a magnet to it."""

    device: Eui
    tamper: Tamper


class DeviceClockSet(Record, frozen=True, kw_only=True):
    """The clock of a Device reads `reading` now; without one, `ahead_ms` more than the time is (less, if below 0)."""

    device: Eui
    ahead_ms: int = 0
    reading: Instant | None = None


class PlaceGiven(Record, frozen=True, kw_only=True):
    """The place of a Device is given to one outside, or taken back."""

    device: Eui
    external: bool


ByHand = PowerSwitched | PowerCutPlanned | HubPowerSwitched | Tampered | DeviceClockSet | PlaceGiven
"""Everything that is done by hand."""


def device_of(event: ByHand) -> Eui:
    """To whom it is done."""
    return event.comms_hub if isinstance(event, HubPowerSwitched) else event.device
