"""The page that explains a request."""

from starlette.responses import Response

from dsp.core.explanation import Explanation
from dsp.core.told_explanation import may_explain, told_explanation
from dsp.runtime.emulator_view import EmulatorSilent
from dsp.ssi.refusing import bad_request, not_found
from dsp.ssi.views.explanation import explanation_view
from dsp.ssi.visits import Visit
from smart_metering.administration import Fate
from smart_metering.drawn_faults import among, faults_of
from smart_metering.identifiers import InvalidIdentifier, RequestId, parse_eui, parse_request_id

MOST_DEVICES = 50
"""Of a request that is about many, the faults of so many are asked for: the first that it tells of."""


async def explain(visit: Visit) -> Response:
    """A form for the RequestID; and with one, what became of it."""
    text = visit.query.text("request_id")
    if not text:
        return visit.page("explain.html", "Explain a request", view=None, typed="")
    request_id = _request_id(text)
    told = await _told(visit, request_id)
    if told is None:
        raise not_found(f"No request {request_id} is known, or none that you sent.")
    fates, silence = await _fates(visit, told)
    engine = visit.desks.runtime.engine
    dcc = (engine.acb.eui, engine.change_of_supplier.eui)
    faults = faults_of(request_id, told.service_reference_variant, told.hops, fates, dcc) if told.hops else []
    view = explanation_view(told, among(told.hops, faults), reader=visit.caller.eui or "", silence=silence)
    return visit.page("explain.html", "Explain a request", view=view, typed=text)


async def _told(visit: Visit, request_id: RequestId) -> Explanation | None:
    """None: nobody ever heard of it, or it is not for this caller; nothing tells which."""
    looking = visit.looking
    if not may_explain(looking, request_id):
        return None
    explanation = await visit.desks.explanations.explain(request_id)
    return told_explanation(looking, explanation) if explanation is not None else None


async def _fates(visit: Visit, told: Explanation) -> tuple[list[Fate], str]:
    """And why there are none to be had, if so."""
    named = dict.fromkeys((told.device_id, *(hop.device_id for hop in told.hops)))
    devices = [parse_eui(device) for device in named if device][:MOST_DEVICES]
    try:
        return [fate for device in devices for fate in await visit.desks.emulator.fates(device)], ""
    except EmulatorSilent as error:
        return [], f"Whether a fault was drawn is not known: {error}."


def _request_id(text: str) -> RequestId:
    """Raises Refused."""
    try:
        return parse_request_id(text)
    except InvalidIdentifier as error:
        raise bad_request(f"{error}"[:400]) from None
