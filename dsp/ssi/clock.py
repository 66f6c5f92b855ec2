"""The page of the one clock of the emulated system, for operators: shown, stepped, run."""

from http import HTTPStatus

from starlette.responses import Response

from dsp.runtime.clock import FASTEST, ClockRefusal
from dsp.ssi.refusing import Refused, bad_request
from dsp.ssi.views.clock import STEP_NAMES, STEPS, clock_view
from dsp.ssi.visits import Visit
from smart_metering.instants import DAY_MS

FURTHEST_EVENT_MS = 31 * DAY_MS
NEXT_EVENT = "event"


async def clock(visit: Visit) -> Response:
    """What time it is."""
    deadline = visit.desks.runtime.engine.next_deadline()
    view = clock_view(visit.desks.timekeeper.state(), deadline)
    return visit.page("clock.html", "Clock", view=view, steps=STEP_NAMES, fastest=int(FASTEST))


async def step(visit: Visit) -> Response:
    """On by so much, or to the next event."""
    by = visit.form.one_of("by", (*STEPS, NEXT_EVENT))
    if not by:
        raise bad_request(f"by: expected one of {', '.join((*STEPS, NEXT_EVENT))}")
    keeper = visit.desks.timekeeper
    try:
        if by == NEXT_EVENT:
            await keeper.run_to_next_event(keeper.state().now + FURTHEST_EVENT_MS)
        else:
            await keeper.advance(STEPS[by])
    except ClockRefusal as error:
        raise _refused(error) from None
    return visit.lead_to("/clock")


async def set_rate(visit: Visit) -> Response:
    """From now on time runs so fast; 0: it is stepped."""
    text = visit.form.text("rate")
    try:
        rate = float(text)
    except ValueError:
        raise bad_request(f"rate: {text[:100]!r}, expected a number") from None
    try:
        await visit.desks.timekeeper.set_rate(rate)
    except ClockRefusal as error:
        raise _refused(error) from None
    return visit.lead_to("/clock")


def _refused(error: ClockRefusal) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "The clock cannot do that", f"{error}.")
