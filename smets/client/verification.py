"""Who vouches for a Device's message: the User's own check of its signature, or of the MAC that is made for it alone.

The DSP verifies signatures, and MACs made for the Access Control Broker. A MAC made for a party the Device knows is
made with that party's key agreement key, which only the party holds: only here can it be verified. A signature is for
everyone to verify, whomever the message is made for; where the use case has one, no MAC stands in for it.
"""

from dataclasses import dataclass

from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    DspScheduledMessage,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    ServiceResponse,
)
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import Message, decode
from smart_metering.gbcs.protection import mac_is_valid, signature_is_valid
from smart_metering.identifiers import Eui, RequestId
from smart_metering.pki.keys import KeyUsage
from smart_metering.use_cases import is_critical
from smets.client.user_keys import Repository, SharedSecrets, UserKeys


@dataclass(frozen=True, slots=True)
class Verified:
    """`holds`: None where this User has nothing to verify. `what` says what was verified, or why not."""

    holds: bool | None
    what: str


NOTHING_TO_VERIFY = Verified(None, "no message of a Device")


class Verifier:
    """Verifies what is sent to one User."""

    def __init__(self, user: Eui, keys: UserKeys, repository: Repository) -> None:
        self._user = user
        self._repository = repository
        self.secrets = SharedSecrets(keys.key_agreement, repository)

    def verify(self, message: ServiceResponse | DeviceAlert | DccAlert) -> Verified:
        """What the message carries of a Device, if anything: whether it is genuine, and an answer to its request."""
        match message:
            case ServiceResponse(
                request_id=request_id,
                body=GbcsPayload(gbcs_payload=octets) | DspScheduledMessage(gbcs_payload=octets),
            ):
                return self._verify(octets, request_id)
            case ServiceResponse(body=FutureDatedDeviceAlertMessage(gbcs_payload=octets)):
                return self._verify(octets, None)  # An alert: it has a counter of the Device's own.
            case DeviceAlert(gbcs_payload=octets):
                return self._verify(octets, None)
            case _:
                return NOTHING_TO_VERIFY

    def _verify(self, octets: bytes, request_id: str | None) -> Verified:
        try:
            message = decode(octets)
        except DecodeError as error:
            return Verified(False, f"the message cannot be read: {error}")
        is_own = message.target == self._user
        if is_own and request_id is not None and str(_answered(message)) != request_id:
            return Verified(False, f"it answers {_answered(message)}, not {request_id}")
        if message.signature:
            return self._verify_signature(message, is_own=is_own)
        if is_critical(message.message_code):
            return Verified(False, f"a message of use case {message.message_code:04X} without its signature")
        if not is_own:
            return Verified(
                None, f"made for {message.target}, which verifies it: the DSP's Access Control Broker"
            )
        if message.mac is not None:
            return self._verify_mac(message)
        return Verified(False, "it carries neither signature nor MAC")

    def _verify_signature(self, message: Message, *, is_own: bool) -> Verified:
        key = self._repository.public_key(message.originator, KeyUsage.DIGITAL_SIGNING)
        if key is None:
            return Verified(None, f"no digital signing certificate of {message.originator} is at hand")
        holds = signature_is_valid(message, key)
        made_for = "" if is_own else f" for {message.target}"
        return Verified(holds, f"signature of {message.originator}{made_for} {_verdict(holds)}")

    def _verify_mac(self, message: Message) -> Verified:
        secret = self.secrets.with_device(message.originator)
        if secret is None:
            return Verified(None, f"no key agreement certificate of {message.originator} is at hand")
        holds = mac_is_valid(message, secret)
        return Verified(holds, f"MAC of {message.originator} for {message.target} {_verdict(holds)}")


def _answered(message: Message) -> RequestId:
    return RequestId(message.target, message.originator, message.counter)


def _verdict(holds: bool) -> str:
    return "verified" if holds else "does not hold"
