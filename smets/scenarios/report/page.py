"""The page: one file of HTML that stands alone, from what was gathered of each scenario."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smart_metering.identifiers import Eui
from smets.counting import counted
from smets.durations import format_duration
from smets.scenarios.beliefs import Seen
from smets.scenarios.report.axis import axis_of
from smets.scenarios.report.drawing import Canvas, lanes, stacked
from smets.scenarios.report.gathered import Gathered, Story
from smets.scenarios.report.looks import Looks, looks_of
from smets.scenarios.report.states import (
    Band,
    TypePicture,
    has_variants,
    lanes_of,
    pictures,
    said_of_smi,
    states_of,
)
from smets.scenarios.report.wording import moment
from smets.scenarios.results import Request, ScenarioResult, StepResult
from smets.scenarios.timeline import Event, Kind

HERE = Path(__file__).parent
TEMPLATE, STYLE, SCRIPT = "page.html", "page.css", "page.js"

MOST_STEPS = 400
MOST_REQUESTS = 8
"""Of a step; those that went wrong first."""

MOST_NEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step with those of its requests that are shown."""

    step: StepResult
    requests: Sequence[Request]
    requests_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A Device with its picture, empty where it was not watched; `now` is how both sides were at last, `tally` how many
    faults and alerts there were. Events have a RequestID where it is named for the first time."""

    story: Story
    anchor: str
    events: Sequence[tuple[Event, str]]
    picture: Markup
    now: str
    tally: str
    differs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """A picture of a Device Type with its numbers: a row for each sample."""

    picture: TypePicture
    svg: Markup
    legend: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
    numbers: Sequence[tuple[str, str, Sequence[int]]]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioView:
    """One scenario as the template wants it."""

    anchor: str
    gathered: Gathered
    result: ScenarioResult
    steps: Sequence[StepView]
    steps_left_out: int
    pictures: Sequence[PictureView]
    stories: Sequence[StoryView]
    span: str


def write_page(path: Path, gathered: Iterable[Gathered]) -> None:
    """One file for all of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(gathered), "utf-8")


def page(gathered: Iterable[Gathered]) -> str:
    """The HTML. All that came from elsewhere is escaped."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": moment, "near": lambda failure: failure.near[:MOST_NEAR]}
    environment.globals |= {"counted": counted, "went_wrong": _went_wrong}
    return environment.get_template(TEMPLATE).render(
        scenarios=[_view(f"s{number}", one) for number, one in enumerate(gathered, start=1)],
        style=Markup((HERE / STYLE).read_text("utf-8")),
        script=Markup((HERE / SCRIPT).read_text("utf-8")),
        version=_version(),
    )


def _view(anchor: str, gathered: Gathered) -> ScenarioView:
    result = gathered.result
    canvas = Canvas(axis_of(result.steps), gathered.samples)
    drawn = list(pictures(gathered.members, gathered.samples))
    looks = looks_of(_states(drawn, gathered))
    steps = _shown_steps(result.steps)
    return ScenarioView(
        anchor=anchor,
        gathered=gathered,
        result=result,
        steps=[_step(step) for step in steps],
        steps_left_out=len(result.steps) - len(steps),
        pictures=[_picture(picture, canvas, looks) for picture in drawn],
        stories=[_story(anchor, story, canvas, looks) for story in gathered.stories],
        span=_span(result.steps),
    )


def _states(drawn: Iterable[TypePicture], gathered: Gathered) -> Iterator[str]:
    for picture in drawn:
        for band in picture.bands:
            yield from band.states
    for story in gathered.stories:
        both = lanes_of(story.member.device_id, gathered.samples)
        if both is not None:
            yield from (piece.state for piece in (*both.believed, *both.true))


# --- steps


def _shown_steps(steps: Sequence[StepResult]) -> list[StepResult]:
    """In their order: those that failed, and of the others the first."""
    if len(steps) <= MOST_STEPS:
        return list(steps)
    room = MOST_STEPS
    failed = {position for position, step in enumerate(steps) if step.failures}
    kept = sorted(failed)[:room]
    kept += [position for position in range(len(steps)) if position not in failed][: room - len(kept)]
    return [steps[position] for position in sorted(kept)]


def _step(step: StepResult) -> StepView:
    requests = sorted(step.requests, key=lambda row: not _went_wrong(row))[:MOST_REQUESTS]
    return StepView(step=step, requests=requests, requests_left_out=len(step.requests) - len(requests))


def _went_wrong(row: Request) -> bool:
    return row.answer.startswith("E") or row.response.startswith("E")


def _span(steps: Sequence[StepResult]) -> str:
    if not steps:
        return "no time"
    began, ended = steps[0].began, steps[-1].ended
    return f"{moment(began)} to {moment(ended)} ({format_duration(ended - began)})"


# --- pictures


def _picture(picture: TypePicture, canvas: Canvas, looks: Looks) -> PictureView:
    steps = canvas.axis.steps
    rows = []
    for position, sample in enumerate(canvas.samples):
        if sample.step >= len(steps) or not sample.is_within:
            where = f"after {steps[sample.step - 1].number}" if sample.step else "at the beginning"
        else:
            where = f"in {steps[sample.step].number}"
        numbers = [band.counts[position].get(state, 0) for band in picture.bands for state in band.states]
        rows.append((where, moment(sample.at), numbers))
    return PictureView(
        picture=picture,
        svg=stacked(picture, canvas, looks),
        legend=[(band.title, _legend(band, looks)) for band in picture.bands],
        numbers=rows,
        columns=[state for band in picture.bands for state in band.states],
    )


def _legend(band: Band, looks: Looks) -> list[tuple[str, str, str]]:
    """Fill, state, and how many at first and at last, with the most in between where it is more than both."""
    rows = []
    for state in band.states:
        numbers = [count.get(state, 0) for count in band.counts]
        peak = f", at most {max(numbers):,}" if max(numbers) > max(numbers[0], numbers[-1]) else ""
        rows.append((looks.fill(state), state, f"{numbers[0]:,} → {numbers[-1]:,}{peak}"))
    return rows


# --- Devices


def _story(anchor: str, story: Story, canvas: Canvas, looks: Looks) -> StoryView:
    device = story.member.device_id
    both = lanes_of(device, canvas.samples)
    last = canvas.samples[-1].seen[device] if both is not None else None
    return StoryView(
        story=story,
        anchor=anchor_of(anchor, device),
        events=_with_ids(story.events),
        picture=lanes(str(story.member), both, story.events, canvas, looks) if both else Markup(""),
        now=_now(last) if last is not None else "",
        tally=_tally(story),
        differs=last.disagreement if last is not None else "",
    )


def _with_ids(events: Iterable[Event]) -> list[tuple[Event, str]]:
    rows, named = [], set[str]()
    for event in events:
        rows.append((event, "" if event.request_id in named else event.request_id))
        named.add(event.request_id)
    return rows


def anchor_of(scenario: str, device: Eui) -> str:
    return f"{scenario}-{device}"


def _now(seen: Seen) -> str:
    with_variant = has_variants([seen])
    believed = said_of_smi(seen, with_variant=with_variant)
    if seen.smi is not None and seen.smi.firmware and seen.device is not None and not seen.disagreement:
        return f"{believed} on both sides"
    _, true = states_of([seen])
    return f"SMI: {believed}; Device: {true(seen)}"


def _tally(story: Story) -> str:
    kinds = Counter(event.kind for event in story.events)
    named = ((Kind.FAULT, "fault"), (Kind.ALERT, "alert"))
    return ", ".join(counted(kinds[kind], name) for kind, name in named if kinds[kind])


def _version() -> str:
    try:
        return version("smets-emulator")
    except PackageNotFoundError:
        return ""
