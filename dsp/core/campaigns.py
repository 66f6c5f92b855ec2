"""Firmware campaigns as the Service Audit Trail tells them: an 11.1 or 11.4, and how far each of its Devices has come.

A campaign is no record of its own. Whoever sent the request and what followed, a page or a User's own system, it stands
in the trail; so it is the same after a restart. Each message and each change in the SMI moves a Device by one row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dsp.core.learning import FIRMWARE_CHANGE
from dsp.core.records import AuditRecord, SmiChange
from dsp.rules.audit_visibility import MessageKind
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_requests import UpdateFirmware, UpdatePpmidFirmware
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.response_codes import ResponseCode

UPDATE_SRVS = ("11.1", "11.4")
READ_SRV, ACTIVATE_SRV = "11.2", "11.3"
MOST_POINTS = 500

FirmwareRequest = UpdateFirmware | UpdatePpmidFirmware


class Step(StrEnum):
    """How far a Device has come, in the order of the way; the values are what a page calls it."""

    LEFT_OUT = "left out of the request"
    ON_ITS_WAY = "image on its way to the hub"
    NOT_DELIVERED = "image did not reach the hub"
    AT_HUB = "image at the hub"
    REJECTED = "image refused by the Device"
    VERIFIED = "image verified by the Device"
    ASKED = "asked to activate"
    REFUSED = "11.3 refused by the DSP"
    NO_ANSWER = "no answer to 11.3"
    ANSWERED = "answered 11.3, and runs another version"
    ACTIVE = "runs the version"


class Progress(Record, frozen=True, kw_only=True):
    """Where a Device stands, since when, and a word on why. `read_asked`: an 11.2 to it has no answer yet."""

    step: Step
    at: Instant
    why: str = ""
    read_asked: bool = False


class Campaign(Record, frozen=True, kw_only=True):
    """One request, under the number of its record in the trail, as it was answered."""

    number: int
    at: Instant
    request_id: str
    srv: str
    version: str
    firmware_file: str
    devices: tuple[Eui, ...]
    code: str = ""
    refused: bool = False
    why: str = ""
    left_out: Mapping[str, str] = {}


@dataclass(slots=True)
class Counts:
    """How many Devices stood where, from one moment on."""

    at: Instant
    by_step: dict[Step, int]


@dataclass(slots=True)
class Course:
    """A campaign as far as it was read. `points` are at most MOST_POINTS, each as it was at its moment: of changes that
    follow one within `gap` milliseconds only the last is kept, and the gap grows with the time they span."""

    campaign: Campaign
    progress: dict[Eui, Progress]
    counts: Counter[Step]
    points: list[Counts] = field(default_factory=list)
    gap: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message of this kind and title moves a Device that stands at one of `of` to `to`. No `to`: by `_of_answer`."""

    kind: MessageKind
    title: str
    of: frozenset[Step]
    to: Step


_BEFORE_VERIFIED = frozenset({Step.ON_ITS_WAY, Step.NOT_DELIVERED, Step.AT_HUB, Step.REJECTED})
_UNDER_WAY = frozenset(Step) - {Step.LEFT_OUT, Step.ACTIVE}

_DCC, _DEVICE = MessageKind.DCC_ALERT, MessageKind.DEVICE_ALERT
_VERIFIED = f"{DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL:04X}"
_FAILED = f"{DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED:04X}"

ROWS = (
    #   kind    title               from                                        to
    Row(kind=_DCC,    title=DccAlertCode.N60, of=frozenset({Step.ON_ITS_WAY}), to=Step.AT_HUB),
    Row(kind=_DCC,    title=DccAlertCode.N61, of=frozenset({Step.ON_ITS_WAY}), to=Step.NOT_DELIVERED),
    Row(kind=_DEVICE, title=_VERIFIED,        of=_BEFORE_VERIFIED,             to=Step.VERIFIED),
    Row(kind=_DEVICE, title=_FAILED,          of=_BEFORE_VERIFIED,             to=Step.REJECTED),
)  # fmt: skip

_ALERTS = {(row.kind, row.title): row for row in ROWS}
KINDS = frozenset({_DCC, _DEVICE, MessageKind.ACKNOWLEDGEMENT, MessageKind.SERVICE_RESPONSE})
"""The kinds of message that move a Device."""


def campaign_of(
    number: int, sent: AuditRecord, body: FirmwareRequest, answer: AuditRecord | None
) -> Campaign:
    """By the record of the request, what it asked, and the record of its answer, if it has one."""
    refused = answer is not None and answer.refused
    decision = answer.decision if answer is not None else None
    return Campaign(
        number=number,
        at=sent.at,
        request_id=sent.request_id,
        srv=sent.srv,
        version=body.firmware_version,
        firmware_file=body.firmware_file,
        devices=tuple(dict.fromkeys(body.device_id_list)),
        code=answer.response_code if answer is not None else "",
        refused=refused,
        why=decision.row if decision is not None and refused else "",
        left_out=_left_out(answer),
    )


def begin(campaign: Campaign) -> Course:
    """Where its Devices stood when it was answered."""
    progress = {
        device: Progress(
            step=Step.LEFT_OUT if campaign.refused or device in campaign.left_out else Step.ON_ITS_WAY,
            at=campaign.at,
            why=campaign.left_out.get(device, campaign.code if campaign.refused else ""),
        )
        for device in campaign.devices
    }
    course = Course(campaign, progress, Counter(it.step for it in progress.values()))
    _note(course, campaign.at)
    return course


def go_on(course: Course, events: Iterable[AuditRecord | SmiChange]) -> None:
    """What happened next, by time: the User's own messages, and changes of Devices in the SMI."""
    for event in events:
        former = course.progress.get(event.device)
        if former is None or event.at < course.campaign.at or former.step is Step.LEFT_OUT:
            continue
        moved = _moved(course.campaign, former, event)
        if moved is not None and moved != former:
            course.progress[event.device] = moved
            course.changes += 1
            if moved.step is not former.step:
                course.counts[former.step] -= 1
                course.counts[moved.step] += 1
                _note(course, event.at)


def standing(course: Course, steps: Iterable[Step]) -> list[Eui]:
    """The Devices that stand at one of these steps, in the order of the request."""
    wanted = frozenset(steps)
    return [device for device, it in course.progress.items() if it.step in wanted]


def _moved(campaign: Campaign, former: Progress, event: AuditRecord | SmiChange) -> Progress | None:
    if isinstance(event, SmiChange):
        return _of_change(campaign, former, event)
    row = _ALERTS.get((MessageKind(event.message_kind), event.title))
    if row is not None:
        is_other = row.kind is _DCC and event.cause != campaign.request_id
        return None if is_other or former.step not in row.of else _at(former, row.to, event.at)
    answered = _ANSWERS.get((MessageKind(event.message_kind), event.srv))
    return answered(former, event) if answered is not None else None


def _of_change(campaign: Campaign, former: Progress, change: SmiChange) -> Progress | None:
    """The SMI came to know another version."""
    if not change.what.startswith(FIRMWARE_CHANGE):
        return None
    version = change.what.rpartition(" ")[2]
    if version == campaign.version:
        return _at(former, Step.ACTIVE, change.at)
    return _at(former, Step.ANSWERED, change.at, f"runs {version}") if former.step is Step.ACTIVE else None


def _activation_taken(former: Progress, event: AuditRecord) -> Progress | None:
    if former.step not in _UNDER_WAY:
        return None
    step = Step.REFUSED if event.refused else Step.ASKED
    return _at(former, step, event.at, event.response_code if event.refused else "")


def _activation_answered(former: Progress, event: AuditRecord) -> Progress | None:
    if former.step not in _UNDER_WAY:
        return None
    if event.response_code != ResponseCode.I0:
        return _at(former, Step.NO_ANSWER, event.at, event.response_code)
    return _at(former, Step.ANSWERED, event.at, event.decision.row if event.decision else "")


def _read_taken(former: Progress, event: AuditRecord) -> Progress | None:
    why = f"11.2 refused: {event.response_code}" if event.refused else former.why
    return Progress(step=former.step, at=former.at, why=why, read_asked=not event.refused)


def _read_answered(former: Progress, event: AuditRecord) -> Progress | None:
    lost = event.response_code != ResponseCode.I0
    why = f"no answer to 11.2 either: {event.response_code}" if lost else former.why
    return Progress(step=former.step, at=former.at, why=why)


_ANSWERS: dict[tuple[MessageKind, str], Callable[[Progress, AuditRecord], Progress | None]] = {
    (MessageKind.ACKNOWLEDGEMENT, ACTIVATE_SRV): _activation_taken,
    (MessageKind.SERVICE_RESPONSE, ACTIVATE_SRV): _activation_answered,
    (MessageKind.ACKNOWLEDGEMENT, READ_SRV): _read_taken,
    (MessageKind.SERVICE_RESPONSE, READ_SRV): _read_answered,
}


def _at(former: Progress, step: Step, at: Instant, why: str = "") -> Progress:
    return Progress(step=step, at=at, why=why, read_asked=former.read_asked and step is not Step.ACTIVE)


def _note(course: Course, at: Instant) -> None:
    by_step = {step: count for step, count in course.counts.items() if count}
    _keep(course.points, Counts(at, by_step), course.gap)
    if len(course.points) > MOST_POINTS:
        points = course.points
        course.gap = (points[-1].at - points[0].at) // (MOST_POINTS // 4)
        course.points = []
        for point in points:
            _keep(course.points, point, course.gap)


def _keep(points: list[Counts], point: Counts, gap: int) -> None:
    """Every second distance is the gap at least: a gap of the span by MOST_POINTS / 4 leaves half of them."""
    is_same = bool(points) and points[-1].at == point.at
    if is_same or (len(points) > 1 and point.at - points[-2].at < gap):
        points[-1] = point
    else:
        points.append(point)


_LEFT_OUT = {
    "invalid_device_id_list": "not yours, or not known to the SMI",
    "not_commissioned_device_id_list": "not commissioned",
    "not_applicable_firmware_device_id_list": "the firmware is not for it",
    "other_request_in_progress_list": "another 11.1 to it is under way",
    "invalid_gbcs_version_list": "its GBCS version does not fit",
}


def _left_out(answer: AuditRecord | None) -> dict[str, str]:
    body = answer.body if answer is not None else None
    if not isinstance(body, DspUpdateFirmwareWarning):
        return {}
    return {device: why for name, why in _LEFT_OUT.items() for device in getattr(body, name)}
