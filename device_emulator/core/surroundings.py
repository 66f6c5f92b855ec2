"""What one Device sees from its place, and whether it is on the HAN at all."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device_emulator.core.fleet import Place
from device_emulator.core.parties import agreement_key_name, held, taken_credentials
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.state import DeviceState, SupplierCredentials, outages
from device_emulator.devices.surroundings import HeldCredentials, KnownParty, Neighbour
from device_emulator.firmware.outages import Outage
from device_emulator.firmware.slots import Slots
from device_emulator.firmware.verification import Verifier
from smart_metering.administration import DeviceTemplate
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui


class View:
    """The Surroundings of the Device at `place`, as they are in this turn."""

    def __init__(self, turn: Turn, place: Place) -> None:
        self._turn = turn
        self._place = place

    @property
    def seed(self) -> bytes:
        return self._turn.keys.seed

    @property
    def template(self) -> DeviceTemplate:
        return self._place.template

    def verifier(self) -> Verifier:
        return self._turn.verifier(self._place)

    def secret(self, party: Eui) -> bytes:
        name = agreement_key_name(party, self._device)
        return self._turn.keys.secret(self._place.device_id, name)

    def secret_with(self, key_agreement: EllipticCurvePublicKey) -> bytes:
        return self._turn.keys.secret_with(self._place.device_id, key_agreement)

    def held(self, place: KnownParty) -> HeldCredentials | None:
        return held(place, self._place, self._device, self._turn.keys)

    def credentials(self, supplier: SupplierCredentials) -> HeldCredentials:
        return taken_credentials(supplier, self._turn.keys)

    def gas_meter(self) -> Eui | None:
        meter = self._joined_gas_meter()
        return meter.device_id if meter else None

    def gas_meter_slots(self) -> Slots | None:
        meter = self._joined_gas_meter()
        return self._turn.device(meter).slots if meter else None

    def gas_meter_outages(self) -> tuple[Outage, ...]:
        meter = self._joined_gas_meter()
        return outages(self._turn.device(meter)) if meter else ()

    def mirror_breaks(self) -> tuple[Outage, ...]:
        hub = self._turn.state_of(self._place.comms_hub)
        return (*outages(hub), *self.gas_meter_outages())

    def neighbours(self) -> tuple[Neighbour, ...]:
        return tuple(
            Neighbour(
                device_id=place.device_id,
                device_type=place.template.device_type,
                joined=has_joined(place, self._turn.device(place)),
                from_the_start=not place.template.awaits_installation,
                off_since=self._turn.device(place).life.off_since,
            )
            for place in self._turn.fleet.premises_of(self._place)
        )

    @property
    def _device(self) -> DeviceState:
        return self._turn.device(self._place)

    def _joined_gas_meter(self) -> Place | None:
        meter = self._turn.fleet.sibling(self._place, DeviceType.GSME)
        return meter if meter is not None and has_joined(meter, self._turn.device(meter)) else None
