"""What the emulator wishes to happen once its changes are durable, in this order."""

from device_emulator.core.external_records import HanCommand, HanOffer
from smart_metering.identifiers import Eui
from smart_metering.records import Record
from smart_metering.sm_wan import Uplink


class Send(Record, frozen=True):
    """A frame for the DSP. It also stands in the outbox until the DSP has taken it."""

    uplink: Uplink


class FileWanted(Record, frozen=True):
    """A hub needs a firmware file that is not here: the DSP is to be asked for it."""

    firmware_file: str


class HubsLaunched(Record, frozen=True):
    """New hubs stand, under this template: the DSP is to be told."""

    template: str


class Observe(Record, frozen=True):
    """Something a log should tell: `what` happened to a message or image of `device`.

    `request_id` is that of the Command or Service Request it is about, where that is known; `fate` is what a fault rule
    did, if one did.
    """

    device: Eui
    what: str
    request_id: str = ""
    fate: str = ""


class ToExternal(Record, frozen=True):
    """A Command for a Device outside. It also stands in the outbox of the HAN until it is settled."""

    command: HanCommand


class Settled(Record, frozen=True):
    """A Device outside holds this Command, or has answered it: it is not to be repeated."""

    device: Eui
    number: int


class AlertTaken(Record, frozen=True):
    """The alert of this number is kept: the Device outside may forget it."""

    comms_hub: Eui
    device: Eui
    number: int


class Offered(Record, frozen=True):
    """A firmware file waits at the hub for a Device outside; it also stands in the book of offers."""

    offer: HanOffer


class OfferEnded(Record, frozen=True):
    """The Device outside has said what became of the file."""

    comms_hub: Eui
    device: Eui


Effect = Send | FileWanted | HubsLaunched | Observe | ToExternal | Settled | AlertTaken | Offered | OfferEnded
