"""What fleet control asks of whoever drives the emulator."""

from collections.abc import Sequence
from typing import Protocol

from device_emulator.core.emulator import Emulator
from device_emulator.core.engineer_records import ByHand
from smart_metering.administration import Fate, FaultRule, PremisesTemplate
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Time(Protocol):
    """A clock to read."""

    def now(self) -> Instant: ...


class FleetControl(Protocol):
    """Drives one emulator; its books change nowhere else."""

    @property
    def emulator(self) -> Emulator: ...

    @property
    def clock(self) -> Time: ...

    async def launch(self, templates: Sequence[PremisesTemplate]) -> None:
        """Returns once the premises stand, are durable, and attached. Raises InvalidLaunch and HubsRefused."""
        ...

    async def deliver_locally(self, device: Eui, octets: bytes) -> bytes:
        """What a Device answers to a Command past the air, once that is durable; it must be here."""
        ...

    async def do_by_hand(self, event: ByHand) -> None:
        """Returns once it has happened to the Device, which must be here, and is durable. Raises CannotBeDone."""
        ...

    def is_attached(self, comms_hub: Eui) -> bool:
        """Whether a DSP serves this hub now."""
        ...

    async def fates(self, device: Eui, after: int, limit: int) -> list[tuple[int, Fate]]:
        """Up to `limit` fates of a Device's messages beyond the number `after`, oldest first."""
        ...

    async def set_faults(self, rules: Sequence[FaultRule]) -> None:
        """Raises InvalidFaultRule."""
        ...

    async def clear_faults(self, names: Sequence[str]) -> None:
        """The named rules, or all, hold no more."""
        ...

    async def flush(self) -> None:
        """Returns once all that was taken so far is durable."""
        ...
