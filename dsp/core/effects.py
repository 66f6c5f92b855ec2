"""What the engine wishes to happen once its changes are durable, in this order."""

from dsp.core.records import ReceiveAddress
from smart_metering.administration import CplChange, FirmwareFile, LoadSummary
from smart_metering.duis.service_responses import InventoryDevice, ReceivedMessage, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import Record
from smart_metering.sm_wan import Downlink


class Refusal(Record, frozen=True, kw_only=True):
    """An administrative input was refused whole; `faults` says what, where and what was expected."""

    faults: tuple[str, ...]
    unknown: bool = False  # it named something that is not there


Reply = ServiceResponse | FirmwareFile | LoadSummary | CplChange | InventoryDevice | ReceiveAddress | Refusal


class Answer(Record, frozen=True, kw_only=True):
    """The reply to the caller of the input: exactly one for each input that has a caller."""

    reply: Reply


class Send(Record, frozen=True, kw_only=True):
    """A frame for a hub. If no host serves the hub, it is lost: the engine will try again or give up."""

    downlink: Downlink


class Deliver(Record, frozen=True, kw_only=True):
    """A message now stands in the stream of `user`. `request_id`: of the Service Request that led to it, if one did."""

    user: Eui
    message: ReceivedMessage
    request_id: str = ""


class Observe(Record, frozen=True, kw_only=True):
    """Something a log should tell: `what` happened to a message of `device` that had no other consequence.

    `request_id` is that of the Service Request it is about, where that is known.
    """

    device: Eui
    what: str
    request_id: str = ""


Effect = Answer | Send | Deliver | Observe
