"""The servers: whether they run and serve, run the same code, speak the same contract, and agree on the time."""

from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import Request, urlopen

from dsp.rules.releases import MODIFICATIONS
from operations.running import code_digest, installed_version
from smart_metering.instants import SECOND_MS
from smart_metering.wire.contract import NAME as CONTRACT
from smart_metering.wire.contract import contract_digest
from smets.client.operations import Health
from smets.client.records import ServerDescription
from smets.doctor.finding import Finding, failed, note, ok, warning
from smets.local_system.protection import trusting
from smets.local_system.sight import ServerSight, SystemSight

RESTART = "smets down, then smets up again"
DRIFT_SECONDS = 2.0
PATIENCE_SECONDS = 3.0
DIGITS_SHOWN = 12
DRIFT = "clock drift ms"


def look_at_servers(sight: SystemSight) -> Iterator[Finding]:
    """Everything that can be asked of those that answer."""
    for server in sight.servers:
        yield _health(server)
    described = [server.described for server in sight.servers if server.described is not None]
    if not described:
        return
    yield _versions(described)
    yield _contracts(described)
    if sight.dsp.described is not None:
        yield _rules(sight.dsp.described)
        yield from _clock(sight, sight.dsp.described)
    yield from (_metrics(server) for server in sight.servers if server.metrics_url)


def _health(server: ServerSight) -> Finding:
    check, where = server.name, f"{server.address}, process {server.pid}"
    if server.health is Health.SERVING:
        return ok(check, f"serves at {where}")
    if server.health is Health.NOT_SERVING:
        remedy = "wait: it reads its state, or is about to end"
        return failed(check, f"{where}: it answers that it does not serve", remedy)
    if server.is_running:
        remedy = f"look into the folder logs of the state folder; then {RESTART}"
        return failed(check, f"{where}: it runs, and does not answer", remedy)
    return failed(
        check, f"{where}: it does not run", f"look into the folder logs of the state folder; then {RESTART}"
    )


def _versions(described: list[ServerDescription]) -> Finding:
    """Equal code has equal rules and equal tables, whatever its version is called."""
    here = installed_version(), code_digest()
    others = [it for it in described if (it.version, it.code) != here]
    if not others:
        return ok("versions", f"all run {here[0]}, from the same code")
    names = " and ".join(f"the {it.server} ({it.version})" for it in others)
    found = f"{names} was started from other code than this smets ({here[0]})"
    return warning("versions", found, f"{RESTART}: rules and tables may differ")


def _contracts(described: list[ServerDescription]) -> Finding:
    here = contract_digest()
    others = [it.server for it in described if it.contract != here]
    if not others:
        return ok("protocol", f"all speak {CONTRACT}, {here[:DIGITS_SHOWN]}")
    names = " and ".join(f"the {name}" for name in others)
    return failed(
        "protocol", f"{names} speaks another {CONTRACT} than this smets ({here[:DIGITS_SHOWN]})", RESTART
    )


def _rules(dsp: ServerDescription) -> Finding:
    found = ", ".join(dsp.modifications) or "no modification"
    unknown = [name for name in dsp.modifications if name not in MODIFICATIONS]
    if unknown:
        return failed("rules", f"{', '.join(unknown)}: in force at the DSP, and not known here", RESTART)
    return ok("rules", f"in force: {found}")


def _clock(sight: SystemSight, dsp: ServerDescription) -> Iterator[Finding]:
    if not dsp.hosts:
        remedy = "see logs/emulator.log of the state folder; time that is stepped meanwhile passes no Device"
        yield failed("clock", "no emulator is attached to the DSP", remedy)
    else:
        hubs = sum(host.comms_hubs for host in dsp.hosts)
        names = ", ".join(host.name for host in dsp.hosts)
        yield ok("clock", f"followed by {names}, with {hubs} Comms Hubs")
    yield from _difference(sight, dsp)
    drift = next((it.value for it in dsp.figures if it.name == DRIFT), 0.0) / SECOND_MS
    allowed = DRIFT_SECONDS * max(1.0, dsp.rate)
    if abs(drift) > allowed:
        remedy = "the machine slept, or its time was set; smets clock rate sets the clock going anew"
        yield warning("time drift", f"{drift:.1f} s of emulated time against the machine's time", remedy)
    else:
        yield ok("time drift", "stepped by hand" if dsp.rate == 0 else f"{drift:.3f} s at rate {dsp.rate:g}")


def _difference(sight: SystemSight, dsp: ServerDescription) -> Iterator[Finding]:
    check, off = "clocks agree", sight.clock_off_ms
    if off is None:
        yield note(check, "not known: the emulator of this state folder is silent, or not attached")
    elif abs(off) > DRIFT_SECONDS * SECOND_MS * dsp.rate:
        remedy = "it is told again with the next frame; if it stays so, start the emulator again"
        yield warning(check, f"the emulator's is off by {off} ms", remedy)
    else:
        yield ok(check, "the DSP's and the emulator's are the same" if off == 0 else f"off by {off} ms")


def _metrics(server: ServerSight) -> Finding:
    check, url = f"{server.name} metrics", server.metrics_url
    asked, context = Request(url), None
    if server.access is not None:
        context = trusting(server.access)
        asked.add_header("Authorization", f"Bearer {server.access.token}")
    try:
        with urlopen(asked, timeout=PATIENCE_SECONDS, context=context) as page:
            octets = len(page.read())
    except (URLError, OSError) as error:
        return warning(check, f"{url}: {error}", RESTART)
    return ok(check, f"{url}, {octets} octets")
