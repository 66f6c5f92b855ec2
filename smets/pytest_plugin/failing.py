"""What does not hold, as an AssertionError: what was there instead, and the story of the Devices concerned."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from smart_metering.identifiers import Eui
from smart_metering.instants import format_instant
from smets.client.errors import SmetsError
from smets.local_system.system import BothSides
from smets.pytest_plugin.devices import selector_for
from smets.scenarios.cast import Member
from smets.scenarios.planning import Expectation
from smets.scenarios.results import Failure
from smets.scenarios.timeline import timeline

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage

STORIES = 2
"""Of so many Devices the story stands in the error itself."""

EVENTS = 30
"""Of each story, the last so many."""


class DidNotHold(AssertionError):
    """`failures` say what was expected, what was found, and what came nearest; `story` is what led there."""

    def __init__(self, failures: Sequence[Failure], story: str = "") -> None:
        self.failures = tuple(failures)
        self.story = story
        super().__init__("\n\n".join((*map(str, failures), *((story,) if story else ()))))


def expect(stage: "Stage", said: Mapping[str, object], members: tuple[Member, ...] | None) -> None:
    """An expectation in the words of a scenario, of these Devices. Raises DidNotHold and FleetFileError."""
    __tracebackhide__ = True
    here = stage.here
    model = here.draft.said({"expect": said}).expect
    assert model is not None
    expectation = Expectation(line=0, said=model, devices=members)
    hold(stage, stage(here.checker.check(expectation)))


def about_words(members: Sequence[Member] | None) -> dict[str, object]:
    """How an expectation calls the Devices that it is about."""
    return {} if members is None else {"about": selector_for(members)}


def hold(stage: "Stage", failures: Sequence[Failure]) -> None:
    """Raises DidNotHold where there is a failure."""
    __tracebackhide__ = True
    if failures:
        concerned = dict.fromkeys(device for failure in failures for device in failure.devices)
        raise DidNotHold(failures, story_of(stage, islice(concerned, STORIES)))


def story_of(stage: "Stage", devices: Iterable[Eui]) -> str:
    """What happened to each, and how it is now on both sides."""
    return "\n\n".join(_story(stage, device) for device in devices)


def _story(stage: "Stage", device: Eui) -> str:
    try:
        events = stage(timeline(stage.system, device))
        both = stage(stage.system.device(device))
        now = stage(stage.system.clock.now()).now
    except SmetsError as error:
        return f"story of {device}: {error}"
    lines = [f"{event}  ({', '.join(event.users)})" if event.users else str(event) for event in events]
    if len(lines) > EVENTS:
        lines = [f"... {len(lines) - EVENTS} events before", *lines[-EVENTS:]]
    lines.append(f"{format_instant(now)}  now     {_as_it_is(both)}")
    return "\n".join((f"story of {_type_of(both)} {device}", *(f"  {line}" for line in lines)))


def _type_of(both: BothSides) -> str:
    if both.inside is not None:
        return both.inside.device_type
    return both.smi.device.device_type if both.smi is not None else ""


def _as_it_is(both: BothSides) -> str:
    believed, true = "does not know it", "is not emulated"
    if both.smi is not None:
        device = both.smi.device
        believed = (
            f"says {device.device_status or 'no status'}, firmware {device.device_firmware_version or 'none'}"
        )
    if both.inside is not None:
        true = f"runs {both.inside.firmware_version}"
    return f"the SMI {believed}; the Device {true}"
