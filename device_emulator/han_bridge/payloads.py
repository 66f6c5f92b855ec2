"""What the messages of Devices outside say, as events of the core, and what is told them beside GBCS."""

import msgspec

from device_emulator.core.external_records import (
    Acknowledged,
    Alerted,
    CertificateTold,
    FromExternal,
    HanOffer,
    PresenceTold,
    Responded,
    TransferEnded,
)
from device_emulator.han_bridge import topics
from device_emulator.han_bridge.topics import Address
from smart_metering.gbcs.firmware_alerts import FirmwareTransferCode
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.loading import is_certificate

BLOCK_OCTETS = 4_096
LARGEST_PAYLOAD = 65_536

USAGES = {
    "digital_signing": KeyUsage.DIGITAL_SIGNING,
    "key_agreement": KeyUsage.KEY_AGREEMENT,
}
STATUSES = {code.name.lower(): code for code in FirmwareTransferCode}


class BadMessage(ValueError):
    """A message that the bridge cannot take; the text says what was expected."""


class _Offer(msgspec.Struct):
    file: str
    size: int
    version: str
    block_octets: int


class _End(msgspec.Struct):
    file: str
    status: str


def offer(offered: HanOffer) -> bytes:
    """JSON."""
    return msgspec.json.encode(
        _Offer(offered.firmware_file, offered.size, offered.firmware_version, BLOCK_OCTETS)
    )


def event_of(address: Address, payload: bytes) -> FromExternal:
    """What the message says. Raises BadMessage."""
    if len(payload) > LARGEST_PAYLOAD:
        raise BadMessage(f"{len(payload)} octets: expected {LARGEST_PAYLOAD} at most")
    device = address.device
    match address.topic:
        case topics.RESPONSE:
            return Responded(device=device, number=number_of(address), gbcs=payload)
        case topics.ACKNOWLEDGEMENT:
            return Acknowledged(device=device, number=number_of(address))
        case topics.ALERT:
            return Alerted(device=device, number=number_of(address), gbcs=payload)
        case topics.PRESENCE:
            return PresenceTold(device=device, online=_presence(payload))
        case topics.CERTIFICATE:
            return _certificate(address, payload)
        case topics.END:
            return _end(address, payload)
        case _:
            raise BadMessage("it is not for the hub")


def number_of(address: Address) -> int:
    """Of a Command, an alert or an offset. Raises BadMessage."""
    if address.number is None:
        raise BadMessage(f"{address.part[:40]!r}: expected a number")
    return address.number


def _presence(payload: bytes) -> bool:
    if payload not in (b"online", b"offline", b""):
        raise BadMessage(f"{payload[:40]!r}: expected online or offline")
    return payload == b"online"


def _certificate(address: Address, payload: bytes) -> CertificateTold:
    usage = USAGES.get(address.part)
    if usage is None:
        raise BadMessage(f"{address.part[:40]!r}: expected one of {', '.join(USAGES)}")
    if payload and not is_certificate(payload):
        raise BadMessage("expected a certificate, DER")
    return CertificateTold(device=address.device, usage=usage, certificate=payload)


def _end(address: Address, payload: bytes) -> TransferEnded:
    try:
        end = msgspec.json.decode(payload, type=_End)
    except msgspec.DecodeError as error:
        raise BadMessage(f"expected JSON with file and status: {error}") from None
    if end.status not in STATUSES:
        raise BadMessage(f"status {end.status[:40]!r}: expected one of {', '.join(STATUSES)}")
    return TransferEnded(device=address.device, firmware_file=end.file, code=STATUSES[end.status])
