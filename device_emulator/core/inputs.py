"""Everything that can reach the emulator. Each is a record, so the journal keeps it and a replay can give it again."""

from device_emulator.core.engineer_records import ByHand
from device_emulator.core.external_records import FromExternal
from smart_metering.administration import FaultRule, PremisesTemplate
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Downlink


class PremisesLaunched(Record, frozen=True, kw_only=True):
    """New premises stand: those among `templates` that did not before."""

    templates: tuple[PremisesTemplate, ...]


class DownlinkReceived(Record, frozen=True, kw_only=True):
    """A frame from the DSP."""

    downlink: Downlink


class LocallyDelivered(Record, frozen=True, kw_only=True):
    """A Command by a device in the premises, past the air."""

    device: Eui
    octets: bytes


class ExternalSpoke(Record, frozen=True, kw_only=True):
    """A Device outside, or what carries its post, said something."""

    event: FromExternal


class FileArrived(Record, frozen=True, kw_only=True):
    """A firmware file that was wanted is in the firmware folder, under its SHA-256."""

    firmware_file: str


class FileFailed(Record, frozen=True, kw_only=True):
    """A firmware file that was wanted cannot be had."""

    firmware_file: str


class FaultsSet(Record, frozen=True, kw_only=True):
    """These rules hold from now on."""

    rules: tuple[FaultRule, ...]


class FaultsCleared(Record, frozen=True, kw_only=True):
    """The named rules hold no more; none does, if none is named."""

    names: tuple[str, ...]


class UplinksSkipped(Record, frozen=True, kw_only=True):
    """The DSP knows of uplinks up to this one that were never sent from here: their sequences are not used again."""

    sequence: int


class TimePassed(Record, frozen=True, kw_only=True):
    """Something was due, and happened."""


Input = (
    PremisesLaunched
    | DownlinkReceived
    | LocallyDelivered
    | ExternalSpoke
    | FileArrived
    | FileFailed
    | FaultsSet
    | FaultsCleared
    | UplinksSkipped
    | TimePassed
    | ByHand
)


class JournalEntry(Record, frozen=True, kw_only=True):
    """One input and when it came."""

    at: Instant
    input: Input
