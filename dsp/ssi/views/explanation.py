"""What became of a request, as a page: hops in order, each with the row that decided it, and drawn as a sequence."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dsp.core.explained_checks import GRANTED, NOT_ASKED
from dsp.core.explanation import Explanation, Hop, Place
from dsp.core.service_audit_trail import title_of_srv
from dsp.ssi.drawings.sequence import Lane, Step, sequence_drawing
from dsp.ssi.views.addresses import device_address
from dsp.ssi.views.badges import Badge, Tone
from dsp.ssi.views.rules import SURENESS
from smart_metering.decisions import Decision
from smart_metering.drawn_faults import DrawnFault
from smart_metering.instants import Instant, format_instant

MOST_LISTED = 250
FAULT, LOST = "fault", "lose"
COMMAND = "Command"  # that it came there is known by its Response alone
WAYS = {"TO_DEVICE": "to the Device", "FROM_DEVICE": "from the Device"}
UNCERTAIN = "Likely of this request: Device, SRV and time fit; the message itself does not name it."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check of access control, and how it went."""

    verdict: Badge
    row: str
    source: str
    sureness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRow:
    """A hop in the list; `row` and `source` are of what decided it."""

    number: int
    at: Instant
    place: str
    what: str
    party: str
    device_id: str
    device_href: str
    tone: Tone
    row: str
    source: str
    sureness: str
    checks: tuple[CheckRow, ...]
    not_asked: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationView:
    """All of the page; `silence` tells why no fault could be looked for, if none could."""

    request_id: str
    srv: str
    title: str
    device_id: str
    device_href: str
    drawing: Markup
    hops: tuple[HopRow, ...]
    left_out: int
    silence: str


def explanation_view(
    told: Explanation, hops: Sequence[Hop | DrawnFault], *, reader: str, silence: str
) -> ExplanationView:
    """`hops` are those of `told` with the faults among them; `reader` is the party that reads, if it is one."""
    srv = told.service_reference_variant
    sender = told.request_id.partition(":")[0]
    steps = list(_steps(hops, sender))
    label = f"What became of {told.request_id}: {len(hops)} hops, listed below"
    return ExplanationView(
        request_id=told.request_id,
        srv=srv or "no longer in the Service Audit Trail",
        title=title_of_srv(srv),
        device_id=told.device_id,
        device_href=device_address(told.device_id),
        drawing=sequence_drawing(steps, label),
        hops=tuple(
            _row(number, hop, told.device_id, reader) for number, hop in enumerate(hops[:MOST_LISTED], 1)
        ),
        left_out=max(len(hops) - MOST_LISTED, 0),
        silence=silence,
    )


# --- the list


def _row(number: int, hop: Hop | DrawnFault, device_id: str, reader: str) -> HopRow:
    if isinstance(hop, DrawnFault):
        return _fault_row(number, hop, device_id)
    decision = hop.decision
    other = hop.device_id if hop.device_id and hop.device_id != device_id else ""
    return HopRow(
        number=number,
        at=hop.at,
        place=hop.place,
        what=hop.what,
        party="you" if hop.party and hop.party == reader else hop.party,
        device_id=other,
        device_href=device_address(other) if other else "",
        tone=_tone(hop),
        row=decision.row if decision else "",
        source=decision.source if decision else "",
        sureness=SURENESS[decision.mark] if decision else "",
        checks=tuple(_check(check) for check in hop.checks if check.code != NOT_ASKED),
        not_asked="; ".join(check.row for check in hop.checks if check.code == NOT_ASKED),
        note="",
    )


def _fault_row(number: int, fault: DrawnFault, device_id: str) -> HopRow:
    other = fault.fate.device_id if fault.fate.device_id != device_id else ""
    return HopRow(
        number=number,
        at=fault.at,
        place=FAULT,
        what=_fault_words(fault),
        party="",
        device_id=other,
        device_href=device_address(other) if other else "",
        tone=Tone.BAD,
        row=f"fault rule {fault.fate.rule!r}",
        source="the emulator",
        sureness="",
        checks=(),
        not_asked="",
        note="" if fault.certain else UNCERTAIN,
    )


def _check(check: Decision) -> CheckRow:
    passed = check.code == GRANTED
    return CheckRow(
        verdict=Badge("passed", Tone.GOOD) if passed else Badge(f"refused: {check.code}", Tone.BAD),
        row=check.row,
        source=check.source,
        sureness=SURENESS[check.mark],
    )


def _tone(hop: Hop) -> Tone:
    if hop.place == Place.ACCESS_CONTROL:
        return Tone.GOOD if hop.decision is not None and hop.decision.code == GRANTED else Tone.BAD
    return _TONES.get(Place(hop.place), Tone.CALM)


_TONES = {Place.SMI: Tone.NOTE, Place.DCC_ALERT: Tone.WARN, Place.DEVICE_ALERT: Tone.WARN}


# --- the drawing


def _steps(hops: Iterable[Hop | DrawnFault], sender: str) -> Iterator[Step]:
    before: Instant | None = None
    for number, hop in enumerate(hops, 1):
        when = "" if hop.at == before else _time(hop.at)
        before = hop.at
        if isinstance(hop, DrawnFault):
            yield _fault_step(number, hop, when)
            continue
        if hop.place == Place.SM_WAN:
            yield Step(number=number, start=Lane.DSP, end=Lane.DEVICE, words=COMMAND)
        start, end = _ends(hop, sender)
        words = f"{hop.place}: {hop.what}" if start is end else hop.what
        yield Step(number=number, start=start, end=end, words=words, tone=_tone(hop), when=when)


def _ends(hop: Hop, sender: str) -> tuple[Lane, Lane]:
    """From whom to whom; to nobody else: a note."""
    reader = Lane.USER if hop.party in {"", sender} else Lane.OTHERS
    match hop.place:
        case Place.DOOR:
            return reader, Lane.DSP
        case Place.SM_WAN:
            return Lane.DEVICE, Lane.DSP
        case Place.SMI:
            return Lane.SMI, Lane.SMI
        case Place.TRANSFORM | Place.DCC_ALERT | Place.DEVICE_ALERT | Place.ANSWER:
            return Lane.DSP, reader
        case Place.POST_BOOK if hop.party:
            return Lane.DSP, reader
        case _:
            return Lane.DSP, Lane.DSP


def _fault_step(number: int, fault: DrawnFault, when: str) -> Step:
    to_device = fault.fate.direction == "TO_DEVICE"
    start, end = (Lane.DSP, Lane.DEVICE) if to_device else (Lane.DEVICE, Lane.DSP)
    return Step(
        number=number,
        start=start,
        end=end,
        words=f"fault: {_fault_words(fault)}",
        tone=Tone.BAD,
        when=when,
        is_lost=fault.fate.fate == LOST,
    )


def _fault_words(fault: DrawnFault) -> str:
    fate = fault.fate
    way = WAYS.get(fate.direction, fate.direction)
    about = f"message of {fate.reference} {way}" if fate.reference else f"message {way}"
    return f"{fate.fate}: {about}"


def _time(at: Instant) -> str:
    return format_instant(at)[11:].removesuffix("Z").removesuffix(".000")
