"""Who may read an encrypted answer, and with which secret: whoever asked, or a party whose certificate came along."""

from dataclasses import dataclass, replace

from device_emulator.devices.profile import Hearing
from device_emulator.devices.state import DeviceState
from smart_metering.errors import DecodeError
from smart_metering.gbcs.exchange import Exchange, exchange_of
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """`state` is the Device's after its own counter was used, if it was: that is `own_counter`."""

    exchange: Exchange
    secret: bytes
    state: DeviceState
    own_counter: int | None = None


def readership_of(hearing: Hearing) -> Readership:
    """Through the Access Control Broker the answer is for the supplementary party if its key agreement certificate is
    there, else for the broker itself (choice G56). Raises DecodeError for a certificate that cannot serve."""
    command = hearing.command
    exchange = exchange_of(command)
    if command.supplementary_party is None:
        return Readership(
            exchange=exchange, secret=hearing.around.secret(command.originator), state=hearing.state
        )
    if not command.certificate:
        return Readership(
            exchange=replace(exchange, recipient=command.originator),
            secret=hearing.around.secret(command.originator),
            state=hearing.state,
        )
    certified = read_certificate(command.certificate)
    if certified.entity != command.supplementary_party or certified.usage is not KeyUsage.KEY_AGREEMENT:
        raise DecodeError(0, f"certificate: not a key agreement key of {command.supplementary_party}")
    own_counter = max(hearing.state.alert_counter + 1, hearing.time)
    return Readership(
        exchange=replace(exchange, recipient_counter=own_counter),
        secret=hearing.around.secret_with(certified.public_key),
        state=changed(hearing.state, alert_counter=own_counter),
        own_counter=own_counter,
    )
