"""The pages of firmware campaigns: a file uploaded and read, Devices picked, 11.1 sent, its course watched, losses made
good. What is sent, is sent by the User that is signed in, and decided by the DSP as for any other door."""

import asyncio
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from dsp.core.campaigns import Course, Step, standing
from dsp.core.effects import Refusal
from dsp.core.inventory_search import Search
from dsp.core.lookers import Looking
from dsp.core.records import FirmwareFileRecord
from dsp.ssi.forms import Fields
from dsp.ssi.inventory import FILTERS, LONGEST_TEXT, NOTHING, search_of
from dsp.ssi.refusing import Refused, bad_request, not_found
from dsp.ssi.uploads import take_file
from dsp.ssi.views.campaigns import campaign_line, campaign_view, chart_of, permitted, sent_text
from dsp.ssi.views.firmware import file_view
from dsp.ssi.views.inventory import inventory_view
from dsp.ssi.visits import Visit
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.response_codes import ResponseCode

PAGE_SIZE = 50
CAMPAIGNS_SHOWN = 20
SHOWN_OF_PICK = 10
MOST_AT_ONCE = 5_000
LAST_RECORD = 2**63 - 1
CHECKED_AT_ONCE = 5_000
SRVS: dict[str, type[UpdateFirmware] | type[UpdatePpmidFirmware]] = {
    "11.1": UpdateFirmware,
    "11.4": UpdatePpmidFirmware,
}


async def campaigns(visit: Visit) -> Response:
    """One's own, newest first."""
    before = visit.query.number("before", most=LAST_RECORD)
    shown = await visit.desks.campaigns.campaigns(visit.user, before=before, limit=CAMPAIGNS_SHOWN)
    older = f"/campaigns?before={shown.older}" if shown.older else ""
    lines = [campaign_line(it) for it in shown.found]
    return visit.page("campaigns.html", "Campaigns", lines=lines, older=older, is_first=not before)


async def upload(visit: Visit) -> Response:
    """A firmware file into the store, if it is one; and to the page of it."""
    intake = visit.desks.intake
    with intake.receive() as incoming:
        name = await take_file(visit.request, incoming.add)
        kept = await intake.keep(incoming)
    if isinstance(kept, Refusal):
        what = f"{name or 'The file'}: {'; '.join(kept.faults)}."
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "No firmware file", what)
    return visit.lead_to(f"/campaigns/files/{kept.sha256}")


async def file(visit: Visit) -> Response:
    """Every field of it; and Devices to send it to, picked by a search as in the inventory."""
    record = _file(visit)
    octets = await asyncio.to_thread(visit.desks.firmware.read, record.sha256)
    if octets is None:
        raise not_found("The firmware store has no such file.")
    party = visit.desks.runtime.engine.state.parties.get(visit.user)
    certificate = party.digital_signing_certificate if party is not None else b""
    view = await asyncio.to_thread(file_view, octets, certificate)
    asked = _asked(visit.query)
    if not any(asked.values()) and not visit.query.text("all"):
        asked["type"] = view.device_type
    desk, state = visit.desks.inventory, visit.desks.runtime.engine.state
    understood = desk.understand(asked["q"])
    search = search_of(understood, asked)
    found = await desk.find(search, limit=SHOWN_OF_PICK) if search is not None else NOTHING
    pick = inventory_view(state, state.index_inventory(), search, found, asked=asked, words=understood.words)
    return visit.page(
        "firmware_file.html",
        f"Firmware {record.version}",
        file=record,
        view=view,
        pick=pick,
        asked=asked,
        srvs=tuple(SRVS),
        most=MAXIMUM_DEVICE_IDS,
    )


async def start(visit: Visit) -> Response:
    """11.1 or 11.4 with this file, to the pasted list; or, without one, to what the search finds of one's own."""
    record, form = _file(visit), visit.form
    srv = form.one_of("srv", tuple(SRVS)) or "11.1"
    devices = _pasted(form.text("devices")) or await _picked(visit, form)
    if not devices:
        raise bad_request("No Device was picked: none of those is one that you are responsible for.")
    if len(devices) > MAXIMUM_DEVICE_IDS:
        raise bad_request(f"{len(devices)} Devices: one request names at most {MAXIMUM_DEVICE_IDS}")
    return await _update(visit, record, srv, devices)


async def campaign(visit: Visit) -> Response:
    """How far it has come."""
    course = await _course(visit)
    state = visit.desks.runtime.engine.state
    chosen = visit.query.one_of("step", tuple(Step))
    view = campaign_view(
        state,
        course,
        chosen=Step(chosen) if chosen else None,
        start=visit.query.number("start", most=MAXIMUM_DEVICE_IDS),
        size=PAGE_SIZE,
    )
    return visit.page(
        "campaign.html",
        f"Campaign {view.line.version}",
        view=view,
        chart=msgspec.json.encode(chart_of(course, visit.desks.runtime.clock.now())).decode(),
        can_sign=visit.desks.keys.has_key_of(visit.user),
        sent=_sent(visit.query),
        most=MOST_AT_ONCE,
    )


async def progress(visit: Visit) -> Response:
    """For the script of the page: the chart anew, or nothing (204) where it has seen all changes already."""
    course = await _course(visit)
    if visit.query.text("seen") == str(course.changes):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    chart = chart_of(course, visit.desks.runtime.clock.now())
    return Response(msgspec.json.encode(chart), media_type="application/json")


async def send(visit: Visit) -> Response:
    """One SRV to all Devices that stand at one step, up to MOST_AT_ONCE."""
    course = await _course(visit)
    step, srv = _button(course, visit.form)
    devices = standing(course, [step])[:MOST_AT_ONCE]
    if not devices:
        return visit.lead_to(f"/campaigns/{course.campaign.number}")
    asks, desks = visit.desks.requests, visit.desks
    if srv in SRVS:
        return await _update(visit, _known_file(visit, course.campaign.firmware_file), srv, devices)
    if srv == "11.2":
        answers = await asks.read_versions(visit.user, devices)
    else:
        if not desks.keys.has_key_of(visit.user):
            raise Refused(HTTPStatus.CONFLICT, "Not signed", NO_KEY)
        record = _known_file(visit, course.campaign.firmware_file)
        answers = await asks.activate(visit.user, devices, record.manufacturer_image_hash, desks.keys)
    taken = sum(answer.response_code is ResponseCode.I99 for answer in answers)
    return visit.lead_to(f"/campaigns/{course.campaign.number}?srv={srv}&sent={len(devices)}&taken={taken}")


NO_KEY = (
    "11.3 is Critical: it is signed with your own key, which this DSP does not have. Send it from your own system; "
    "this page follows it all the same."
)


async def _update(visit: Visit, record: FirmwareFileRecord, srv: str, devices: list[Eui]) -> Response:
    """Sent; and to the campaign that it is. What the DSP answered stands there, whatever it was."""
    body = SRVS[srv](
        firmware_file=record.sha256, firmware_version=record.version, device_id_list=tuple(devices)
    )
    answer = await visit.desks.requests.update_firmware(visit.user, srv, body)
    number = await visit.desks.campaigns.number_of(visit.user, str(answer.request_id))
    return visit.lead_to(f"/campaigns/{number}" if number else "/campaigns")


async def _course(visit: Visit) -> Course:
    text = str(visit.request.path_params["number"])
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(LAST_RECORD)) else 0
    course = await visit.desks.campaigns.course(visit.user, number) if number else None
    if course is None:
        raise not_found("You have no such campaign; or it is older than is shown.")
    return course


def _button(course: Course, form: Fields) -> tuple[Step, str]:
    """Raises Refused for what no button of the page sends."""
    step, srv = form.one_of("step", tuple(Step)), form.one_of("srv", ("11.2", "11.3", *SRVS))
    as_in_rows = "11.1" if srv == course.campaign.srv else srv
    if not step or not permitted(Step(step), as_in_rows):
        raise bad_request(f"{srv or 'nothing'} is not sent from here to Devices at {step or 'no step'!r}")
    return Step(step), srv


def _sent(query: Fields) -> str:
    srv = query.one_of("srv", ("11.2", "11.3"))
    sent, taken = (query.number(name, most=MOST_AT_ONCE) for name in ("sent", "taken"))
    return sent_text(srv, sent, taken) if srv and sent else ""


def _file(visit: Visit) -> FirmwareFileRecord:
    return _known_file(visit, str(visit.request.path_params["file"]))


def _known_file(visit: Visit, name: str) -> FirmwareFileRecord:
    record = visit.desks.runtime.engine.state.firmware_files.get(name)
    if record is None:
        raise not_found("The DSP has no such firmware file.")
    return record


def _asked(fields: Fields) -> dict[str, str]:
    asked = {name: fields.text(name) for name in ("q", *FILTERS)}
    if any(len(text) > LONGEST_TEXT for text in asked.values()):
        raise bad_request(f"A search of more than {LONGEST_TEXT} characters finds nothing.")
    return asked


async def _picked(visit: Visit, form: Fields) -> list[Eui]:
    """Those of what is searched that the User is responsible for. Raises Refused for too many to ask."""
    desk = visit.desks.inventory
    asked = _asked(form)
    search: Search | None = search_of(desk.understand(asked["q"]), asked)
    if search is None:
        raise bad_request("That is no identifier.")
    found = await desk.find(search, limit=MAXIMUM_DEVICE_IDS)
    if found.count > MAXIMUM_DEVICE_IDS:
        raise bad_request(
            f"{found.count} Devices are so: one request names at most {MAXIMUM_DEVICE_IDS}; search more closely"
        )
    return await _own(visit.looking, found.devices)


async def _own(looking: Looking, devices: tuple[Eui, ...]) -> list[Eui]:
    own: list[Eui] = []
    for at in range(0, len(devices), CHECKED_AT_ONCE):
        own += [
            it
            for it in devices[at : at + CHECKED_AT_ONCE]
            if (known := looking.state.devices.get(it)) is not None and looking.is_responsible(known)
        ]
        await asyncio.sleep(0)
    return own


def _pasted(text: str) -> list[Eui]:
    """Device IDs between white space, commas or semicolons. Raises Refused."""
    try:
        return [parse_eui(it) for it in text.replace(",", " ").replace(";", " ").split()]
    except InvalidIdentifier as error:
        raise bad_request(f"devices: {error}") from None
