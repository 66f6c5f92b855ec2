"""The end of an alert storm: the newest alert that was held back goes out, and says how many there were."""

from dsp.core.service_audit_trail import post
from dsp.core.state import State
from dsp.core.turn import Turn
from smart_metering.duis.service_responses import DccAlert, DeviceAlert
from smart_metering.instants import Instant
from smart_metering.records import changed


def ends_at(state: State, key: str) -> Instant | None:
    """When the storm under this key ends; None: nothing is held back."""
    storm = state.alert_storms.get(key)
    return storm.due if storm is not None and storm.held_back else None


def expire(turn: Turn, key: str, due: Instant) -> None:
    """The storm is over; equal alerts that still come are a new one."""
    storm = turn.state.alert_storms[key]
    assert storm.due == due, storm
    assert isinstance(storm.last, DeviceAlert | DccAlert), storm
    newest = changed(
        storm.last,
        response_date_time=turn.now,
        throttled_alert_sequence_id=storm.sequence_id,
        throttled_alert_count=storm.held_back,
    )
    turn.state.alert_storms.put(changed(storm, held_back=0, last=None))  # How many there were is remembered.
    post(turn, (storm.user,), newest, storm.device)
