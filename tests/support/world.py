"""Both sides in one process: the DSP's engine and the device emulator's, joined by hand, on virtual time.

Nothing is patched and nothing is played: the octets that the DSP makes reach the emulated Devices, and their answers
come back. Only sockets, disks and clocks are missing.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import cache

from device_emulator.core import effects as emulated
from device_emulator.core.emulator import Emulator
from device_emulator.core.keys import Keys, PartyKeys
from device_emulator.core.state import State as EmulatorState
from device_emulator.devices.profiles import PROFILES
from device_emulator.faults.link import Link
from device_emulator.firmware.images import FirmwareImages
from dsp.core.effects import Answer, Deliver, Effect, Observe, Reply, Send
from dsp.core.engine import Engine
from dsp.core.inputs import (
    AdministrationLoaded,
    CplEntryAdded,
    CplEntryRemoved,
    FirmwareUploaded,
    Input,
    RequestReceived,
    UplinkReceived,
)
from dsp.core.state import State
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import (
    CplEntry,
    DeviceInside,
    DeviceTemplate,
    FaultRule,
    LoadedDevice,
    PremisesTemplate,
)
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.device_types import TYPE_2, DeviceType, Generation
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import InventoryDevice, Message, PreCommand, ServiceResponse
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.ota.image import decode as decode_firmware
from smart_metering.ota.image import file_digest
from smart_metering.ota.making import Defect, FirmwareRecipe, make_firmware
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.sm_wan import Downlink, Uplink
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    MANUFACTURER,
    MODEL,
    REGISTRATIONS,
    ROLES,
    START,
    SUPPLIER,
    UPRN,
    V1,
    V2,
    V3,
    broker,
    party,
    signed_by,
)
from tests.support.hand_made_device import ACB, SEED

GAS = frozenset({DeviceType.GSME, DeviceType.GPF})
ORDER = (
    DeviceType.CHF,
    DeviceType.GPF,
    DeviceType.ESME,
    DeviceType.GSME,
    DeviceType.HCALCS,
    DeviceType.PPMID,
)
ASSOCIATED = {
    DeviceType.GPF: DeviceType.GSME,
    DeviceType.GSME: DeviceType.GPF,
    DeviceType.HCALCS: DeviceType.ESME,
}
POINTS_OF_SUPPLY = {DeviceType.ESME: REGISTRATIONS[0].mpxn, DeviceType.GSME: REGISTRATIONS[3].mpxn}
EUIS_PER_PREMISES = 16


def eui_of(device_type: DeviceType, premises: int = 0) -> Eui:
    """The Device of this type in the premises with this number."""
    return eui_from_number(eui_number(CHF) + premises * EUIS_PER_PREMISES + ORDER.index(device_type))


def supplier_of(device_type: DeviceType) -> Eui:
    """The Responsible Supplier of such a Device; of a shared one, the electricity supplier."""
    return GAS_SUPPLIER if device_type in GAS else SUPPLIER


@cache
def firmware(device_type: DeviceType, version: FirmwareVersion, defect: Defect | None = None) -> bytes:
    """A firmware file for such a Device, signed by its supplier unless it is a PPMID's."""
    recipe = FirmwareRecipe(
        device_type=device_type,
        manufacturer_code=MANUFACTURER,
        hardware_minimum=MODEL[4:],
        hardware_maximum=MODEL[4:],
        version=version,
        esme_variants=("AD",) if device_type is DeviceType.ESME else (),
    )
    signer = derive_private_key(SEED, supplier_of(device_type), KeyUsage.DIGITAL_SIGNING)
    return make_firmware(recipe, None if device_type is DeviceType.PPMID else signer, defect)


def image_hash(device_type: DeviceType, version: FirmwareVersion, defect: Defect | None = None) -> bytes:
    """What 11.3 carries for that file."""
    return decode_firmware(firmware(device_type, version, defect)).manufacturer_image_hash


class World:
    """Premises, Commissioned on V1 unless told otherwise; V1, V2 and V3 on the CPL for every Device Type."""

    def __init__(
        self,
        rules: RuleSet | None = None,
        *,
        generation: Generation = Generation.SMETS2,
        status: SmiStatus = SmiStatus.COMMISSIONED,
        premises: int = 1,
        seed: str = "0",
        faults: Sequence[FaultRule] = (),
    ) -> None:
        self.now = START
        self.inbox: dict[Eui, list[Message]] = defaultdict(list)
        self.log: list[tuple[Eui, str]] = []
        self.generation = generation
        self.engine = Engine(State(), rules or rules_as_of(), broker())
        self.emulator = self._emulator(seed)
        self._uplinks: deque[Uplink] = deque()
        self._files: dict[str, bytes] = {}
        self._counters: dict[tuple[Eui, Eui], int] = {}
        self._load(status, premises)
        self.set_faults(*faults)

    # --- what a test does

    def remove(self, device_type: DeviceType, version: FirmwareVersion = V1) -> None:
        """The version leaves the CPL for such Devices."""
        self.give(CplEntryRemoved(entry_id=cpl_entry(device_type, version).entry_id))

    def set_faults(self, *rules: FaultRule) -> None:
        """The rules hold for every later message."""
        self.emulator.set_faults(rules)

    def lose(self, srv: str, messages: int = 1) -> None:
        """The next Responses to this request get lost on the link."""
        rule = FaultRule(
            name=f"lose {srv}", direction="FROM_DEVICE", references=(srv,), fate="lose", next=messages
        )
        self.set_faults(rule)

    def read_version(
        self, device: Eui, *, by: Eui | None = None, at: Instant | None = None
    ) -> ServiceResponse:
        """11.2, Command Variant 1."""
        body = ReadFirmwareVersion(execution_date_time=at)
        return self.ask("11.2", body, by=by or self._supplier(device), target=device)

    def activate(
        self, device: Eui, version: FirmwareVersion, *, at: Instant | None = None, image: bytes | None = None
    ) -> ServiceResponse:
        """11.3 whole: Transform, sign, send."""
        user, device_type = self._supplier(device), self._type(device)
        hash_ = image if image is not None else image_hash(device_type, version)
        request_id = self._request_id(user, device)
        body = ActivateFirmware(firmware_hash=hash_, execution_date_time=at)
        answer = self._send("11.3", body, CommandVariant.TRANSFORM, request_id)
        if not isinstance(answer.body, PreCommand):
            return answer
        signed = SignedPreCommand(gbcs_payload=signed_by(user, answer.body.gbcs_payload))
        return self._send("11.3", signed, CommandVariant.SIGNED_SEND, request_id)

    def update_firmware(
        self, devices: Iterable[Eui], version: FirmwareVersion, defect: Defect | None = None
    ) -> ServiceResponse:
        """11.1, or 11.4 for PPMIDs, with the real file of that version."""
        devices = tuple(devices)
        device_type = self._type(devices[0])
        name = self.upload(firmware(device_type, version, defect))
        kind = UpdatePpmidFirmware if device_type is DeviceType.PPMID else UpdateFirmware
        body = kind(firmware_file=name, firmware_version=version, device_id_list=devices)
        srv = "11.4" if device_type is DeviceType.PPMID else "11.1"
        return self.ask(srv, body, by=self._supplier(devices[0]), target=ACB)

    def upload(self, octets: bytes) -> str:
        """A file in the firmware store; its name."""
        name = file_digest(octets)
        self._files[name] = octets
        self.give(FirmwareUploaded(sha256=name, octets=octets))
        return name

    def ask(
        self, srv: str, body: Body, *, by: Eui, target: Eui, variant: CommandVariant | None = None
    ) -> ServiceResponse:
        """Any Service Request, with a RequestID that was not used before."""
        natural = CommandVariant.NON_DEVICE if target == ACB else CommandVariant.SEND
        return self._send(srv, body, variant or natural, self._request_id(by, target))

    def advance(self, milliseconds: int) -> None:
        """Time passes; every event of either side happens at its own instant, the hubs' first."""
        end = Instant(self.now + milliseconds)
        while True:
            deadlines = [self.engine.next_deadline(), self.emulator.next_deadline()]
            due = min((at for at in deadlines if at is not None), default=None)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self._follow(self.emulator.expire(self.now))
            self._carry_out(self.engine.expire(self.now))
        self.now = end

    # --- what a test sees

    def smi(self, device: Eui) -> InventoryDevice:
        """The Device as the SMI has it."""
        return self.engine.state.devices[device].device

    def inside(self, device: Eui) -> DeviceInside:
        """The Device as it is."""
        inside = self.emulator.inspect(device, self.now)
        assert inside is not None
        return inside

    # --- how it is joined

    def give(self, event: Input) -> Reply | None:
        """One input to the DSP, and all that follows from it on both sides."""
        return self._carry_out(self.engine.receive(event, self.now))

    def delivered(self, user: Eui, message: Message) -> None:
        """A message reached a User's stream."""
        self.inbox[user].append(message)

    def _carry_out(self, effects: list[Effect]) -> Reply | None:
        answers: list[Reply] = []
        downlinks: list[Downlink] = []
        for effect in effects:
            match effect:
                case Answer(reply=reply):
                    answers.append(reply)
                case Send(downlink=downlink):
                    downlinks.append(downlink)
                case Deliver(user=user, message=received):
                    self.delivered(user, received.message)
                case Observe(device=device, what=what):
                    self.log.append((device, what))
        for downlink in downlinks:
            self._follow(self.emulator.receive(downlink, self.now))
        self.engine.ledger.take_changes()
        return answers[0] if answers else None

    def _follow(self, effects: list[emulated.Effect]) -> None:
        """Uplinks keep their order, as on a stream: one is taken whole before the next."""
        for effect in effects:
            match effect:
                case emulated.Send(uplink=uplink):
                    self._uplinks.append(uplink)
                case emulated.FileWanted(firmware_file=name):
                    self._follow(self.emulator.file_arrived(name, self._files[name], self.now))
                case emulated.Observe(device=device, what=what):
                    self.log.append((device, what))
                case emulated.HubsLaunched():
                    pass  # Every hub is attached here.
        self.emulator.ledger.take_changes()
        while self._uplinks:
            self.give(UplinkReceived(host="emulator", uplink=self._uplinks.popleft()))

    def _emulator(self, seed: str) -> Emulator:
        pki = DevelopmentPki(SEED)
        keys = {eui: _party_keys(pki, eui) for eui in (*ROLES, ACB)}
        state = EmulatorState()
        return Emulator(state, Link(state.ledger, seed), Keys(SEED, keys, ACB), FirmwareImages())

    def _load(self, status: SmiStatus, premises: int) -> None:
        types = [kind for kind in ORDER if (kind, self.generation) in PROFILES]
        template = PremisesTemplate(
            name="premises",
            count=premises,
            eui_from=CHF,
            generation=self.generation,
            devices=tuple(_template(kind) for kind in ORDER if kind in types),
        )
        devices = [
            _loaded(kind, number, status, self.generation) for number in range(premises) for kind in types
        ]
        loaded = AdministrationLoaded(
            parties=tuple(map(party, ROLES)), registrations=REGISTRATIONS, devices=tuple(devices)
        )
        self.give(loaded)
        self._follow(self.emulator.launch([template]))
        for kind in types:
            for version in (V1, V2, V3):
                self.give(CplEntryAdded(entry=cpl_entry(kind, version)))

    def _request_id(self, user: Eui, target: Eui) -> RequestId:
        counter = max(self._counters.get((user, target), 0) + 1, self.now)
        self._counters[user, target] = counter
        return RequestId(user, target, counter)

    def _send(self, srv: str, body: Body, variant: CommandVariant, request_id: RequestId) -> ServiceResponse:
        request = ServiceRequest(
            request_id=request_id, command_variant=variant, service_reference_variant=srv, body=body
        )
        received = RequestReceived(service=service_of(variant), caller=request_id.originator, request=request)
        reply = self.give(received)
        assert isinstance(reply, ServiceResponse)
        return reply

    def _type(self, device: Eui) -> DeviceType:
        return self.smi(device).device_type

    def _supplier(self, device: Eui) -> Eui:
        return supplier_of(self._type(device))


def _party_keys(pki: DevelopmentPki, eui: Eui) -> PartyKeys:
    credentials = pki.organisation(eui, "02")
    return PartyKeys(
        digital_signing=credentials[KeyUsage.DIGITAL_SIGNING].private_key.public_key(),
        key_agreement=credentials[KeyUsage.KEY_AGREEMENT].private_key.public_key(),
    )


def _template(device_type: DeviceType) -> DeviceTemplate:
    gas = device_type in GAS
    return DeviceTemplate(
        device_type=device_type,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        firmware_version=V1,
        esme_variant="AD" if device_type is DeviceType.ESME else "",
        supplier=GAS_SUPPLIER if gas else SUPPLIER,
        network_operator=GAS_TRANSPORTER if gas else DISTRIBUTOR,
    )


def _loaded(
    device_type: DeviceType, premises: int, status: SmiStatus, generation: Generation
) -> LoadedDevice:
    smets1 = generation is Generation.SMETS1
    associated = ASSOCIATED.get(device_type)
    shown = InventoryDevice(
        device_id=eui_of(device_type, premises),
        device_type=device_type,
        device_status=None if device_type in TYPE_2 else status,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        device_firmware_version=V1,
        import_mpxn=POINTS_OF_SUPPLY.get(device_type, ""),
        esme_variant="AD" if device_type is DeviceType.ESME else "",
        uprn=UPRN,
        s1sp="S1SP" if smets1 else "",
        csp_region="SMETS1" if smets1 else "North",
    )
    return LoadedDevice(
        device=shown,
        comms_hub=eui_of(DeviceType.CHF, premises),
        associated_device=eui_of(associated, premises) if associated else None,
    )


def cpl_entry(device_type: DeviceType, version: FirmwareVersion) -> CplEntry:
    """The entry that approves this version for such Devices."""
    return CplEntry(
        entry_id=f"{device_type} v{int(version, 16)}",
        device_type=device_type,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        firmware_version=version,
    )
