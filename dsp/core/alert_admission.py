"""What of an alert storm goes out: the first alerts as they are, further ones not before the storm ends.

Alerts are equal in their code, their Device and the User they are for. The first one opens a window; those beyond the
limit within it are held back, of which the newest goes out when it closes.
"""

from dsp.core.records import AlertStorm
from dsp.core.state import alert_storm_key
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from dsp.rules.alert_storms import may_be_held_back
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, Message, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed


def admit(turn: Turn, user: Eui, message: Message, device_id: Eui) -> Message | None:
    """What to deliver now: the message as it is, or nothing."""
    if isinstance(message, ServiceResponse) or not may_be_held_back(message):
        return message
    if message.throttled_alert_sequence_id is not None:
        return message  # It is what a storm ended with.
    storm = _storm(turn, user, message, device_id)
    if storm.delivered < turn.rules.times.alerts_before_storm:
        turn.state.alert_storms.put(changed(storm, delivered=storm.delivered + 1))
        return message
    _hold_back(turn, storm, message)
    return None


def _storm(turn: Turn, user: Eui, alert: DeviceAlert | DccAlert, device_id: Eui) -> AlertStorm:
    """The window that the alert falls into; a new one if the last one is over and nothing of it is held back."""
    code = f"{alert.alert_code:04X}" if isinstance(alert, DeviceAlert) else str(alert.dcc_alert_code)
    due = Instant(turn.now + turn.rules.times.alert_storm_window_ms)
    fresh = AlertStorm(user=user, device=device_id, alert_code=code, since=turn.now, due=due)
    storm = turn.state.alert_storms.get(alert_storm_key(fresh))
    if storm is None:
        return fresh
    is_over = storm.due <= turn.now and not storm.held_back
    return changed(fresh, sequence_id=storm.sequence_id) if is_over else storm


def _hold_back(turn: Turn, storm: AlertStorm, alert: DeviceAlert | DccAlert) -> None:
    if not storm.held_back:
        storm = changed(storm, sequence_id=storm.sequence_id + 1)
        turn.timetable.put(storm.due, storm.device, Due.ALERT_STORM, alert_storm_key(storm))
    turn.state.alert_storms.put(changed(storm, held_back=storm.held_back + 1, last=alert))
