"""What a Device asks of a Command before it acts, in the order of GBCS; at the first that fails it stays silent."""

from collections.abc import Callable
from dataclasses import dataclass

from device_emulator.core.fleet import Place
from device_emulator.core.keys import Keys
from device_emulator.core.parties import party_at, signing_key_name
from device_emulator.devices.state import DeviceState
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.protection import mac_is_valid, signature_is_valid
from smart_metering.use_cases import is_critical


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that could be read, and the Device that reads it."""

    message: Message
    place: Place
    device: DeviceState
    keys: Keys

    @property
    def critical(self) -> bool:
        """Whether the use case is signed and protected against replay."""
        return is_critical(self.message.message_code)


def is_for_this_device(heard: Heard) -> bool:
    return heard.message.target == heard.place.device_id


def is_a_command(heard: Heard) -> bool:
    return heard.message.cra is CraFlag.COMMAND


def is_supported(heard: Heard) -> bool:
    return heard.message.message_code in heard.place.profile.handlers


def is_from_a_known_party(heard: Heard) -> bool:
    """One that may ask for this use case, and whose keys are here."""
    handler = heard.place.profile.handlers[heard.message.message_code]
    originator, device = heard.message.originator, heard.device
    return any(
        party_at(known, heard.place, device, heard.keys) == originator for known in handler.parties
    ) and heard.keys.has(signing_key_name(originator, device))


def has_a_new_counter(heard: Heard) -> bool:
    """A critical Command counts higher than the last one that was accepted of its originator."""
    last = heard.device.accepted_counters.get(heard.message.originator, -1)
    return not heard.critical or heard.message.counter > last


def has_the_right_mac(heard: Heard) -> bool:
    """The ACB adds the MAC to every Command, whoever the originator is."""
    return mac_is_valid(heard.message, heard.keys.secret(heard.place.device_id, heard.keys.acb))


def has_the_right_signature(heard: Heard) -> bool:
    """A critical Command carries its originator's; any other carries none."""
    if not heard.critical:
        return heard.message.signature == b""
    key_name = signing_key_name(heard.message.originator, heard.device)
    return signature_is_valid(heard.message, heard.keys.digital_signing(key_name))


_NOT_KNOWN, _WRONG_MAC = "the originator is not known", "the MAC is wrong"

CHECKS: tuple[tuple[str, Callable[[Heard], bool]], ...] = (
    # why the Device stays silent            what must hold (GBCS: MAC before signature; likely)
    ("it is for another Device", is_for_this_device),
    ("it is no Command", is_a_command),
    ("the use case is not supported", is_supported),
    (_NOT_KNOWN, is_from_a_known_party),
    ("the counter was used before", has_a_new_counter),
    (_WRONG_MAC, has_the_right_mac),
    ("the signature is wrong", has_the_right_signature),
)


def reason_for_silence(heard: Heard) -> str | None:
    """Why the Device does not act on the message; None: it does."""
    for reason, holds in CHECKS:
        if not holds(heard):
            return reason
    return None


def authentication_failed(reason: str) -> bool:
    """Whether a Device stays silent because a Command is not from whom it may be, or not what was sent."""
    return reason in (_NOT_KNOWN, _WRONG_MAC)
