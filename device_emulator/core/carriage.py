"""Messages between hub and Device: each meets the air, and arrives at once, later, overtaken by the next, or never."""

from hashlib import sha256

import msgspec

from device_emulator.core.agenda import Kind, Line
from device_emulator.core.fleet import Place
from device_emulator.core.state import Underway
from device_emulator.core.turn import Turn
from device_emulator.devices.air import Arrival, Direction, Meeting, Passage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.sm_wan import Gbcs, Smets1Response

Content = Gbcs | Smets1Response


def carry(
    turn: Turn,
    place: Place,
    direction: Direction,
    content: Content,
    *,
    frame: str = "",
    reference: str | None = None,
) -> list[Underway]:
    """Sends one message through the air; answers what arrives now: it, or what it overtook, or nothing."""
    octets, command = _octets_of(content)
    arrivals = _meet(turn, place, direction, octets, reference, command)
    arrived: list[Underway] = []
    for arrival in arrivals:
        what = _content_of(content, octets, arrival)
        if what is None:
            turn.observe(place.device_id, "the S1SP could not read the Device's answer")
            continue
        underway = _underway(turn, place, direction, arrival, what, frame)
        if arrival.after_ms == 0:
            arrived.append(underway)
        else:
            hold(turn, underway)
    if not any(arrival.overtakable for arrival in arrivals):
        arrived += _overtaken(turn, place, direction)
    return arrived


def hold(turn: Turn, underway: Underway) -> None:
    """Keeps a message until it is due, and its hub has power."""
    turn.state.underway.put(underway)
    turn.agenda.put(Line(underway.due, underway.device, underway.sequence, Kind.ARRIVAL))
    if underway.overtakable:
        turn.overtakable.setdefault((underway.device, underway.direction), []).append(underway.sequence)


def let_go(turn: Turn, underway: Underway) -> Underway:
    """The air holds the message no more."""
    turn.state.underway.remove(str(underway.sequence))
    line = turn.overtakable.get((underway.device, underway.direction), [])
    if underway.sequence in line:
        line.remove(underway.sequence)
    return underway


def note_local(turn: Turn, place: Place, direction: Direction, octets: bytes) -> None:
    """A message that never met the air stands in the Device's history, but is not counted: no fault may befall it."""
    device = turn.device(place)
    head = f"locally {direction}|{turn.now}|".encode()
    turn.keep(changed(device, history=sha256(device.history + head + octets).digest()))


def _octets_of(content: Content) -> tuple[bytes, tuple[Eui, int] | None]:
    """What the air carries, and the Command that it answers where the octets do not say."""
    if isinstance(content, Gbcs):
        return content.gbcs, None
    return msgspec.msgpack.encode(content), (content.originator, content.counter)


def _meet(
    turn: Turn,
    place: Place,
    direction: Direction,
    octets: bytes,
    reference: str | None,
    command: tuple[Eui, int] | None,
) -> tuple[Arrival, ...]:
    """Asks the air, and writes the message and its fate into the Device's history."""
    device = turn.device(place)
    received, sent = device.received, device.sent
    if direction is Direction.TO_DEVICE:
        number = received = received + 1
    else:
        number = sent = sent + 1
    passage = Passage(
        at=turn.now,
        comms_hub=place.comms_hub,
        device=place.device_id,
        direction=direction,
        number=number,
        octets=octets,
        reference=reference,
        command=command,
    )
    meeting = turn.air.meet(passage)
    history = _chain(device.history, turn.now, passage, meeting)
    turn.keep(changed(device, received=received, sent=sent, history=history))
    if meeting.fate:
        what = f"{direction} message {number}: {meeting.fate}, by rule {meeting.rule}"
        turn.observe(place.device_id, what, fate=meeting.fate)
    return meeting.arrivals


def _chain(history: bytes, now: Instant, passage: Passage, meeting: Meeting) -> bytes:
    head = f"{passage.direction}|{now}|{meeting.fate}|".encode()
    return sha256(history + head + passage.octets).digest()


def _content_of(content: Content, octets: bytes, arrival: Arrival) -> Content | None:
    """What arrives. A SMETS1 Device's answer is decoded before the SM WAN, so a garbled one goes no further."""
    if arrival.octets == octets:
        return content
    return Gbcs(gbcs=arrival.octets) if isinstance(content, Gbcs) else None


def _underway(
    turn: Turn, place: Place, direction: Direction, arrival: Arrival, content: Content, frame: str
) -> Underway:
    return Underway(
        sequence=turn.agenda.next_sequence(),
        due=Instant(turn.now + arrival.after_ms),
        comms_hub=place.comms_hub,
        device=place.device_id,
        direction=direction,
        content=content,
        frame=frame,
        overtakable=arrival.overtakable,
    )


def _overtaken(turn: Turn, place: Place, direction: Direction) -> list[Underway]:
    """The messages that the Device's next one in this direction has overtaken, oldest first."""
    sequences = turn.overtakable.pop((place.device_id, direction), [])
    return [let_go(turn, turn.state.underway[str(sequence)]) for sequence in sequences]
