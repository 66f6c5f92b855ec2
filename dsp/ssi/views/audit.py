"""The Service Audit Trail as a page: a User's own records, and titles of others' messages, another projection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dsp.core.audit_titles import TitleRecord
from dsp.core.own_records import OwnRecord
from dsp.core.records import AuditRecord
from dsp.rules.audit_visibility import MessageKind, VisibilityRow
from dsp.ssi.views.addresses import address_of, device_address, explain_address
from dsp.ssi.views.badges import Badge, code_badge
from dsp.ssi.views.rules import SURENESS, Rule
from smart_metering.instants import Instant, format_instant
from smart_metering.user_roles import UserRole

REQUESTS = frozenset({MessageKind.SERVICE_REQUEST, MessageKind.SIGNED_PRE_COMMAND})
WORDS = {
    MessageKind.SERVICE_REQUEST: "Service Request",
    MessageKind.SIGNED_PRE_COMMAND: "Signed Pre-Command",
    MessageKind.ACKNOWLEDGEMENT: "Acknowledgement",
    MessageKind.PRE_COMMAND: "Pre-Command",
    MessageKind.SERVICE_RESPONSE: "Service Response",
    MessageKind.DEVICE_ALERT: "Device Alert",
    MessageKind.DCC_ALERT: "DCC Alert",
}

OWN_COLUMNS = (
    "record", "at", "device", "device_type", "message_kind", "srv", "title", "user", "user_role",
    "request_id", "response_id", "command_variant", "response_code", "schedule_id",
)  # fmt: skip
TITLE_COLUMNS = (
    "record", "at", "device", "device_type", "message_kind", "srv", "title", "originator_role", "response_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOption:
    """A kind of message to choose."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """A record of one's own in the list."""

    number: int
    href: str
    at: Instant
    kind: str
    srv: str
    title: str
    device: str
    device_href: str
    device_type: str
    role: str
    request_id: str
    explain_href: str
    code: Badge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRow:
    """A message of another by its title, and as what the reader sees it. It has nothing to lead on to."""

    at: Instant
    kind: str
    srv: str
    title: str
    device_type: str
    role: str
    code: Badge | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """As they were typed; `asked` is what leads on with them."""

    device: str
    since: str
    to: str
    kinds: tuple[KindOption, ...]
    asked: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """One of two lists: the other is empty. `refusal` says why there are no titles, if there can be none.

    `shows_codes`: titles have a column of response codes.
    """

    filters: Filters
    is_of_titles: bool
    titles_in_force: bool
    shows_codes: bool
    own: tuple[OwnRow, ...] = ()
    titles: tuple[TitleRow, ...] = ()
    refusal: str = ""
    because: tuple[Rule, ...] = ()
    own_href: str = ""
    titles_href: str = ""
    older_href: str = ""
    newest_href: str = ""
    csv_href: str = ""
    json_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record of one's own, whole."""

    number: int
    facts: tuple[tuple[str, str], ...]
    content: str
    size: int
    explain_href: str
    device_href: str
    because: Rule | None


def filters_view(
    asked: Mapping[str, str], chosen: MessageKind | None, offered: Iterable[MessageKind]
) -> Filters:
    """The kinds on offer are those that the list can hold."""
    every = KindOption(value="", text="any kind", is_chosen=chosen is None)
    return Filters(
        device=asked.get("device", ""),
        since=asked.get("from", ""),
        to=asked.get("to", ""),
        kinds=(
            every,
            *(
                KindOption(value=kind, text=WORDS[kind], is_chosen=kind is chosen)
                for kind in MessageKind
                if kind in set(offered)
            ),
        ),
        asked=asked,
    )


def audit_view(
    filters: Filters,
    *,
    titles_in_force: bool,
    shows_codes: bool = False,
    own: Sequence[tuple[int, AuditRecord]] | None = None,
    titles: Sequence[TitleRecord] | None = None,
    rows: Sequence[VisibilityRow] = (),
    refusal: str = "",
    size: int,
    is_first: bool,
) -> AuditView:
    """Of `own` or else of `titles`: one more than the `size` of a page where there are more. `rows` show them."""
    of_titles = own is None
    numbers = [number for number, _ in own or ()] or [title.record for title in titles or ()]
    older = numbers[size - 1] if len(numbers) > size else 0
    asked = {**filters.asked, "show": "titles" if of_titles else ""}
    return AuditView(
        filters=filters,
        is_of_titles=of_titles,
        titles_in_force=titles_in_force,
        shows_codes=shows_codes,
        own=tuple(own_row(number, record) for number, record in (own or ())[:size]),
        titles=tuple(title_row(title, rows) for title in (titles or ())[:size]),
        refusal=refusal,
        because=tuple(rule_of(row) for row in rows),
        own_href=address_of("/audit", {**filters.asked, "kind": ""}),
        titles_href=address_of("/audit", {**filters.asked, "kind": "", "show": "titles"}),
        older_href=address_of("/audit", {**asked, "before": older}) if older else "",
        newest_href="" if is_first else address_of("/audit", asked),
        csv_href=address_of("/audit.csv", asked),
        json_href=address_of("/audit.json", asked),
    )


def own_row(number: int, record: AuditRecord) -> OwnRow:
    """Of a record of the reader's own."""
    return OwnRow(
        number=number,
        href=f"/audit/records/{number}",
        at=record.at,
        kind=WORDS[MessageKind(record.message_kind)],
        srv=record.srv,
        title=record.title,
        device=record.device,
        device_href=device_address(record.device) if record.device_type else "",
        device_type=record.device_type or "",
        role=record.user_role or "",
        request_id=record.request_id,
        explain_href=explain_address(record.request_id) if record.request_id else "",
        code=code_badge(record.response_code) if record.response_code else None,
    )


def title_row(title: TitleRecord, rows: Sequence[VisibilityRow]) -> TitleRow:
    """Of a title, and of nothing else."""
    return TitleRow(
        at=title.at,
        kind=WORDS[title.message_kind],
        srv=title.srv,
        title=title.title,
        device_type=title.device_type or "",
        role=_originator(title),
        code=code_badge(title.response_code) if title.response_code else None,
        why=" and ".join(dict.fromkeys(str(row.viewer) for row in rows if row.kind is title.message_kind)),
    )


def record_view(own: OwnRecord, rows: Iterable[VisibilityRow]) -> RecordView:
    """All of it."""
    record = own.record
    facts: tuple[tuple[str, object], ...] = (
        ("when", format_instant(record.at)),
        ("kind of message", WORDS[MessageKind(record.message_kind)]),
        ("Service Reference Variant", f"{record.srv} {record.title}".strip()),
        ("Device", f"{record.device_type or ''} {record.device}".strip()),
        ("your EUI", record.user),
        ("your role", record.user_role),
        ("RequestID", record.request_id),
        ("ResponseID", record.response_id),
        ("Command Variant", record.command_variant and f"{record.command_variant:d}"),
        ("response code", record.response_code),
        ("to be executed at", own.execution_date_time and format_instant(own.execution_date_time)),
        ("DSP schedule", own.schedule_id),
    )
    content = content_text(own)
    because = next((row for row in rows if row.kind == record.message_kind), None)
    return RecordView(
        number=own.number,
        facts=tuple((name, str(text)) for name, text in facts if text),
        content=content,
        size=len(content),
        explain_href=explain_address(record.request_id) if record.request_id else "",
        device_href=device_address(record.device) if record.device_type else "",
        because=rule_of(because) if because else None,
    )


def content_text(own: OwnRecord) -> str:
    """The message itself as JSON, octets in hex; empty for a request that the DSP made."""
    if own.content is None:
        return ""
    return msgspec.json.format(msgspec.json.encode(plain(own.content)), indent=2).decode("utf-8")


def plain(value: object) -> object:
    """As JSON has it, octets in hex."""
    return _in_hex(msgspec.to_builtins(value, builtin_types=(bytes,), str_keys=True))


def rule_of(row: VisibilityRow) -> Rule:
    """A row in words."""
    return Rule(
        viewer=row.viewer,
        what=WORDS[row.kind],
        shown=row.shown,
        source=row.source,
        sureness=SURENESS[row.mark],
    )


def own_cells(number: int, record: AuditRecord) -> dict[str, object]:
    """A record of one's own as an export has it."""
    return _cells(OWN_COLUMNS, {"record": number, "at": format_instant(record.at)}, record)


def title_cells(title: TitleRecord) -> dict[str, object]:
    """A title as an export has it."""
    return _cells(TITLE_COLUMNS, {"at": format_instant(title.at)}, title)


def _originator(title: TitleRecord) -> str:
    """A title without a role is the DCC's own only if its kind says so."""
    if title.originator_role is not None:
        return title.originator_role
    return "the DCC" if title.message_kind is MessageKind.DCC_ALERT else "no role"


def _cells(columns: Iterable[str], told: Mapping[str, object], record: object) -> dict[str, object]:
    return {name: told[name] if name in told else _text(getattr(record, name)) for name in columns}


def _text(value: object) -> object:
    if isinstance(value, UserRole | MessageKind):
        return str(value)
    return value if value is not None else ""


def _in_hex(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {name: _in_hex(it) for name, it in value.items()}
        case list() | tuple():
            return [_in_hex(it) for it in value]
        case _:
            return value
