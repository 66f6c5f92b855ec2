"""Explain, from both sides: what the DSP tells of a request, and the faults that were drawn for its messages."""

from collections.abc import Iterable
from contextlib import suppress

from smart_metering.administration import Fate
from smart_metering.identifiers import Eui, RequestId, parse_eui, parse_request_id
from smart_metering.instants import Instant
from smart_metering.records import Record
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotThere
from smets.client.records import Explanation, Hop

MOST_DEVICES = 50
"""Of a request that is about many, the faults of so many are asked for: the first that it tells of."""

SM_WAN, POST_BOOK = "SM WAN", "post book"


class DrawnFault(Record, frozen=True, kw_only=True):
    """A fault that befell a message on the air. `certain`: it names the request's own Command. Else only the Device,
    the SRV and the time fit: the DCC sent the Command in its own name, or it is an alert."""

    at: Instant
    fate: Fate
    certain: bool


class Explained(Record, frozen=True, kw_only=True):
    """Hops of the DSP, and faults of the emulator among them, in the order of time."""

    request_id: str
    service_reference_variant: str = ""
    device_id: str = ""
    hops: tuple[Hop | DrawnFault, ...] = ()


async def explain(
    administration: Administration, emulator: EmulatorControl, request_id: RequestId, dcc: Iterable[Eui]
) -> Explained:
    """`dcc` are those in whose names the DCC sends Commands of its own. Raises NotThere and other SmetsErrors."""
    told = await administration.explain(request_id)
    fates: list[Fate] = []
    for device_id in _devices(told):
        with suppress(NotThere):  # A Device of another emulator, or of none.
            fates += [fate async for fate in emulator.fates(device_id)]
    return Explained(
        request_id=told.request_id,
        service_reference_variant=told.service_reference_variant,
        device_id=told.device_id,
        hops=join(told, fates, dcc),
    )


def join(told: Explanation, fates: Iterable[Fate], dcc: Iterable[Eui]) -> tuple[Hop | DrawnFault, ...]:
    """The hops, and among them the fates of messages of this request.

    A fate that has the RequestID's originator and counter is of it. Where there is none, those of the DCC's Commands
    count that fit the request by Device, SRV and time; so do those of alerts, and of what nobody could read.
    """
    request_id, fates = parse_request_id(told.request_id), list(fates)
    certain = [fate for fate in fates if _is_its_own(fate, request_id)]
    originators = frozenset() if certain else frozenset(dcc)
    perhaps = [
        fate
        for fate in fates
        if (fate.originator in (None, fate.device_id) or fate.originator in originators) and _fits(fate, told)
    ]
    drawn = [
        *(DrawnFault(at=fate.at, fate=fate, certain=True) for fate in certain),
        *(DrawnFault(at=fate.at, fate=fate, certain=False) for fate in perhaps),
    ]
    return _in_order(told.hops, drawn)


def _is_its_own(fate: Fate, request_id: RequestId) -> bool:
    named = (fate.originator, fate.device_id, fate.counter)
    return named == (request_id.originator, request_id.target, request_id.counter)


def _fits(fate: Fate, told: Explanation) -> bool:
    """Between the first hop and the last, at a message of its SRV."""
    srv = told.service_reference_variant
    if not srv or fate.reference != srv:
        return False
    return told.hops[0].at <= fate.at <= told.hops[-1].at


def _in_order(hops: Iterable[Hop], faults: Iterable[DrawnFault]) -> tuple[Hop | DrawnFault, ...]:
    """At one instant the fault follows what its User and the DSP did to send, and precedes what came of it."""
    ordered: list[Hop | DrawnFault] = []
    waiting = sorted(faults, key=lambda fault: fault.at)
    for hop in hops:
        came_of_it = hop.place == SM_WAN or (hop.place == POST_BOOK and not hop.party)
        until = hop.at if came_of_it else hop.at - 1
        while waiting and waiting[0].at <= until:
            ordered.append(waiting.pop(0))
        ordered.append(hop)
    return (*ordered, *waiting)


def _devices(told: Explanation) -> list[Eui]:
    found = dict.fromkeys((told.device_id, *(hop.device_id for hop in told.hops)))
    return [parse_eui(device_id) for device_id in found if device_id][:MOST_DEVICES]
