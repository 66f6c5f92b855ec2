"""The stage of the demo: two running servers, the Users on them, and a timeline that everything said goes into."""

from collections.abc import Mapping
from dataclasses import dataclass

from smart_metering.administration import CplEntry, FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.device_requests import UpdateSecurityCredentialsCos
from smart_metering.duis.service_requests import ActivateFirmware, Body, UpdateFirmware
from smart_metering.duis.service_responses import Message, ServiceResponse
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.ota.image import decode as decode_firmware
from smart_metering.ota.making import FirmwareRecipe, make_firmware
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.user_roles import UserRole
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.user import User
from smets.client.user_keys import UserKeys
from smets.counting import counted
from smets.demo.telling import alert_text, answer_text, because, code_of, response_text, title
from smets.demo.timeline import Timeline

NAMES = {
    UserRole.IS: "supplier",
    UserRole.GS: "gas supp.",
    UserRole.ED: "network",
    UserRole.GT: "gas netw.",
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A Device of one of the two premises, and the role of the supplier that looks after it."""

    generation: Generation
    device_type: DeviceType
    supplier: UserRole

    @property
    def name(self) -> str:
        """`SMETS1 ESME`; SMETS2+ goes without saying."""
        return f"S1 {self.device_type}" if self.generation is Generation.SMETS1 else str(self.device_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who is on the stage. Users of one organisation in two roles share an EUI, and may be the same object."""

    administration: Administration
    control: EmulatorControl
    users: Mapping[UserRole, User]
    keys: Mapping[UserRole, UserKeys]
    devices: Mapping[tuple[Generation, DeviceType], Eui]


class Stage:
    """What the story does, each deed told as it is done."""

    def __init__(self, cast: Cast, timeline: Timeline, now: Instant) -> None:
        self._cast = cast
        self._timeline = timeline
        self._now = now
        self._got: dict[UserRole, list[Message]] = {role: [] for role in cast.users}

    def chapter(self, name: str, gist: str = "") -> None:
        """Begins a chapter: what was received before it counts no more."""
        self._timeline.chapter(name, gist)
        for messages in self._got.values():
            messages.clear()

    def device(self, meter: Meter) -> Eui:
        """Its id."""
        return self._cast.devices[meter.generation, meter.device_type]

    def own_credentials(self, meter: Meter, mpxn: str) -> UpdateSecurityCredentialsCos:
        """The body of a 6.23 that puts the meter's supplier in the place of itself."""
        user = self._cast.users[meter.supplier]
        own = {usage: user.repository.organisation_certificate(user.eui, usage) or b"" for usage in KeyUsage}
        return UpdateSecurityCredentialsCos(
            supplier_floor_seq_number=0,
            supplier_prepayment_top_up_floor_seq_number=0,
            digital_signing_certificate=own[KeyUsage.DIGITAL_SIGNING],
            key_agreement_certificate=own[KeyUsage.KEY_AGREEMENT],
            key_agreement_top_up_certificate=own[KeyUsage.PREPAYMENT_KEY_AGREEMENT],
            certification_path_certificates=user.repository.certification_path(user.eui),
            import_mpxn=mpxn,
        )

    async def mpxn(self, meter: Meter) -> str:
        """Its point of supply, as the SMI has it."""
        return (await self._cast.administration.read_device(self.device(meter))).device.import_mpxn

    # --- deeds

    async def put_on_cpl(self, meter: Meter, version: FirmwareVersion) -> None:
        """The version is approved for such meters."""
        await self._cast.administration.add_cpl_entry(await self._entry(meter, version))
        self._said("DCC", "CPL", f"{meter.name} firmware {version} added")

    async def take_off_cpl(self, meter: Meter, version: FirmwareVersion) -> None:
        """The version is approved no more."""
        entry = await self._entry(meter, version)
        change = await self._cast.administration.remove_cpl_entry(entry.entry_id)
        suspended = f"{counted(change.devices_suspended, 'Device')} Suspended"
        self._said("DCC", "CPL", f"{meter.name} firmware {version} removed: {suspended}")
        await self._take_messages()

    async def lose_next(self, srv: str) -> None:
        """The next Response to this request is lost on the link."""
        rule = FaultRule(name=f"lose {srv}", direction="FROM_DEVICE", references=(srv,), fate="lose", next=1)
        await self._cast.control.clear_faults([rule.name])
        await self._cast.control.set_faults([rule])
        self._said("you", "link", f"lose the next Response to {srv}")

    async def update_firmware(self, meter: Meter, version: FirmwareVersion) -> None:
        """11.1 with a file made and signed for this meter."""
        user = self._cast.users[meter.supplier]
        octets = await self._firmware(meter, version)
        file = await user.upload_firmware(octets)
        self._said(
            self._name(meter.supplier),
            "DSP",
            f"firmware file {file.sha256[:12]}…, {file.size} octets, signed, Manufacturer Image hash "
            f"{file.manufacturer_image_hash.hex()[:12]}…",
        )
        body = UpdateFirmware(
            firmware_file=file.sha256, firmware_version=version, device_id_list=(self.device(meter),)
        )
        await self.send("11.1", meter, body)

    async def activate(self, meter: Meter, version: FirmwareVersion) -> None:
        """11.3: Transform, the supplier's check and signature, Send Command."""
        hash_ = decode_firmware(await self._firmware(meter, version)).manufacturer_image_hash
        user, name = self._cast.users[meter.supplier], self._name(meter.supplier)
        request = user.request(
            "11.3", self.device(meter), ActivateFirmware(firmware_hash=hash_), now=self._now
        )
        self._said(name, "DSP", f"{title('11.3')} to {meter.name}, to be transformed")
        answer = await user.transform(request)
        self._said("DSP", name, answer_text(answer))
        signed = user.signed(request, answer)
        assert signed is not None, answer
        self._said(name, "DSP", "the Pre-Command, checked and signed")
        self._answered(await user.send_command(signed), name)

    async def send(
        self, srv: str, meter: Meter, body: Body | None = None, variant: CommandVariant | None = None
    ) -> ServiceResponse:
        """Any other request of the meter's supplier, with another Command Variant than its own if one is given."""
        user, name = self._cast.users[meter.supplier], self._name(meter.supplier)
        to_device = srv not in ("8.2", "11.1")
        request = user.request(srv, self.device(meter) if to_device else None, body, now=self._now)
        request = changed(request, command_variant=variant or request.command_variant)
        about = f", Command Variant {variant:d}" if variant else ""
        self._said(name, "DSP", f"{title(srv)} for {meter.name}{about}")
        (answer,) = [answer async for answer in user.submit([request])]
        self._answered(answer, name)
        return answer

    async def advance(self, milliseconds: int) -> None:
        """Emulated time passes; whatever it brings to the Users is told."""
        self._now = (await self._cast.administration.advance(milliseconds)).now
        await self._take_messages()

    # --- claims

    def expect(self, claim: str, found: object, expected: object) -> None:
        """What should be found."""
        self._timeline.expect(claim, found, expected)

    async def expect_answer(
        self,
        srv: str,
        meter: Meter,
        code: str,
        claim: str,
        *,
        body: Body | None = None,
        variant: CommandVariant | None = None,
    ) -> None:
        """A request, and the code it is to be answered with."""
        answer = await self.send(srv, meter, body, variant)
        self.expect(f"{claim}: {code}", code_of(answer), code)

    async def believe(
        self,
        meter: Meter,
        *,
        smi: tuple[str, FirmwareVersion],
        runs: FirmwareVersion,
        holds: FirmwareVersion | None = None,
    ) -> None:
        """What the SMI says of the meter, and what the meter is."""
        device = self.device(meter)
        said = (await self._cast.administration.read_device(device)).device
        inside = await self._cast.control.inspect(device)
        staged = f", holds {inside.pending_version}" if inside.pending_version else ""
        self._timeline.believed(
            self._now,
            meter.name,
            f"{said.device_status}, firmware {said.device_firmware_version}",
            f"runs {inside.firmware_version}{staged}",
        )
        found = (str(said.device_status), said.device_firmware_version, inside.firmware_version)
        status, version = smi
        self.expect(f"SMI: {status}, {version}; {meter.name} runs {runs}", found, (status, version, runs))
        if holds is not None:
            self.expect(f"{meter.name} holds {holds}", inside.pending_version, holds)

    def alerts(self, role: UserRole, code: str) -> int:
        """How many alerts with this code the User got in this chapter."""
        return sum(code_of(message) == code for message in self._got[role])

    responses = alerts

    # --- how it is told

    def _answered(self, answer: ServiceResponse, name: str) -> None:
        self._said("DSP", name, answer_text(answer), because(answer.decision))

    async def _take_messages(self) -> None:
        """What each User received since, told in the order of time: once, if several received the same."""
        taken: dict[int, list[Message]] = {}
        told: list[tuple[Message, User, list[str]]] = []
        for role, user in self._cast.users.items():
            if id(user) not in taken:  # One organisation in two roles takes it once.
                taken[id(user)] = [received.message for received in await user.received()]
                for message in taken[id(user)]:
                    same = next((names for other, _, names in told if other == message), None)
                    if same is None:
                        told.append((message, user, [self._name(role)]))
                    else:
                        same.append(self._name(role))
            self._got[role] += taken[id(user)]
        for message, user, names in sorted(told, key=lambda row: row[0].response_date_time):
            self._tell(message, user, ", ".join(names))

    def _tell(self, message: Message, user: User, names: str) -> None:
        at = message.response_date_time
        if isinstance(message, ServiceResponse):
            self._timeline.said(
                at, "DSP", names, response_text(user.check(message)), because(message.decision)
            )
        else:
            self._timeline.said(
                at, "DSP", names, alert_text(message), because(getattr(message, "decision", None))
            )

    def _name(self, role: UserRole) -> str:
        """An organisation in two roles goes by the name of the first."""
        users = self._cast.users
        return next(NAMES[other] for other, user in users.items() if user is users[role])

    def _said(self, who: str, to: str, what: str, why: str = "") -> None:
        self._timeline.said(self._now, who, to, what, why)

    async def _entry(self, meter: Meter, version: FirmwareVersion) -> CplEntry:
        inside = await self._cast.control.inspect(self.device(meter))
        return CplEntry(
            entry_id=f"{meter.name} {version}",
            device_type=inside.device_type,
            device_manufacturer=inside.device_manufacturer,
            device_model=inside.device_model,
            firmware_version=version,
        )

    async def _firmware(self, meter: Meter, version: FirmwareVersion) -> bytes:
        inside = await self._cast.control.inspect(self.device(meter))
        hardware = inside.device_model[4:]
        recipe = FirmwareRecipe(
            device_type=inside.device_type,
            manufacturer_code=inside.device_manufacturer,
            hardware_minimum=hardware,
            hardware_maximum=hardware,
            version=version,
        )
        return make_firmware(recipe, self._cast.keys[meter.supplier].digital_signing)
