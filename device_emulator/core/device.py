"""A Device: it hears a Command, acts on it by its profile, and says what follows, protected by its own keys."""

from device_emulator.core.agenda import Kind, Line
from device_emulator.core.carriage import Content, carry
from device_emulator.core.fleet import Place
from device_emulator.core.hearing import Heard, reason_for_silence
from device_emulator.core.keys import Keys
from device_emulator.core.turn import Turn
from device_emulator.devices.activating import carry_out_scheduled
from device_emulator.devices.air import Direction
from device_emulator.devices.profile import Handled, Hearing, Utterance
from device_emulator.devices.state import DeviceState
from device_emulator.firmware.slots import Slots
from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.protection import add_mac, sign
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.sm_wan import Gbcs, Smets1Response
from smart_metering.use_cases import is_critical, reference_of


def hear(turn: Turn, place: Place, octets: bytes) -> None:
    """A message reached the Device: it answers, or stays silent and the log learns why."""
    try:
        message = decode(octets)
    except DecodeError as error:
        turn.observe(place.device_id, f"silent: it cannot be read: {error}")
        return
    device = turn.device(place)
    reason = reason_for_silence(Heard(message=message, place=place, device=device, keys=turn.keys))
    if reason is not None:
        turn.observe(place.device_id, f"silent: {reason}")
        return
    device = _accept(device, message)
    turn.keep(device)
    try:
        handled = _handle(turn, place, device, message)
    except DecodeError as error:
        turn.observe(place.device_id, f"silent: its payload cannot be read: {error}")
        return
    _take(turn, place, device, handled)


def keep_date(turn: Turn, place: Place) -> None:
    """The date of a future-dated Command has come."""
    device = turn.device(place)
    _take(turn, place, device, carry_out_scheduled(device, place.profile, turn.verifier(place), turn.now))


def say(turn: Turn, place: Place, utterance: Utterance) -> None:
    """Protects what the Device says; the hub passes on what comes through the air."""
    content: Content
    if isinstance(utterance, Smets1Response):
        content, reference = utterance, utterance.service_reference_variant
    else:
        content = Gbcs(gbcs=encode(protect(utterance, turn.keys)))
        reference = reference_of(utterance.message_code)
    for underway in carry(turn, place, Direction.FROM_DEVICE, content, reference=reference):
        turn.send(place.comms_hub, place.device_id, underway.content)


def protect(message: Message, keys: Keys) -> Message:
    """A critical Response and every alert is signed; any other Response gets the MAC of the party it is for."""
    device: Eui = message.originator
    if message.cra is CraFlag.RESPONSE and not is_critical(message.message_code):
        return add_mac(message, keys.secret(device, message.target))
    return sign(message, keys.signing_key(device))


def _accept(device: DeviceState, message: Message) -> DeviceState:
    """Once verified, the counter of a critical Command cannot be used again."""
    if not is_critical(message.message_code):
        return device
    counters = {**device.accepted_counters, message.originator: message.counter}
    return changed(device, accepted_counters=counters)


def _handle(turn: Turn, place: Place, device: DeviceState, message: Message) -> Handled:
    def gas_meter() -> Slots | None:
        meter = turn.fleet.sibling(place, DeviceType.GSME)
        return turn.device(meter).slots if meter else None

    hearing = Hearing(
        command=message,
        state=device,
        profile=place.profile,
        verifier=turn.verifier(place),
        gas_meter=gas_meter,
        now=turn.now,
    )
    return place.profile.handlers[message.message_code].handle(hearing)


def _take(turn: Turn, place: Place, before: DeviceState, handled: Handled) -> None:
    """Keeps the new state, watches a new date, and says the answer."""
    turn.keep(handled.state)
    scheduled = handled.state.scheduled
    if scheduled is not None and scheduled != before.scheduled:
        turn.agenda.put(Line(scheduled.due, place.device_id, 0, Kind.ACTIVATION))
    if handled.what is not None:
        turn.observe(place.device_id, handled.what)
    if handled.answer is not None:
        say(turn, place, handled.answer)
