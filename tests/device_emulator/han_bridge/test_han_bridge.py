"""The HAN bridge over real brokers: Commands down, what Devices outside say up, each once."""

import asyncio
from collections import Counter

import aiomqtt
import pytest

from device_emulator.bootstrap import EmulatorSettings
from device_emulator.han_bridge import topics
from smart_metering.administration import FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.ota.image import file_digest
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.sm_wan import (
    CertificatesWanted,
    DeviceCertificates,
    FirmwareAtHub,
    FirmwareForDevices,
    Gbcs,
    Receipt,
)
from smart_metering.wire.conversion import to_message
from tests.device_emulator.bench import firmware, gbcs
from tests.device_emulator.han_bridge.rigs import CERTIFICATES, Rig, read_command, running_rig, until
from tests.device_emulator.running import downlink
from tests.support.brokers import Broker


def ask(rig: Rig, device: Eui, counter: int) -> None:
    rig.dsp.send(downlink(device, gbcs(read_command(device, counter))))


async def test_a_command_is_answered_from_outside(settings: EmulatorSettings, broker: Broker) -> None:
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters

        ask(rig, meter.device, 1)
        await rig.dsp.pass_barrier()  # Time waits for the answer.

        assert rig.answered == [(meter.device, 1)]
        assert meter.carried_out == [(1, 1)]


async def test_certificates_go_to_the_dsp(settings: EmulatorSettings, broker: Broker) -> None:
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters

        rig.dsp.send(downlink(meter.device, CertificatesWanted()))
        await rig.dsp.until(lambda: bool(rig.dsp.uplinks))

        given = rig.dsp.uplinks[0].content
        assert isinstance(given, DeviceCertificates)
        assert given == CERTIFICATES.certificates(meter.device)


async def test_a_file_goes_over_the_air_block_by_block(settings: EmulatorSettings, broker: Broker) -> None:
    octets = firmware(DeviceType.ESME)
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters
        rig.dsp.files[file_digest(octets)] = octets
        wanted = FirmwareForDevices(
            request_id="11.1", firmware_file=file_digest(octets), devices=(meter.device,)
        )

        rig.dsp.send(downlink(meter.comms_hub, wanted))
        await until(lambda: not rig.emulator.host.emulator.state.han_offers and bool(meter.offers))

        assert meter.file == octets
        assert FirmwareAtHub(request_id="11.1", success=True) in [it.content for it in rig.dsp.uplinks]


async def test_the_last_will_makes_a_device_unreachable(settings: EmulatorSettings, broker: Broker) -> None:
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters
        host, _, port = broker.address.rpartition(":")
        async with aiomqtt.Client(host, int(port)) as other:
            await other.publish(meter.name(topics.PRESENCE), b"offline", qos=1, retain=True)
        books = rig.emulator.host.emulator.state.external_devices
        await until(lambda: not books[meter.device].online)

        ask(rig, meter.device, 1)
        await rig.dsp.until(lambda: bool(rig.dsp.uplinks))

        assert rig.dsp.uplinks[0].content == Receipt(frame=f"to {meter.device}", delivered=False)
        assert meter.heard == []


async def test_alerts_come_once_though_the_broker_dies(settings: EmulatorSettings, broker: Broker) -> None:
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters

        for number in range(1, 61):
            meter.alert(number, b"alert %d" % number)
            if number % 20 == 10:
                await broker.kill()
                await asyncio.sleep(0.1)
                await broker.start()
        await until(lambda: not meter.alerts)

        said = [it.content.gbcs for it in rig.dsp.uplinks if isinstance(it.content, Gbcs)]
        assert sorted(said) == sorted(b"alert %d" % number for number in range(1, 61))


async def test_its_answers_meet_the_faults_of_the_link(settings: EmulatorSettings, broker: Broker) -> None:
    rule = FaultRule(name="lose", direction="FROM_DEVICE", references=("11.2",), fate="lose", next=1)
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters
        await rig.control.stub.SetFaults(pb2.FaultRules(rules=[to_message(rule, pb2.FaultRule)]))

        for _ in range(2):
            ask(rig, meter.device, 7)
            await rig.dsp.pass_barrier()

        assert meter.carried_out == [(1, 7), (2, 7)]
        assert rig.answered == [(meter.device, 7)]


async def test_time_waits_only_so_long_for_who_is_silent(settings: EmulatorSettings, broker: Broker) -> None:
    async with running_rig(settings, broker.address) as rig:
        (meter,) = rig.meters
        meter.answers = False
        loop = asyncio.get_running_loop()

        ask(rig, meter.device, 1)
        began = loop.time()
        await rig.dsp.pass_barrier()
        first, began = loop.time() - began, loop.time()
        await rig.dsp.pass_barrier()
        second = loop.time() - began

        assert 1.5 < first < 5
        assert second < 0.5
        assert rig.answered == []


@pytest.mark.parametrize("kills", [3])
@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_though_the_broker_is_killed_under_load(
    settings: EmulatorSettings, broker: Broker, kills: int
) -> None:
    premises, each = 20, 50
    async with running_rig(settings, broker.address, premises) as rig:
        wanted = [(meter.device, counter) for counter in range(1, each + 1) for meter in rig.meters]

        async def send() -> None:
            for at, (device, counter) in enumerate(wanted):
                ask(rig, device, counter)
                if at % 10 == 9:
                    await asyncio.sleep(0.03)

        async def kill() -> None:
            for _ in range(kills):
                await asyncio.sleep(0.6)
                await broker.kill()
                await asyncio.sleep(0.2)
                await broker.start()

        await asyncio.gather(send(), kill())
        await until(lambda: len(rig.answered) >= len(wanted))
        await rig.dsp.pass_barrier()

        assert Counter(rig.answered) == Counter(wanted)
        assert Counter(
            (meter.device, counter) for meter in rig.meters for _, counter in meter.carried_out
        ) == Counter(wanted)
        assert all(meter.connections > kills for meter in rig.meters)
        assert not rig.emulator.host.emulator.state.han_commands
