"""Who joins a HAN and who leaves it: what follows when a hub changes its CHF Device Log."""

from device_emulator.core.agenda import Kind, Line
from device_emulator.core.fleet import Place
from device_emulator.core.saying import say
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.alerts import generic_alert
from device_emulator.devices.profile import HanChange
from device_emulator.devices.state import is_on, lived
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.instants import SECOND_MS, Instant

JOIN_MS = 5 * SECOND_MS
"""How long a Device takes to join once its hub lets it (choice G59)."""


def begin(turn: Turn, comms_hub: Place, change: HanChange) -> None:
    """A hub lets a Device join, or puts it off its HAN. What is not at these premises cannot hear of it."""
    place = turn.fleet.find(change.device)
    if place is None or place.comms_hub != comms_hub.device_id:
        turn.observe(change.device, f"not at the premises of {comms_hub.device_id}")
        return
    device = turn.device(place)
    if change.join_time_ms is None:
        turn.keep(lived(device, joined=False, joins_at=None))
    else:
        try_to_join(turn, place)


def try_to_join(turn: Turn, place: Place) -> None:
    """What its hub lets join, joins: if both have power, and the hub's patience lasts."""
    device, hub = turn.device(place), turn.state_of(place.comms_hub)
    if has_joined(place, device) or not is_on(device) or not is_on(hub):
        return
    joins_at = Instant(turn.now + JOIN_MS)
    if any(row.device == place.device_id and joins_at <= row.until for row in hub.life.comms_hub_log.added):
        turn.keep(lived(device, joins_at=joins_at))
        turn.agenda.put(Line(joins_at, place.device_id, 0, Kind.JOIN))


def join(turn: Turn, place: Place) -> None:
    """The Device is on the HAN; its hub tells the ACB that its log has changed, not by whom (8F12)."""
    turn.keep(lived(turn.device(place), joined=True, joins_at=None))
    hub = turn.fleet.find(place.comms_hub)
    assert hub is not None, place
    state, alert = generic_alert(
        turn.device(hub), DeviceType.CHF, turn.keys.acb, DeviceAlertCode.CHF_DEVICE_LOG_CHANGED, turn.now
    )
    turn.keep(state)
    say(turn, hub, alert)
