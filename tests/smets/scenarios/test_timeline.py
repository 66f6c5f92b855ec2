"""The timeline of a Device, in this process and on servers."""

from smart_metering.administration import FaultRule
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS
from smets.local_system.system import connect
from smets.scenarios.timeline import Kind, Side, timeline
from tests.smets.running_system import ESME, RunningSystem


async def test_all_sides_stand_in_the_order_of_what_led_to_what(world: RunningSystem) -> None:
    device = world.device(ESME)
    await world.emulator.set_faults(
        [FaultRule(name="mute", fate="lose", one_in=1, direction="FROM_DEVICE", references=("11.2",))]
    )
    lost = await world.supplier.send("11.2", device)
    await world.administration.advance(MINUTE_MS)
    await world.emulator.clear_faults()
    await world.supplier.send("11.2", device)
    await world.administration.advance(MINUTE_MS)
    await world.network_operator.send("6.23", device)

    async with connect(world.system.connection) as system:
        events = await timeline(system, device)

    assert [(event.side, event.kind, event.code, event.is_bad) for event in events] == [
        (Side.SMI, Kind.BEGINNING, "Commissioned", False),
        (Side.USER, Kind.REQUEST, "", False),
        (Side.DSP, Kind.ANSWER, "I99", False),
        (Side.AIR, Kind.FAULT, "mute", True),
        (Side.AIR, Kind.FAULT, "mute", True),  # The DSP sent the Command again, twice.
        (Side.AIR, Kind.FAULT, "mute", True),
        (Side.DSP, Kind.RESPONSE, "E21", True),
        (Side.USER, Kind.REQUEST, "", False),
        (Side.DSP, Kind.ANSWER, "I99", False),
        (Side.DEVICE, Kind.RESPONSE, "I0", False),
        (Side.USER, Kind.REQUEST, "", False),
        (Side.DSP, Kind.ANSWER, "E2", True),
    ]
    assert {event.request_id for event in events[1:7]} == {lost.request_id}
    assert events[9].text == "Response to 11.2: I0 success: firmware 00000001"
    assert str(events[3]).endswith("  air     fault 'mute' loses a message of 11.2 from the Device")


async def test_of_a_long_story_the_newest_is_told(world: RunningSystem) -> None:
    device = world.device(ESME)
    for _ in range(4):
        await world.supplier.send("11.2", device)
        await world.administration.advance(MINUTE_MS)

    async with connect(world.system.connection) as system:
        events = await timeline(system, device, most=3)

    assert [event.kind for event in events] == [Kind.BEGINNING, Kind.REQUEST, Kind.ANSWER, Kind.RESPONSE]
    assert events[-1].at >= 3 * MINUTE_MS


async def test_a_device_that_nobody_knows_has_no_story(world: RunningSystem) -> None:
    async with connect(world.system.connection) as system:
        assert await timeline(system, Eui("00-DB-12-34-FF-FF-FF-FF")) == []
