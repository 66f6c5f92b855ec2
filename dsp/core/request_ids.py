"""RequestIDs that the DSP gives out in a User's name: for the runs of its schedules, and for what its pages ask."""

from dsp.core.state import State
from smart_metering.command_variants import CommandVariant
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant


def free_request_id(state: State, user: Eui, target: Eui, now: Instant) -> RequestId:
    """With the last counter before now that is free: a User's own counter is the time, or more, so no clock will give
    the User that one again. A User that counted ahead of the clock may be ahead of it, though: a Device then takes no
    Critical request under it until time has gone by."""
    counter = now - 1
    while _is_used(state, request_id := RequestId(user, target, counter)):
        counter -= 1
    return request_id


def _is_used(state: State, request_id: RequestId) -> bool:
    return any(f"{request_id}|{variant:d}" in state.used_requests for variant in CommandVariant)
