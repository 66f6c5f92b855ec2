"""What a report shows of one scenario, as plain records: gathered while its system was there, drawn when it is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.scenarios.beliefs import Sample
from smets.scenarios.cast import Member
from smets.scenarios.results import ScenarioResult
from smets.scenarios.timeline import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One Device: its events, oldest first; of longer ones `left_out` in the middle, before `events[rest]`."""

    member: Member
    events: tuple[Event, ...]
    left_out: int
    rest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """Alerts of one code to one User: how many, when, and about which Devices; the first few of them by name."""

    code: str
    name: str
    user: str
    count: int
    first: Instant
    last: Instant
    devices: int
    some: tuple[Eui, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault rule, what it does in words, how often it was drawn, and for how many Devices; never is 0."""

    rule: str
    does: str
    count: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`stories` are of some of the Devices, `candidates` of how many; `watched` were seen in each of the `samples`, of
    `watched_of` that the scenario names. Faults were asked for of `faults_of` Devices of `devices` in the fleets.
    `missing`: why what only the system could tell is not there."""

    result: ScenarioResult
    members: Mapping[Eui, Member]
    description: str = ""
    stories: Sequence[Story] = ()
    candidates: int = 0
    samples: Sequence[Sample] = ()
    watched_of: int = 0
    alerts: Sequence[AlertRow] = ()
    faults: Sequence[FaultRow] = ()
    faults_of: int = 0
    devices: int = 0
    missing: str = ""
