"""The DSP's engine alone, with one premises of hand-made Devices, and time that only a test moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dsp.core.effects import Answer, Deliver, Effect, Observe, Refusal, Reply, Send
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
from dsp.rules.releases import rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import CplChange, CplEntry, LoadedDevice, Party, Registration
from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.device_types import TYPE_2
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    InventoryDevice,
    Message,
    PreCommand,
    ServiceResponse,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.ota.image import encode as encode_firmware_file
from smart_metering.ota.image import file_digest
from smart_metering.sm_wan import Downlink, Gbcs, Uplink, UplinkContent
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    REGISTRATIONS,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    broker,
    change_of_supplier_party,
    cpl_entry,
    firmware_file,
    image_hash,
    loaded_device,
    party,
    signed_by,
)
from tests.support.hand_made_device import ACB, HandMadeDevice


class DspWorld:
    """The engine and what surrounds it. Frames go down and up at once; what Users get lies in their inboxes."""

    def __init__(self, rules: RuleSet, state: State | None = None) -> None:
        self.engine = Engine(state or State(), rules, broker(), change_of_supplier_party())
        self.now = START
        self.devices: dict[Eui, HandMadeDevice] = {}
        self.sent: list[Downlink] = []
        self.inbox: dict[Eui, list[Message]] = defaultdict(list)
        self.observed: list[str] = []
        self._counter = 0
        self._sequence = 0

    # --- what is loaded

    def load(
        self,
        parties: Iterable[Party] = (),
        registrations: Iterable[Registration] = (),
        devices: Iterable[LoadedDevice] = (),
    ) -> Reply:
        """An administration load; each Device loaded gets a hand-made one."""
        devices = tuple(devices)
        reply = self.give(
            AdministrationLoaded(parties=tuple(parties), registrations=tuple(registrations), devices=devices)
        )
        assert reply is not None
        if not isinstance(reply, Refusal):
            for loaded in devices:
                shown = loaded.device
                self.devices[shown.device_id] = HandMadeDevice(
                    device_id=shown.device_id,
                    device_type=shown.device_type,
                    comms_hub=loaded.comms_hub,
                    version=FirmwareVersion(shown.device_firmware_version),
                    smets1=shown.csp_region == "SMETS1",
                )
        return reply

    def add_to_cpl(self, entry: CplEntry) -> CplChange:
        """Adds an entry that is in order."""
        reply = self.give(CplEntryAdded(entry=entry))
        assert isinstance(reply, CplChange)
        return reply

    def remove_from_cpl(self, device: Eui, version: FirmwareVersion = V1) -> CplChange:
        """Removes the entry of `cpl_entry`."""
        reply = self.give(CplEntryRemoved(entry_id=cpl_entry(device, version).entry_id))
        assert isinstance(reply, CplChange)
        return reply

    def upload(self, version: FirmwareVersion) -> str:
        """A firmware file in the store; its name."""
        octets = encode_firmware_file(firmware_file(version))
        name = file_digest(octets)
        self.give(FirmwareUploaded(sha256=name, octets=octets))
        return name

    # --- what Users send

    def request_id(self, caller: Eui, target: Eui) -> RequestId:
        """A RequestID that was not used before."""
        self._counter += 1
        return RequestId(caller, target, self._counter)

    def ask(
        self,
        srv: str,
        body: Body,
        *,
        by: Eui = SUPPLIER,
        target: Eui = ACB,
        variant: CommandVariant = CommandVariant.NON_DEVICE,
        request_id: RequestId | None = None,
        service: Service | None = None,
        reference: str = "",
    ) -> ServiceResponse:
        """Sends a Service Request to the service that takes it, unless another is named."""
        request = ServiceRequest(
            request_id=request_id or self.request_id(by, target),
            command_variant=variant,
            service_reference=reference,
            service_reference_variant=srv,
            body=body,
        )
        reply = self.give(RequestReceived(service=service or service_of(variant), caller=by, request=request))
        assert isinstance(reply, ServiceResponse)
        return reply

    def read_version(self, device: Eui, *, by: Eui = SUPPLIER, at: Instant | None = None) -> ServiceResponse:
        """11.2, Command Variant 1."""
        return self.ask(
            "11.2",
            ReadFirmwareVersion(execution_date_time=at),
            by=by,
            target=device,
            variant=CommandVariant.SEND,
        )

    def pre_command(
        self, device: Eui, *, by: Eui, version: FirmwareVersion = V2, at: Instant | None = None
    ) -> tuple[RequestId, bytes]:
        """11.3, Command Variant 4: the RequestID, and the Pre-Command that came back."""
        request_id = self.request_id(by, device)
        answer = self.ask(
            "11.3",
            ActivateFirmware(firmware_hash=image_hash(version), execution_date_time=at),
            by=by,
            variant=CommandVariant.TRANSFORM,
            request_id=request_id,
        )
        assert isinstance(answer.body, PreCommand), answer
        return request_id, answer.body.gbcs_payload

    def send_signed(self, request_id: RequestId, octets: bytes, *, by: Eui) -> ServiceResponse:
        """11.3, Command Variant 5, with these octets as they are."""
        return self.ask(
            "11.3",
            SignedPreCommand(gbcs_payload=octets),
            by=by,
            variant=CommandVariant.SIGNED_SEND,
            request_id=request_id,
        )

    def activate(
        self, device: Eui, *, by: Eui = SUPPLIER, version: FirmwareVersion = V2, at: Instant | None = None
    ) -> ServiceResponse:
        """11.3 whole: Transform, sign, send."""
        request_id, octets = self.pre_command(device, by=by, version=version, at=at)
        return self.send_signed(request_id, signed_by(by, octets), by=by)

    def update_firmware(
        self,
        devices: Iterable[Eui],
        *,
        by: Eui = SUPPLIER,
        version: FirmwareVersion = V2,
        file: str | None = None,
        srv: str = "11.1",
    ) -> ServiceResponse:
        """11.1 (or 11.4) with the file of that version, or the named one."""
        name = self.upload(version) if file is None else file
        kind = UpdateFirmware if srv == "11.1" else UpdatePpmidFirmware
        body = kind(firmware_file=name, firmware_version=version, device_id_list=tuple(devices))
        return self.ask(srv, body, by=by)

    # --- what comes up, and time

    def uplink(self, device: Eui, content: UplinkContent, *, sequence: int | None = None) -> None:
        """A frame from the Device's hub."""
        if sequence is None:
            self._sequence = sequence = self._sequence + 1
        hub = self.devices[device].comms_hub if device in self.devices else CHF
        uplink = Uplink(sequence=sequence, comms_hub=hub, device=device, at=self.now, content=content)
        self.give(UplinkReceived(host="emulator", uplink=uplink))

    def say(self, device: Eui, octets: bytes) -> None:
        """The Device sends a GBCS message of its own accord."""
        self.uplink(device, Gbcs(gbcs=octets))

    def advance(self, milliseconds: int) -> None:
        """Time passes; everything due on the way happens at its own instant."""
        end = Instant(self.now + milliseconds)
        while (deadline := self.engine.next_deadline()) is not None and deadline <= end:
            self.now = deadline
            self._carry_out(self.engine.expire(deadline))
        self.now = end

    def give(self, event: Input) -> Reply | None:
        """One input; what follows from it is carried out. The answer to the caller, if it has one."""
        return self._carry_out(self.engine.receive(event, self.now))

    def _carry_out(self, effects: list[Effect]) -> Reply | None:
        answers: list[Reply] = []
        uplinks: list[tuple[Eui, UplinkContent]] = []
        for effect in effects:
            match effect:
                case Answer(reply=reply):
                    answers.append(reply)
                case Send(downlink=downlink):
                    self.sent.append(downlink)
                    device = self.devices.get(downlink.device)
                    uplinks += [(downlink.device, said) for said in device.hear(downlink)] if device else []
                case Deliver(user=user, message=received):
                    self.inbox[user].append(received.message)
                case Observe(what=what):
                    self.observed.append(what)
        for device_id, content in uplinks:
            self.uplink(device_id, content)
        assert len(answers) <= 1, answers
        return answers[0] if answers else None

    # --- what can be seen

    def smi(self, device: Eui) -> InventoryDevice:
        """The Device as the SMI has it."""
        return self.engine.state.devices[device].device

    def status(self, device: Eui) -> SmiStatus | None:
        """Its SMI Status."""
        return self.smi(device).device_status

    def version(self, device: Eui) -> str:
        """The firmware version that the SMI has."""
        return self.smi(device).device_firmware_version

    def take(self, user: Eui) -> list[str]:
        """The codes of what lies in the User's inbox, in order, which is then empty."""
        return [code_of(message) for message in self.inbox.pop(user, [])]

    def last(self, user: Eui) -> Message:
        """The last message that the User got."""
        return self.inbox[user][-1]


def code_of(message: Message) -> str:
    """`I0`, `E21`, `N29`, or a Device Alert's `8F72`."""
    match message:
        case ServiceResponse():
            return str(message.response_code)
        case DccAlert():
            return str(message.dcc_alert_code)
        case DeviceAlert():
            return f"{message.alert_code:04X}"


def premises(
    rules: RuleSet | None = None,
    *,
    statuses: Mapping[Eui, SmiStatus] | None = None,
    smets1: bool = False,
) -> DspWorld:
    """A world with every party and one premises on V1, Commissioned unless said otherwise; V1 and V2 on the CPL."""
    world = DspWorld(rules or rules_as_of())
    given = statuses or {}
    for device, device_type in DEVICE_TYPES.items():
        if device_type not in TYPE_2:
            world.add_to_cpl(cpl_entry(device, V1))
            world.add_to_cpl(cpl_entry(device, V2))
    world.load(
        parties=map(party, ROLES),
        registrations=REGISTRATIONS,
        devices=[
            loaded_device(device, given.get(device, SmiStatus.COMMISSIONED), smets1=smets1)
            for device in DEVICE_TYPES
        ],
    )
    return world


def suspended(
    device: Eui, rules: RuleSet | None = None, *, running: FirmwareVersion = V1, smets1: bool = False
) -> DspWorld:
    """As `premises`, after V1 of this Device left the CPL; the Device runs `running`, which may be new to the SMI."""
    world = premises(rules, smets1=smets1)
    world.remove_from_cpl(device)
    assert world.status(device) is SmiStatus.SUSPENDED
    world.devices[device].version = running
    world.inbox.clear()
    return world


def before_secmp0105() -> RuleSet:
    """The rules with no modification in force."""
    return rules_with(())
