"""What the fixture `smets` gives: the DSP and the emulated Devices of one test."""

from collections.abc import Awaitable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import parse_request_id
from smart_metering.ota.image import file_digest
from smets.client.explanation import Explained
from smets.fleet.lines import Fault
from smets.fleet.reading import FleetFileError
from smets.local_system.connection import SystemConnection
from smets.local_system.system import System
from smets.pytest_plugin.clocks import TestClock
from smets.pytest_plugin.devices import Device, Fleet, Meant, members_of, selector_for
from smets.pytest_plugin.drafting import without_lines
from smets.pytest_plugin.failing import expect, hold, story_of
from smets.pytest_plugin.faults import Faults
from smets.pytest_plugin.stage import Stage
from smets.pytest_plugin.users import Firmware, Sent, User
from smets.pytest_plugin.words import plain_mapping, text_and_source
from smets.scenarios.planning import Scenario, scenario_of
from smets.scenarios.playing import Player
from smets.scenarios.results import Failure, ScenarioResult, StepResult
from smets.scenarios.running import WRONG, Marks
from smets.scenarios.texts import plain_of, text_of
from smets.scenarios.timeline import Event, timeline
from smets.world.world import World

T = TypeVar("T")


class Smets:
    """One system. It is opened when it is first needed, by the fleet that is launched first if one is.

    `system` is the same as the client library has it; `call` makes calls of it. On a system of `--smets-state` all is
    the same but `world`, `fork`, `save` and `listen`, which skip the test.
    """

    def __init__(self, stage: Stage) -> None:
        self.clock = TestClock(stage)
        self.faults = Faults(stage)
        self._stage = stage

    # --- what stands

    def fleet(self, fleet: str | Path = "", /, **premises: object) -> Fleet:
        """Premises that stand from now on: those of a file or of its text; or `count` alike, in the keys of `fleets` in
        a fleet file: `template`, `firmware={"GSME": "00000002"}`, `status`, `supplier` ...

        The first fleet of a test may say all that a file may; a later one only fleets, firmware and templates.
        Raises FleetFileError, with the lines of the file, and SmetsError.
        """
        __tracebackhide__ = True
        stage = self._stage
        if fleet and premises:
            raise TypeError("expected a fleet file, or the keys of premises like count=3, not both")
        if fleet:
            return self._of_a_file(*text_and_source(fleet, stage.place.folders))
        if not premises and (not stage.is_open or stage.here.scenario.plan.premises):
            return Fleet(stage, [row.name for row in stage.here.scenario.plan.premises])
        said = plain_mapping(premises)
        said = {**stage.own_place(said), **said}
        return Fleet(stage, [row.name for row in stage.grow({"fleets": [said]})])

    def _of_a_file(self, text: str, source: str) -> Fleet:
        __tracebackhide__ = True
        stage = self._stage
        scenario = scenario_of(text, source)
        if scenario.acts or scenario.expectations:
            what = (
                "is a scenario: it has steps or expectations; expected @pytest.mark.scenario, or smets.play"
            )
            raise FleetFileError(source, [Fault(0, "", what)])
        if not stage.is_open and not stage.asked.fleet:
            return Fleet(stage, [row.name for row in stage.begin(text, source).scenario.plan.premises])
        return Fleet(stage, [row.name for row in stage.grow(plain_of(text))])

    def device(self, device: Meant) -> Device:
        """The one Device that is meant: by its ID, or as in a scenario (`homes/3/GSME`). Raises LookupError."""
        __tracebackhide__ = True
        members = members_of(self._stage, device)
        if len(members) != 1:
            raise LookupError(f"{device!r} means {len(members)} Devices, not one")
        return Device(self._stage, members[0])

    def firmware(
        self, device_type: DeviceType | str, version: str, *, name: str = "", **keys: object
    ) -> Firmware:
        """A firmware file for the template's Device of this type, uploaded, and on the CPL unless `on_cpl=False`.

        Further keys are those of `firmware` in a fleet file: `template`, `defect`, `size_octets` ...
        """
        __tracebackhide__ = True
        stage = self._stage
        name = name or f"{device_type}-{version}"
        said = plain_mapping({"device_type": str(device_type), "version": version, **keys})
        stage.grow({"firmware": {name: said}})
        return self.firmware_named(name)

    def firmware_named(self, name: str) -> Firmware:
        """A firmware file of the fleet file. Raises LookupError."""
        here = self._stage.here
        for row in here.scenario.plan.firmware:
            if row.name == name:
                return Firmware(
                    name,
                    row.octets,
                    file_digest(row.octets),
                    here.scenario.model.firmware[name].version,
                    here.refused_firmware.get(name, ""),
                )
        raise LookupError(
            f"there is no firmware {name!r} (there is: {', '.join(here.scenario.model.firmware) or 'none'})"
        )

    def user(self, name: str) -> User:
        """A party by its name or EUI. Raises UnknownParty."""
        __tracebackhide__ = True
        return User(self._stage, name)

    # --- the Central Products List, and whatever else a step of a scenario can do

    def add_to_cpl(self, device_type: DeviceType | str, version: str, **keys: object) -> None:
        """A product of the template is on the CPL from now on."""
        __tracebackhide__ = True
        self.do({"add_to_cpl": {"device_type": str(device_type), "firmware_version": version, **keys}})

    def remove_from_cpl(self, device_type: DeviceType | str, version: str, **keys: object) -> None:
        """A product of the template leaves the CPL: Devices that run it are Suspended. Raises NotThere."""
        __tracebackhide__ = True
        self.do({"remove_from_cpl": {"device_type": str(device_type), "firmware_version": version, **keys}})

    def do(self, step: Mapping[str, object]) -> None:
        """One step of a scenario, like `{"registration": {"supplier": "second supplier", "devices": "GSME"}}`.

        Raises DidNotHold where the step fails, FleetFileError where it says what no step says, and SmetsError.
        """
        __tracebackhide__ = True
        stage = self._stage
        here = stage.here
        text = text_of({**here.draft.plain, "steps": [plain_mapping(step)]})
        scenario = without_lines(scenario_of, text, "smets.do")
        player = Player(scenario, here.system)
        player.checker = here.checker
        for act in scenario.acts:
            stage.concerned.update({member.device_id: None for member in act.devices})
            stage(player.take(act))
        hold(stage, [failure for _, failure in player.result.failures])

    def play(self, scenario: Scenario) -> ScenarioResult:
        """A whole scenario, as the first that happens in the system. Raises DidNotHold and SmetsError."""
        __tracebackhide__ = True
        stage = self._stage
        here = stage.begin(scenario.text, scenario.source)
        marks = Marks(here.simulation.world) if here.simulation is not None else None
        player = Player(here.scenario, here.system, (marks,) if marks is not None else ())
        player.checker = here.checker
        failures: list[Failure] = []
        try:
            stage(player.play())
        except WRONG as error:
            after = player.result.steps[-1].told if player.result.steps else "nothing"
            failures.append(
                Failure(
                    expected=f"{scenario.name} to be played to its end",
                    found=f"{error} (after: {after})",
                    reasons=(str(error),),
                )
            )
        if marks is not None:
            rows = zip(player.result.steps, marks.events, strict=True)
            here.steps += [
                {"number": step.number, "event": event, "told": step.told, "held": not step.failures}
                for step, event in rows
            ]
        failures += [_with_line(scenario, step, failure) for step, failure in player.result.failures]
        stage.concerned.update({device: None for failure in failures for device in failure.devices})
        hold(stage, failures)
        return player.result

    # --- what is expected

    def expect(self, devices: Meant, **said: object) -> None:
        """What must be so of Devices, in the words of a scenario, of all, of a `share="95%"`, or of exactly `count`:
        `status`, `history`, `smi_firmware_version`, `firmware_version`, `esme_variant`, `pending_version`, `agree` ...

        Raises DidNotHold, which tells what was there instead and the story of the Devices; FleetFileError for words
        that are none.
        """
        __tracebackhide__ = True
        members = members_of(self._stage, devices)
        expect(self._stage, {"devices": selector_for(members), **said}, members)

    def explain(self, sent: Sent | str) -> Explained:
        """What became of a request, hop by hop, with the rows that decided. Raises NotThere."""
        __tracebackhide__ = True
        request_id = sent.request_id if isinstance(sent, Sent) else sent
        return self.call(self.system.explain(parse_request_id(request_id)))

    def timeline(self, device: Meant) -> list[Event]:
        """What happened to one Device, from all sides, oldest first."""
        __tracebackhide__ = True
        return self.call(timeline(self.system, self.device(device).id))

    def story(self, devices: Meant) -> str:
        """The same of each, as a failure tells it."""
        __tracebackhide__ = True
        return story_of(self._stage, [member.device_id for member in members_of(self._stage, devices)])

    # --- what is beneath

    @property
    def system(self) -> System:
        return self._stage.system

    @property
    def seed(self) -> str:
        return self._stage.seed

    @property
    def world(self) -> World:
        return self._stage.world

    def call(self, call: Awaitable[T], *, timeout_seconds: float | None = None) -> T:
        """What a call of the client library answers, or raises; so long is waited for it. Raises OutOfTime."""
        __tracebackhide__ = True
        return self._stage(call, timeout_seconds=timeout_seconds)

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """What `async with` would give; it is left at the end of the test."""
        return self._stage.blocking.enter(context)

    def listen(self) -> SystemConnection:
        """Free ports of 127.0.0.1, for clients of other processes or of the test's own loop: `dsp`, `emulator`, and a
        `state` folder with the keys of the parties, for `smets --state` and `connect`."""
        __tracebackhide__ = True
        return self._stage.listen()

    def fork(self) -> "Smets":
        """Another system to which all the same has happened; from here both go their own ways."""
        __tracebackhide__ = True
        return Smets(self._stage.fork())

    def save(self, folder: str | Path) -> Path:
        """The run, as the state folder of a system that was stopped here: for `smets replay`."""
        __tracebackhide__ = True
        self._stage.world.save(Path(folder))
        return Path(folder)

    def __repr__(self) -> str:
        return (
            f"<smets: seed {self.seed!r}, {self.clock.text}>"
            if self._stage.is_open
            else "<smets: not open yet>"
        )


def _with_line(scenario: Scenario, step: StepResult, failure: Failure) -> Failure:
    return replace(failure, expected=f"{failure.expected} ({scenario.source}:{step.line})")
