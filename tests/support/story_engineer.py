"""What a story's test engineer does by hand: `power off`, `hub on`, `tamper cover`, `clock 2h`."""

from device_emulator.core.engineer_records import (
    ByHand,
    DeviceClockSet,
    HubPowerSwitched,
    PowerCutPlanned,
    PowerSwitched,
    Tampered,
)
from device_emulator.devices.tampers import Tamper
from smart_metering.administration import DeviceInside
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from tests.support.story_words import Words, duration
from tests.support.world_premises import eui_of


def by_hand(words: Words, device: Eui) -> ByHand:
    """The input that a command stands for."""
    what = words.plain[0]
    match words.verb:
        case "power" if "activating" in words.plain:
            return PowerCutPlanned(device=device)
        case "power":
            return PowerSwitched(device=device, on=what == "on")
        case "hub":
            return HubPowerSwitched(comms_hub=eui_of(DeviceType.CHF), on=what == "on")
        case "tamper":
            return Tampered(device=device, tamper=Tamper(what))
        case _:
            sign = -1 if what.startswith("-") else 1
            return DeviceClockSet(device=device, ahead_ms=sign * duration(what.removeprefix("-")))


def done_by_hand(inside: DeviceInside) -> str:
    """What is not as it should be with a Device, as `show` ends with it."""
    claims = (
        (inside.off_since is not None, ", off"),
        (inside.hub_off_since is not None, ", its hub off"),
        (inside.clock_ahead != 0, ", its clock wrong"),
    )
    return "".join(text for holds, text in claims if holds)
