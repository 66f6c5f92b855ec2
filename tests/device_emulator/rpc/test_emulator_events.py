"""The door of an emulator's events: fates that were drawn, Devices outside that came and went."""

from collections.abc import AsyncIterator

import pytest

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings
from device_emulator.core.external_records import PresenceTold
from smart_metering.administration import FaultRule
from smart_metering.device_types import DeviceType
from smets.client.connection import Connection
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import Refused
from smets.client.event_records import EmulatorEvent, EmulatorEventPosition
from smets.client.events import EmulatorEvents
from tests.device_emulator.bench import Bench
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import emulator_at, meter, read

LOSE = FaultRule(name="lose all", direction="FROM_DEVICE", fate="lose", one_in=1)


@pytest.fixture
async def dsp() -> AsyncIterator[FakeDsp]:
    async with FakeDsp() as dsp:
        yield dsp


async def told(
    emulator: DeviceEmulator, after: EmulatorEventPosition | None = None
) -> tuple[list[EmulatorEvent], EmulatorEventPosition]:
    """Up to now."""
    async with Connection(emulator.address) as connection:
        side = EmulatorEvents(connection)
        batches = [it async for it in side.follow(after or EmulatorEventPosition(), until_now=True)]
    return [event for batch in batches for event in batch.events], batches[-1].position


async def test_faults_and_presence_are_told_from_a_position_on(
    dsp: FakeDsp, settings: EmulatorSettings, bench: Bench
) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])
        await control.set_faults([LOSE])
        dsp.send(read(bench))
        await dsp.pass_barrier()
        before, position = await told(emulator)
        await control.set_external(meter(bench), True)
        for online in (True, True, False):
            await emulator.host.hear_external(PresenceTold(device=meter(bench), online=online))

        after, _ = await told(emulator, position)

        assert [(it.kind, it.what, it.rule, it.reference) for it in before] == [
            ("fault", "lose", "lose all", "11.2")
        ]
        assert [(it.kind, it.device_id, it.what) for it in after] == [
            ("presence", meter(bench), "online"),
            ("presence", meter(bench), "offline"),
        ]


async def test_who_is_there_can_be_asked(dsp: FakeDsp, settings: EmulatorSettings, bench: Bench) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])
        await dsp.pass_barrier()
        await control.set_external(meter(bench), True)
        await emulator.host.hear_external(PresenceTold(device=meter(bench), online=True))

        async with Connection(emulator.address) as connection:
            batches = [it async for it in EmulatorEvents(connection).presence()]

        assert [(it.device_id, it.online) for batch in batches for it in batch.states] == [
            (meter(bench), True)
        ]
        assert (await told(emulator, batches[0].position))[0] == []


async def test_the_place_of_a_hub_is_given_to_nobody(
    dsp: FakeDsp, settings: EmulatorSettings, bench: Bench
) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])

        with pytest.raises(Refused, match="a CHF is the hub itself: it is not external"):
            await control.set_external(bench.device(DeviceType.CHF), True)
