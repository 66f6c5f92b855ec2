"""What the emulator wishes to happen once its changes are durable, in this order."""

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


Effect = Send | FileWanted | HubsLaunched | Observe
