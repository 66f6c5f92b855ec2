"""The page of the inventory: a search by address, so that it can be kept, sent and gone back to."""

from collections.abc import Mapping

from starlette.responses import Response

from dsp.core.inventory_search import Found, Search, Understood, beginning_of_id
from dsp.ssi.refusing import bad_request
from dsp.ssi.views.inventory import inventory_view
from dsp.ssi.visits import Visit
from smart_metering.records import changed

PAGE_SIZE = 50
LONGEST_TEXT = 100
FILTERS = {
    "type": "device_type",
    "status": "status",
    "model": "model",
    "version": "firmware_version",
    "hub": "comms_hub",
}
NOTHING = Found(devices=(), count=0, first=0)


async def inventory(visit: Visit) -> Response:
    """For whoever is signed in."""
    asked = {name: visit.query.text(name) for name in ("q", *FILTERS)}
    if any(len(text) > LONGEST_TEXT for text in asked.values()):
        raise bad_request(f"A search of more than {LONGEST_TEXT} characters finds nothing.")
    desk, state = visit.desks.inventory, visit.desks.runtime.engine.state
    understood = desk.understand(asked["q"])
    search = search_of(understood, asked)
    found = NOTHING
    if search is not None:
        after, before = visit.query.text("after").upper(), visit.query.text("before").upper()
        found = await desk.find(search, after=after, before=before, limit=PAGE_SIZE)
    view = inventory_view(state, state.index_inventory(), search, found, asked=asked, words=understood.words)
    return visit.page("inventory.html", "Inventory", view=view)


def search_of(understood: Understood, asked: Mapping[str, str]) -> Search | None:
    """With the filters of the form, by FILTERS. None: no text of that kind can be an identifier."""
    if understood.search is None:
        return None
    filters = {field: asked[name] for name, field in FILTERS.items() if asked[name]}
    if "comms_hub" in filters:
        hub = beginning_of_id(filters["comms_hub"])
        if hub is None:
            return None
        filters["comms_hub"] = hub
    return changed(understood.search, **filters)
