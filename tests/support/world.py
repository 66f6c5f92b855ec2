"""A world for tests: premises of the Reference Test Data Set's kind, and the words to ask them anything."""

from collections.abc import Iterable, Sequence

from device_emulator.devices.profiles import PROFILES
from dsp.core.inputs import (
    AdministrationLoaded,
    CplEntryAdded,
    CplEntryRemoved,
    RequestReceived,
)
from dsp.core.records import AuditRecord, SmiChange
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from ledger.books import Append, Change
from smart_metering.administration import (
    DeviceInside,
    FaultRule,
    PremisesTemplate,
    Registration,
)
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import InventoryDevice, PreCommand, ServiceResponse
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.ota.image import decode as decode_firmware
from smart_metering.ota.image import file_digest
from smart_metering.ota.making import Defect
from smart_metering.smi_statuses import SmiStatus
from smets.local_system.state_folder import Organisation
from smets.world.settings import WorldSettings
from smets.world.world import World as WholeWorld
from tests.support.dsp_premises import (
    CHF,
    REGISTRATIONS,
    ROLES,
    START,
    V1,
    V2,
    V3,
    party,
    signed_by,
)
from tests.support.hand_made_device import ACB, SEED
from tests.support.world_premises import (
    ORDER,
    cpl_entry,
    firmware,
    image_hash,
    loaded_device_of,
    supplier_of,
    template_of,
)


class World(WholeWorld):
    """Premises, Commissioned on V1 unless told otherwise; V1, V2 and V3 on the CPL for every Device Type.

    Devices of the types `awaiting` are at the premises, but neither on the HAN nor in the SMI. The ESME is of
    `true_variant`, whatever the SMI has.
    """

    def __init__(
        self,
        rules: RuleSet | None = None,
        *,
        generation: Generation = Generation.SMETS2,
        status: SmiStatus = SmiStatus.COMMISSIONED,
        premises: int = 1,
        seed: str = "0",
        faults: Sequence[FaultRule] = (),
        awaiting: Iterable[DeviceType] = (),
        true_variant: str = "AD",
        smi_variant: str = "AD",
    ) -> None:
        super().__init__(
            WorldSettings(
                rules=rules or rules_as_of(),
                epoch=START,
                organisations=tuple(Organisation(eui=eui, roles=roles) for eui, roles in ROLES.items()),
                seed=SEED.decode(),
                acb=ACB,
                dice_seed=seed,
            )
        )
        self.audit_trail: list[tuple[int, AuditRecord]] = []
        self.smi_changes: list[SmiChange] = []
        self.generation = generation
        self._counters: dict[tuple[Eui, Eui], int] = {}
        self._hashes: dict[tuple[DeviceType, FirmwareVersion], bytes] = {}
        self._awaiting = frozenset(awaiting)
        self._variants = true_variant, smi_variant
        self._load(status, premises)
        self.set_faults(*faults)

    # --- what a test does

    def remove(self, device_type: DeviceType, version: FirmwareVersion = V1) -> None:
        """The version leaves the CPL for such Devices."""
        self.give(CplEntryRemoved(entry_id=cpl_entry(device_type, version).entry_id))

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
        hash_ = image if image is not None else image_hash(self._type(device), version)
        body = ActivateFirmware(firmware_hash=hash_, execution_date_time=at)
        return self.ask_critical("11.3", body, by=self._supplier(device), target=device)

    def update_firmware(
        self,
        devices: Iterable[Eui],
        version: FirmwareVersion,
        defect: Defect | None = None,
        *,
        by: Eui | None = None,
        image: bytes | None = None,
    ) -> ServiceResponse:
        """11.1, or 11.4 for PPMIDs, with the real file of that version, unless another is given."""
        devices = tuple(devices)
        device_type = self._type(devices[0])
        octets = image if image is not None else firmware(device_type, version, defect)
        self._hashes[device_type, version] = decode_firmware(octets).manufacturer_image_hash
        kind = UpdatePpmidFirmware if device_type is DeviceType.PPMID else UpdateFirmware
        body = kind(firmware_file=self.uploaded(octets), firmware_version=version, device_id_list=devices)
        srv = "11.4" if device_type is DeviceType.PPMID else "11.1"
        return self.ask(srv, body, by=by or self._supplier(devices[0]), target=ACB)

    def hash_of(self, device_type: DeviceType, version: FirmwareVersion) -> bytes:
        """The Manufacturer Image hash of the file that was sent last, or would be."""
        return self._hashes.get((device_type, version)) or image_hash(device_type, version)

    def uploaded(self, octets: bytes) -> str:
        """A file in the firmware store; its name."""
        self.upload(octets)
        return file_digest(octets)

    def ask(
        self, srv: str, body: Body, *, by: Eui, target: Eui, variant: CommandVariant | None = None
    ) -> ServiceResponse:
        """Any Service Request, with a RequestID that was not used before."""
        natural = CommandVariant.NON_DEVICE if target == ACB else CommandVariant.SEND
        return self._send(srv, body, variant or natural, self._request_id(by, target))

    def ask_critical(
        self,
        srv: str,
        body: Body,
        *,
        by: Eui,
        target: Eui,
        variant: CommandVariant = CommandVariant.SIGNED_SEND,
    ) -> ServiceResponse:
        """A Critical request whole: Transform, sign, send (or have it given out)."""
        request_id = self._request_id(by, target)
        answer = self._send(srv, body, CommandVariant.TRANSFORM, request_id)
        if not isinstance(answer.body, PreCommand):
            return answer
        signed = SignedPreCommand(gbcs_payload=signed_by(by, answer.body.gbcs_payload))
        return self._send(srv, signed, variant, request_id)

    def register(self, *registrations: Registration) -> None:
        """The registration data provider tells the DCC."""
        self.give(AdministrationLoaded(registrations=registrations))

    # --- what a test sees

    def smi(self, device: Eui) -> InventoryDevice:
        """The Device as the SMI has it."""
        return self.engine.state.devices[device].device

    def inside(self, device: Eui) -> DeviceInside:
        """The Device as it is."""
        inside = self.emulator.inspect(device, self.now)
        assert inside is not None
        return inside

    # --- how it is made

    def changed(self, changes: list[Change]) -> None:
        """What the store would keep of the two logs that tell what happened."""
        for change in changes:
            if isinstance(change, Append) and isinstance(change.record, AuditRecord):
                self.audit_trail.append((change.position, change.record))
            elif isinstance(change, Append) and isinstance(change.record, SmiChange):
                self.smi_changes.append(change.record)

    def _attach(self, template: str | None = None) -> None:
        """Whether a hub is on the SM WAN, a test says: what is still Pending is to stay so."""

    def _load(self, status: SmiStatus, premises: int) -> None:
        types = [kind for kind in ORDER if (kind, self.generation) in PROFILES]
        template = PremisesTemplate(
            name="premises",
            count=premises,
            eui_from=CHF,
            generation=self.generation,
            devices=tuple(template_of(kind, self._variants[0], kind in self._awaiting) for kind in types),
        )
        devices = [
            loaded_device_of(kind, number, status, self.generation, self._variants[1])
            for number in range(premises)
            for kind in types
            if kind not in self._awaiting
        ]
        loaded = AdministrationLoaded(
            parties=tuple(map(party, ROLES)), registrations=REGISTRATIONS, devices=tuple(devices)
        )
        self.give(loaded)
        self.launch([template])
        for kind in types:
            for version in (V1, V2, V3):
                self.give(CplEntryAdded(entry=cpl_entry(kind, version)))

    def _request_id(self, user: Eui, target: Eui) -> RequestId:
        counter = max(self._counters.get((user, target), 0) + 1, self.now)
        self._counters[user, target] = counter
        return RequestId(user, target, counter)

    def _send(self, srv: str, body: Body, variant: CommandVariant, request_id: RequestId) -> ServiceResponse:
        request = self._request(srv, body, variant, request_id)
        received = RequestReceived(service=service_of(variant), caller=request_id.originator, request=request)
        reply = self.give(received)
        assert isinstance(reply, ServiceResponse)
        return reply

    def _request(
        self, srv: str, body: Body, variant: CommandVariant, request_id: RequestId
    ) -> ServiceRequest:
        """What is sent; a request by itself."""
        return ServiceRequest(
            request_id=request_id, command_variant=variant, service_reference_variant=srv, body=body
        )

    def _type(self, device: Eui) -> DeviceType:
        return self.smi(device).device_type

    def _supplier(self, device: Eui) -> Eui:
        return supplier_of(self._type(device))
