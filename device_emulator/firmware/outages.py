"""Times without power, in which nothing is counted, mirrored or done."""

from smart_metering.instants import Instant
from smart_metering.records import Record


class Outage(Record, frozen=True):
    """There was no power from `start` on, until `end`."""

    start: Instant
    end: Instant
