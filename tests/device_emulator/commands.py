"""Commands of any use case as Users and the DSP make them, for the bench; and how their answers are opened."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from smart_metering.gbcs.comms_hub_device_log import (
    Addition,
    encode_addition_command,
    encode_removal_command,
)
from smart_metering.gbcs.exchange import Exchange, exchange_of
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.protection import add_mac, sign
from smart_metering.identifiers import Eui
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.sm_wan import UplinkContent
from smart_metering.use_cases import UseCase, is_critical
from tests.device_emulator.bench import ACB, SEED, SUPPLIER, Bench, gbcs, messages, private_key, secret

BEHALF_COUNTER = 77
"""The counter of a party on whose behalf the ACB asks."""


def command(
    bench: Bench,
    use_case: UseCase,
    device: Eui,
    payload: Callable[[Exchange], bytes],
    *,
    by: Eui = SUPPLIER,
    behalf: Eui | None = None,
    certificate: bytes = b"",
    signer: Eui | None = None,
    counter: int | None = None,
) -> Message:
    """Whole: signed by its originator if critical, with the ACB's MAC."""
    bare = Message(
        cra=CraFlag.COMMAND,
        counter=counter or bench.next_counter(),
        originator=by,
        target=device,
        message_code=use_case,
        payload=b"",
        supplementary_party=behalf,
        supplementary_counter=BEHALF_COUNTER if behalf else None,
        certificate=certificate,
    )
    message = replace(bare, payload=payload(exchange_of(bare)))
    if is_critical(use_case):
        message = sign(message, private_key(signer or by, KeyUsage.DIGITAL_SIGNING))
    return add_mac(message, secret(ACB, device))


@dataclass(frozen=True, slots=True)
class Asked:
    """A Command that was sent, and everything that came up at once."""

    command: Message
    contents: list[UplinkContent]

    @property
    def exchange(self) -> Exchange:
        return exchange_of(self.command)

    @property
    def response(self) -> Message:
        """The one Response."""
        (response,) = (it for it in messages(self.contents) if it.cra is CraFlag.RESPONSE)
        return response

    @property
    def alerts(self) -> list[Message]:
        return [it for it in messages(self.contents) if it.cra is CraFlag.ALERT]


def ask(
    bench: Bench,
    use_case: UseCase,
    device: Eui,
    payload: Callable[[Exchange], bytes],
    *,
    by: Eui = SUPPLIER,
    behalf: Eui | None = None,
    certificate: bytes = b"",
) -> Asked:
    """Sends a Command and gathers what follows."""
    message = command(bench, use_case, device, payload, by=by, behalf=behalf, certificate=certificate)
    return Asked(message, bench.send(device, gbcs(message)))


def with_mac_of(message: Message, party: Eui) -> Message:
    """The same Command, with a MAC that this party made."""
    return add_mac(replace(message, mac=None), secret(party, message.target))


def let_join(bench: Bench, device: Eui, join_time_seconds: int = 60) -> None:
    """The ACB has the hub let a Device join (CCS01); it takes a few seconds."""
    addition = Addition(device=device, install_code=bytes(16), join_time_seconds=join_time_seconds)
    hub = bench.hub_of(device)
    ask(bench, UseCase.CCS01, hub, lambda exchange: encode_addition_command(addition, exchange), by=ACB)


def put_off(bench: Bench, device: Eui) -> None:
    """The ACB has the hub put a Device off its HAN (CCS02)."""
    hub = bench.hub_of(device)
    ask(bench, UseCase.CCS02, hub, lambda exchange: encode_removal_command(device, exchange), by=ACB)


def certificate_of(party: Eui, usage: KeyUsage, role: str = "02") -> bytes:
    """DER, of the bench's PKI."""
    return DevelopmentPki(SEED).organisation(party, role)[usage].certificate
