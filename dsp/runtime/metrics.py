"""The metrics of a DSP: the name of each, what it says, and where it is read. Reading them changes nothing."""

from collections import Counter as Tally
from collections.abc import Mapping
from typing import TypeVar

from dsp.runtime.figures import Figures
from dsp.runtime.runtime import Runtime
from operations.metrics_page import Counter, Figure, Gauge, Histogram, one
from smart_metering.instants import SECOND_MS

K = TypeVar("K")

NO_STATUS = "none"
"""Of a Device that has no SMI Status."""


def metrics(runtime: Runtime) -> tuple[Figure, ...]:
    """All of them; docs/operations.md lists them."""
    return (*_counted(runtime.figures), *_as_it_is(runtime))


def _counted(figures: Figures) -> tuple[Figure, ...]:
    return (
        Counter(
            "smets_dsp_requests",
            "Service Requests and Signed Pre-Commands answered, by SRV and the Response Code of the answer",
            figures.requests,
        ),
        Counter(
            "smets_dsp_responses",
            "Service Responses delivered to Users, by SRV and Response Code",
            figures.responses,
        ),
        Counter("smets_dsp_dcc_alerts", "DCC Alerts delivered, once for each User told", figures.dcc_alerts),
        Counter("smets_dsp_device_alerts", "Device Alerts delivered, likewise", figures.device_alerts),
        Counter("smets_dsp_downlinks", "Frames sent over the SM WAN: gbcs are Commands", figures.downlinks),
        Counter(
            "smets_dsp_uplinks",
            "Frames taken from the SM WAN: gbcs are Responses and Device Alerts",
            figures.uplinks,
        ),
        Counter(
            "smets_dsp_pushes",
            "Messages pushed to a User's Receive Response Service, by what came of the attempt",
            figures.pushes,
        ),
        Counter(
            "smets_dsp_other_inputs", "Inputs beside requests and uplinks, by kind", figures.other_inputs
        ),
        Histogram("smets_dsp_turn_seconds", "Time in the engine for one input", figures.turns),
        Histogram(
            "smets_dsp_expiry_seconds", "Time in the engine for what was due at once", figures.expiries
        ),
        Histogram("smets_dsp_commit_seconds", "Time of one commit of the ledger", figures.commits),
        Counter("smets_dsp_commit_changes", "Changes that were committed", figures.commit_changes),
    )


def _as_it_is(runtime: Runtime) -> tuple[Figure, ...]:
    state, clock, hosts = runtime.engine.state, runtime.clock, runtime.hosts
    return (
        Gauge(
            "smets_dsp_outstanding_requests",
            "Requests that a Device has yet to answer, by their stage",
            lambda: {
                (stage.name.lower(),): number for stage, number in _of(state.outstanding_by_stage).items()
            },
            ("stage",),
        ),
        Gauge(
            "smets_dsp_devices",
            "Devices in the SMI, by Device Type and SMI Status",
            lambda: {
                (device_type, status or NO_STATUS): number
                for (device_type, status), number in _of(state.devices_by_status).items()
            },
            ("device_type", "status"),
        ),
        Gauge("smets_dsp_schedules", "Schedules that read a Device", one(lambda: len(state.schedules))),
        Gauge(
            "smets_dsp_distributions",
            "Firmware files on their way to a hub",
            one(lambda: len(state.distributions)),
        ),
        Gauge("smets_dsp_hosts", "Emulators attached to the SM WAN", one(lambda: len(hosts))),
        Gauge(
            "smets_dsp_hubs",
            "Comms Hubs attached, by the emulator that serves them",
            lambda: {(name,): number for name, number in hosts.hubs().items()},
            ("host",),
        ),
        Gauge(
            "smets_dsp_journal_entries",
            "Inputs written down since the state was made",
            one(lambda: state.journal.last_position),
        ),
        Gauge("smets_dsp_clock_seconds", "Emulated time, since 1970", one(lambda: clock.now() / SECOND_MS)),
        Gauge(
            "smets_dsp_clock_rate",
            "Emulated time per real time; 0: stepped by hand",
            one(lambda: clock.rate),
        ),
        Gauge(
            "smets_dsp_clock_drift_seconds",
            "Emulated time that passed at this rate, less what the machine's own time would have given",
            one(clock.drift_seconds),
        ),
        Gauge(
            "smets_dsp_clock_late_seconds",
            "Emulated time by which the last events that were due happened too late",
            one(lambda: runtime.figures.late_ms / SECOND_MS),
        ),
    )


def _of(tally: Tally[K]) -> Mapping[K, int]:
    """A copy, which another thread does not change meanwhile."""
    return dict(tally)
