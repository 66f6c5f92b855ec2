"""The emulator's state: plain records in durable books."""

from device_emulator.core.external_records import (
    ExternalDevice,
    HanCommand,
    HanOffer,
    PresenceChange,
    command_key,
)
from device_emulator.core.inputs import JournalEntry
from device_emulator.devices.air import Direction
from device_emulator.devices.state import DeviceState
from ledger.books import Ledger
from smart_metering.administration import PremisesTemplate
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Gbcs, Smets1Response, Uplink


class Underway(Record, frozen=True):
    """A message that the air holds back until `due`, or until another overtakes it. `frame` is a downlink's."""

    sequence: int
    due: Instant
    comms_hub: Eui
    device: Eui
    direction: Direction
    content: Gbcs | Smets1Response
    frame: str = ""
    overtakable: bool = False


class Transfer(Record, frozen=True):
    """A firmware file on its way over the HAN to one Device, whole at `due`; or it rests while hub or Device has no
    power, and will take `remaining_ms` more."""

    sequence: int
    due: Instant
    comms_hub: Eui
    device: Eui
    firmware_file: str
    remaining_ms: int | None = None


class HubDistribution(Record, frozen=True):
    """An 11.1 or 11.4 at one hub: once `at_hub`, it is known only so that it is not begun twice."""

    request_id: str
    comms_hub: Eui
    firmware_file: str
    devices: tuple[Eui, ...] = ()
    at_hub: bool = False


class OrganisationCertificate(Record, frozen=True):
    """A certificate (DER) that Devices took by Command, under its SHA-256 in hex."""

    sha256: str
    certificate: bytes


class LastUplink(Record, frozen=True):
    """The sequence of the last uplink."""

    sequence: int


LAST = "last"
"""The one key of the last uplink."""


class State:
    """All that the emulator knows of its premises. Whoever carries messages keeps its own books in the same ledger."""

    def __init__(self) -> None:
        self.ledger = ledger = Ledger()
        self.launches = ledger.book("launches", PremisesTemplate, lambda r: r.name)
        self.devices = ledger.book("devices", DeviceState, lambda r: r.device_id)
        self.underway = ledger.book("underway", Underway, lambda r: str(r.sequence))
        self.transfers = ledger.book("transfers", Transfer, lambda r: r.device)
        self.distributions = ledger.book("distributions", HubDistribution, distribution_key)
        self.certificates = ledger.book(
            "organisation_certificates", OrganisationCertificate, lambda r: r.sha256
        )
        self.external_devices = ledger.book("external_devices", ExternalDevice, lambda r: r.device)
        self.han_commands = ledger.book("han_commands", HanCommand, lambda r: command_key(r.device, r.number))
        self.han_offers = ledger.book("han_offers", HanOffer, lambda r: r.device)
        self.presence = ledger.log("presence", PresenceChange, {"device": str})
        self.outbox = ledger.book("outbox", Uplink, lambda r: str(r.sequence))
        self.last_uplink = ledger.book("last_uplink", LastUplink, lambda _r: LAST)
        self.journal = ledger.log("journal", JournalEntry, {"at": int})


def distribution_key(distribution: HubDistribution) -> str:
    """A request has one distribution at each hub."""
    return f"{distribution.request_id}|{distribution.comms_hub}"
