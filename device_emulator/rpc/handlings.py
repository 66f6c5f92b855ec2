"""What is done to Devices by hand, as fleet control is asked for it, read into inputs of the emulator."""

from device_emulator.core.engineer_records import (
    ByHand,
    DeviceClockSet,
    HubPowerSwitched,
    PlaceGiven,
    PowerCutPlanned,
    PowerSwitched,
    Tampered,
)
from device_emulator.devices.tampers import Tamper
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2

ON, OFF, OFF_AT_ACTIVATION = "on", "off", "off-at-activation"


class InvalidHandling(ValueError):
    """Something that nobody can do to a Device; the text says what was expected."""


def device_power(device_id: Eui, request: pb2.DevicePowerSwitch) -> ByHand:
    """Raises InvalidHandling."""
    if request.power == OFF_AT_ACTIVATION:
        return PowerCutPlanned(device=device_id)
    _one_of("power", request.power, (ON, OFF, OFF_AT_ACTIVATION))
    return PowerSwitched(device=device_id, on=request.power == ON)


def hub_power(comms_hub: Eui, request: pb2.HubPowerSwitch) -> ByHand:
    """Raises InvalidHandling."""
    _one_of("power", request.power, (ON, OFF))
    return HubPowerSwitched(comms_hub=comms_hub, on=request.power == ON)


def tampering(device_id: Eui, request: pb2.DeviceTampering) -> ByHand:
    """Raises InvalidHandling."""
    _one_of("tamper", request.tamper, tuple(Tamper))
    return Tampered(device=device_id, tamper=Tamper(request.tamper))


def clock_setting(device_id: Eui, request: pb2.DeviceClockSetting) -> ByHand:
    """Raises InvalidHandling."""
    match request.WhichOneof("clock"):
        case "ahead":
            return DeviceClockSet(device=device_id, ahead_ms=request.ahead)
        case "reading":
            return DeviceClockSet(device=device_id, reading=Instant(request.reading))
        case None:
            raise InvalidHandling("clock: expected ahead or reading")


def place(device_id: Eui, request: pb2.SetExternalRequest) -> ByHand:
    """To one outside, or back."""
    return PlaceGiven(device=device_id, external=request.external)


def _one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InvalidHandling(f"{what} {given!r}: expected one of {', '.join(known)}")
