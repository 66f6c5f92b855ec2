"""A profile: what a Device Type of one generation is made of. Differences between Devices are its parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from device_emulator.devices.state import DeviceState, ScheduledActivation
from device_emulator.firmware.activation import Activation
from device_emulator.firmware.slots import Slots
from device_emulator.firmware.verification import Verifier
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import ActivationOutcome
from smart_metering.gbcs.message import Message
from smart_metering.instants import Instant
from smart_metering.sm_wan import Smets1Response
from smart_metering.use_cases import UseCase


class KnownParty(Enum):
    """The places a Device has for the credentials of remote parties."""

    SUPPLIER = "supplier"
    NETWORK_OPERATOR = "network operator"
    ACB = "Access Control Broker"


Utterance = Message | Smets1Response
"""What a Device says: a GBCS message still to be protected, or what the S1SP makes of a SMETS1 Device's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What a Command did to a Device, and what it answers; `what` is for the log."""

    state: DeviceState
    answer: Utterance | None
    what: str | None = None


class Answering(Protocol):
    """How what a Device did is told."""

    def reading(self, command: Message, version: FirmwareVersion | None) -> Utterance:
        """The answer to 11.2; None: the version could not be read."""
        ...

    def activation(
        self, command: Message, outcome: ActivationOutcome | None, now: Instant
    ) -> Utterance | None:
        """The answer to 11.3; no outcome: accepted for its date, or cancelled."""
        ...

    def scheduled_activation(
        self, state: DeviceState, scheduled: ScheduledActivation, outcome: ActivationOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        """What is told at the date of a future-dated 11.3."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A verified Command, the Device that hears it, and what it sees from there.

    `gas_meter` asks for the firmware of the GSME on the same HAN, if there is one.
    """

    command: Message
    state: DeviceState
    profile: "DeviceProfile"
    verifier: Verifier
    gas_meter: Callable[[], Slots | None]
    now: Instant


@dataclass(frozen=True, slots=True)
class Handler:
    """A use case that a Device supports, and the parties that may ask for it."""

    handle: Callable[[Hearing], Handled]
    parties: frozenset[KnownParty]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """`receipt` is the alert that tells the supplier of an image received; `transfer_reported`: the hub tells the ACB.

    Without `image_over_han` nothing is transferred: the S1SP registers the image for the Device.
    """

    device_type: DeviceType
    answering: Answering | None = None
    handlers: Mapping[int, Handler] = field(default_factory=dict)
    activation: Activation | None = None
    signature_required: bool = True
    image_over_han: bool = True
    receipt: UseCase | None = None
    transfer_reported: bool = False
    activates_by_itself: bool = False
