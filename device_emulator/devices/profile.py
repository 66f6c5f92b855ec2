"""A profile: what a Device Type of one generation is made of. Differences between Devices are its parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from device_emulator.devices.state import DeviceState, ScheduledActivation, ScheduledReplacement, own_time
from device_emulator.devices.surroundings import KnownParty, Surroundings
from device_emulator.devices.tampers import Tamper
from device_emulator.firmware.activation import Activation
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import DecodedValue
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import ActivationOutcome
from smart_metering.gbcs.credential_outcomes import UpdateOutcome
from smart_metering.gbcs.message import Message
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Smets1Response
from smart_metering.use_cases import UseCase

Utterance = Message | Smets1Response
"""What a Device says: a GBCS message still to be protected, or what the S1SP makes of a SMETS1 Device's answer."""

Content = tuple[DecodedValue, ...]
"""Decoded content, under the names of the Message Mapping Catalogue 5.4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HanChange:
    """What a Comms Hub does with a Device: lets it join for `join_time_ms`, or (None) puts it off its HAN."""

    device: Eui
    join_time_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What a Command did to a Device, and what it answers; `what` is for the log.

    `alerts` follow the answer. `certificates` (DER) are organisations' that the Device from now on refers to.
    `power_cut`: its power went meanwhile.
    """

    state: DeviceState
    answer: Utterance | None
    what: str | None = None
    alerts: tuple[Message, ...] = ()
    certificates: tuple[bytes, ...] = ()
    han_change: HanChange | None = None
    power_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it may be told: in a payload, or in decoded content. Only one of them is asked for.

    `accepted`: a dated Command is kept, or cancelled. `own_counter` is the Device's, where it encrypted with it.
    """

    payload: Callable[[], bytes]
    content: Callable[[], Content] = tuple
    success: bool = True
    accepted: bool = False
    own_counter: int | None = None


class Answering(Protocol):
    """How what a Device did is told."""

    def reading(self, command: Message, version: FirmwareVersion | None) -> Utterance:
        """The answer to 11.2; None: the version could not be read."""
        ...

    def activation(
        self, command: Message, outcome: ActivationOutcome | None, time: Instant
    ) -> Utterance | None:
        """The answer to 11.3, when the Device's clock reads `time`; no outcome: accepted for its date, or cancelled."""
        ...

    def scheduled_activation(
        self, state: DeviceState, scheduled: ScheduledActivation, outcome: ActivationOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        """What is told at the date of a future-dated 11.3."""
        ...

    def telling(self, command: Message, answer: Answer, time: Instant) -> Utterance:
        """The answer to any other Command, when the Device's clock reads `time`."""
        ...

    def scheduled_replacement(
        self, state: DeviceState, scheduled: ScheduledReplacement, outcome: UpdateOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        """What is told at the date of a future-dated 6.23."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A verified Command, the Device that hears it, and what it sees from there. `now` is the true time."""

    command: Message
    state: DeviceState
    profile: "DeviceProfile"
    around: Surroundings
    now: Instant

    def answer(self, answer: Answer) -> Utterance:
        """As this Device tells it."""
        assert self.profile.answering is not None, self.profile
        return self.profile.answering.telling(self.command, answer, self.time)

    @property
    def time(self) -> Instant:
        """What the Device's own clock reads."""
        return own_time(self.state, self.now)


@dataclass(frozen=True, slots=True)
class Handler:
    """A use case that a Device supports, and the parties that may ask for it."""

    handle: Callable[[Hearing], Handled]
    parties: frozenset[KnownParty]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """`receipt` is the alert that tells the supplier of an image received; `transfer_reported`: the hub tells the ACB.

    Without `image_over_han` nothing is transferred: the S1SP registers the image for the Device.
    `tells_failed_authentication`: its supplier learns of Commands of others that fail (8F53). `tells_outages`: its
    network operator learns of each that is over (8F35, 8F36). `has_clock`: one that can be wrong. `tampers` are the
    alerts of what may be done to it by hand.
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
    tells_failed_authentication: bool = False
    tells_outages: bool = False
    has_clock: bool = False
    tampers: Mapping[Tamper, DeviceAlertCode] = field(default_factory=dict)
