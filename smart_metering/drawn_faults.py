"""Faults that were drawn for the messages of one request, and where they stand among all that is told of it."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from smart_metering.administration import Fate
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import Record

SM_WAN, POST_BOOK = "SM WAN", "post book"


class DrawnFault(Record, frozen=True, kw_only=True):
    """A fault that befell a message on the air. `certain`: it names the request's own Command. Else only the Device,
    the SRV and the time fit: the DCC sent the Command in its own name, or it is an alert."""

    at: Instant
    fate: Fate
    certain: bool


class TellsOfAPlace(Protocol):
    """A hop: when and where it was, and who sent it or was told."""

    @property
    def at(self) -> Instant: ...
    @property
    def place(self) -> str: ...
    @property
    def party(self) -> str: ...


H = TypeVar("H", bound=TellsOfAPlace)


def faults_of(
    request_id: RequestId, srv: str, hops: Sequence[TellsOfAPlace], fates: Iterable[Fate], dcc: Iterable[Eui]
) -> list[DrawnFault]:
    """The fates of messages of this request. `dcc` are those in whose names the DCC sends Commands of its own.

    A fate that has the RequestID's originator and counter is of it. Where there is none, those of the DCC's Commands
    count that fit the request by Device, SRV and time; so do those of alerts, and of what nobody could read.
    """
    fates = list(fates)
    certain = [fate for fate in fates if _is_its_own(fate, request_id)]
    originators = frozenset() if certain else frozenset(dcc)
    perhaps = [
        fate
        for fate in fates
        if (fate.originator in (None, fate.device_id) or fate.originator in originators)
        and _fits(fate, srv, hops)
    ]
    return [
        *(DrawnFault(at=fate.at, fate=fate, certain=True) for fate in certain),
        *(DrawnFault(at=fate.at, fate=fate, certain=False) for fate in perhaps),
    ]


def among(hops: Iterable[H], faults: Iterable[DrawnFault]) -> tuple[H | DrawnFault, ...]:
    """At one instant the fault follows what its User and the DSP did to send, and precedes what came of it."""
    ordered: list[H | DrawnFault] = []
    waiting = sorted(faults, key=lambda fault: fault.at)
    for hop in hops:
        came_of_it = hop.place == SM_WAN or (hop.place == POST_BOOK and not hop.party)
        until = hop.at if came_of_it else hop.at - 1
        while waiting and waiting[0].at <= until:
            ordered.append(waiting.pop(0))
        ordered.append(hop)
    return (*ordered, *waiting)


def _is_its_own(fate: Fate, request_id: RequestId) -> bool:
    named = (fate.originator, fate.device_id, fate.counter)
    return named == (request_id.originator, request_id.target, request_id.counter)


def _fits(fate: Fate, srv: str, hops: Sequence[TellsOfAPlace]) -> bool:
    """Between the first hop and the last, at a message of its SRV."""
    if not srv or fate.reference != srv:
        return False
    return hops[0].at <= fate.at <= hops[-1].at
