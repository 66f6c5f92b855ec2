"""The pages of the Service Audit Trail: own records, titles of others' messages, a record whole, both lists as files.

Who may see what is asked of the audit desk, which writes down each look; nothing is filtered out here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from dsp.core.audit_titles import TitleRecord, kinds_of_own_records, show_titles
from dsp.rules.audit_visibility import MessageKind, Shown, Viewer
from dsp.runtime.audit_desk import ALL_KINDS, Kinds, NotForThisUser, UnknownDevice
from dsp.runtime.records_desk import Page
from dsp.ssi.exports import csv_file, json_file
from dsp.ssi.forms import Fields
from dsp.ssi.refusing import bad_request, forbidden, not_found
from dsp.ssi.views.audit import (
    OWN_COLUMNS,
    TITLE_COLUMNS,
    audit_view,
    filters_view,
    own_cells,
    plain,
    record_view,
    title_cells,
)
from dsp.ssi.visits import Visit
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.instants import Instant, InvalidInstant, parse_instant

PAGE_SIZE = 50
MOST_IN_CSV = 10_000
MOST_IN_JSON = 500  # whole, with their contents
FULL = 4 * 1024 * 1024  # characters of contents in one file
LAST_RECORD = 2**63 - 1  # what the store can count to
MOST_SHOWN = 60_000  # characters of one content in a page

TITLES = "titles"
FIELDS = ("device", "kind", "from", "to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search of the trail, as an address has it."""

    typed: dict[str, str]
    device: Eui | None
    kind: MessageKind | None
    since: Instant
    to: Instant | None
    before: int
    is_of_titles: bool

    @property
    def kinds(self) -> Kinds:
        """Those that are wanted."""
        return frozenset({self.kind}) if self.kind is not None else ALL_KINDS

    def page(self, limit: int) -> Page:
        """So many of them."""
        return Page(since=self.since, to=self.to, before=self.before, limit=limit)


async def audit(visit: Visit) -> Response:
    """One's own records; or, of one Device, titles of others' messages."""
    asked, desk = _asked(visit.query), visit.desks.audit
    rules = visit.desks.runtime.engine.rules
    in_force, is_first = show_titles(rules), asked.before == 0
    if not asked.is_of_titles:
        own = await desk.own_list(visit.user, asked.device, asked.page(PAGE_SIZE + 1), asked.kinds)
        rows = [row for row in rules.audit_visibility if row.viewer is Viewer.USER_ITSELF]
        filters = filters_view(asked.typed, asked.kind, kinds_of_own_records(rules))
        view = audit_view(
            filters, titles_in_force=in_force, own=own, rows=rows, size=PAGE_SIZE, is_first=is_first
        )
        return visit.page("audit.html", "Service Audit Trail", view=view)
    offered = {row.kind for row in rules.audit_visibility if row.shown is Shown.TITLE}
    filters = filters_view(asked.typed, asked.kind, offered)
    titles, refusal = await _titles_or_why_not(visit, asked)
    view = audit_view(
        filters,
        titles_in_force=in_force,
        shows_codes=rules.switches.audit_titles_show_response_code,
        titles=titles,
        rows=desk.why_titles(visit.user, asked.device) if asked.device is not None else (),
        refusal=refusal,
        size=PAGE_SIZE,
        is_first=is_first,
    )
    return visit.page("audit.html", "Service Audit Trail", view=view)


async def record(visit: Visit) -> Response:
    """One record of one's own, with the message itself."""
    text = str(visit.request.path_params["number"])
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(LAST_RECORD)) else 0
    own = await visit.desks.audit.own_record(visit.user, number) if number else None
    if own is None:
        raise not_found("You have no such record; or it is older than is shown.")
    rules = visit.desks.runtime.engine.rules
    rows = [row for row in rules.audit_visibility if row.viewer is Viewer.USER_ITSELF]
    return visit.page(
        "audit_record.html", f"Record {number}", view=record_view(own, rows), most_shown=MOST_SHOWN
    )


async def as_csv(visit: Visit) -> Response:
    """The list as it is searched, up to MOST_IN_CSV lines; the file's name says so where there are more."""
    asked = _asked(visit.query)
    if asked.is_of_titles:
        titles = await _titles(visit, asked, MOST_IN_CSV + 1)
        cells = [title_cells(title) for title in titles]
        return _csv("service-audit-trail-titles", TITLE_COLUMNS, cells)
    own = await visit.desks.audit.own_list(visit.user, asked.device, asked.page(MOST_IN_CSV + 1), asked.kinds)
    cells = [own_cells(number, record) for number, record in own]
    return _csv("service-audit-trail", OWN_COLUMNS, cells)


def _csv(name: str, columns: Sequence[str], cells: Sequence[Mapping[str, object]]) -> Response:
    kept = cells[:MOST_IN_CSV]
    whole = name if len(kept) == len(cells) else f"{name}-newest-{MOST_IN_CSV}"
    return csv_file(whole, columns, (tuple(row.values()) for row in kept))


async def as_json(visit: Visit) -> Response:
    """The same: own records with their contents, titles as titles. `next_before` leads on where there are more."""
    asked = _asked(visit.query)
    if asked.is_of_titles:
        titles = await _titles(visit, asked, MOST_IN_CSV + 1)
        rows = [title_cells(title) for title in titles[:MOST_IN_CSV]]
        more = titles[MOST_IN_CSV - 1].record if len(titles) > MOST_IN_CSV else 0
        return json_file("service-audit-trail-titles", {"titles": rows, "next_before": more})
    own = await visit.desks.audit.own_records(
        visit.user, asked.device, asked.page(MOST_IN_JSON + 1), asked.kinds
    )
    taken: list[dict[str, object]] = []
    octets = last = 0
    for it in own[:MOST_IN_JSON]:
        if octets > FULL:
            break
        content = plain(it.content) if it.content is not None else None
        octets += len(repr(content))
        last = it.number
        taken.append({**own_cells(it.number, it.record), "content": content})
    more = last if len(own) > len(taken) else 0
    return json_file("service-audit-trail", {"records": taken, "next_before": more})


async def _titles(visit: Visit, asked: Asked, limit: int) -> Sequence[TitleRecord]:
    """Raises Refused."""
    if asked.device is None:
        raise bad_request("Titles are those of one Device: name it.")
    try:
        return await visit.desks.audit.titles(visit.user, asked.device, asked.page(limit), asked.kinds)
    except UnknownDevice as error:
        raise not_found(f"{error}.") from None
    except NotForThisUser as error:
        raise forbidden(f"{error}.") from None


async def _titles_or_why_not(visit: Visit, asked: Asked) -> tuple[Sequence[TitleRecord], str]:
    """For the page, which shows why there are none beside the way to one's own records."""
    if asked.device is None:
        return (), "" if not asked.typed["device"] else "That is no Device ID."
    try:
        return await visit.desks.audit.titles(
            visit.user, asked.device, asked.page(PAGE_SIZE + 1), asked.kinds
        ), ""
    except (UnknownDevice, NotForThisUser) as error:
        return (), str(error)


def _asked(fields: Fields) -> Asked:
    """Raises Refused."""
    typed = {name: fields.text(name) for name in FIELDS}
    kind = fields.one_of("kind", tuple(MessageKind))
    to = _moment("to", typed["to"])
    return Asked(
        typed=typed,
        device=_device(typed["device"]),
        kind=MessageKind(kind) if kind else None,
        since=_moment("from", typed["from"]) or Instant(0),
        to=to,
        before=fields.number("before", most=LAST_RECORD),
        is_of_titles=fields.one_of("show", (TITLES,)) == TITLES,
    )


def _device(text: str) -> Eui | None:
    """Raises Refused."""
    try:
        return parse_eui(text) if text else None
    except InvalidIdentifier as error:
        raise bad_request(f"device: {error}") from None


def _moment(name: str, text: str) -> Instant | None:
    """As a form has it, without zone: it is UTC. Raises Refused."""
    if not text:
        return None
    whole = text if text.endswith("Z") else f"{text}{':00' if text.count(':') == 1 else ''}Z"
    try:
        return parse_instant(whole)
    except InvalidInstant as error:
        raise bad_request(f"{name}: {error}") from None
