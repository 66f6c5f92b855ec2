"""Over loopback, by the client: the fates of a Device's messages, page by page, and Commands by hand."""

from collections.abc import AsyncIterator

import pytest

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings
from smart_metering.administration import Fate, FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.gbcs.update_security_credentials import (
    decode_update_security_credentials_response,
    encode_update_security_credentials_command,
)
from smart_metering.identifiers import parse_eui
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.records import changed
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.use_cases import UseCase
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotThere
from tests.device_emulator.bench import STRANGER, SUPPLIER, V1, Bench
from tests.device_emulator.commands import command
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, emulator_at, meter, read
from tests.device_emulator.supplier_changes import credentials_of

LOSE_ALL = FaultRule(name="lose all", direction="FROM_DEVICE", fate="lose", one_in=1)
NOWHERE = parse_eui("00-DB-12-34-56-78-FF-00")


@pytest.fixture
async def dsp() -> AsyncIterator[FakeDsp]:
    async with FakeDsp() as dsp:
        yield dsp


async def fates(emulator: DeviceEmulator, bench: Bench) -> list[Fate]:
    async with EmulatorControl(emulator.address) as control:
        return [fate async for fate in control.fates(meter(bench))]


async def lose_three(dsp: FakeDsp, emulator: DeviceEmulator, bench: Bench) -> None:
    async with EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])
        await control.set_faults([LOSE_ALL])
    for _ in range(3):
        dsp.send(read(bench))
        dsp.send(read(bench, premises=1))
    await dsp.pass_barrier()


async def test_fates_are_told_in_order_and_of_one_device(
    dsp: FakeDsp, settings: EmulatorSettings, bench: Bench
) -> None:
    async with emulator_at(dsp, settings) as emulator:
        await lose_three(dsp, emulator, bench)

        drawn = await fates(emulator, bench)

        assert [(fate.device_id, fate.originator, fate.rule) for fate in drawn] == 3 * [
            (meter(bench), SUPPLIER, "lose all")
        ]
        assert [fate.counter for fate in drawn] == sorted({fate.counter for fate in drawn})


async def test_fates_come_a_page_at_a_time(dsp: FakeDsp, settings: EmulatorSettings, bench: Bench) -> None:
    async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await lose_three(dsp, emulator, bench)
        asked = pb2.ListFatesRequest(device_id=meter(bench), page_size=2)

        first = await control.stub.ListFates(asked)
        asked.after_fate = first.next_after_fate
        second = await control.stub.ListFates(asked)

        assert (len(first.fates), len(second.fates)) == (2, 1)
        assert first.next_after_fate > 0
        assert second.next_after_fate == 0
        asked.after_fate = 2**64 - 1
        assert not (await control.stub.ListFates(asked)).fates
        assert first.fates[0].counter < first.fates[1].counter < second.fates[0].counter


async def test_fates_outlive_the_process(dsp: FakeDsp, settings: EmulatorSettings, bench: Bench) -> None:
    async with emulator_at(dsp, settings) as emulator:
        await lose_three(dsp, emulator, bench)
        before = await fates(emulator, bench)

    async with emulator_at(dsp, settings) as emulator:
        assert await fates(emulator, bench) == before


async def test_a_command_is_delivered_by_hand(dsp: FakeDsp, settings: EmulatorSettings, bench: Bench) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])
        await control.set_faults([LOSE_ALL])
        device = meter(bench)

        octets = await control.deliver_locally(device, encode(bench.read_command(UseCase.ECS52, device)))
        silence = await control.deliver_locally(device, b"\xdf")

        assert decode_read_response(UseCase.ECS52, decode(octets).payload) == V1
        assert silence == b""
        assert (await control.inspect(device)).device_type is DeviceType.ESME


async def test_the_folder_of_certificates_tells_who_changes_a_supplier(
    dsp: FakeDsp, settings: EmulatorSettings, bench: Bench
) -> None:
    device, wanted = meter(bench), credentials_of(STRANGER)
    message = command(
        bench,
        UseCase.CS02B,
        device,
        lambda exchange: encode_update_security_credentials_command(
            changed(wanted, originator_counter=exchange.counter)
        ),
        by=CHANGE_OF_SUPPLIER_PARTY,
    )
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])

        octets = await control.deliver_locally(device, encode(message))

        outcome = decode_update_security_credentials_response(decode(octets).payload)
        assert outcome is not None
        assert outcome.replacements[2].existing_party == SUPPLIER
        assert (await control.inspect(device)).supplier == STRANGER


async def test_a_device_that_is_not_here_is_not_there(dsp: FakeDsp, settings: EmulatorSettings) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        with pytest.raises(NotThere, match=NOWHERE):
            await control.deliver_locally(NOWHERE, b"")
        with pytest.raises(NotThere, match=NOWHERE):
            _ = [fate async for fate in control.fates(NOWHERE)]


async def test_what_a_device_shows_is_seen_by_the_client(
    dsp: FakeDsp, settings: EmulatorSettings, bench: Bench
) -> None:
    async with emulator_at(dsp, settings) as emulator, EmulatorControl(emulator.address) as control:
        await control.launch([bench.premises])
        await dsp.pass_barrier()

        inside = await control.inspect(meter(bench))

        assert (inside.joined, inside.supplier) == (True, SUPPLIER)
        assert [it.name for it in inside.readings][:2] == ["ActiveImportRegister", "ReactiveImportRegister"]
