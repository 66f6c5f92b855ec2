"""Checks what a scenario expects, and says of what does not hold what was there instead."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from smart_metering.duis.service_responses import DccAlert, DeviceAlert, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, format_instant
from smets.client.checked import code_of, device_of, devices_of
from smets.client.errors import NotThere, UnknownCaller
from smets.client.inbox import Inbox
from smets.client.records import AuditRecord, TitleRecord
from smets.counting import counted
from smets.local_system.system import BothSides, System
from smets.scenarios.cast import Member
from smets.scenarios.device_checks import OF_THE_DEVICE, OF_THE_SMI, wrong_with
from smets.scenarios.expectations import NO_RESPONSE, AnswerModel, ExpectationModel, share_of
from smets.scenarios.planning import Expectation
from smets.scenarios.results import Failure, Request
from smets.scenarios.wording import said_of

SHOWN = 5
ACKNOWLEDGED = "I99"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a User was sent: an alert or a Response by its code, and whom it is about."""

    at: Instant
    user: str
    is_alert: bool
    code: str
    srv: str
    devices: tuple[Eui, ...]

    @property
    def kind(self) -> str:
        """Without when, and about whom."""
        return f"{self.user} received {'alert' if self.is_alert else f'response to {self.srv}'} {self.code}"

    def __str__(self) -> str:
        about = f" about {', '.join(self.devices[:2])}" if self.devices else ""
        return f"{format_instant(self.at)} {self.kind}{about}"


@dataclass(slots=True)
class Checker:
    """Of one system, from when it was made."""

    system: System
    _inboxes: dict[Eui, Inbox] = field(default_factory=dict)
    _received: list[Received] = field(default_factory=list)

    async def check(self, expectation: Expectation) -> list[Failure]:
        """Empty where it holds."""
        said, members = expectation.said, expectation.devices
        if said.devices is not None:
            return await self._of_devices(said, members or ())
        if said.sees is not None:
            return await self._of_audit_trail(said, members or ())
        if said.user is not None:
            return await self._of_user(said, members)
        return await self._of_fault(said, members)

    async def received(self) -> Sequence[Received]:
        """By all parties so far, in the order of each party's stream."""
        for party in self.system.parties:
            if party.eui not in self._inboxes:
                self._inboxes[party.eui] = self.system.user(party.eui).inbox()
            for row in await self._inboxes[party.eui].received():
                self._received.append(_received(party.name or party.eui, row.message))
        return self._received

    async def skip_to_now(self) -> None:
        """What was received up to now counts no more."""
        await self.received()
        self._received.clear()

    # --- Devices

    async def _of_devices(self, said: ExpectationModel, members: Sequence[Member]) -> list[Failure]:
        wrong: list[tuple[Member, str]] = []
        for member in members:
            what = await self._wrong_with(said, member)
            if what:
                wrong.append((member, what))
        right = len(members) - len(wrong)
        needed = said.count if said.count is not None else share_of(said.share, len(members))
        if right == needed if said.count is not None else right >= needed:
            return []
        reasons = Counter(what for _, what in wrong)
        near = [f"{number} of them: {what}" for what, number in reasons.most_common(SHOWN)]
        near += [f"{member}: {what}" for member, what in wrong[:SHOWN]] if len(wrong) > 1 else []
        return [
            Failure(
                expected=said_of(said, len(members)),
                found=f"{right} of {counted(len(members), 'Device')}",
                reasons=tuple(reasons),
                near=tuple(near) if len(wrong) != 1 else (f"{wrong[0][0]}: {wrong[0][1]}",),
                devices=tuple(member.device_id for member, _ in wrong),
            )
        ]

    async def _wrong_with(self, said: ExpectationModel, member: Member) -> str:
        """Empty: nothing. Of many Devices each side is asked only where something is said of it."""
        smi, inside = None, None
        if not OF_THE_SMI.isdisjoint(said.model_fields_set):
            with suppress(NotThere):
                smi = await self.system.administration.read_device(member.device_id)
        if not OF_THE_DEVICE.isdisjoint(said.model_fields_set):
            with suppress(NotThere):
                inside = await self.system.emulator.inspect(member.device_id)
        return wrong_with(said, BothSides(smi=smi, inside=inside))

    # --- Users

    async def _of_user(self, said: ExpectationModel, members: Sequence[Member] | None) -> list[Failure]:
        assert said.user is not None
        about = None if members is None else {member.device_id for member in members}
        received = await self.received()
        fits = [row for row in received if row.user == said.user and _fits(row, said, about)]
        least, most = said.bounds
        if least <= len(fits) and (most is None or len(fits) <= most):
            return []
        near = fits if most is not None and len(fits) > most else _nearest(received, said, about)
        return [
            Failure(
                expected=said_of(said, len(members or ())),
                found=f"{len(fits)} of them",
                reasons=tuple(dict.fromkeys(row.kind for row in near)),
                near=tuple(map(str, near[-SHOWN:])),
                devices=tuple(sorted(about or ()))[:SHOWN],
            )
        ]

    # --- what a User sees

    async def _of_audit_trail(self, said: ExpectationModel, members: Sequence[Member]) -> list[Failure]:
        seen: list[AuditRecord | TitleRecord] = []
        barred = ""
        try:
            seen = [row for member in members async for row in self._seen(said, member)]
        except UnknownCaller as error:
            barred = str(error)
        fits = [row for row in seen if said.srv in (None, row.service_reference_variant)]
        least, most = said.bounds
        if least <= len(fits) and (most is None or len(fits) <= most):
            return []
        near = [barred] if barred else [_told_of(row) for row in (fits or seen)[:SHOWN]]
        return [
            Failure(
                expected=said_of(said, len(members)),
                found=f"{len(fits)} of them",
                reasons=(barred,) if barred else tuple(dict.fromkeys(row.title for row in seen)),
                near=tuple(near),
                devices=tuple(member.device_id for member in members[:SHOWN]),
            )
        ]

    def _seen(self, said: ExpectationModel, member: Member) -> AsyncIterator[AuditRecord | TitleRecord]:
        """Newest first. Raises UnknownCaller where the User may see no titles."""
        assert said.user is not None
        desk = self.system.user(said.user).self_service
        if said.sees == "titles":
            return desk.titles(member.device_id)
        return desk.audit_trail(device_id=member.device_id)

    # --- faults

    async def _of_fault(self, said: ExpectationModel, members: Sequence[Member] | None) -> list[Failure]:
        emulator = self.system.emulator
        if members is None:
            devices = [device async for device in emulator.device_ids()]
        else:
            devices = [member.device_id for member in members]
        drawn = Counter([fate.rule for device in devices async for fate in emulator.fates(device)])
        assert said.fault is not None
        count = drawn[said.fault]
        least, most = said.bounds
        if least <= count and (most is None or count <= most):
            return []
        known = ", ".join(rule.name for rule in await emulator.faults()) or "none"
        near = [f"drawn: {rule} {number} times" for rule, number in drawn.most_common(SHOWN)]
        return [
            Failure(
                expected=said_of(said, len(devices)),
                found=f"{counted(count, 'time')}",
                reasons=tuple(drawn),
                near=(*near, f"rules that hold now: {known}"),
            )
        ]


def check_answers(said: AnswerModel | None, requests: Sequence[Request]) -> list[Failure]:
    """Of the requests of a step; nothing `said`: the DSP must have accepted each."""
    wrong = [(row, what) for row in requests if (what := _wrong_answer(said, row))]
    needed = share_of(said.share if said else None, len(requests))
    if len(requests) - len(wrong) >= needed:
        return []
    reasons = Counter(what for _, what in wrong)
    near = [f"{number} of them: {what}" for what, number in reasons.most_common(SHOWN)]
    near += [f"{row.request_id}: {what}" for row, what in wrong[:SHOWN]]
    return [
        Failure(
            expected=_said_of_answers(said, len(requests)),
            found=f"{len(requests) - len(wrong)} of {counted(len(requests), 'request')}",
            reasons=tuple(reasons),
            near=tuple(near),
            devices=tuple(dict.fromkeys(row.device for row, _ in wrong if row.device is not None)),
        )
    ]


def _wrong_answer(said: AnswerModel | None, row: Request) -> str:
    """A request that is answered at once has its Response in that."""
    refused = row.answer[:1] not in ("I", "W")
    if refused and (said is None or said.answer is None):
        return f"answered {row.answer}"
    if said is None:
        return ""
    response = row.response or (row.answer if row.answer != ACKNOWLEDGED else NO_RESPONSE)
    if said.answer is not None and row.answer != said.answer:
        return f"answered {row.answer}"
    if said.response is not None and response != said.response:
        return f"answered {row.answer}, Response {response}"
    if said.says is not None and said.says not in row.says:
        return f"Response {response} says {row.says!r}"
    return ""


def _said_of_answers(said: AnswerModel | None, total: int) -> str:
    if said is None:
        return f"that the DSP accepts {counted(total, 'request')}"
    parts = (
        f"answer {said.answer}" if said.answer else "",
        f"Response {said.response}" if said.response else "",
        f"a Response that says {said.says!r}" if said.says else "",
    )
    of = f"{said.share} of {counted(total, 'request')}" if said.share else f"{counted(total, 'request')}"
    return f"{' and '.join(part for part in parts if part)} for {of}"


def _told_of(row: AuditRecord | TitleRecord) -> str:
    return " ".join(
        part
        for part in (format_instant(row.at), row.message_kind, row.service_reference_variant, row.title)
        if part
    )


def _received(user: str, message: ServiceResponse | DeviceAlert | DccAlert) -> Received:
    if isinstance(message, ServiceResponse):
        device = device_of(message)
        code = message.response_code.value if message.response_code is not None else ""
        return Received(
            at=message.response_date_time,
            user=user,
            is_alert=False,
            code=code,
            srv=message.service_reference_variant,
            devices=(device,) if device is not None else (),
        )
    return Received(
        at=message.response_date_time,
        user=user,
        is_alert=True,
        code=code_of(message),
        srv="",
        devices=devices_of(message),
    )


def _fits(row: Received, said: ExpectationModel, about: set[Eui] | None) -> bool:
    wanted = said.alert if row.is_alert else said.response
    return (
        row.is_alert == (said.alert is not None)
        and row.code == wanted
        and said.srv in (None, row.srv)
        and (about is None or not about.isdisjoint(row.devices))
    )


def _nearest(received: Iterable[Received], said: ExpectationModel, about: set[Eui] | None) -> list[Received]:
    """What comes nearest: the same to another User or about another Device; else what this User received."""
    same = [row for row in received if _fits(row, said, None)]
    if same:
        return same
    own = [row for row in received if row.user == said.user and row.is_alert == (said.alert is not None)]
    return [row for row in own if about is None or not about.isdisjoint(row.devices)] or own
