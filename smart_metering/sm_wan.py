"""Frames of the SM WAN as records: downlinks from the DSP to a hub and its Devices, uplinks back."""

from smart_metering.duis.service_responses import DecodedValue
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


class Gbcs(Record, frozen=True, kw_only=True):
    """A GBCS message, octet for octet."""

    gbcs: bytes


class CertificatesWanted(Record, frozen=True, kw_only=True):
    """The DSP asks for the certificates of the Device that the frame names."""


class FirmwareForDevices(Record, frozen=True, kw_only=True):
    """The DSP hands a hub the file (named by its SHA-256) of an 11.1 or 11.4, for these Devices of its HAN."""

    request_id: str
    firmware_file: str
    devices: tuple[Eui, ...]


class Receipt(Record, frozen=True, kw_only=True):
    """The hub's word on one downlink: handed to the Device, or the Device could not be reached."""

    frame: str
    delivered: bool


class Smets1Response(Record, frozen=True, kw_only=True):
    """The S1SP's decoded answer to the command that `originator` sent with `counter`.

    `accepted`: it holds a dated command until its date, or has dropped the one that this cancels; the outcome follows.
    """

    originator: Eui
    counter: int
    service_reference_variant: str
    success: bool
    accepted: bool = False
    activation_code: str = ""
    firmware_version: FirmwareVersion | None = None
    content: tuple[DecodedValue, ...] = ()


class DeviceCertificates(Record, frozen=True, kw_only=True):
    """A Device's two certificates, DER."""

    digital_signing: bytes
    key_agreement: bytes


class FirmwareAtHub(Record, frozen=True, kw_only=True):
    """The hub holds the file of this 11.1 or 11.4 whole, or could not get it."""

    request_id: str
    success: bool


DownlinkContent = Gbcs | CertificatesWanted | FirmwareForDevices
UplinkContent = Gbcs | Receipt | Smets1Response | DeviceCertificates | FirmwareAtHub


class Downlink(Record, frozen=True, kw_only=True):
    """From the DSP. `frame` is what the hub's Receipt will name."""

    frame: str
    comms_hub: Eui
    device: Eui
    at: Instant
    content: DownlinkContent


class Uplink(Record, frozen=True, kw_only=True):
    """To the DSP. `sequence` is given by the host that sends it and rises by one."""

    sequence: int = 0
    comms_hub: Eui
    device: Eui
    at: Instant
    content: UplinkContent


_CONTENT_NAMES: dict[type[DownlinkContent] | type[UplinkContent], str] = {
    Gbcs: "gbcs",
    CertificatesWanted: "certificates_wanted",
    FirmwareForDevices: "firmware_for_devices",
    Receipt: "receipt",
    Smets1Response: "smets1_response",
    DeviceCertificates: "device_certificates",
    FirmwareAtHub: "firmware_at_hub",
}


def content_name(content: DownlinkContent | UplinkContent) -> str:
    """What a frame carries, in the words of the contract."""
    return _CONTENT_NAMES[type(content)]
