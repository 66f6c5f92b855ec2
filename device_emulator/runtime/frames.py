"""What goes over the stream to the DSP and back, beside the frames of the SM WAN themselves; the door renders them."""

from dataclasses import dataclass

from device_emulator.runtime.incoming_files import Block
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink, Uplink


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """Hubs of one template; `last`: there are no more of it. The DSP answers each with HubsAttached, in order."""

    host: str
    template: str
    comms_hubs: tuple[Eui, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class Uplinks:
    """Frames in the order of their sequences."""

    uplinks: list[Uplink]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReached:
    """Everything up to a barrier has happened and is durable, and its uplinks are sent."""

    barrier: int
    next_event: Instant | None
    uplinks_sent: int


@dataclass(frozen=True, slots=True)
class FileAsked:
    """The DSP is to send this firmware file."""

    firmware_file: str


FromHubs = Attach | Uplinks | ClockReached | FileAsked


@dataclass(frozen=True, slots=True)
class Downlinks:
    """Frames for hubs, in order."""

    downlinks: list[Downlink]


@dataclass(frozen=True, slots=True)
class UplinksTaken:
    """Uplinks up to this sequence are durable at the DSP."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockUpdate:
    """The DSP's time."""

    barrier: int
    now: Instant
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HubsAttached:
    """The answer to an Attach; `refused` are hubs that this host may not serve, each with the reason."""

    uplinks_taken: int
    clock: ClockUpdate
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubsLost:
    """A newer stream serves these hubs."""

    comms_hubs: tuple[str, ...]


ToHubs = Downlinks | UplinksTaken | ClockUpdate | HubsAttached | HubsLost | Block
