"""Stories as text: commands in, a transcript out, told so that a supplier could read it.

A story is a file of blocks parted by empty lines; a block is commands (parted by `;`), a line of four dashes and the
transcript. The first command is `given`, with a generation, and then any of: names of modifications, a Device Type,
`status=STATUS`, `lose=SRV`, and `SWITCH=yes|no`.

    remove v1 [TYPE]             the version leaves the CPL
    add v1 [TYPE]                it returns
    send SRV [vN] [to TYPE] [as ROLE] [cv=N] [at=DURATION] [cancel]
    lose SRV                     the next Response to it gets lost
    wait DURATION                30s, 45m, 2h, 3d
    show [TYPE]                  what both sides believe
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dsp.core.inputs import CplEntryAdded
from dsp.core.learning import LEARNED, NOT_LEARNED
from dsp.rules.choices import Switches
from dsp.rules.releases import MODIFICATIONS, rules_with
from smart_metering.command_variants import CommandVariant
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import UninterpretedBody
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    FirmwareVersionMismatch,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    Message,
    NotEmulated,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationOutcome,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.message import decode
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.service_requests import definition_of
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    OTHER_USER,
    START,
    SUPPLIER,
)
from tests.support.hand_made_device import ACB
from tests.support.world import World, cpl_entry, eui_of, supplier_of

USERS = {
    UserRole.IS: SUPPLIER,
    UserRole.ED: DISTRIBUTOR,
    UserRole.GS: GAS_SUPPLIER,
    UserRole.GT: GAS_TRANSPORTER,
    UserRole.OU: OTHER_USER,
}
NAMES = {eui: role for role, eui in USERS.items()}
UNITS = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
TRANSFER_MS = 10 * SECOND_MS
"""Longer than a small image takes over the HAN."""


@dataclass(frozen=True, slots=True)
class Words:
    """A command taken apart: `send 11.3 v2 to GSME as GS at=2h cancel`."""

    verb: str
    plain: tuple[str, ...]
    named: dict[str, str]

    @property
    def version(self) -> FirmwareVersion | None:
        """`v2` is 00000002."""
        found = next((word for word in self.plain if re.fullmatch(r"v\d", word)), None)
        return FirmwareVersion(f"{int(found[1:]):08X}") if found else None

    def device_type(self, otherwise: DeviceType) -> DeviceType:
        """The Device Type that is named."""
        return next((DeviceType(word) for word in self.plain if word in set(DeviceType)), otherwise)


class Storyteller(World):
    """A world that tells what happens in it."""

    main: DeviceType = DeviceType.ESME
    told: list[str]
    last_message: Message | None = None

    def delivered(self, user: Eui, message: Message) -> None:
        super().delivered(user, message)
        if self.told and self.last_message is message:
            self.told[-1] += f", {NAMES.get(user, user)}"
        else:
            self._tell(f"{_described(message)} -> {NAMES.get(user, user)}")
        self.last_message = message

    def command(self, text: str) -> None:
        """Carries out one command."""
        words = _words(text)
        VERBS[words.verb](self, words)

    def remove_from_cpl(self, words: Words) -> None:
        version = words.version
        assert version is not None
        self.remove(words.device_type(self.main), version)

    def add_to_cpl(self, words: Words) -> None:
        version = words.version
        assert version is not None
        self.give(CplEntryAdded(entry=cpl_entry(words.device_type(self.main), version)))

    def lose_response(self, words: Words) -> None:
        self.lose(words.plain[0])

    def wait(self, words: Words) -> None:
        self.advance(_duration(words.plain[0]))

    def show(self, words: Words) -> None:
        device = eui_of(words.device_type(self.main))
        smi, inside = self.smi(device), self.inside(device)
        staged = f", holds {_version(inside.pending_version)}" if inside.pending_version else ""
        mirror = f", mirrors {_version(inside.mirrored_version)}" if inside.mirrored_version else ""
        self._tell(
            f"SMI {smi.device_status} {_version(smi.device_firmware_version)}; "
            f"{smi.device_type} runs {_version(inside.firmware_version)}{staged}{mirror}",
            timed=False,
        )

    def send(self, words: Words) -> None:
        """A Service Request; what follows from it is told until nothing more is due within the time to answer."""
        srv = words.plain[0]
        definition = definition_of(srv)
        assert definition is not None, srv
        target = words.device_type(self.main)
        self.told.append(f"SR {srv} '{definition.name}' to {target}")
        before = len(self.told)
        answer = self._asked(srv, target, words)
        self.told.insert(before, f"{_elapsed(self.now - START):>11}  answered {_described(answer)}")
        self.advance(self._patience(srv, words))

    def _asked(self, srv: str, target: DeviceType, words: Words) -> ServiceResponse:
        device, version = eui_of(target), words.version
        at = CANCELLATION if "cancel" in words.plain else None
        if "at" in words.named:
            at = Instant(self.now + _duration(words.named["at"]))
        user = USERS[UserRole(words.named["as"])] if "as" in words.named else supplier_of(target)
        match srv:
            case "11.1" | "11.4":
                assert version is not None
                return self.update_firmware([device], version)
            case "11.2" if "cv" not in words.named:
                return self.read_version(device, by=user, at=at)
            case "11.3":
                return self.activate(device, version or FirmwareVersion("00000002"), at=at)
            case _:
                return self._ask_uninterpreted(srv, device, user, words)

    def _ask_uninterpreted(self, srv: str, device: Eui, user: Eui, words: Words) -> ServiceResponse:
        definition = definition_of(srv)
        assert definition is not None
        natural = min(definition.command_variants)
        variant = CommandVariant(int(words.named.get("cv", natural)))
        target_eui = ACB if definition.non_device else device
        body = UninterpretedBody(element=definition.body_element)
        return self.ask(srv, body, by=user, target=target_eui, variant=variant)

    def _patience(self, srv: str, words: Words) -> int:
        if srv in ("11.1", "11.4"):
            return self.engine.rules.times.distribution_ms + TRANSFER_MS
        return self.engine.rules.times.response_timeout_ms

    def _tell(self, what: str, *, timed: bool = True) -> None:
        self.told.append(f"{_elapsed(self.now - START):>11}  {what}" if timed else what)


def begin(text: str) -> Storyteller:
    """The world of a story, from its `given` command."""
    words = _words(text)
    assert words.verb == "given", text
    generation = Generation(words.plain[0])
    modifications = [word for word in words.plain if word in MODIFICATIONS]
    switches = {name: value == "yes" for name, value in words.named.items() if name not in ("status", "lose")}
    story = Storyteller.__new__(Storyteller)
    story.told = []
    story.main = words.device_type(DeviceType.ESME)
    status = SmiStatus(words.named.get("status", SmiStatus.COMMISSIONED))
    rules = rules_with(modifications, switches=Switches(**switches))  # type: ignore[arg-type]  # only booleans here
    Storyteller.__init__(story, rules, generation=generation, status=status)
    if "lose" in words.named:
        story.lose(words.named["lose"])
    story.show(words)
    return story


VERBS: dict[str, Callable[[Storyteller, Words], None]] = {
    "remove": Storyteller.remove_from_cpl,
    "add": Storyteller.add_to_cpl,
    "send": Storyteller.send,
    "lose": Storyteller.lose_response,
    "wait": Storyteller.wait,
    "show": Storyteller.show,
}


def _words(text: str) -> Words:
    verb, *rest = text.split()
    named: dict[str, str] = {}
    plain: list[str] = []
    for word in rest:
        if "=" in word:
            name, _, value = word.partition("=")
            named[name] = value
        else:
            plain.append(word)
    if "as" in plain:
        named["as"] = plain[plain.index("as") + 1]
    return Words(verb, tuple(plain), named)


def _duration(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def _elapsed(milliseconds: int) -> str:
    days, seconds = divmod(milliseconds // SECOND_MS, DAY_MS // SECOND_MS)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{days}d {clock}" if days else clock


def _version(version: str | None) -> str:
    return f"v{int(version, 16)}" if version else "no version"


def _described(message: Message) -> str:
    match message:
        case ServiceResponse(body=NotEmulated()):
            return "NotEmulated: every access check passed"
        case ServiceResponse():
            because = _because(message)
            body = _body(message.body)
            kind = (
                "response " if message.response_id or message.response_code in ("E20", "E21", "E30") else ""
            )
            return f"{kind}{message.response_code}{body}{because}"
        case DeviceAlert():
            name = DeviceAlertCode(message.alert_code).name.lower().replace("_", " ")
            return f"Device Alert {message.alert_code:04X} {name}"
        case DccAlert():
            return f"DCC Alert {message.dcc_alert_code} {_alert(message)}"


def _because(message: ServiceResponse) -> str:
    decision = message.decision
    if decision is None or message.response_code == "I99":
        return ""
    verdict = f"{decision.code}: " if decision.code in (LEARNED, NOT_LEARNED) else ""
    return f" ({verdict}{decision.row})"


def _body(body: ResponseBody | None) -> str:
    match body:
        case GbcsPayload(gbcs_payload=octets):
            return f": {_gbcs(octets)}"
        case Smets1ResponseMessage():
            shown = _version(body.firmware_version)
            return f": SMETS1 {'success' if body.success else body.activate_image_response_code}, {shown}"
        case FutureDatedDeviceAlertMessage():
            outcome = decode_future_dated_outcome(decode(body.gbcs_payload).payload)
            return f": {body.future_dated_alert_code:04X} {_outcome(outcome.outcome)}"
        case _:
            return ""


def _gbcs(octets: bytes) -> str:
    message = decode(octets)
    if message.message_code == UseCase.CS06:
        outcome = decode_activate_firmware_response(message.payload)
        return _outcome(outcome) if outcome else "accepted for its date"
    return f"runs {_version(decode_read_response(UseCase(message.message_code), message.payload))}"


def _outcome(outcome: ActivationOutcome) -> str:
    return f"{outcome.code.name.lower().replace('_', ' ')}, runs {_version(outcome.firmware_version)}"


def _alert(message: DccAlert) -> str:
    match message.body:
        case FirmwareVersionMismatch() as body:
            return (
                f"SMI {_version(body.firmware_version_smi)}, Device {_version(body.firmware_version_device)}"
            )
        case CspFirmwareDeliveryStatus() as body:
            return f"{body.comms_hub_transfer_status} {_version(body.firmware_version)}"
        case body:
            return str(
                getattr(body, "device_status_change", "")
                or getattr(body, "transfer_response_code", "")
                or f"activation success {getattr(body, 'activation_success', '')}"
            )
