"""The metrics of an emulator: the name of each, what it says, and where it is read. Reading them changes nothing."""

from device_emulator.runtime.figures import Figures
from device_emulator.runtime.host import Host
from operations.metrics_page import Counter, Figure, Gauge, Histogram, one
from smart_metering.administration import PremisesTemplate
from smart_metering.instants import SECOND_MS


def metrics(host: Host) -> tuple[Figure, ...]:
    """All of them; docs/operations.md lists them."""
    return (*_counted(host.figures), *_as_it_is(host))


def _counted(figures: Figures) -> tuple[Figure, ...]:
    return (
        Counter(
            "smets_emulator_downlinks",
            "Frames taken from the SM WAN: gbcs are Commands",
            figures.downlinks,
        ),
        Counter(
            "smets_emulator_uplinks",
            "Frames for the SM WAN: gbcs are Responses and Device Alerts",
            figures.uplinks,
        ),
        Counter("smets_emulator_faults", "Messages that met a fault rule, by what it did", figures.faults),
        Counter("smets_emulator_streams", "Attempts to open a stream to the DSP", figures.streams),
        Histogram("smets_emulator_turn_seconds", "Time in the core for one frame", figures.turns),
        Histogram(
            "smets_emulator_expiry_seconds", "Time in the core for what was due at once", figures.expiries
        ),
        Histogram("smets_emulator_commit_seconds", "Time of one commit of the ledger", figures.commits),
        Counter("smets_emulator_commit_changes", "Changes that were committed", figures.commit_changes),
    )


def _as_it_is(host: Host) -> tuple[Figure, ...]:
    emulator, state, clock = host.emulator, host.emulator.state, host.clock
    return (
        Gauge("smets_emulator_attached", "1: its stream to the DSP stands", one(lambda: host.has_stream)),
        Gauge(
            "smets_emulator_premises",
            "Premises launched: as many Comms Hubs",
            one(lambda: sum(it.count for it in _launches(host))),
        ),
        Gauge(
            "smets_emulator_devices",
            "Devices launched, by Device Type",
            lambda: _devices(host),
            ("device_type",),
        ),
        Gauge(
            "smets_emulator_touched_devices",
            "Devices that a message or file has reached",
            one(lambda: len(state.devices)),
        ),
        Gauge(
            "smets_emulator_outbox", "Uplinks that the DSP has not taken yet", one(lambda: len(state.outbox))
        ),
        Gauge(
            "smets_emulator_underway", "Messages that the air holds back", one(lambda: len(state.underway))
        ),
        Gauge(
            "smets_emulator_transfers",
            "Firmware files on their way over a HAN",
            one(lambda: len(state.transfers)),
        ),
        Gauge("smets_emulator_fault_rules", "Fault rules in force", one(lambda: len(emulator.faults()))),
        Gauge(
            "smets_emulator_clock_seconds",
            "Emulated time, since 1970; 0 before the DSP has told it",
            one(lambda: clock.now() / SECOND_MS),
        ),
        Gauge(
            "smets_emulator_clock_rate",
            "Emulated time per real time; 0: stepped by hand",
            one(lambda: clock.rate),
        ),
        Gauge(
            "smets_emulator_clock_behind_seconds",
            "Emulated time by which the clock was behind the DSP's when the last frame came",
            one(lambda: host.figures.behind_ms / SECOND_MS),
        ),
    )


def _devices(host: Host) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for launch in _launches(host):
        for device in launch.devices:
            key = (device.device_type,)
            found[key] = found.get(key, 0) + launch.count
    return found


def _launches(host: Host) -> list[PremisesTemplate]:
    """A copy; there are few, however many premises they stand for."""
    return list(host.emulator.state.launches.values())
