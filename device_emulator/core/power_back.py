"""The power is back: what waited for it happens now."""

from device_emulator.core import distribution, han
from device_emulator.core.agenda import Kind, Line
from device_emulator.core.dates import watch
from device_emulator.core.fleet import Place
from device_emulator.core.power import OF_THE_HUB
from device_emulator.core.saying import say
from device_emulator.core.turn import Turn
from device_emulator.devices.activating import tell_cut_short
from device_emulator.devices.air import Direction
from device_emulator.devices.alerts import outage_code, ppmid_activation, supply_outage
from device_emulator.devices.state import is_on, lived, logged, own_time
from device_emulator.firmware.outages import Outage
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.gbcs.activate_firmware import ActivationCode


def restore(turn: Turn, place: Place) -> None:
    """A Device is on again: it tells of the outage and of what the outage cut short, then does what it missed."""
    outage = _switch_on(turn, place)
    if outage is None:
        return
    if place.profile.tells_outages:
        _tell_outage(turn, place, outage)
    if turn.device(place).life.cut_short is not None:
        _tell_cut_short(turn, place)
    han.try_to_join(turn, place)
    distribution.go_on(turn, place)


def restore_hub(turn: Turn, hub: Place) -> None:
    """A hub is on again: what its Devices kept goes out, files go on their way, what may join joins."""
    if is_on(turn.device(hub)):
        return
    premises = list(turn.fleet.premises_of(hub))
    for place in premises:
        if place.template.device_type in OF_THE_HUB:
            _switch_on(turn, place)
    for underway in turn.state.underway.values():
        if underway.comms_hub == hub.device_id and underway.direction is Direction.FROM_DEVICE:
            turn.agenda.put(Line(underway.due, underway.device, underway.sequence, Kind.ARRIVAL))
    for waiting in [row for row in turn.state.distributions.values() if row.comms_hub == hub.device_id]:
        if not waiting.at_hub:
            distribution.fetch(turn, waiting)
    for place in premises:
        han.try_to_join(turn, place)
        distribution.go_on(turn, place)


def _switch_on(turn: Turn, place: Place) -> Outage | None:
    """The outage that ends now; None: there was power."""
    before = turn.device(place)
    off_since = before.life.off_since
    if off_since is None:
        return None
    outage = Outage(off_since, turn.now)
    lasted = (outage,) if outage.start < outage.end else ()
    after = lived(before, off_since=None, outages=(*before.life.outages, *lasted))
    turn.keep(after)
    watch(turn, before, after)
    turn.observe(place.device_id, "its power is back")
    return outage


def _tell_outage(turn: Turn, place: Place, outage: Outage) -> None:
    """8F57 in the log, then 8F35 or 8F36, of which the network operator learns."""
    device = turn.device(place)
    device = logged(device, DeviceAlertCode.SUPPLY_INTERRUPTED, own_time(device, outage.start))
    turn.keep(logged(device, outage_code(outage), own_time(device, turn.now)))
    network_operator = place.template.network_operator
    if network_operator is not None:
        state, alert = supply_outage(turn.device(place), network_operator, outage, turn.now)
        turn.keep(state)
        say(turn, place, alert)


def _tell_cut_short(turn: Turn, place: Place) -> None:
    """Of a dated 11.3 by its alert, of a PPMID's own activation by CS09; of any other 11.3 nothing (choice G92)."""
    device = turn.device(place)
    handled = tell_cut_short(device, place.profile, turn.now)
    turn.keep(handled.state)
    utterance = handled.answer
    if place.profile.activates_by_itself:
        state, utterance = ppmid_activation(
            handled.state, turn.keys.acb, ActivationCode.ACTIVATION_FAILURE, turn.now
        )
        turn.keep(state)
    if utterance is not None:
        say(turn, place, utterance)
