"""What a Device says, protected by its own keys and sent through the air; the hub passes on what comes through."""

from device_emulator.core.carriage import Content, carry, hold
from device_emulator.core.fleet import Place
from device_emulator.core.parties import agreement_key_name
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.air import Direction
from device_emulator.devices.profile import Utterance
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.gbcs.protection import add_mac, sign
from smart_metering.sm_wan import Gbcs, Smets1Response
from smart_metering.use_cases import is_critical, reference_of


def say(turn: Turn, place: Place, utterance: Utterance) -> None:
    """One answer or alert on its way to the DSP; of a Device that has left the HAN nobody hears.

    While the hub has no power it is kept, and goes when the hub is back (choice G93).
    """
    if not has_joined(place, turn.device(place)):
        turn.observe(place.device_id, f"unheard: not on the HAN of {place.comms_hub}")
        return
    content: Content
    if isinstance(utterance, Smets1Response):
        content, reference = utterance, utterance.service_reference_variant
    else:
        content = Gbcs(gbcs=encode(protect(turn, place, utterance)))
        reference = reference_of(utterance.message_code)
    for underway in carry(turn, place, Direction.FROM_DEVICE, content, reference=reference):
        if turn.has_power(place.comms_hub):
            turn.send(place.comms_hub, place.device_id, underway.content)
        else:
            hold(turn, underway)


def protect(turn: Turn, place: Place, message: Message) -> Message:
    """A critical Response and every alert is signed; any other Response gets the MAC of the party it is for."""
    if message.cra is CraFlag.RESPONSE and not is_critical(message.message_code):
        key_name = agreement_key_name(message.target, turn.device(place))
        return add_mac(message, turn.keys.secret(place.device_id, key_name))
    return sign(message, turn.keys.signing_key(place.device_id))
