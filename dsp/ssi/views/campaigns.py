"""Firmware campaigns as pages: the list, a file field by field, and one campaign as it goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dsp.core.campaigns import Campaign, Course, Step, standing
from dsp.core.state import State
from dsp.ssi.views.addresses import address_of, device_address, explain_address
from dsp.ssi.views.badges import Badge, Tone, status_badge
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant

_TONES = {
    Step.LEFT_OUT: Tone.CALM,
    Step.ON_ITS_WAY: Tone.CALM,
    Step.NOT_DELIVERED: Tone.BAD,
    Step.AT_HUB: Tone.NOTE,
    Step.REJECTED: Tone.BAD,
    Step.VERIFIED: Tone.NOTE,
    Step.ASKED: Tone.NOTE,
    Step.REFUSED: Tone.BAD,
    Step.NO_ANSWER: Tone.WARN,
    Step.ANSWERED: Tone.WARN,
    Step.ACTIVE: Tone.GOOD,
}

ACTIONS = (
    # step               SRV     what the button says
    (Step.NOT_DELIVERED, "11.1", "Send the image again"),
    (Step.REJECTED,      "11.1", "Send the image again"),
    (Step.AT_HUB,        "11.3", "Activate"),
    (Step.VERIFIED,      "11.3", "Activate"),
    (Step.REFUSED,       "11.3", "Activate again"),
    (Step.NO_ANSWER,     "11.2", "Read the version"),
    (Step.NO_ANSWER,     "11.3", "Activate again"),
    (Step.ANSWERED,      "11.2", "Read the version"),
    (Step.ASKED,         "11.2", "Read the version"),
)  # fmt: skip
"""What may be sent from the page to the Devices that stand at a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    """One of the list."""

    href: str
    at: Instant
    request_id: str
    explain_href: str
    srv: str
    version: str
    devices: int
    left_out: int
    answer: Badge


@dataclass(frozen=True, slots=True)
class Action:
    """A button: this SRV to all that stand at the step."""

    srv: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """How many stand there. `number` is that of the step's line in the chart."""

    step: Step
    number: int
    badge: Badge
    count: int
    href: str
    is_here: bool
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One Device of the campaign, with what the SMI has of it now."""

    device_id: Eui
    href: str
    step: Badge
    since: Instant
    why: str
    read_asked: bool
    status: Badge | None
    firmware_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """All of the page. `changes` tells a script whether there is something new."""

    number: int
    line: CampaignLine
    why: str
    firmware_file: str
    changes: int
    active: int
    taking_part: int
    steps: tuple[StepRow, ...]
    rows: tuple[DeviceRow, ...]
    count: int
    first: int
    last: int
    before_href: str
    after_href: str
    here: str
    chosen: str


def campaign_line(campaign: Campaign) -> CampaignLine:
    """Of the list."""
    return CampaignLine(
        href=f"/campaigns/{campaign.number}",
        at=campaign.at,
        request_id=campaign.request_id,
        explain_href=explain_address(campaign.request_id),
        srv=campaign.srv,
        version=campaign.version,
        devices=len(campaign.devices),
        left_out=len(campaign.left_out),
        answer=_answer(campaign),
    )


def campaign_view(
    state: State, course: Course, *, chosen: Step | None, start: int, size: int
) -> CampaignView:
    """`chosen`: only the Devices that stand there are listed, from the `start`th on."""
    campaign = course.campaign
    devices = standing(course, [chosen]) if chosen is not None else list(course.progress)
    start = min(start, max(len(devices) - 1, 0))
    page = devices[start : start + size]
    return CampaignView(
        number=campaign.number,
        line=campaign_line(campaign),
        why=campaign.why,
        firmware_file=campaign.firmware_file,
        changes=course.changes,
        active=course.counts[Step.ACTIVE],
        taking_part=len(campaign.devices) - course.counts[Step.LEFT_OUT],
        steps=tuple(_steps(course, chosen)),
        rows=tuple(_device(state, course, device) for device in page),
        count=len(devices),
        first=start + 1 if page else 0,
        last=start + len(page),
        before_href=_address(campaign, chosen, max(start - size, 0)) if start else "",
        after_href=_address(campaign, chosen, start + size) if start + size < len(devices) else "",
        here=_address(campaign, chosen, start),
        chosen=chosen or "",
    )


def chart_of(course: Course, now: Instant) -> dict[str, object]:
    """For the script that draws it: seconds, and for each step how many Devices stood there from then on."""
    points = [*course.points]
    at = [point.at / SECOND_MS for point in points]
    rows = [point.by_step for point in points]
    if points and now > points[-1].at:
        at.append(now / SECOND_MS)
        rows.append(rows[-1])
    steps = [step for step in Step if any(row.get(step) for row in rows)]
    return {
        "changes": course.changes,
        "at": at,
        "steps": [
            {"name": step, "number": number_of(step), "counts": [row.get(step, 0) for row in rows]}
            for step in steps
        ],
    }


def permitted(step: Step, srv: str) -> bool:
    """Whether there is such a button."""
    return any(row[:2] == (step, srv) for row in ACTIONS)


def number_of(step: Step) -> int:
    """Its line in the chart."""
    return list(Step).index(step)


def sent_text(srv: str, sent: int, taken: int) -> str:
    """What was sent from the page, in words."""
    refused = f", {sent - taken:,} were refused at once" if sent > taken else ""
    return f"{srv} was sent to {sent:,} Devices: {taken:,} requests were accepted{refused}."


def _steps(course: Course, chosen: Step | None) -> Iterable[StepRow]:
    for step in Step:
        if count := course.counts[step]:
            yield StepRow(
                step=step,
                number=number_of(step),
                badge=Badge(step, _TONES[step]),
                count=count,
                href=_address(course.campaign, step, 0),
                is_here=step is chosen,
                actions=tuple(Action(srv, text) for at, srv, text in _actions(course) if at is step),
            )


def _actions(course: Course) -> Sequence[tuple[Step, str, str]]:
    """An 11.4 is not activated by 11.3: a PPMID does that by itself."""
    srv = course.campaign.srv
    return [
        (step, srv if action == "11.1" else action, text)
        for step, action, text in ACTIONS
        if not (srv == "11.4" and action == "11.3")
    ]


def _device(state: State, course: Course, device_id: Eui) -> DeviceRow:
    it, known = course.progress[device_id], state.devices.get(device_id)
    return DeviceRow(
        device_id=device_id,
        href=device_address(device_id),
        step=Badge(it.step, _TONES[it.step]),
        since=it.at,
        why=it.why,
        read_asked=it.read_asked,
        status=status_badge(known.device.device_status) if known else None,
        firmware_version=known.device.device_firmware_version if known else "",
    )


def _answer(campaign: Campaign) -> Badge:
    if campaign.refused:
        return Badge(f"refused {campaign.code}", Tone.BAD)
    if campaign.left_out:
        return Badge(f"accepted {campaign.code}, some left out", Tone.WARN)
    return Badge(f"accepted {campaign.code}".strip(), Tone.GOOD)


def _address(campaign: Campaign, step: Step | None, start: int) -> str:
    return address_of(f"/campaigns/{campaign.number}", {"step": step or "", "start": start})
