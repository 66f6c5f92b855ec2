"""The suppliers' automated retry of 11.3 against lost Responses (SECMP0105)."""

from smart_metering.administration import FaultRule
from smart_metering.duis.service_requests import ActivateFirmware
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smets.client.retrying import RetryPolicy, send_until_response
from tests.smets.running_system import RunningSystem

LOSE_ONE = FaultRule(name="lose one", direction="FROM_DEVICE", references=("11.3",), fate="lose", next=1)
LOSE_ALL = FaultRule(name="lose all", direction="FROM_DEVICE", references=("11.3",), fate="lose", one_in=1)


async def _activate(world: RunningSystem, attempts: int) -> list[list[ResponseCode | None]]:
    bodies = {
        meter: ActivateFirmware(firmware_hash=world.v2.manufacturer_image_hash) for meter in world.meters()
    }
    policy = RetryPolicy(attempts=attempts)
    results = await send_until_response(
        world.supplier, "11.3", bodies, policy, world.administration.clock.pass_time
    )
    for row in results:
        assert len({answer.request_id for answer in row.answers}) == len(row.answers)
    return [
        [answer.response_code for answer in row.answers]
        + ([row.response.response.response_code] if row.response else [])
        for row in results
    ]


async def test_a_retry_is_a_new_request_with_the_same_hash_and_teaches_the_smi(world: RunningSystem) -> None:
    await world.distribute_v2()
    await world.emulator.set_faults([LOSE_ONE])
    lost = world.meters()[0]

    codes = await _activate(world, attempts=3)

    assert codes == [[ResponseCode.I99, ResponseCode.I99, ResponseCode.I0]] * 2
    assert (await world.administration.read_device(lost)).device.device_firmware_version == "00000002"


async def test_after_the_last_attempt_the_retry_gives_up(world: RunningSystem) -> None:
    await world.distribute_v2()
    await world.emulator.set_faults([LOSE_ALL])

    codes = await _activate(world, attempts=2)

    assert codes == [[ResponseCode.I99, ResponseCode.I99]] * 2
    meter = await world.administration.read_device(world.meters()[0])
    assert meter.device.device_firmware_version == "00000001"
    assert (await world.emulator.inspect(world.meters()[0])).firmware_version == "00000002"


async def test_a_response_ends_it(world: RunningSystem) -> None:
    await world.distribute_v2()

    codes = await _activate(world, attempts=3)

    assert codes == [[ResponseCode.I99, ResponseCode.I0]] * 2


async def test_a_refusal_is_not_tried_again(world: RunningSystem) -> None:
    bodies = {meter: ActivateFirmware(firmware_hash=bytes(32)) for meter in world.meters()}

    results = await send_until_response(
        world.network_operator, "11.3", bodies, RetryPolicy(), world.administration.clock.pass_time
    )

    assert [[answer.response_code for answer in row.answers] for row in results] == [[ResponseCode.E2]] * 2
    assert all(row.refused for row in results)


async def test_the_retry_restores_a_suspended_meter(world: RunningSystem) -> None:
    await world.distribute_v2()
    await world.administration.remove_cpl_entry("ESME-AB01-010A030B-00000001")
    await world.emulator.set_faults([LOSE_ONE])

    await _activate(world, attempts=2)

    status = (await world.administration.read_device(world.meters()[0])).device.device_status
    assert status is SmiStatus.COMMISSIONED
