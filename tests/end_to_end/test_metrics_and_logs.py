"""What both servers tell those who operate them, as processes: metrics, what they count, and their logs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from smart_metering.administration import FaultRule
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import MINUTE_MS, SECOND_MS
from smets.client.connection import Connection
from smets.client.operations import Operations
from smets.client.records import ServerDescription
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import FleetPlan, plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import StateFolder
from tests.smets.running_system import ESME, HUB
from tests.support.watching import Samples, facts, metrics_at, page_at

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
FLEET = "fleets: [{count: 2}]"


@asynccontextmanager
async def running(
    state: Path, *, with_metrics: bool = True, log_format: str = "json", log_level: str = "info"
) -> AsyncIterator[tuple[LocalSystem, FleetPlan]]:
    plan = plan_fleet(*read_fleet(FLEET))
    port = 0 if with_metrics else None
    settings = SystemSettings(
        state=state,
        organisations=plan.organisations,
        dsp_metrics_port=port,
        emulator_metrics_port=port,
        log_format=log_format,
        log_level=log_level,
    )
    async with LocalSystem(settings) as system:
        await launch_fleet(plan, system.connection)
        yield system, plan


async def read_both(system: LocalSystem) -> tuple[Samples, Samples]:
    connection = system.connection
    return await metrics_at(connection.dsp_metrics), await metrics_at(connection.emulator_metrics)


async def described(address: str) -> tuple[ServerDescription, dict[str, float]]:
    async with Connection(address) as connection:
        told = await Operations(connection).describe()
    return told, {figure.name: figure.value for figure in told.figures}


def device(plan: FleetPlan, position: int) -> Eui:
    """The Device at this position of the first premises."""
    return eui_from_number(eui_number(plan.premises[0].eui_from) + position)


async def two_reads_of_which_one_is_lost(system: LocalSystem, plan: FleetPlan) -> tuple[str, str]:
    """The RequestIDs: answered, and given up (E21)."""
    connection = system.connection
    async with (
        connection.user(plan.parties[0].eui) as supplier,
        connection.emulator_control() as emulator,
        connection.administration() as administration,
    ):
        answered = await supplier.send("11.2", device(plan, ESME))
        await administration.advance(MINUTE_MS)
        await emulator.set_faults([FaultRule(name="mute", fate="lose", one_in=1, direction="FROM_DEVICE")])
        lost = await supplier.send("11.2", device(plan, ESME))
        await administration.advance(MINUTE_MS)
        return answered.request_id, lost.request_id


async def test_metrics_of_both_servers_tell_what_happened(tmp_path: Path) -> None:
    async with running(tmp_path) as (system, plan):
        before, _ = await read_both(system)
        await two_reads_of_which_one_is_lost(system, plan)
        async with system.connection.user(plan.parties[0].eui) as supplier:
            await supplier.send("11.3", device(plan, HUB))  # E19 and the like: a hub takes none
        dsp, emulator = await read_both(system)

    assert ("smets_dsp_requests_total", "I99", "11.2") not in before
    assert dsp["smets_dsp_requests_total", "I99", "11.2"] == 2
    assert sum(number for name, number in dsp.items() if name[0] == "smets_dsp_requests_total") == 3
    assert dsp["smets_dsp_responses_total", "I0", "11.2"] == 1
    assert dsp["smets_dsp_responses_total", "E21", "11.2"] == 1
    assert dsp["smets_dsp_devices", "ESME", "Commissioned"] == 2
    assert dsp["smets_dsp_outstanding_requests", "late"] == 1
    assert dsp["smets_dsp_hosts",] == 1
    assert dsp["smets_dsp_hubs", "emulator"] == 2
    assert dsp["smets_dsp_uplinks_total", "gbcs"] == 1
    assert dsp["smets_dsp_downlinks_total", "gbcs"] == emulator["smets_emulator_downlinks_total", "gbcs"] >= 2
    assert dsp["smets_dsp_journal_entries",] > before["smets_dsp_journal_entries",]
    assert dsp["smets_dsp_turn_seconds_count",] > 0
    assert dsp["smets_dsp_commit_seconds_count",] > 0
    assert dsp["smets_dsp_clock_seconds",] - before["smets_dsp_clock_seconds",] == 2 * MINUTE_MS / SECOND_MS
    assert (dsp["smets_dsp_clock_rate",], dsp["smets_dsp_clock_drift_seconds",]) == (0, 0)
    assert emulator["smets_emulator_clock_seconds",] == dsp["smets_dsp_clock_seconds",]
    assert emulator["smets_emulator_attached",] == 1
    assert emulator["smets_emulator_devices", "ESME"] == 2
    assert emulator["smets_emulator_premises",] == 2
    assert emulator["smets_emulator_faults_total", "lose"] >= 1
    assert emulator["smets_emulator_fault_rules",] == 1
    assert emulator["smets_emulator_turn_seconds_count",] > 0
    assert emulator["process_resident_memory_bytes",] > 0


async def test_a_page_of_docs_lists_every_metric_with_its_words(tmp_path: Path) -> None:
    page = OPERATIONS.read_text("utf-8")
    async with running(tmp_path) as (system, _):
        rows = [
            f"| `{family.name}` | {family.type} | {family.documentation} |"
            for address in (system.connection.dsp_metrics, system.connection.emulator_metrics)
            for family in text_string_to_metric_families(await page_at(address))
            if family.name.startswith("smets_")
        ]

    listed = [line for line in page.splitlines() if line.startswith("| `smets_")]
    assert rows == listed
    assert len(rows) > 30


async def test_both_describe_themselves_by_grpc_without_metrics(tmp_path: Path) -> None:
    async with running(tmp_path, with_metrics=False) as (system, plan):
        await two_reads_of_which_one_is_lost(system, plan)
        dsp, of_dsp = await described(system.connection.dsp)
        emulator, of_emulator = await described(system.connection.emulator)
        pids = system.connection.dsp_pid, system.connection.emulator_pid

    assert (dsp.server, emulator.server) == ("DSP", "emulator")
    assert (dsp.pid, emulator.pid) == pids
    assert (dsp.metrics, emulator.metrics) == ("", "")
    assert dsp.code == emulator.code != ""
    assert dsp.contract == emulator.contract != ""
    assert dsp.modifications == ("SECMP0105", "SECMP0007", "SAT-TITLES")
    assert [(host.name, host.comms_hubs) for host in dsp.hosts] == [("emulator", 2)]
    assert (emulator.host, emulator.attached, emulator.now) == ("emulator", True, dsp.now)
    assert (of_dsp["Devices"], of_dsp["Devices Commissioned"], of_dsp["outstanding requests"]) == (12, 12, 1)
    assert (of_dsp["requests answered"], of_dsp["Service Responses delivered"]) == (2, 2)
    assert (of_emulator["Devices"], of_emulator["Devices touched"]) == (12, 1)
    assert of_emulator["faults drawn"] >= 1


async def test_lines_about_a_request_carry_its_request_id_on_both_sides(tmp_path: Path) -> None:
    async with running(tmp_path, log_level="debug") as (system, plan):
        answered, lost = await two_reads_of_which_one_is_lost(system, plan)
    logs = StateFolder(tmp_path).logs
    dsp = facts((logs / "dsp.log").read_text("utf-8").splitlines())
    emulator = facts((logs / "emulator.log").read_text("utf-8").splitlines())

    about = [(line["event"], line["response_code"]) for line in dsp if line.get("request_id") == answered]
    about_lost = [
        (line["event"], line["response_code"], line["level"])
        for line in dsp
        if line.get("request_id") == lost
    ]
    fates = [(line["fate"], line["what"]) for line in emulator if line.get("request_id") == lost]
    assert about == [("request answered", "I99"), ("Service Response", "I0")]
    assert about_lost == [
        ("request answered", "I99", "debug"),
        ("Service Response", "E21", "info"),
    ]
    assert fates[0] == ("lose", "FROM_DEVICE message 2: lose, by rule mute")


async def test_a_log_is_in_text_if_that_is_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path, log_format="text") as (system, plan):
        _, lost = await two_reads_of_which_one_is_lost(system, plan)
    said = (StateFolder(tmp_path).logs / "dsp.log").read_text("utf-8").splitlines()

    (line,) = [line for line in said if lost in line]
    assert "Service Response" in line
    assert f"request_id={lost}" in line
    assert "response_code=E21" in line
