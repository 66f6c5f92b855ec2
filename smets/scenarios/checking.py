"""Checks what a scenario expects, and says of what does not hold what was there instead."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from smart_metering.duis.service_responses import DccAlert, DeviceAlert, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, format_instant
from smets.client.checked import code_of, device_of, devices_of
from smets.client.errors import NotThere
from smets.client.inbox import Inbox
from smets.counting import counted
from smets.local_system.system import BothSides, System
from smets.scenarios.cast import Member
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
        """Empty: nothing."""
        try:
            both = await self.system.device(member.device_id)
        except NotThere as error:
            return str(error)
        return "; ".join(what for check in CHECKS if (what := check(said, both)))

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


# --- what can be wrong with a Device: a row for each thing that can be said

Check = Callable[[ExpectationModel, BothSides], str]


def _status(said: ExpectationModel, both: BothSides) -> str:
    if said.status is None:
        return ""
    if both.smi is None:
        return "the SMI does not know it"
    status = both.smi.device.device_status
    if status is said.status:
        return ""
    last = both.smi.status_history[-1] if both.smi.status_history else None
    since = f" since {format_instant(last.at)} ({last.cause})" if last is not None else ""
    return f"status is {status or 'none'}{since}"


def _history(said: ExpectationModel, both: BothSides) -> str:
    if not said.history:
        return ""
    statuses = tuple(row.status for row in both.smi.status_history) if both.smi is not None else ()
    if statuses[-len(said.history) :] == said.history:
        return ""
    return f"status history is {' '.join(str(status) for status in statuses) or 'empty'}"


def _in_smi(key: str, attribute: str) -> Check:
    def check(said: ExpectationModel, both: BothSides) -> str:
        wanted = getattr(said, key)
        found = getattr(both.smi.device, attribute) if both.smi is not None else None
        return "" if wanted is None or found == wanted else f"{key} is {found or 'none'}"

    return check


def _inside(key: str) -> Check:
    def check(said: ExpectationModel, both: BothSides) -> str:
        wanted = getattr(said, key)
        found = getattr(both.inside, key) if both.inside is not None else None
        return "" if wanted is None or found == wanted else f"{key} is {found or 'none'}"

    return check


def _agree(said: ExpectationModel, both: BothSides) -> str:
    if said.agree is None:
        return ""
    differences = disagreement(both)
    if said.agree:
        return differences
    return "" if differences else "SMI and Device agree"


def disagreement(both: BothSides) -> str:
    """Where the SMI and the Device differ on firmware and variant; empty where they agree."""
    if both.smi is None or both.inside is None:
        return "the SMI does not know it" if both.smi is None else "it is not emulated"
    parts = []
    for name, believed, true in (
        ("firmware", both.smi.device.device_firmware_version, both.inside.firmware_version),
        ("variant", both.smi.device.esme_variant, both.inside.esme_variant),
    ):
        if believed and believed != true:
            parts.append(f"SMI has {name} {believed}, the Device {true or 'none'}")
    return "; ".join(parts)


CHECKS: tuple[Check, ...] = (
    _status,
    _history,
    _in_smi("smi_firmware_version", "device_firmware_version"),
    _in_smi("smi_esme_variant", "esme_variant"),
    _in_smi("smi_manufacturer", "device_manufacturer"),
    _in_smi("smi_model", "device_model"),
    _inside("firmware_version"),
    _inside("pending_version"),
    _inside("esme_variant"),
    _agree,
)
