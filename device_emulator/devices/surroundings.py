"""What a Device sees from where it stands: who it knows, which Devices are around it, the household it measures."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device_emulator.devices.state import SupplierCredentials
from device_emulator.firmware.outages import Outage
from device_emulator.firmware.slots import Slots
from device_emulator.firmware.verification import Verifier
from smart_metering.administration import DeviceTemplate
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class KnownParty(Enum):
    """The places a Device has for the credentials of remote parties."""

    SUPPLIER = "supplier"
    NETWORK_OPERATOR = "network operator"
    ACB = "Access Control Broker"
    CHANGE_OF_SUPPLIER = "transitional Change of Supplier party"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCredentials:
    """Who stands in one of these places, with which keys. `floor`: its counters must exceed it."""

    party: Eui
    digital_signing: EllipticCurvePublicKey
    key_agreement: EllipticCurvePublicKey
    key_agreement_top_up: EllipticCurvePublicKey | None = None
    floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A Device of the same premises. `joined`: it is on the HAN; `from_the_start`: it was before anything happened."""

    device_id: Eui
    device_type: DeviceType
    joined: bool
    from_the_start: bool
    off_since: Instant | None = None


class Surroundings(Protocol):
    """One Device's view. What is dear to know is asked for."""

    @property
    def seed(self) -> bytes:
        """Of all that a household does."""
        ...

    @property
    def template(self) -> DeviceTemplate: ...

    def verifier(self) -> Verifier:
        """What this Device brings to the check of an image."""
        ...

    def secret(self, party: Eui) -> bytes:
        """The ECDH secret of this Device with a party that it knows."""
        ...

    def secret_with(self, key_agreement: EllipticCurvePublicKey) -> bytes:
        """The ECDH secret of this Device with the holder of any key."""
        ...

    def held(self, place: KnownParty) -> HeldCredentials | None:
        """Whose credentials stand in a place."""
        ...

    def credentials(self, supplier: SupplierCredentials) -> HeldCredentials:
        """The credentials of a supplier whose certificates are held."""
        ...

    def gas_meter(self) -> Eui | None:
        """The GSME on the same HAN, if there is one and it has joined."""
        ...

    def gas_meter_slots(self) -> Slots | None:
        """The firmware of that GSME."""
        ...

    def gas_meter_outages(self) -> tuple[Outage, ...]:
        """When that GSME had no power."""
        ...

    def mirror_breaks(self) -> tuple[Outage, ...]:
        """When a mirror of that GSME could not be refreshed: the hub, or the GSME, had no power."""
        ...

    def neighbours(self) -> tuple[Neighbour, ...]:
        """All Devices of these premises, this one among them, in the order of their ids."""
        ...
