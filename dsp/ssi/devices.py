"""The page of one Device."""

from starlette.responses import Response

from dsp.core.device_story import DeviceStory, device_story
from dsp.core.lookers import Looking
from dsp.core.records import SmiDevice
from dsp.rules.self_service import Panel, audience
from dsp.runtime.emulator_view import EmulatorSilent
from dsp.ssi.refusing import not_found
from dsp.ssi.views.device import NOT_FOR_YOU, ItselfView, device_view, itself_view
from dsp.ssi.visits import Visit
from smart_metering.identifiers import InvalidIdentifier, parse_eui

MOST_CHANGES = 1_000


async def device(visit: Visit) -> Response:
    """What the SMI has of it, and what it says itself."""
    found = await _known(visit)
    looking = visit.looking
    changes = await visit.desks.records.read_changes_of(found.device.device_id, MOST_CHANGES)
    story = device_story(looking, found, changes)
    itself = await _itself(visit, looking, story, found)
    view = device_view(story, itself, has_audit=visit.caller.eui is not None)
    return visit.page("device.html", f"{view.device_type} {view.device_id}", view=view)


async def _known(visit: Visit) -> SmiDevice:
    text = str(visit.request.path_params["device_id"])
    try:
        device_id = parse_eui(text)
    except InvalidIdentifier:
        raise not_found(f"{text[:100]!r} is no Device ID.") from None
    await visit.desks.runtime.flush()
    found = visit.desks.runtime.engine.state.devices.get(device_id)
    if found is None:
        raise not_found(f"The SMI does not know {device_id}.")
    return found


async def _itself(visit: Visit, looking: Looking, story: DeviceStory, found: SmiDevice) -> ItselfView:
    if looking.device(Panel.DEVICE_ITSELF, found) is None:
        return ItselfView(why_not=NOT_FOR_YOU.format(audience(Panel.DEVICE_ITSELF)))
    try:
        inside = await visit.desks.emulator.inspect(found.device.device_id)
    except EmulatorSilent as error:
        return ItselfView(why_not=f"Not known: {error}.")
    if inside is None:
        return ItselfView(why_not="Not known: it is no Device of the emulator.")
    return itself_view(looking, story, inside)
