"""One turn of the emulator: the state and parts it works with, the time it has, and the effects it wishes for."""

from dataclasses import dataclass, field

from device_emulator.core.agenda import Agenda
from device_emulator.core.effects import Effect, Observe, Send
from device_emulator.core.fleet import Fleet, Place
from device_emulator.core.keys import Keys
from device_emulator.core.state import LAST, LastUplink, State
from device_emulator.devices.air import Air, Direction
from device_emulator.devices.state import DeviceState
from device_emulator.firmware.images import FirmwareImages
from device_emulator.firmware.slots import Slots
from device_emulator.firmware.verification import Verifier
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Uplink, UplinkContent


@dataclass(slots=True, kw_only=True)
class Turn:
    """What every room of the core is given. A Device's state is written once, when the turn closes.

    `overtakable` are sequences of held messages by Device and direction, oldest first.
    """

    state: State
    fleet: Fleet
    keys: Keys
    images: FirmwareImages
    air: Air
    agenda: Agenda
    overtakable: dict[tuple[Eui, Direction], list[int]]
    now: Instant
    effects: list[Effect] = field(default_factory=list)
    _touched: dict[Eui, DeviceState] = field(default_factory=dict)
    _last_uplink: int | None = None

    def device(self, place: Place) -> DeviceState:
        """The state of a Device; a new one, as its template says, if nothing ever reached it."""
        return self._touched.get(place.device_id) or device_state(self.state, place)

    def keep(self, device: DeviceState) -> None:
        """The Device's state from now on."""
        self._touched[device.device_id] = device

    def verifier(self, place: Place) -> Verifier:
        """What this Device brings to the check of an image."""
        supplier = place.template.supplier
        keys = self.keys.parties.get(supplier) if supplier else None
        return Verifier(
            images=self.images,
            device_type=place.template.device_type,
            signature_required=place.profile.signature_required,
            supplier=supplier,
            digital_signing=keys.digital_signing if keys else None,
        )

    def send(self, comms_hub: Eui, device: Eui, content: UplinkContent) -> None:
        """Puts a frame into the outbox, with the next sequence."""
        if self._last_uplink is None:
            last = self.state.last_uplink.get(LAST)
            self._last_uplink = last.sequence if last else 0
        self._last_uplink += 1
        uplink = Uplink(
            sequence=self._last_uplink, comms_hub=comms_hub, device=device, at=self.now, content=content
        )
        self.state.outbox.put(uplink)
        self.effects.append(Send(uplink=uplink))

    def observe(self, device: Eui, what: str) -> None:
        """Tells the log of something that has no other consequence."""
        self.effects.append(Observe(device=device, what=what))

    def close(self) -> list[Effect]:
        """Writes what the turn changed, once each."""
        for device in self._touched.values():
            self.state.devices.put(device)
        if self._last_uplink is not None:
            self.state.last_uplink.put(LastUplink(sequence=self._last_uplink))
        return self.effects


def device_state(state: State, place: Place) -> DeviceState:
    """What is known of a Device; as its template says, if nothing ever reached it."""
    return state.devices.get(place.device_id) or DeviceState(
        device_id=place.device_id,
        slots=Slots(running=place.template.firmware_version, esme_variant=place.template.esme_variant),
    )
