"""One turn of the engine: the state and rules it works on, the time it has, and the effects it wishes for."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from dsp.core.effects import Answer, Deliver, Effect, Observe, Reply, Send
from dsp.core.records import SmiChange, SmiDevice, UserPosition
from dsp.core.secrets import Secrets
from dsp.core.state import State
from dsp.core.timetable import Timetable
from dsp.rules.rule_set import RuleSet
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import Message, ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessControlBroker:
    """The DSP's own identity towards Devices: its EUI and its key agreement key."""

    eui: Eui
    key_agreement: EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfSupplierParty:
    """The transitional Change of Supplier party, which the DSP plays: it signs the Commands of 6.23."""

    eui: Eui
    digital_signing: EllipticCurvePrivateKey


@dataclass(slots=True, kw_only=True)
class Turn:
    """What every room of the core is given. Effects keep the order in which they were wished.

    `cause` is the RequestID that the turn is about, once that is known: what follows is written down as caused by it.
    """

    state: State
    rules: RuleSet
    acb: AccessControlBroker
    change_of_supplier: ChangeOfSupplierParty
    secrets: Secrets
    timetable: Timetable
    now: Instant
    cause: str = ""
    effects: list[Effect] = field(default_factory=list)

    def answer(self, reply: Reply) -> None:
        """Replies to the caller of this turn's input."""
        self.effects.append(Answer(reply=reply))

    def send(self, downlink: Downlink) -> None:
        """Sends a frame to a hub."""
        self.effects.append(Send(downlink=downlink))

    def observe(self, device: Eui, what: str) -> None:
        """Tells the log of something that has no other consequence."""
        self.effects.append(Observe(device=device, what=what, request_id=self.cause))

    def change(self, device: SmiDevice, what: str, decision: Decision | None = None) -> SmiDevice:
        """Writes a Device of the SMI, and that it changed."""
        self._note(device.device.device_id, what, decision)
        return self.state.put_device(device)

    def remove(self, device: SmiDevice, what: str, decision: Decision | None = None) -> None:
        """Takes a Device out of the SMI, and notes that."""
        self._note(device.device.device_id, what, decision)
        self.state.remove_device(device)

    def deliver(self, users: Iterable[Eui], message: Message) -> dict[Eui, int]:
        """Puts the message in the stream of each user, once each, in the order given; and where it is kept for each."""
        kept: dict[Eui, int] = {}
        for user in dict.fromkeys(users):
            former = self.state.user_positions.get(user)
            position = former.position + 1 if former else 1
            self.state.user_positions.put(UserPosition(user=user, position=position))
            received = ReceivedMessage(position=position, message=message)
            kept[user] = self.state.messages.append(received, user=user, user_position=position)
            self.effects.append(Deliver(user=user, message=received, request_id=self.cause))
        return kept

    def _note(self, device: Eui, what: str, decision: Decision | None) -> None:
        change = SmiChange(at=self.now, device=device, what=what, cause=self.cause, decision=decision)
        self.state.smi_changes.append(change, device=device, cause=self.cause)
