"""What a test engineer does to a Device by hand, and what follows; first whether it can be done at all."""

from collections.abc import Iterator

from device_emulator.core import external, power, power_back
from device_emulator.core.dates import watch
from device_emulator.core.engineer_records import (
    ByHand,
    DeviceClockSet,
    HubPowerSwitched,
    PlaceGiven,
    PowerCutPlanned,
    PowerSwitched,
    Tampered,
)
from device_emulator.core.fleet import Place
from device_emulator.core.parties import supplier_of
from device_emulator.core.power import OF_THE_HUB
from device_emulator.core.saying import say
from device_emulator.core.turn import Turn
from device_emulator.devices.alerts import generic_alert
from device_emulator.devices.state import DeviceState, is_on, lived, logged, own_time
from device_emulator.devices.tampers import Tamper
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.date_times import FIRST_GBZ_INSTANT
from smart_metering.instants import Instant, format_instant, parse_instant

FIRST_READING, LAST_READING = FIRST_GBZ_INSTANT, parse_instant("2099-12-31T23:59:59Z")
"""What a Device's clock may be set to: GBZ has no time before 2000 (chosen here)."""


class CannotBeDone(ValueError):
    """The Device is not of that kind, or not in that state; the text says how it is."""


def carry_out(turn: Turn, place: Place, event: ByHand) -> None:
    """Does what `refuse` did not refuse; what has been done since is not done again."""
    match event:
        case PowerSwitched(on=True):
            turn.keep(lived(turn.device(place), cut_at_activation=False))
            power_back.restore(turn, place)
        case PowerSwitched():
            power.cut(turn, place)
        case PowerCutPlanned():
            turn.keep(lived(turn.device(place), cut_at_activation=True))
        case HubPowerSwitched(on=True):
            power_back.restore_hub(turn, place)
        case HubPowerSwitched():
            power.cut_hub(turn, place)
        case Tampered():
            _tamper(turn, place, event)
        case DeviceClockSet():
            _set_clock(turn, place, event)
        case PlaceGiven():
            external.set_external(turn, place, event.external)


def refuse(turn: Turn, place: Place, event: ByHand) -> None:
    """Raises CannotBeDone."""
    why = next(_faults(turn, place, event), None)
    if why is not None:
        raise CannotBeDone(f"{place.device_id}: {why}")


def _faults(turn: Turn, place: Place, event: ByHand) -> Iterator[str]:
    device = turn.device(place)
    match event:
        case PlaceGiven():
            yield from _faults_of_a_gift(place, device, event.external)
        case _ if external.is_external(turn.state, place):
            yield "one outside the emulator has its place: it is done there"
        case HubPowerSwitched():
            yield from _faults_of_a_hub_switch(place, device, event.on)
        case PowerSwitched():
            yield from _faults_of_the_hub_itself(place)
            if is_on(device) is event.on and not (event.on and device.life.cut_at_activation):
                yield f"it is {_switch(device)} already"
        case PowerCutPlanned():
            yield from _faults_of_the_hub_itself(place)
            yield from _faults_of_a_planned_cut(place, device)
        case Tampered():
            yield from _faults_of_a_tamper(place, device, event.tamper)
        case DeviceClockSet():
            yield from _faults_of_a_clock(place, _reading(event, turn.now))


def _faults_of_a_gift(place: Place, device: DeviceState, to_one_outside: bool) -> Iterator[str]:
    fault = external.fault_of(place)
    if to_one_outside and fault is not None:
        yield fault
    if to_one_outside and not is_on(device):
        yield "it is off: switch it on before its place is given away"


def _faults_of_a_hub_switch(place: Place, device: DeviceState, on: bool) -> Iterator[str]:
    if place.template.device_type is not DeviceType.CHF:
        yield f"not a Comms Hub but {_kind(place)}; its hub is {place.comms_hub}"
    if is_on(device) is on:
        yield f"the hub is {_switch(device)} already"


def _faults_of_the_hub_itself(place: Place) -> Iterator[str]:
    if place.template.device_type in OF_THE_HUB:
        yield f"a {place.template.device_type} has power when its Comms Hub {place.comms_hub} has: switch that"


def _faults_of_a_planned_cut(place: Place, device: DeviceState) -> Iterator[str]:
    if place.profile.activation is None:
        yield f"{_kind(place)} activates no firmware here"
    if not is_on(device):
        yield "it is off: it activates nothing"
    if device.life.cut_at_activation:
        yield "its power is to go at its next activation already"


def _faults_of_a_tamper(place: Place, device: DeviceState, tamper: Tamper) -> Iterator[str]:
    if tamper not in place.profile.tampers:
        known = ", ".join(place.profile.tampers) or "none"
        yield f"{_kind(place)} has no tamper alert {tamper.value!r}; what it has: {known}"
    if not is_on(device):
        yield "it is off: it notices nothing"


def _faults_of_a_clock(place: Place, reading: Instant) -> Iterator[str]:
    if not place.profile.has_clock:
        yield f"{_kind(place)} has no clock of its own here"
    if not FIRST_READING <= reading <= LAST_READING:
        first, last = format_instant(FIRST_READING), format_instant(LAST_READING)
        yield f"its clock cannot read that: expected {first} to {last}"


def _kind(place: Place) -> str:
    return f"a {place.premises.generation} {place.template.device_type}"


def _switch(device: DeviceState) -> str:
    return "on" if is_on(device) else "off"


def _tamper(turn: Turn, place: Place, event: Tampered) -> None:
    """The security log has it, and the supplier learns of it (choice G94)."""
    device, code = turn.device(place), place.profile.tampers[event.tamper]
    device = logged(device, code, own_time(device, turn.now))
    turn.keep(device)
    supplier = supplier_of(place, device)
    if supplier is None:
        turn.observe(place.device_id, f"{code:04X} is told nobody: it knows no supplier")
        return
    state, alert = generic_alert(device, place.template.device_type, supplier, code, turn.now)
    turn.keep(state)
    say(turn, place, alert)


def _set_clock(turn: Turn, place: Place, event: DeviceClockSet) -> None:
    """Nobody is told; dates move with the clock that they are kept by (choice G95)."""
    before = turn.device(place)
    after = lived(before, clock_ahead_ms=_reading(event, turn.now) - turn.now)
    turn.keep(after)
    watch(turn, before, after)


def _reading(event: DeviceClockSet, now: Instant) -> Instant:
    """What the clock is to read."""
    return Instant(now + event.ahead_ms) if event.reading is None else event.reading
