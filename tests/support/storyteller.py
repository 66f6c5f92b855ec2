"""Stories as text: commands in, a transcript out, told so that a supplier could read it.

A story is a file of blocks parted by empty lines; a block is commands (parted by `;`), a line of four dashes and the
transcript. The first command is `given`, with a generation, and then any of: names of modifications, a Device Type,
`status=STATUS`, `lose=SRV`, `awaiting=TYPE,TYPE` (at the premises, not yet in the SMI), `true=VARIANT`, `smi=VARIANT`
(of the ESME), `SWITCH=yes|no`, and `TIME=NUMBER` of the times that the DSP keeps.

    remove v1 [TYPE]             the version leaves the CPL
    add v1 [TYPE]                it returns; `variants=AD,BD` makes its entry one for these variants
    send SRV [vN] [to TYPE] [as ROLE] [cv=N] [at=DURATION] [cancel] [first | next] [NAME=VALUE ...]
    lose SRV | alerts [times=N]  the next Responses to it get lost, or the next alerts that are of no request
    garble SRV [times=N]         the next Commands of it are garbled on their way
    correct TYPE [NAME=VALUE ...]  the DCC corrects `model` or `manufacturer` by hand, for a reason
    recovery EVENT [TYPE]        the DCC says that it has Started, or what of it is done
    register ROLE [at=DURATION]  who is registered for the meters from then on
    power on | off [TYPE] [activating]  a Device is switched on or off; `activating`: its power goes while it next does
    hub on | off                 the Comms Hub is
    tamper HOW [TYPE]            somebody opens its `cover`, say
    clock DURATION [TYPE]        its own clock is so fast; -2h: so slow
    audit [TYPE] [as ROLE]       what a User sees of the Service Audit Trail
    wait DURATION                30s, 45m, 2h, 3d
    show [TYPE]                  what both sides believe

ROLE is IS, ED, GS, GT, OU, or IS2: another supplier, of both fuels. `first` begins a sequence, which what is sent
`next` goes on; `counter=N` is that of the RequestID, `defect=NAME` what is wrong with a firmware file.
"""

from collections.abc import Callable

from dsp.core.audit_titles import kinds_of_titles, title_of
from dsp.core.inputs import CplEntryAdded, Input
from dsp.rules.choices import Switches, Times
from dsp.rules.releases import MODIFICATIONS, rules_with
from smart_metering.administration import FaultRule, Registration
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    UninterpretedBody,
)
from smart_metering.duis.service_responses import Message, ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.ota.making import Defect
from smart_metering.records import changed
from smart_metering.service_requests import ServiceRequestDefinition, definition_of
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    IMPORT_MPAN,
    MPRN,
    OTHER_SUPPLIER,
    OTHER_USER,
    ROLES,
    START,
    SUPPLIER,
    V2,
)
from tests.support.hand_made_device import ACB
from tests.support.story_engineer import by_hand, done_by_hand
from tests.support.story_operator import answered, correction, recovery
from tests.support.story_requests import Told, body_of
from tests.support.story_telling import described
from tests.support.story_words import Words, duration, elapsed, short_version, words_of
from tests.support.world import World
from tests.support.world_premises import cpl_entry, eui_of, firmware, supplier_of

USERS = {
    "IS": SUPPLIER,
    "ED": DISTRIBUTOR,
    "GS": GAS_SUPPLIER,
    "GT": GAS_TRANSPORTER,
    "OU": OTHER_USER,
    "IS2": OTHER_SUPPLIER,
}
NAMES = {eui: role for role, eui in USERS.items()}
SUPPLIES = {UserRole.IS: IMPORT_MPAN, UserRole.GS: MPRN}
TRANSFER_MS = 10 * SECOND_MS
"""Longer than a small image takes over the HAN."""


class Storyteller(World):
    """A world that tells what happens in it."""

    main: DeviceType = DeviceType.ESME
    told: list[str]
    last_message: Message | None = None
    asking: Words = Words("", (), {})
    last_request: RequestId | None = None

    def delivered(self, user: Eui, message: Message) -> None:
        super().delivered(user, message)
        if self.told and self.last_message is message:
            self.told[-1] += f", {NAMES.get(user, user)}"
        else:
            self._tell(f"{described(message)} -> {NAMES.get(user, user)}")
        self.last_message = message

    def command(self, text: str) -> None:
        """Carries out one command."""
        words = words_of(text)
        VERBS[words.verb](self, words)

    def remove_from_cpl(self, words: Words) -> None:
        version = words.version
        assert version is not None
        self.remove(words.device_type(self.main), version)

    def add_to_cpl(self, words: Words) -> None:
        version = words.version
        assert version is not None
        entry = cpl_entry(words.device_type(self.main), version)
        variants = tuple(words.named["variants"].split(",")) if "variants" in words.named else ()
        self.give(CplEntryAdded(entry=changed(entry, esme_variants=variants)))

    def lose_response(self, words: Words) -> None:
        srv = "" if words.plain[0] == "alerts" else words.plain[0]
        self.lose(srv, words.number("times", 1))

    def garble_command(self, words: Words) -> None:
        srv, times = words.plain[0], words.number("times", 1)
        rule = FaultRule(
            name=f"garble {srv}", direction="TO_DEVICE", references=(srv,), fate="garble", next=times
        )
        self.set_faults(rule)

    def correct(self, words: Words) -> None:
        self._as_dcc(correction(words, eui_of(words.device_type(self.main))))

    def recover(self, words: Words) -> None:
        self._as_dcc(recovery(words, eui_of(words.device_type(self.main))))

    def by_hand(self, words: Words) -> None:
        self.do_by_hand(by_hand(words, eui_of(words.device_type(self.main))))

    def _as_dcc(self, event: Input) -> None:
        before = len(self.told)
        reply = self.give(event)
        self.told.insert(before, f"{elapsed(self.now - START):>11}  the DCC: {answered(reply)}")

    def wait(self, words: Words) -> None:
        self.advance(duration(words.plain[0]))

    def register_party(self, words: Words) -> None:
        """For electricity and gas, as far as the role supplies either."""
        party = USERS[words.plain[0]]
        since = Instant(self.now + duration(words.named["at"])) if "at" in words.named else self.now
        roles = [role for role in ROLES[party] if role in SUPPLIES]
        self.register(
            *(
                Registration(mpxn=SUPPLIES[role], role=role, party=party, effective_from=since)
                for role in roles
            )
        )

    def audit(self, words: Words) -> None:
        """Own records whole, others' by their titles, oldest first."""
        user = USERS[words.named["as"]] if "as" in words.named else supplier_of(self.main)
        device = self.engine.state.devices[eui_of(words.device_type(self.main))]
        kinds = kinds_of_titles(self.engine.state, self.engine.rules, user, device, self.now)
        seen = 0
        for number, record in sorted(self.audit_trail, key=lambda noted: noted[0]):
            if record.device != device.device.device_id:
                continue
            if record.user == user:
                line = f"own    {record.message_kind} {record.srv} {record.title} {record.response_code}"
            elif record.message_kind in kinds and not record.refused:
                title = title_of(number, record, self.engine.rules.switches)
                line = (
                    f"title  {title.message_kind} {title.srv} {title.title}, of role {title.originator_role}"
                )
            else:
                continue
            seen += 1
            self.told.append(f"{elapsed(record.at - START):>11}  {line.rstrip()}")
        if not seen:
            self._tell("nothing", timed=False)

    def show(self, words: Words) -> None:
        device = eui_of(words.device_type(self.main))
        known, inside = self.engine.state.devices.get(device), self.inside(device)
        staged = f", holds {short_version(inside.pending_version)}" if inside.pending_version else ""
        mirror = f", mirrors {short_version(inside.mirrored_version)}" if inside.mirrored_version else ""
        smi = "not in the SMI"
        if known is not None:
            before = f" (was {known.status_before_suspension})" if known.status_before_suspension else ""
            variant = f" {known.device.esme_variant}" if "variant" in words.plain else ""
            version = short_version(known.device.device_firmware_version)
            smi = f"SMI {known.device.device_status}{before} {version}{variant}"
        truth = f" as {inside.esme_variant}" if "variant" in words.plain else ""
        han = "" if inside.joined else ", not on the HAN"
        runs = f"{inside.device_type} runs {short_version(inside.firmware_version)}{truth}"
        hand = done_by_hand(inside)
        self._tell(f"{smi}; {runs}{staged}{mirror}{han}{hand}", timed=False)

    def send(self, words: Words) -> None:
        """A Service Request; what follows from it is told until nothing more is due within the time to answer."""
        srv = words.plain[0]
        definition = definition_of(srv)
        assert definition is not None, srv
        target = words.device_type(self.main)
        self.asking = words
        self.told.append(f"SR {srv} '{definition.name}' to {target}")
        before = len(self.told)
        answer = self._asked(definition, target, words)
        self.told.insert(
            before, f"{elapsed(self.now - START):>11}  answered {described(answer, answer=True)}"
        )
        self.advance(self._patience(srv, words))

    def _asked(self, definition: ServiceRequestDefinition, kind: DeviceType, words: Words) -> ServiceResponse:
        srv, version = definition.srv, words.version
        user = USERS[words.named["as"]] if "as" in words.named else supplier_of(kind)
        told = Told(words=words, kind=kind, user=user, now=self.now)
        if srv in ("11.1", "11.4"):
            assert version is not None
            variants = tuple(words.named["variants"].split(",")) if "variants" in words.named else None
            defect = Defect(words.named["defect"]) if "defect" in words.named else None
            image = firmware(kind, version, defect, variants=variants, result=words.named.get("result"))
            return self.update_firmware([told.device], version, by=user, image=image)
        if srv == "11.2":
            body: Body = ReadFirmwareVersion(execution_date_time=told.date)
        elif srv == "11.3":
            body = ActivateFirmware(
                firmware_hash=self.hash_of(kind, version or V2), execution_date_time=told.date
            )
        else:
            body = body_of(srv, told)
        return self._sent(definition, body, told)

    def _sent(self, definition: ServiceRequestDefinition, body: Body, told: Told) -> ServiceResponse:
        """A Critical request is transformed and signed first."""
        target = eui_of(DeviceType.CHF) if definition.srv == "8.11" else told.device
        if definition.critical and not isinstance(body, UninterpretedBody):
            variant = CommandVariant(int(told.words.named.get("cv", CommandVariant.SIGNED_SEND)))
            return self.ask_critical(definition.srv, body, by=told.user, target=target, variant=variant)
        variant = CommandVariant(int(told.words.named.get("cv", min(definition.command_variants))))
        target = ACB if definition.non_device else target
        return self.ask(definition.srv, body, by=told.user, target=target, variant=variant)

    def _request_id(self, user: Eui, target: Eui) -> RequestId:
        drawn = super()._request_id(user, target)
        return RequestId(user, target, self.asking.number("counter", drawn.counter))

    def _request(
        self, srv: str, body: Body, variant: CommandVariant, request_id: RequestId
    ) -> ServiceRequest:
        alone = super()._request(srv, body, variant, request_id)
        preceding, self.last_request = self.last_request, request_id
        return changed(
            alone,
            first_in_sequence="first" in self.asking.plain,
            preceding_service_request_id=preceding if "next" in self.asking.plain else None,
        )

    def _patience(self, srv: str, words: Words) -> int:
        if srv in ("11.1", "11.4"):
            return self.engine.rules.times.distribution_ms + TRANSFER_MS
        return self.engine.rules.times.response_timeout_ms

    def _tell(self, what: str, *, timed: bool = True) -> None:
        self.told.append(f"{elapsed(self.now - START):>11}  {what}" if timed else what)


def begin(text: str) -> Storyteller:
    """The world of a story, from its `given` command."""
    words = words_of(text)
    assert words.verb == "given", text
    generation = Generation(words.plain[0])
    modifications = [word for word in words.plain if word in MODIFICATIONS]
    named = dict(words.named)
    lose, status = named.pop("lose", ""), SmiStatus(named.pop("status", SmiStatus.COMMISSIONED))
    awaiting = [DeviceType(kind) for kind in named.pop("awaiting", "").split(",") if kind]
    variants = named.pop("true", "AD"), named.pop("smi", "AD")
    times = {name: int(value) for name, value in named.items() if value.isdecimal()}
    switches = {name: value == "yes" for name, value in named.items() if name not in times}
    story = Storyteller.__new__(Storyteller)
    story.told = []
    story.main = words.device_type(DeviceType.ESME)
    rules = rules_with(
        modifications,
        switches=Switches(**switches),  # type: ignore[arg-type]  # only booleans here
        times=Times(**times),
    )
    Storyteller.__init__(
        story,
        rules,
        generation=generation,
        status=status,
        awaiting=awaiting,
        true_variant=variants[0],
        smi_variant=variants[1],
    )
    if lose:
        story.lose(lose)
    story.show(words)
    return story


VERBS: dict[str, Callable[[Storyteller, Words], None]] = {
    "remove": Storyteller.remove_from_cpl,
    "add": Storyteller.add_to_cpl,
    "send": Storyteller.send,
    "lose": Storyteller.lose_response,
    "garble": Storyteller.garble_command,
    "correct": Storyteller.correct,
    "recovery": Storyteller.recover,
    "register": Storyteller.register_party,
    "power": Storyteller.by_hand,
    "hub": Storyteller.by_hand,
    "tamper": Storyteller.by_hand,
    "clock": Storyteller.by_hand,
    "audit": Storyteller.audit,
    "wait": Storyteller.wait,
    "show": Storyteller.show,
}
