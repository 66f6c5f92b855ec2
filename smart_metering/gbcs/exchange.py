"""The Command that a payload belongs to: some payloads repeat its header, and encryption depends on it."""

from dataclasses import dataclass

from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.identifiers import Eui


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`originator` commands `device` with `counter`; the answer is encrypted for `recipient` under
    `recipient_counter`, which are others only where the Access Control Broker asks for a party that the Device
    does not know."""

    originator: Eui
    device: Eui
    counter: int
    recipient: Eui
    recipient_counter: int


def exchange_of(message: Message) -> Exchange:
    """The exchange of a Command or of its Response."""
    command = message.cra is CraFlag.COMMAND
    originator = message.originator if command else message.target
    device = message.target if command else message.originator
    other_counter = message.supplementary_originator_counter
    return Exchange(
        originator=originator,
        device=device,
        counter=message.counter,
        recipient=message.supplementary_party or originator,
        recipient_counter=message.counter if other_counter is None else other_counter,
    )
