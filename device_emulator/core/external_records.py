"""Records of external Devices: those outside the emulator that have the place of one here; and what comes from them."""

from smart_metering.gbcs.firmware_alerts import FirmwareTransferCode
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import Record


class ExternalDevice(Record, frozen=True, kw_only=True):
    """What the hub knows of a Device outside. `external` None: as its template says.

    `open_commands` are the numbers of those it has not answered, oldest first; `alerts_taken` the latest that it sent.
    """

    device: Eui
    external: bool | None = None
    online: bool = False
    last_command: int = 0
    open_commands: tuple[int, ...] = ()
    alerts_taken: tuple[int, ...] = ()
    digital_signing: bytes = b""
    key_agreement: bytes = b""


class HanCommand(Record, frozen=True, kw_only=True):
    """A Command that the Device outside has yet to answer; once `acknowledged` it is not repeated any more."""

    comms_hub: Eui
    device: Eui
    number: int
    at: Instant
    gbcs: bytes
    acknowledged: bool = False


class HanOffer(Record, frozen=True, kw_only=True):
    """A firmware file that the hub offers to a Device outside, until the Device says what became of it."""

    comms_hub: Eui
    device: Eui
    firmware_file: str
    firmware_version: str
    size: int


class PresenceChange(Record, frozen=True, kw_only=True):
    """A Device outside came, or went."""

    at: Instant
    device_id: Eui
    online: bool


class Responded(Record, frozen=True, kw_only=True):
    """The answer to the Command of this number, GBCS as the Device made it."""

    device: Eui
    number: int
    gbcs: bytes


class Acknowledged(Record, frozen=True, kw_only=True):
    """The Device holds the Command of this number: it need not be repeated, and may be answered whenever."""

    device: Eui
    number: int


class Alerted(Record, frozen=True, kw_only=True):
    """What the Device says unasked, under a number of its own that rises."""

    device: Eui
    number: int
    gbcs: bytes


class PresenceTold(Record, frozen=True, kw_only=True):
    """The Device is there, or is not: so it says, or its last will."""

    device: Eui
    online: bool


class CertificateTold(Record, frozen=True, kw_only=True):
    """One of the Device's own certificates, DER; empty: it is withdrawn."""

    device: Eui
    usage: KeyUsage
    certificate: bytes


class TransferEnded(Record, frozen=True, kw_only=True):
    """What became of the file that was offered to the Device."""

    device: Eui
    firmware_file: str
    code: FirmwareTransferCode


FromExternal = Responded | Acknowledged | Alerted | PresenceTold | CertificateTold | TransferEnded


def command_key(device: Eui, number: int) -> str:
    """Commands are numbered for each Device."""
    return f"{device}|{number}"
