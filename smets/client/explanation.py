"""Explain, from both sides: what the DSP tells of a request, and the faults that were drawn for its messages."""

from collections.abc import Iterable
from contextlib import suppress

from smart_metering.administration import Fate
from smart_metering.drawn_faults import DrawnFault, among, faults_of
from smart_metering.identifiers import Eui, RequestId, parse_eui, parse_request_id
from smart_metering.records import Record
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotThere
from smets.client.records import Explanation, Hop

MOST_DEVICES = 50
"""Of a request that is about many, the faults of so many are asked for: the first that it tells of."""


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
    """The hops, and among them the fates of messages of this request."""
    request_id = parse_request_id(told.request_id)
    return among(told.hops, faults_of(request_id, told.service_reference_variant, told.hops, fates, dcc))


def _devices(told: Explanation) -> list[Eui]:
    found = dict.fromkeys((told.device_id, *(hop.device_id for hop in told.hops)))
    return [parse_eui(device_id) for device_id in found if device_id][:MOST_DEVICES]
