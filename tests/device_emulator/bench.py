"""A test bench: emulated premises in process, a DSP and its Users played by hand, with real keys and real octets."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from device_emulator.core.effects import Effect, FileWanted, Observe, Send
from device_emulator.core.emulator import Emulator
from device_emulator.core.keys import Keys, PartyKeys
from device_emulator.core.state import State
from device_emulator.faults.link import Link
from device_emulator.firmware.images import FirmwareImages
from ledger.books import Ledger
from smart_metering.administration import DeviceInside, DeviceTemplate, PremisesTemplate
from smart_metering.device_types import DeviceType, Generation
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import ActivateFirmwareCommand, encode_activate_firmware_command
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.protection import add_mac, mac_is_valid, shared_secret, sign, signature_is_valid
from smart_metering.gbcs.read_firmware_version import encode_read_command
from smart_metering.identifiers import Eui, eui_from_number, eui_number, parse_eui
from smart_metering.instants import Instant, parse_instant
from smart_metering.ota.image import decode as decode_firmware_file
from smart_metering.ota.image import file_digest
from smart_metering.ota.making import Defect, FirmwareRecipe, make_firmware
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.sm_wan import (
    CertificatesWanted,
    Downlink,
    DownlinkContent,
    FirmwareForDevices,
    Gbcs,
    Receipt,
    Uplink,
    UplinkContent,
)
from smart_metering.use_cases import UseCase

SEED = b"a bench"
ACB = parse_eui("90-B3-D5-1F-30-00-00-02")
SUPPLIER = parse_eui("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = parse_eui("90-B3-D5-1F-30-02-00-00")
STRANGER = parse_eui("90-B3-D5-1F-30-03-00-00")
FIRST_EUI = parse_eui("00-DB-12-34-56-78-90-00")
NOON = parse_instant("2025-11-21T12:00:00Z")

V1 = FirmwareVersion("00010000")
V2 = FirmwareVersion("00020000")
V3 = FirmwareVersion("00030000")

TYPES = (
    DeviceType.CHF,
    DeviceType.GPF,
    DeviceType.ESME,
    DeviceType.GSME,
    DeviceType.PPMID,
    DeviceType.HCALCS,
    DeviceType.IHD,
)
_KNOW_A_SUPPLIER = {DeviceType.ESME, DeviceType.GSME, DeviceType.GPF, DeviceType.HCALCS}
_KNOW_A_NETWORK_OPERATOR = {DeviceType.ESME, DeviceType.GSME, DeviceType.GPF}


@cache
def private_key(entity: Eui, usage: KeyUsage) -> EllipticCurvePrivateKey:
    return derive_private_key(SEED, entity, usage)


@cache
def secret(entity: Eui, other: Eui) -> bytes:
    ours, theirs = (private_key(owner, KeyUsage.KEY_AGREEMENT) for owner in (entity, other))
    return shared_secret(ours, theirs.public_key())


@cache
def party_keys(party: Eui) -> PartyKeys:
    return PartyKeys(
        private_key(party, KeyUsage.DIGITAL_SIGNING).public_key(),
        private_key(party, KeyUsage.KEY_AGREEMENT).public_key(),
    )


def template(
    types: Sequence[DeviceType] = TYPES,
    *,
    generation: Generation = Generation.SMETS2,
    count: int = 1,
    name: str = "home",
    eui_from: Eui = FIRST_EUI,
    esme_variant: str = "A",
    awaiting: Collection[DeviceType] = (),
) -> PremisesTemplate:
    """Premises whose Devices run V1 on hardware 1211 of manufacturer 121D; those `awaiting` are not installed."""
    devices = tuple(
        DeviceTemplate(
            device_type=device_type,
            device_manufacturer="121D",
            device_model="00011211",
            firmware_version=V1,
            esme_variant=esme_variant if device_type is DeviceType.ESME else "",
            supplier=SUPPLIER if device_type in _KNOW_A_SUPPLIER else None,
            network_operator=NETWORK_OPERATOR if device_type in _KNOW_A_NETWORK_OPERATOR else None,
            awaits_installation=device_type in awaiting,
        )
        for device_type in types
    )
    return PremisesTemplate(name=name, count=count, eui_from=eui_from, generation=generation, devices=devices)


def without(device_type: DeviceType) -> tuple[DeviceType, ...]:
    return tuple(other for other in TYPES if other is not device_type)


def smets1_template() -> PremisesTemplate:
    return template(without(DeviceType.HCALCS), generation=Generation.SMETS1)


def firmware(
    device_type: DeviceType,
    version: FirmwareVersion = V2,
    *,
    defect: Defect | None = None,
    signer: Eui = SUPPLIER,
    esme_variants: tuple[str, ...] = (),
    lowest_version: FirmwareVersion | None = None,
    resulting_variant: str | None = None,
) -> bytes:
    """A firmware file that Devices of `template` can take, save for what is asked for."""
    recipe = FirmwareRecipe(
        device_type=device_type,
        manufacturer_code="121D",
        hardware_minimum="1211",
        hardware_maximum="1211",
        version=version,
        esme_variants=esme_variants,
        lowest_version=lowest_version,
        resulting_variant=resulting_variant,
    )
    key = None if device_type is DeviceType.PPMID else private_key(signer, KeyUsage.DIGITAL_SIGNING)
    return make_firmware(recipe, key, defect)


def image_hash(octets: bytes) -> bytes:
    return decode_firmware_file(octets).manufacturer_image_hash


def keys() -> Keys:
    parties = (ACB, SUPPLIER, NETWORK_OPERATOR, STRANGER, CHANGE_OF_SUPPLIER_PARTY)
    return Keys(SEED, {party: party_keys(party) for party in parties}, ACB)


@dataclass
class Bench:
    """One emulator. Uplinks and what was observed gather until they are taken."""

    premises: PremisesTemplate = field(default_factory=template)
    state: State = field(default_factory=State)
    images: FirmwareImages = field(default_factory=FirmwareImages)
    load: Callable[[Ledger], None] | None = None
    seed: str = "seed"
    now: Instant = NOON
    counter: int = 1000
    uplinks: list[Uplink] = field(default_factory=list)
    observed: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        link = Link(self.state.ledger, self.seed)
        if self.load is not None:
            self.load(self.state.ledger)
        self.emulator = Emulator(self.state, link, keys(), self.images)
        self.emulator.launch([self.premises])

    # --- where things are

    @property
    def hub(self) -> Eui:
        return self.premises.eui_from

    def device(self, device_type: DeviceType, premises: int = 0) -> Eui:
        position = [row.device_type for row in self.premises.devices].index(device_type)
        return eui_from_number(eui_number(self.premises.eui_from) + 16 * premises + position)

    def inside(self, device_type: DeviceType) -> DeviceInside:
        inside = self.emulator.inspect(self.device(device_type), self.now)
        assert inside is not None
        return inside

    def hub_of(self, device: Eui) -> Eui:
        first = eui_number(self.hub)
        return eui_from_number(first + (eui_number(device) - first) // 16 * 16)

    # --- frames and time

    def send(
        self, device: Eui, content: DownlinkContent, comms_hub: Eui | None = None
    ) -> list[UplinkContent]:
        """One frame; answers what came up the SM WAN at once."""
        hub = comms_hub or self.hub_of(device)
        downlink = Downlink(frame="frame", comms_hub=hub, device=device, at=self.now, content=content)
        return self.gather(self.emulator.receive(downlink, self.now))

    def wait(self, milliseconds: int) -> list[UplinkContent]:
        self.now = Instant(self.now + milliseconds)
        return self.gather(self.emulator.expire(self.now))

    def wait_until(self, now: Instant) -> list[UplinkContent]:
        return self.wait(now - self.now)

    def wait_for_transfer(self) -> list[UplinkContent]:
        deadline = self.emulator.next_deadline()
        assert deadline is not None
        return self.wait_until(deadline)

    def gather(self, effects: list[Effect]) -> list[UplinkContent]:
        sent = [effect.uplink for effect in effects if isinstance(effect, Send)]
        self.uplinks += sent
        self.observed += [effect.what for effect in effects if isinstance(effect, Observe)]
        self.wanted += [effect.firmware_file for effect in effects if isinstance(effect, FileWanted)]
        return [uplink.content for uplink in sent]

    # --- commands

    def next_counter(self) -> int:
        self.counter += 1
        return self.counter

    def read_command(
        self, use_case: UseCase, device: Eui, originator: Eui = SUPPLIER, counter: int | None = None
    ) -> Message:
        """11.2 as the DSP makes it: from a party the Device knows, or from the ACB on the supplier's behalf."""
        counter = counter or self.next_counter()
        message = Message(
            cra=CraFlag.COMMAND,
            counter=counter,
            originator=originator,
            target=device,
            message_code=use_case,
            payload=encode_read_command(use_case, counter),
            supplementary_party=SUPPLIER if originator == ACB else None,
            supplementary_counter=7 if originator == ACB else None,
        )
        return add_mac(message, secret(ACB, device))

    def activate_command(
        self,
        device: Eui,
        manufacturer_image_hash: bytes,
        *,
        execution_time: Instant | None = None,
        originator: Eui = SUPPLIER,
        signer: Eui | None = None,
        counter: int | None = None,
    ) -> Message:
        """11.3 as the supplier signs it and the DSP adds its MAC."""
        counter = counter or self.next_counter()
        message = Message(
            cra=CraFlag.COMMAND,
            counter=counter,
            originator=originator,
            target=device,
            message_code=UseCase.CS06,
            payload=encode_activate_firmware_command(
                ActivateFirmwareCommand(manufacturer_image_hash, counter, execution_time)
            ),
        )
        signed = sign(message, private_key(signer or originator, KeyUsage.DIGITAL_SIGNING))
        return add_mac(signed, secret(ACB, device))

    def read(self, use_case: UseCase, device: Eui, originator: Eui = SUPPLIER) -> list[UplinkContent]:
        return self.send(device, gbcs(self.read_command(use_case, device, originator)))

    def activate(
        self, device: Eui, octets: bytes, execution_time: Instant | None = None
    ) -> list[UplinkContent]:
        command = self.activate_command(device, image_hash(octets), execution_time=execution_time)
        return self.send(device, gbcs(command))

    # --- firmware

    def distribute(self, octets: bytes, *devices: Eui, request: str = "11.1") -> list[UplinkContent]:
        """The hub is handed a file that is at hand; no Device has it yet."""
        self.images.hold(file_digest(octets), octets)
        return self.offer(octets, *devices, request=request)

    def offer(
        self, octets: bytes, *devices: Eui, request: str = "11.1", premises: int = 0
    ) -> list[UplinkContent]:
        content = FirmwareForDevices(request_id=request, firmware_file=file_digest(octets), devices=devices)
        return self.send(self.device(DeviceType.CHF, premises), content)

    def stage(self, octets: bytes, device: Eui) -> list[UplinkContent]:
        """The Device has received the file; answers what was told of it."""
        self.distribute(octets, device, request=f"11.1 number {self.next_counter()}")
        return self.wait_for_transfer()

    def certificates(self, device: Eui) -> UplinkContent:
        (content,) = self.send(device, CertificatesWanted())
        return content


def gbcs(message: Message) -> Gbcs:
    return Gbcs(gbcs=encode(message))


def only_message(contents: Sequence[UplinkContent]) -> Message:
    """The one GBCS message among what came up."""
    (message,) = messages(contents)
    return message


def messages(contents: Sequence[UplinkContent]) -> list[Message]:
    return [decode(content.gbcs) for content in contents if isinstance(content, Gbcs)]


def receipts(contents: Sequence[UplinkContent]) -> list[Receipt]:
    return [content for content in contents if isinstance(content, Receipt)]


def is_signed_by(message: Message, entity: Eui) -> bool:
    return signature_is_valid(message, private_key(entity, KeyUsage.DIGITAL_SIGNING).public_key())


def has_mac_between(message: Message, one: Eui, other: Eui) -> bool:
    return mac_is_valid(message, secret(one, other))
