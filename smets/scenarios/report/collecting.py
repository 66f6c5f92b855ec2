"""Gathers what a report shows: watches a scenario as it is played, then asks both sides before the system is gone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise

from smart_metering.administration import Fate, FaultRule
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.dcc_alerts import definition_of as dcc_alert
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_alerts import definition_of as device_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.client.errors import NotThere, SmetsError
from smets.local_system.system import System
from smets.scenarios.beliefs import Beliefs, Sample, drawn_evenly
from smets.scenarios.cast import Member
from smets.scenarios.checking import Received
from smets.scenarios.planning import Scenario
from smets.scenarios.playing import Player
from smets.scenarios.report.gathered import AlertRow, FaultRow, Gathered, Story
from smets.scenarios.results import ScenarioResult
from smets.scenarios.selectors import SelectorModel
from smets.scenarios.timeline import Event, Kind, Side, in_order, timeline

MOST_STORIES = 50
MOST_EVENTS = 60
"""Of one Device; of longer stories the beginning and the end are shown."""

FIRST_EVENTS = 15
MOST_ASKED_FOR_FAULTS = 10_000
SHOWN = 3


@dataclass(slots=True)
class Collector:
    """For one scenario: give its `beliefs` to `Running` as a watcher and its `harvest` as what is gathered."""

    beliefs: Beliefs = field(default_factory=Beliefs)
    _gathered: Gathered | None = None
    _missing: str = ""

    async def harvest(self, player: Player) -> None:
        """A system that answers no more leaves what was seen of it until then."""
        try:
            await self._harvest(player)
        except SmetsError as error:
            self._missing = str(error)

    async def _harvest(self, player: Player) -> None:
        await self.beliefs.look()
        scenario, system, result = player.scenario, player.system, player.result
        began = result.steps[0].began if result.steps else Instant(0)
        fleet = scenario.cast.devices(SelectorModel())
        members = {member.device_id: member for member in (*fleet, *self.beliefs.watched)}
        asked = drawn_evenly(fleet, MOST_ASKED_FOR_FAULTS)
        fates = await _fates(system, asked, began)
        wanted = _wanted(result, self.beliefs, fates)
        stories = [
            await _story(system, members[device], self.beliefs.samples)
            for device in islice((device for device in wanted if device in members), MOST_STORIES)
        ]
        self._gathered = Gathered(
            result=result,
            description=scenario.model.description,
            members={story.member.device_id: story.member for story in stories}
            | {member.device_id: member for member in self.beliefs.watched},
            stories=stories,
            candidates=max(len(wanted), self.beliefs.of),
            samples=self.beliefs.samples,
            watched_of=self.beliefs.of,
            alerts=alert_rows(row for row in await player.checker.received() if row.at >= began),
            faults=fault_rows(_rules(scenario), fates),
            faults_of=len(asked),
            devices=len(fleet),
        )

    def gathered(self, result: ScenarioResult) -> Gathered:
        """What was gathered; of a scenario that never came so far its result, and what was seen of its Devices."""
        if self._gathered is not None:
            return self._gathered
        return Gathered(
            result=result,
            members={member.device_id: member for member in self.beliefs.watched},
            samples=self.beliefs.samples,
            watched_of=self.beliefs.of,
            missing=self._missing,
        )


# --- whose stories


def _wanted(result: ScenarioResult, beliefs: Beliefs, fates: Mapping[Eui, Sequence[Fate]]) -> list[Eui]:
    """Those of failures first, then those with faults or where something changed, then the others."""
    failed = [device for _, failure in result.failures for device in failure.devices]
    refused = [row.device for step in result.steps for row in step.requests if _went_wrong(row.answer)]
    changed = _changed(beliefs.samples)
    watched = [member.device_id for member in beliefs.watched]
    return list(dict.fromkeys(device for device in (*failed, *refused, *fates, *changed, *watched) if device))


def _went_wrong(answer: str) -> bool:
    return answer.startswith("E")


def _changed(samples: Sequence[Sample]) -> Iterator[Eui]:
    if samples:
        for device, first in samples[0].seen.items():
            if any(sample.seen.get(device) != first for sample in samples[1:]):
                yield device


async def _story(system: System, member: Member, samples: Sequence[Sample]) -> Story:
    events = in_order([*await timeline(system, member.device_id), *changes_of(member.device_id, samples)])
    left_out = max(0, len(events) - MOST_EVENTS)
    rest = FIRST_EVENTS if left_out else len(events)
    return Story(
        member=member,
        events=(*events[:rest], *events[rest + left_out :]),
        left_out=left_out,
        rest=rest,
    )


def changes_of(device: Eui, samples: Sequence[Sample]) -> Iterator[Event]:
    """Of firmware and variant, on either side, as two samples show them; when between the two, nobody saw."""
    for before, after in pairwise(samples):
        was, now = before.seen.get(device), after.seen.get(device)
        if was is None or now is None or was == now:
            continue
        if was.device is not None and now.device is not None:
            for text in (
                _became("it runs firmware", was.device.firmware, now.device.firmware),
                _became("its variant is", was.device.variant, now.device.variant),
                _became("it holds, not activated, firmware", was.device.pending, now.device.pending)
                if now.device.pending
                else "",
            ):
                if text:
                    yield _change(after, Side.DEVICE, text)
        if was.smi is not None and now.smi is not None:
            for text in (
                _became("the SMI has firmware", was.smi.firmware, now.smi.firmware),
                _became("the SMI has variant", was.smi.variant, now.smi.variant),
            ):
                if text:
                    yield _change(after, Side.SMI, text)


def _became(words: str, was: str, now: str) -> str:
    return "" if was == now else f"{words} {now or 'none'}{f', before that {was}' if was else ''}"


def _change(sample: Sample, side: Side, text: str) -> Event:
    return Event(at=sample.at, side=side, kind=Kind.CHANGE, text=f"seen by now: {text}")


# --- alerts


def alert_rows(received: Iterable[Received]) -> list[AlertRow]:
    """Those that came first, first."""
    alike: dict[tuple[str, str], list[Received]] = {}
    for row in received:
        if row.is_alert:
            alike.setdefault((row.code, row.user), []).append(row)
    rows = [_alert_row(code, user, alerts) for (code, user), alerts in alike.items()]
    return sorted(rows, key=lambda row: (row.first, row.code, row.user))


def _alert_row(code: str, user: str, alerts: Sequence[Received]) -> AlertRow:
    devices = list(dict.fromkeys(device for alert in alerts for device in alert.devices))
    return AlertRow(
        code=code,
        name=alert_name(code),
        user=user,
        count=len(alerts),
        first=min(alert.at for alert in alerts),
        last=max(alert.at for alert in alerts),
        devices=len(devices),
        some=tuple(devices[:SHOWN]),
    )


def alert_name(code: str) -> str:
    """Of `N28` or `8F66`; empty where the tables have none."""
    if code in tuple(DccAlertCode):
        return dcc_alert(DccAlertCode(code)).name
    with suppress(ValueError):
        return device_alert(DeviceAlertCode(int(code, 16))).name
    return ""


# --- faults


async def _fates(system: System, members: Iterable[Member], since: Instant) -> dict[Eui, list[Fate]]:
    """Only of Devices that have any."""
    found = {}
    for member in members:
        with suppress(NotThere):
            fates = [fate async for fate in system.emulator.fates(member.device_id) if fate.at >= since]
            if fates:
                found[member.device_id] = fates
    return found


def _rules(scenario: Scenario) -> list[FaultRule]:
    return [*scenario.plan.faults, *(rule for act in scenario.acts for rule in act.faults)]


def fault_rows(rules: Iterable[FaultRule], fates: Mapping[Eui, Sequence[Fate]]) -> list[FaultRow]:
    """By rule: the scenario's own first, drawn or not, then what else held."""
    drawn = Counter(fate.rule for some in fates.values() for fate in some)
    devices = Counter(rule for some in fates.values() for rule in {fate.rule for fate in some})
    does: dict[str, list[str]] = {}
    for rule in rules:
        does.setdefault(rule.name, []).append(said_of_rule(rule))
    for name in sorted(drawn):
        does.setdefault(name, [])
    return [
        FaultRow(rule=name, does="; ".join(dict.fromkeys(words)), count=drawn[name], devices=devices[name])
        for name, words in does.items()
    ]


def said_of_rule(rule: FaultRule) -> str:
    """`lose one in 4 messages of 11.3 from the Device`."""
    how = f"one in {rule.one_in}" if rule.one_in else f"the next {rule.next} of each Device's"
    ways = {"TO_DEVICE": " to the Device", "FROM_DEVICE": " from the Device"}
    of = f" of {', '.join(rule.references)}" if rule.references else ""
    who = f", {rule.device or rule.comms_hub} only" if rule.device or rule.comms_hub else ""
    return f"{rule.fate} {how} messages{of}{ways.get(rule.direction, '')}{who}"
