"""For when a request asks to be executed: what a Signed Pre-Command says inside counts, not what stands beside it."""

from dsp.core.reading import date_of
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import decode
from smart_metering.instants import Instant


def execution_date_of(request: ServiceRequest) -> Instant | None:
    """The date as it was asked for, also one that is past or that cancels; None: at once, or it cannot be read."""
    if not isinstance(request.body, SignedPreCommand):
        return getattr(request.body, "execution_date_time", None)
    try:
        return date_of(decode(request.body.gbcs_payload))
    except DecodeError:
        return None  # Unreadable: the room that serves it says so.
