"""Events over real brokers: what the logs of both sides hold, once each, and what is retained is what holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smart_metering.administration import FaultRule
from smets.client.connection import Connection
from smets.client.event_records import DspEvent
from smets.client.events import DspEvents
from smets.local_system.mqtt import MqttSettings
from tests.smets.event_publisher.dashboards import PATIENCE_SECONDS, Dashboard
from tests.smets.running_system import ESME, RunningSystem, running
from tests.support.brokers import KINDS, Broker, running_broker

FLEET = "fleets: [{count: 20}]"
ENTRY = "ESME-AB01-010A030B-00000001"
LOSE = FaultRule(name="lose", direction="FROM_DEVICE", references=("11.2",), fate="lose", next=1)


@pytest.fixture(params=KINDS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    async with running_broker(request.param, tmp_path) as broker:
        yield broker


@asynccontextmanager
async def watched(
    state: Path, broker: Broker, fleet: str = FLEET
) -> AsyncIterator[tuple[RunningSystem, Dashboard]]:
    """A system that publishes over this broker, and who watches it from the start."""
    dashboard = Dashboard(broker.address)
    living = asyncio.create_task(dashboard.live())
    try:
        await until(lambda: dashboard.connections > 0)
        async with running(state, fleet, mqtt=MqttSettings(broker=f"mqtt://{broker.address}")) as world:
            yield world, dashboard
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def logged(world: RunningSystem, *kinds: str) -> list[DspEvent]:
    """What the DSP's logs hold."""
    async with Connection(world.system.connection.dsp) as connection:
        batches = DspEvents(connection).follow(kinds=kinds, until_now=True)
        return [event async for batch in batches for event in batch.events]


async def change_again_and_again(world: RunningSystem, times: int) -> None:
    """Every ESME Suspended and restored so often."""
    entry = next(row for row in await world.administration.cpl_entries() if row.entry_id == ENTRY)
    for _ in range(times):
        await world.administration.remove_cpl_entry(ENTRY)
        await world.administration.add_cpl_entry(entry)


async def test_what_the_smi_holds_is_retained_and_kept_true(tmp_path: Path, broker: Broker) -> None:
    async with watched(tmp_path / "state", broker) as (world, dashboard):
        await until(lambda: len([name for name in dashboard.states if name.startswith("smi/")]) == 120)
        meter = world.device(ESME)
        before = dashboard.state_of(meter)["status"]

        await world.administration.remove_cpl_entry(ENTRY)
        await until(lambda: dashboard.state_of(meter)["status"] == "Suspended")

        assert before == "Commissioned"
        assert dashboard.states["publisher/emulator"] == b"online"


async def test_changes_alerts_and_faults_are_told(tmp_path: Path, broker: Broker) -> None:
    async with watched(tmp_path / "state", broker) as (world, dashboard):
        meter = world.device(ESME)
        await world.emulator.set_faults([LOSE])
        await world.supplier.send("11.2", meter)
        await world.administration.advance(60_000)

        await world.administration.remove_cpl_entry(ENTRY)
        await until(lambda: len(dashboard.of("dcc-alert")) == 40 and bool(dashboard.events["fault"]))
        await until(lambda: len(dashboard.of("smi")) == 20)

        assert set(dashboard.of("dcc-alert")) == {"N28"}
        assert [(it.device, it.what) for it in dashboard.events["fault"]] == [(meter, "lose")]


async def test_a_state_that_goes_on_is_not_told_from_its_beginning(tmp_path: Path, broker: Broker) -> None:
    async with watched(tmp_path / "state", broker) as (world, dashboard):
        (entry,) = [row for row in await world.administration.cpl_entries() if row.entry_id == ENTRY]
        await world.administration.remove_cpl_entry(ENTRY)
        await until(lambda: len(dashboard.of("smi")) == 20)
        await until(lambda: len(dashboard.of("dcc-alert")) == 40)

    async with watched(tmp_path / "state", broker) as (world, dashboard):
        await world.administration.add_cpl_entry(entry)
        await until(lambda: len(dashboard.of("smi")) == 20)

        assert [event.position for event in dashboard.events["smi"]] == list(range(21, 41))
        assert not {f"dsp/smi/{position}" for position in range(1, 21)}.intersection(dashboard.told)


@pytest.mark.slow
async def test_each_event_comes_though_the_broker_is_killed_under_load(
    tmp_path: Path, broker: Broker
) -> None:
    async with watched(tmp_path / "state", broker) as (world, dashboard):

        async def kill() -> None:
            for _ in range(3):
                await asyncio.sleep(0.7)
                await broker.kill()
                await asyncio.sleep(0.2)
                await broker.start()

        await asyncio.gather(change_again_and_again(world, 30), kill())
        changes = [event.position for event in await logged(world, "SMI")]
        alerts = [event.position for event in await logged(world, "DCCAlert")]
        await until(lambda: dashboard.has_come_to(changes[-1], "smi"))
        await until(lambda: dashboard.has_come_to(alerts[-1], "message"))

        assert (len(changes), len(alerts)) == (30 * 2 * 20, 30 * 2 * 40)
        assert [event.position for event in dashboard.events["smi"]] == changes
        assert [event.position for event in dashboard.events["dcc-alert"]] == alerts
        assert dashboard.connections > 3
        await until(lambda: dashboard.state_of(world.device(ESME))["status"] == "Commissioned")
