"""One turn of the emulator: the state and parts it works with, the time it has, and the effects it wishes for."""

from dataclasses import dataclass, field
from hashlib import sha256

from device_emulator.core.agenda import Agenda
from device_emulator.core.effects import Effect, Observe, Send
from device_emulator.core.fleet import Fleet, Place
from device_emulator.core.keys import Keys
from device_emulator.core.parties import signing_key_name, supplier_of
from device_emulator.core.state import LAST, LastUplink, OrganisationCertificate, State
from device_emulator.devices.air import Air, Direction
from device_emulator.devices.state import DeviceState, is_on
from device_emulator.firmware.images import FirmwareImages
from device_emulator.firmware.slots import Slots
from device_emulator.firmware.verification import Verifier
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Uplink, UplinkContent


@dataclass(slots=True, kw_only=True)
class Turn:
    """What every room of the core is given. A Device's state is written once, when the turn closes.

    `overtakable` are sequences of held messages by Device and direction, oldest first. `cause` is the RequestID that
    the turn is about, once that is known.
    """

    state: State
    fleet: Fleet
    keys: Keys
    images: FirmwareImages
    air: Air
    agenda: Agenda
    overtakable: dict[tuple[Eui, Direction], list[int]]
    now: Instant
    cause: str = ""
    effects: list[Effect] = field(default_factory=list)
    _touched: dict[Eui, DeviceState] = field(default_factory=dict)
    _last_uplink: int | None = None

    def device(self, place: Place) -> DeviceState:
        """The state of a Device; a new one, as its template says, if nothing ever reached it."""
        return self._touched.get(place.device_id) or device_state(self.state, place)

    def state_of(self, device_id: Eui) -> DeviceState:
        """The state of a Device that must be here."""
        place = self.fleet.find(device_id)
        assert place is not None, device_id
        return self.device(place)

    def has_power(self, device_id: Eui) -> bool:
        """Whether a Device or hub has power; one that nothing ever reached has."""
        row = self._touched.get(device_id) or self.state.devices.get(device_id)
        return row is None or is_on(row)

    def keep(self, device: DeviceState) -> None:
        """The Device's state from now on."""
        self._touched[device.device_id] = device

    def verifier(self, place: Place) -> Verifier:
        """What this Device brings to the check of an image."""
        device = self.device(place)
        supplier = supplier_of(place, device)
        key_name = signing_key_name(supplier, device) if supplier else ""
        return Verifier(
            images=self.images,
            device_type=place.template.device_type,
            signature_required=place.profile.signature_required,
            signer=key_name,
            digital_signing=self.keys.digital_signing(key_name) if self.keys.has(key_name) else None,
        )

    def hold_certificate(self, certificate: bytes) -> None:
        """Keeps an organisation's certificate (DER), once for all Devices that refer to it."""
        name = sha256(certificate).hexdigest()
        if name not in self.state.certificates:
            self.state.certificates.put(OrganisationCertificate(sha256=name, certificate=certificate))
        self.keys.hold(name, certificate)

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

    def observe(self, device: Eui, what: str, *, fate: str = "") -> None:
        """Tells the log of something that has no other consequence, or of the `fate` that a rule gave a message."""
        self.effects.append(Observe(device=device, what=what, request_id=self.cause, fate=fate))

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


def has_joined(place: Place, device: DeviceState) -> bool:
    """Whether the Device is on the HAN."""
    joined = device.life.joined
    return not place.template.awaits_installation if joined is None else joined
