"""The page about these pages: the rules in force, who is shown what of the Service Audit Trail, and keys to press."""

from starlette.responses import Response

from dsp.ssi.views.rules import rules_view
from dsp.ssi.visits import Visit


async def about(visit: Visit) -> Response:
    """For anybody who is signed in."""
    return visit.page("about.html", "About these pages", rules=rules_view(visit.desks.runtime.engine.rules))
