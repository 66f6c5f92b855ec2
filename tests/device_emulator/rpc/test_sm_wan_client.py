"""The hubs' side of the SM WAN over loopback: attached, driven, broken off, and gone on with."""

from device_emulator.bootstrap import EmulatorSettings
from smart_metering.device_types import DeviceType
from smart_metering.instants import HOUR_MS, SECOND_MS, Instant
from smart_metering.ota.image import file_digest
from smart_metering.rpc.v1 import sm_wan_pb2
from smart_metering.sm_wan import FirmwareAtHub, FirmwareForDevices, Gbcs, Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    NOON,
    Bench,
    firmware,
    gbcs,
    image_hash,
    template,
)
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, downlink, emulator_at, meter, read


async def test_launched_premises_are_attached_and_answer(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        summary = await control.launch(bench.premises)
        dsp.send(read(bench), read(bench, 1), read(bench, 2))
        reached = await dsp.pass_barrier()

        assert (summary.premises, summary.devices) == (3, 21)
        assert set(dsp.hosts) == {"a host"}
        assert dsp.comms_hubs == [bench.device(DeviceType.CHF, number) for number in range(3)]
        assert [type(uplink.content) for uplink in dsp.uplinks] == [Receipt, Gbcs] * 3
        assert [uplink.sequence for uplink in dsp.uplinks] == [1, 2, 3, 4, 5, 6]
        assert reached.uplinks_sent == 6
        assert not reached.HasField("next_event")


async def test_a_barrier_is_answered_once_all_that_is_due_has_happened(
    settings: EmulatorSettings, bench: Bench
) -> None:
    date = Instant(NOON + HOUR_MS)
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        command = bench.activate_command(meter(bench), bytes(32), execution_time=date)
        dsp.send(downlink(meter(bench), gbcs(command)))

        before = await dsp.pass_barrier(Instant(date - 1))
        after = await dsp.pass_barrier(date)

        assert (before.next_event, before.uplinks_sent) == (date, 2)
        assert not after.HasField("next_event")
        assert after.uplinks_sent == 3
        assert dsp.uplinks[-1].at == date


async def test_a_frame_from_later_takes_the_emulator_along(settings: EmulatorSettings, bench: Bench) -> None:
    later = Instant(NOON + HOUR_MS)
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        dsp.send(downlink(meter(bench), gbcs(bench.read_command(UseCase.ECS52, meter(bench))), at=later))

        await dsp.until(lambda: dsp.taken == 2)

        assert [uplink.at for uplink in dsp.uplinks] == [later, later]


async def test_time_that_runs_brings_what_is_due_by_itself(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        dsp.rate = 10_000.0
        await dsp.pass_barrier()
        date = Instant((emulator.host.clock.now() + HOUR_MS) // SECOND_MS * SECOND_MS)
        command = bench.activate_command(meter(bench), bytes(32), execution_time=date)
        dsp.send(downlink(meter(bench), gbcs(command)))

        await dsp.until(lambda: dsp.taken == 3)

        assert dsp.uplinks[-1].at == date


async def test_a_firmware_file_is_fetched_once_checked_and_kept(
    settings: EmulatorSettings, bench: Bench
) -> None:
    octets = firmware(DeviceType.ESME)
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        dsp.files[file_digest(octets)] = octets
        await control.launch(bench.premises)
        for number in range(2):
            hub = bench.device(DeviceType.CHF, number)
            content = FirmwareForDevices(
                request_id="11.1", firmware_file=file_digest(octets), devices=(meter(bench, number),)
            )
            dsp.send(downlink(hub, content))
        await dsp.until(lambda: dsp.taken == 2)
        reached = await dsp.pass_barrier()
        await dsp.pass_barrier(Instant(reached.next_event))

        at_hub = FirmwareAtHub(request_id="11.1", success=True)
        assert [uplink.content for uplink in dsp.uplinks[:2]] == [at_hub, at_hub]
        inside = await control.inspect(meter(bench))
        assert (inside.pending_version, inside.pending_hash) == ("00020000", image_hash(octets))
        kept = settings.state / "firmware" / file_digest(octets)
        assert kept.read_bytes() == octets


async def test_a_file_that_the_dsp_does_not_hold_is_told_as_not_at_the_hub(
    settings: EmulatorSettings, bench: Bench
) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        content = FirmwareForDevices(request_id="11.1", firmware_file="0" * 64, devices=(meter(bench),))
        dsp.send(downlink(bench.hub, content))

        await dsp.until(lambda: dsp.taken == 1)

        assert dsp.uplinks[0].content == FirmwareAtHub(request_id="11.1", success=False)


async def test_what_was_not_taken_is_sent_again_on_the_next_stream(
    settings: EmulatorSettings, bench: Bench
) -> None:
    async with FakeDsp() as first, emulator_at(first, settings) as emulator:
        async with Control(emulator.address) as control:
            await control.launch(bench.premises)
        first.send(read(bench))
        await first.until(lambda: first.taken == 2)
        first.takes = False
        first.send(read(bench))
        await first.until(lambda: first.sent == [1, 2, 3, 4])
        await first.__aexit__()

        async with FakeDsp(first.port) as second:
            second.taken = first.taken
            await second.until(lambda: second.taken == 4)

            assert second.sent == [3, 4]
            assert second.comms_hubs == first.comms_hubs


async def test_after_a_restart_everything_goes_on(settings: EmulatorSettings, bench: Bench) -> None:
    date = Instant(NOON + HOUR_MS)
    async with FakeDsp() as dsp:
        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await control.launch(bench.premises)
            command = bench.activate_command(meter(bench), bytes(32), execution_time=date)
            dsp.send(downlink(meter(bench), gbcs(command)))
            await dsp.pass_barrier()
            before = await control.inspect(meter(bench))

        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await dsp.until(lambda: dsp.streams == 2 and len(dsp.comms_hubs) == 6)
            await dsp.pass_barrier()
            after = await control.inspect(meter(bench))
            await dsp.pass_barrier(date)

    assert after == before
    assert after.activation_due == date
    assert [uplink.sequence for uplink in dsp.uplinks] == [1, 2, 3]


async def test_an_emulator_that_lost_its_state_is_heard_all_the_same(
    settings: EmulatorSettings, bench: Bench
) -> None:
    async with FakeDsp() as dsp:
        dsp.taken = 1_000
        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await control.launch(bench.premises)
            dsp.send(read(bench))
            await dsp.until(lambda: dsp.taken == 1_002)


async def test_many_hubs_attach_in_parts(settings: EmulatorSettings) -> None:
    many = template((DeviceType.CHF, DeviceType.ESME), count=12_000)
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        summary = await control.launch(many)

        assert summary.devices == 24_000
        assert len(dsp.hosts) == 1 + 3
        assert len(set(dsp.comms_hubs)) == 12_000


async def test_a_frame_that_cannot_be_read_is_passed_over(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        broken = sm_wan_pb2.Downlink(frame="broken", comms_hub="no EUI", device="none", gbcs=b"")
        dsp.put(sm_wan_pb2.ToHubs(downlinks=sm_wan_pb2.DownlinkBatch(downlinks=[broken])))
        dsp.put(sm_wan_pb2.ToHubs())
        dsp.put(sm_wan_pb2.ToHubs(hubs_lost=sm_wan_pb2.HubsLost(comms_hubs=[bench.hub])))
        dsp.send(read(bench))

        await dsp.until(lambda: dsp.taken == 2)

        assert dsp.streams == 1
