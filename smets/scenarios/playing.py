"""Plays a scenario on a system: each step by the client library, as Users and operators would do it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from smart_metering.administration import CplEntry, Registration
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant
from smets.client.errors import NotThere
from smets.fleet.rules_in_force import rules_text
from smets.local_system.system import System
from smets.scenarios.by_hand import handle, handling_of
from smets.scenarios.cast import Member
from smets.scenarios.checking import Checker, check_answers
from smets.scenarios.planning import Act, Scenario, supplier_role
from smets.scenarios.results import Failure, Request, ScenarioResult, StepResult
from smets.scenarios.sending import Sender
from smets.scenarios.wording import answers_of, said_of, told

SLICES = 24
"""In so many parts a stretch of time passes, so that what happens in it can be watched."""

POLL_SECONDS = 0.05
LEAST_SLICE_MS = 60 * SECOND_MS


class Watcher:
    """Is told how a scenario goes on. All of it may be left as it is."""

    async def scenario_begins(self, scenario: Scenario, system: System) -> None:
        """It is about to be played on this system, where its fleet stands."""

    async def step_begins(self, act: Act) -> None:
        """A step is about to be taken."""

    async def time_moved(self, now: Instant) -> None:
        """Emulated time is there now, a part of a stretch or the whole."""

    async def step_ended(self, result: StepResult) -> None:
        """A step was taken."""


@dataclass(slots=True)
class Player:
    """One scenario on one system where its fleet stands."""

    scenario: Scenario
    system: System
    watchers: Sequence[Watcher] = ()
    checker: Checker = field(init=False)
    result: ScenarioResult = field(init=False)
    _sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        scenario = self.scenario
        self.checker = Checker(self.system)
        self._sender = Sender(self.system, scenario.cast, scenario.files)
        self.result = ScenarioResult(
            name=scenario.name,
            source=scenario.source,
            seed=scenario.seed,
            rules=rules_text(scenario.model),
        )

    async def play(self) -> ScenarioResult:
        """All steps, then what must be so at the end. A step that fails does not end it. Raises SmetsError and what
        else makes it impossible to go on; the result has what was done until then."""
        began = time.perf_counter()
        try:
            for watcher in self.watchers:
                await watcher.scenario_begins(self.scenario, self.system)
            for act in self.scenario.acts:
                await self.take(act)
            for number, expectation in enumerate(self.scenario.expectations, start=1):
                async with self._step(f"end {number}", expectation.line, "expect", "") as step:
                    step.told = f"at the end: {said_of(expectation.said, len(expectation.devices or ()))}"
                    step.failures = await self.checker.check(expectation)
        finally:
            self.result.seconds = time.perf_counter() - began
        return self.result

    async def take(self, act: Act) -> None:
        """One step."""
        for watcher in self.watchers:
            await watcher.step_begins(act)
        async with self._step(act.number, act.line, act.step.verb, act.step.note or "") as step:
            step.told = told(act)
            await self._do(act, step)

    async def _do(self, act: Act, doing: "_Doing") -> None:
        system, step = self.system, act.step
        if step.send is not None:
            doing.requests = await self._sender.send(step.send, act.devices)
            doing.told += f": {answers_of(doing.requests)}"
            doing.failures = check_answers(step.send.expect, doing.requests)
        elif step.advance is not None:
            await self._pass_to(Instant((await system.clock.now()).now + step.advance))
        elif step.advance_to is not None:
            await self._pass_to(step.advance_to)
        elif step.next_event is not None:
            await self._next_events(step.next_event.times, step.next_event.within)
        elif step.faults is not None:
            await system.emulator.set_faults(act.faults)
        elif step.clear_faults is not None:
            await system.emulator.clear_faults(step.clear_faults)
        elif step.expect is not None:
            assert act.expectation is not None
            doing.failures = await self.checker.check(act.expectation)
        elif (handling := handling_of(step)) is not None:
            await handle(system.emulator, handling, act.devices)
        else:
            await self._administer(act)

    async def _administer(self, act: Act) -> None:
        administration, step = self.system.administration, act.step
        if step.add_to_cpl is not None:
            assert act.cpl_entry is not None
            await administration.add_cpl_entry(act.cpl_entry)
        elif step.remove_from_cpl is not None:
            assert act.cpl_entry is not None
            await administration.remove_cpl_entry(await self._entry_id(act.cpl_entry))
        elif step.registration is not None:
            supplier = self.system.user(step.registration.supplier).eui
            since = step.registration.since
            now = (await self.system.clock.now()).now if since is None else since
            await administration.load(registrations=[_registration(it, supplier, now) for it in act.devices])
        elif step.correct is not None:
            for member in act.devices:
                await administration.correct_device(
                    member.device_id,
                    manufacturer=step.correct.manufacturer or "",
                    model=step.correct.model or "",
                    reason=step.correct.reason,
                )
        elif step.recovery is not None:
            for member in act.devices:
                await administration.change_recovery(
                    member.device_id, step.recovery.event, step.recovery.reason
                )

    async def _entry_id(self, wanted: CplEntry) -> str:
        """Raises NotThere."""
        for entry in await self.system.administration.cpl_entries():
            if _product(entry) == _product(wanted):
                return entry.entry_id
        raise NotThere(
            f"{wanted.device_type} {wanted.device_manufacturer} {wanted.device_model} "
            f"{wanted.firmware_version} is not on the CPL"
        )

    # --- time

    async def _pass_to(self, end: Instant) -> None:
        state = await self.system.clock.now()
        if state.rate > 0:
            await self._wait_until(end)
            return
        stretch = end - state.now
        slices = slices_of(stretch)
        for part in range(1, slices + 1):
            target = state.now + stretch * part // slices
            now = (await self.system.clock.now()).now
            await self._moved((await self.system.clock.advance(target - now)).now)

    async def _wait_until(self, end: Instant) -> None:
        """Time that runs is waited for."""
        while (state := await self.system.clock.now()).now < end:
            await self._moved(state.now)
            remaining = (end - state.now) / SECOND_MS / max(state.rate, 1e-9)
            await asyncio.sleep(min(max(remaining, POLL_SECONDS), 1.0))

    async def _next_events(self, times: int, within: int) -> None:
        for _ in range(times):
            now = (await self.system.clock.now()).now
            await self._moved((await self.system.clock.run_to_next_event(Instant(now + within))).now)

    async def _moved(self, now: Instant) -> None:
        for watcher in self.watchers:
            await watcher.time_moved(now)

    # --- results

    @asynccontextmanager
    async def _step(self, number: str, line: int, verb: str, note: str) -> AsyncIterator["_Doing"]:
        doing, began = _Doing(), (await self.system.clock.now()).now
        real = time.perf_counter()
        yield doing
        result = StepResult(
            number=number,
            line=line,
            verb=verb,
            note=note,
            told=doing.told,
            began=began,
            ended=(await self.system.clock.now()).now,
            seconds=time.perf_counter() - real,
            requests=tuple(doing.requests),
            failures=tuple(doing.failures),
        )
        self.result.steps.append(result)
        for watcher in self.watchers:
            await watcher.step_ended(result)


def slices_of(stretch_ms: int | None) -> int:
    """In how many parts so much time passes; None: nobody knows yet how much, then as many as there may be."""
    return SLICES if stretch_ms is None else max(1, min(SLICES, stretch_ms // LEAST_SLICE_MS))


@dataclass(slots=True)
class _Doing:
    """A step while it is taken."""

    told: str = ""
    requests: list[Request] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def _registration(meter: Member, supplier: Eui, since: Instant) -> Registration:
    return Registration(mpxn=meter.mpxn, role=supplier_role(meter), party=supplier, effective_from=since)


def _product(entry: CplEntry) -> tuple[str, ...]:
    return entry.device_type, entry.device_manufacturer, entry.device_model, entry.firmware_version
