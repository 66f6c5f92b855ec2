"""The page of one Device: what the SMI believes; apart from it, what the Device itself says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from dsp.core.device_story import DeviceStory, FirmwareLine, OnHan, OwedLine, ScheduleLine
from dsp.core.lookers import Looking
from dsp.ssi.drawings.premises import DrawnDevice, premises_drawing
from dsp.ssi.views.addresses import address_of, audit_address, device_address, explain_address
from dsp.ssi.views.badges import Badge, Tone, cpl_badge, status_badge
from dsp.ssi.views.rules import SURENESS
from smart_metering.administration import DeviceInside
from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.instants import SECOND_MS, Instant, format_instant
from smart_metering.smi_statuses import SmiStatus

MOST_LINES = 120
"""Of each history on the page; how many older ones there are is said."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the SMI's entry; `href` leads to what the text names, if it does."""

    name: str
    text: str
    href: str = ""
    is_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A status and why."""

    at: Instant
    status: Badge
    cause: str
    request_id: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRow:
    """A version and by which row the SMI learned it."""

    at: Instant
    what: str
    row: str
    source: str
    sureness: str
    request_id: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedRow:
    """A request without its answer."""

    request_id: str
    href: str
    srv: str
    title: str
    stage: str
    due: Instant
    way: str
    user: str


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A read that the DSP makes by itself."""

    number: int
    srv: str
    title: str
    due: Instant
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One thing as each side has it; `differs` is empty where they need not agree, or do."""

    name: str
    believed: str
    said: str
    differs: Badge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItselfView:
    """What the Device itself says. `why_not` tells why there is nothing, if there is nothing."""

    why_not: str = ""
    rows: tuple[Compared, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    log: tuple[tuple[Instant, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """All of the page."""

    device_id: str
    device_type: str
    status: Badge
    cpl: Badge | None
    drawing: Markup
    facts: tuple[Fact, ...]
    history: tuple[HistoryRow, ...]
    older_history: int
    firmware: tuple[FirmwareRow, ...]
    older_firmware: int
    owed: tuple[OwedRow, ...]
    schedules: tuple[ScheduleRow, ...]
    han: tuple[OnHan, ...]
    itself: ItselfView
    audit_href: str
    has_audit: bool


_ORDER = (
    DeviceType.CHF,
    DeviceType.ESME,
    DeviceType.HCALCS,
    DeviceType.GSME,
    DeviceType.GPF,
    DeviceType.PPMID,
    DeviceType.IHD,
    DeviceType.CAD,
)
_OFF_THE_HAN = frozenset({SmiStatus.PENDING, SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN})

NOT_FOR_YOU = "What the Device itself says is shown to {}."


def device_view(story: DeviceStory, itself: ItselfView, *, has_audit: bool) -> DeviceView:
    """`has_audit`: the caller looks for a party, which has a Service Audit Trail."""
    it = story.device
    return DeviceView(
        device_id=it.device_id,
        device_type=it.device_type,
        status=status_badge(it.device_status),
        cpl=None if it.device_type in TYPE_2 else cpl_badge(it.cpl_status),
        drawing=_drawing(story),
        facts=tuple(_facts(story)),
        history=tuple(
            HistoryRow(
                at=line.at,
                status=status_badge(line.status),
                cause=line.cause,
                request_id=line.request_id,
                href=explain_address(line.request_id) if line.request_id else "",
            )
            for line in reversed(story.statuses[-MOST_LINES:])
        ),
        older_history=max(0, len(story.statuses) - MOST_LINES),
        firmware=tuple(map(_firmware_row, reversed(story.firmware[-MOST_LINES:]))),
        older_firmware=max(0, len(story.firmware) - MOST_LINES),
        owed=tuple(map(_owed_row, story.owed)),
        schedules=tuple(map(_schedule_row, story.schedules)),
        han=story.han,
        itself=itself,
        audit_href=audit_address(it.device_id),
        has_audit=has_audit,
    )


def itself_view(looking: Looking, story: DeviceStory, inside: DeviceInside) -> ItselfView:
    """For who is shown it; what its registers hold, and whose credentials it has, is for the operator."""
    every = inside if looking.is_operator else None
    return ItselfView(
        rows=tuple(_compared(story, inside, every)),
        readings=tuple((it.name, it.value) for it in every.readings) if every and not inside.external else (),
        log=tuple((event.at, f"{event.code:04X}", event.name) for event in reversed(inside.log)),
    )


def _drawing(story: DeviceStory) -> Markup:
    hubs = [it for it in story.han if it.device.device_type is DeviceType.CHF]
    others = [it for it in story.han if it.device.device_type is not DeviceType.CHF]
    if not story.han:
        others = [OnHan(device=story.device, associated_with=story.associated_device)]
    drawn = [_drawn(it, story) for it in sorted(others, key=_place)]
    return premises_drawing(_drawn(hubs[0], story) if hubs else None, drawn, is_attached=story.is_attached)


def _place(it: OnHan) -> tuple[int, str]:
    """What belongs together stands together."""
    return _ORDER.index(it.device.device_type), it.device.device_id


def _drawn(it: OnHan, story: DeviceStory) -> DrawnDevice:
    badge = status_badge(it.device.device_status)
    return DrawnDevice(
        device_id=it.device.device_id,
        href=device_address(it.device.device_id),
        device_type=it.device.device_type,
        status=badge.text,
        tone=badge.tone,
        firmware_version=it.device.device_firmware_version,
        is_here=it.device.device_id == story.device.device_id,
        belongs_to=it.associated_with or "",
    )


def _facts(story: DeviceStory) -> Iterator[Fact]:
    it = story.device
    before = story.status_before_suspension
    commissioned = format_instant(it.date_commissioned) if it.date_commissioned is not None else ""
    address = it.property_filter
    facts = (
        Fact("Device Type", it.device_type),
        Fact("before suspension", before or ""),
        Fact("manufacturer, model", f"{it.device_manufacturer} {it.device_model}".strip()),
        Fact("firmware version", it.device_firmware_version, is_id=True),
        Fact("ESME Variant", it.esme_variant),
        Fact("SMETS or CHTS version", it.smets_chts_version),
        Fact("GBCS version", it.device_gbcs_version),
        Fact("commissioned", commissioned),
        Fact("import MPxN", it.import_mpxn, _search(it.import_mpxn), is_id=True),
        Fact(
            "secondary import MPAN", it.secondary_import_mpan, _search(it.secondary_import_mpan), is_id=True
        ),
        Fact("export MPAN", it.export_mpan, _search(it.export_mpan), is_id=True),
        Fact("UPRN", it.uprn, _search(it.uprn), is_id=True),
        Fact("postcode", address.post_code if address else "", _search(address.post_code if address else "")),
        Fact("address", address.address_identifier if address else ""),
        Fact("Comms Hub", story.comms_hub or "", device_address(story.comms_hub or ""), is_id=True),
        Fact(
            "belongs to",
            story.associated_device or "",
            device_address(story.associated_device or ""),
            is_id=True,
        ),
        Fact("CSP region", it.csp_region),
        Fact("HAN variant", it.han_variant),
        Fact("S1SP", it.s1sp),
        Fact("connectivity", it.connectivity),
        *(Fact(what, party, is_id=True) for what, party in story.parties),
    )
    return (fact for fact in facts if fact.text)


def _firmware_row(line: FirmwareLine) -> FirmwareRow:
    decision = line.decision
    return FirmwareRow(
        at=line.at,
        what=line.what,
        row=decision.row if decision else "",
        source=decision.source if decision else "",
        sureness=SURENESS[decision.mark] if decision else "",
        request_id=line.request_id,
        href=explain_address(line.request_id) if line.request_id else "",
    )


def _owed_row(line: OwedLine) -> OwedRow:
    attempts = f"{line.attempts} attempt{'s' if line.attempts != 1 else ''}"
    return OwedRow(
        request_id=line.request_id,
        href=explain_address(line.request_id),
        srv=line.srv,
        title=line.title,
        stage=line.stage,
        due=line.due,
        way=f"{attempts}, {'delivered' if line.delivered else 'not delivered yet'}" if line.attempts else "",
        user=line.user,
    )


def _schedule_row(line: ScheduleLine) -> ScheduleRow:
    return ScheduleRow(line.schedule_id, line.srv, line.title, line.due, line.user)


def _compared(story: DeviceStory, inside: DeviceInside, every: DeviceInside | None) -> Iterator[Compared]:
    """What both sides have comes first; what nobody says is left out."""
    it = story.device
    outside = inside.external
    yield from _both("Device Type", it.device_type, inside.device_type)
    if not outside:
        yield from _both("firmware version", it.device_firmware_version, inside.firmware_version)
        yield from _both("ESME Variant", it.esme_variant, inside.esme_variant)
        yield from _both("manufacturer", it.device_manufacturer, inside.device_manufacturer)
        yield from _both("model", it.device_model, inside.device_model)
    yield from _both("Comms Hub", story.comms_hub or "", inside.comms_hub)
    believed = "yes" if story.comms_hub and it.device_status not in _OFF_THE_HAN else "no"
    yield from _both("on the HAN", believed, "yes" if inside.joined else "no")
    said: Iterable[tuple[str, str]] = (
        (
            "a Device outside has its place",
            ("it is there" if inside.online else "it is not there") if outside else "",
        ),
        ("staged firmware", inside.pending_version or ""),
        ("activation due", _when(inside.activation_due)),
        ("mirrored firmware of its meter", inside.mirrored_version or ""),
        ("power", _power(inside)),
        (
            "power of its hub",
            f"off since {_when(inside.hub_off_since)}" if inside.hub_off_since is not None else "",
        ),
        ("its clock", _clock(inside.clock_ahead)),
        ("messages", str(inside.messages)),
        ("credentials of supplier", (every.supplier or "") if every else ""),
        ("credentials of network operator", (every.network_operator or "") if every else ""),
    )
    for name, text in said:
        if text:
            yield Compared(name=name, believed="", said=text, differs=None)


def _both(name: str, believed: str, said: str) -> Iterator[Compared]:
    if believed or said:
        differs = believed and said and believed != said
        yield Compared(
            name=name, believed=believed, said=said, differs=Badge("differs", Tone.WARN) if differs else None
        )


def _power(inside: DeviceInside) -> str:
    if inside.external:
        return ""
    if inside.off_since is not None:
        return f"off since {_when(inside.off_since)}"
    return "on, off at its next activation" if inside.cut_at_activation else "on"


def _clock(ahead: int) -> str:
    if not ahead:
        return "right"
    return f"{abs(ahead) / SECOND_MS:g} s {'ahead' if ahead > 0 else 'behind'}"


def _when(at: Instant | None) -> str:
    return format_instant(at) if at is not None else ""


def _search(text: str) -> str:
    return address_of("/inventory", {"q": text}) if text else ""
