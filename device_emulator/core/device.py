"""A Device: it hears a Command, acts on it by its profile, and says what follows."""

from device_emulator.core import external, han, power
from device_emulator.core.carriage import note_local
from device_emulator.core.dates import watch
from device_emulator.core.fleet import Place
from device_emulator.core.hearing import Heard, authentication_failed, reason_for_silence
from device_emulator.core.parties import supplier_of
from device_emulator.core.saying import protect, say
from device_emulator.core.surroundings import View
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.activating import carry_out_scheduled
from device_emulator.devices.air import Direction
from device_emulator.devices.alerts import generic_alert
from device_emulator.devices.profile import Handled, Hearing, Utterance
from device_emulator.devices.replacing_supplier import carry_out_replacement
from device_emulator.devices.state import DeviceState, is_on, lived
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import Generation
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.records import changed
from smart_metering.use_cases import is_critical


def hear(turn: Turn, place: Place, octets: bytes) -> None:
    """A message reached the Device: it answers, or stays silent and the log learns why."""
    for utterance in _listen(turn, place, octets):
        say(turn, place, utterance)


def hear_locally(turn: Turn, place: Place, octets: bytes) -> bytes:
    """A message came past the air, by a device in the premises: the answer goes back that way, alerts by the hub.

    Nothing: the Device stays silent; so does what is not on the HAN, or has no power, SMETS1, which knows no such
    Commands, and a Device outside, to which no way leads but by its hub.
    """
    device = turn.device(place)
    is_there = has_joined(place, device) and is_on(device) and not external.is_external(turn.state, place)
    if place.premises.generation is Generation.SMETS1 or not is_there:
        turn.observe(place.device_id, "silent: it takes no Command locally")
        return b""
    note_local(turn, place, Direction.TO_DEVICE, octets)
    answer = b""
    for utterance in _listen(turn, place, octets):
        if isinstance(utterance, Message) and utterance.cra is CraFlag.RESPONSE:
            answer = encode(protect(turn, place, utterance))
            note_local(turn, place, Direction.FROM_DEVICE, answer)
        else:
            say(turn, place, utterance)
    return answer


def keep_date(turn: Turn, place: Place) -> None:
    """The date of a future-dated 11.3 has come."""
    device = turn.device(place)
    handled = carry_out_scheduled(device, place.profile, turn.verifier(place), turn.now)
    for utterance in _take(turn, place, device, handled):
        say(turn, place, utterance)


def keep_date_of_replacement(turn: Turn, place: Place) -> None:
    """The date of a future-dated 6.23 has come."""
    device = turn.device(place)
    handled = carry_out_replacement(device, place.profile, View(turn, place), turn.now)
    for utterance in _take(turn, place, device, handled):
        say(turn, place, utterance)


def _listen(turn: Turn, place: Place, octets: bytes) -> list[Utterance]:
    """What the Device does about a message; answers what it is going to say."""
    try:
        message = decode(octets)
    except DecodeError as error:
        turn.observe(place.device_id, f"silent: it cannot be read: {error}")
        return []
    device = turn.device(place)
    heard = Heard(message=message, place=place, device=device, keys=turn.keys)
    reason = reason_for_silence(heard)
    if reason is not None:
        turn.observe(place.device_id, f"silent: {reason}")
        return _tell_failure(turn, heard, reason)
    device = _accept(device, message)
    turn.keep(device)
    try:
        handled = _handle(turn, place, device, message)
    except DecodeError as error:
        turn.observe(place.device_id, f"silent: its payload cannot be read: {error}")
        return []
    return _take(turn, place, device, handled)


def _tell_failure(turn: Turn, heard: Heard, reason: str) -> list[Utterance]:
    """8F53 to the supplier about a Command that was not its own, once for each Command (choice G64)."""
    place, device, message = heard.place, heard.device, heard.message
    supplier = supplier_of(place, device)
    command = (message.originator, message.counter)
    if (
        not place.profile.tells_failed_authentication
        or not authentication_failed(reason)
        or supplier in (None, message.originator)
        or command == device.life.failed_command
    ):
        return []
    assert supplier is not None
    state, alert = generic_alert(
        lived(device, failed_command=command),
        place.template.device_type,
        supplier,
        DeviceAlertCode.FAILED_AUTHENTICATION,
        turn.now,
    )
    turn.keep(state)
    return [alert]


def _accept(device: DeviceState, message: Message) -> DeviceState:
    """Once verified, the counter of a critical Command cannot be used again."""
    if not is_critical(message.message_code):
        return device
    counters = {**device.accepted_counters, message.originator: message.counter}
    return changed(device, accepted_counters=counters)


def _handle(turn: Turn, place: Place, device: DeviceState, message: Message) -> Handled:
    hearing = Hearing(
        command=message, state=device, profile=place.profile, around=View(turn, place), now=turn.now
    )
    return place.profile.handlers[message.message_code].handle(hearing)


def _take(turn: Turn, place: Place, before: DeviceState, handled: Handled) -> list[Utterance]:
    """Keeps the new state, watches new dates; answers what is to be said."""
    turn.keep(handled.state)
    for certificate in handled.certificates:
        turn.hold_certificate(certificate)
    watch(turn, before, handled.state)
    if handled.han_change is not None:
        han.begin(turn, place, handled.han_change)
    if handled.what is not None:
        turn.observe(place.device_id, handled.what)
    if handled.power_cut:
        power.cut(turn, place)
    return [it for it in (handled.answer, *handled.alerts) if it is not None]
