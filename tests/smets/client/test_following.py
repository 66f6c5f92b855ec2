"""A User's stream as iterators: Responses and alerts, filtered, each reader at its own place."""

from contextlib import aclosing

import pytest

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import (
    ChangeOfSupplier,
    CommandFailure,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DccAlert,
    DccAlertBody,
    DeviceAlert,
    DeviceChangeOfSupplier,
    DeviceStatusChangeEvent,
    DspScheduleRemoval,
    FirmwareUpgradeRequested,
    FirmwareVersionMismatch,
    MeterMpxns,
    PpmidAlert,
    UpdateHanDeviceLogResult,
)
from smart_metering.firmware_versions import parse_firmware_version
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.client.checked import code_of, devices_of
from tests.smets.running_system import ESME, GSME, RunningSystem

DEVICE, HUB = Eui("00-DB-12-34-00-00-00-02"), Eui("00-DB-12-34-00-00-00-00")
REQUEST = f"90-B3-D5-1F-30-01-00-00:{DEVICE}:1"
V1 = parse_firmware_version("00000001")
AT = Instant(0)


async def test_responses_are_those_of_the_srv_and_the_device(world: RunningSystem) -> None:
    for srv, device in (("11.2", ESME), ("4.1.1", ESME), ("11.2", GSME)):
        await world.supplier.send(srv, world.device(device))
    await world.administration.advance(0)

    both = [row async for row in world.supplier.responses(srv="11.2", until_now=True)]
    one = [row async for row in world.supplier.responses(device=world.device(GSME), until_now=True)]

    assert [row.response.service_reference_variant for row in both] == ["11.2", "11.2"]
    assert [row.outcome.text for row in one if row.outcome] == ["firmware 00000001"]
    assert [row.verified.holds for row in one] == [True]
    assert world.supplier.position == 0


async def test_alerts_are_those_of_the_codes_about_the_device(world: RunningSystem) -> None:
    await world.distribute_v2()
    entry = next(it for it in await world.administration.cpl_entries() if it.device_type is DeviceType.ESME)
    await world.administration.remove_cpl_entry(entry.entry_id)

    everything = [row async for row in world.supplier.alerts(until_now=True)]
    suspended = everything[-1].code
    chosen = [
        row async for row in world.supplier.alerts(suspended, device=world.device(ESME), until_now=True)
    ]

    assert {row.code for row in everything} > {suspended, "8F72"}
    assert [(row.code, row.devices) for row in chosen] == [(suspended, (world.device(ESME),))]
    assert [row.verified.holds for row in everything if row.code == "8F72"] == [True, True]


async def test_an_iterator_goes_on_beyond_a_position_over_a_killed_dsp(world: RunningSystem) -> None:
    for _ in range(2):
        await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)
    async with aclosing(world.supplier.responses()) as responses:  # type: ignore[type-var]
        first = await anext(responses)

        await world.system.kill_dsp()
        await world.system.restart_dsp()
        await world.supplier.send("11.2", world.device(GSME))
        await world.administration.advance(0)
        rest = [await anext(responses), await anext(responses)]

    later = world.supplier.responses(after=rest[0].position, until_now=True)
    assert [first.position, *(row.position for row in rest)] == [1, 2, 3]
    assert [row.position async for row in later] == [3]


@pytest.mark.parametrize(
    ("body", "devices"),
    [
        (DeviceStatusChangeEvent(device_id=DEVICE, device_status_change="DeviceSuspended"), (DEVICE,)),
        (
            FirmwareVersionMismatch(
                device_id=DEVICE,
                device_type=DeviceType.ESME,
                firmware_version_smi="",
                firmware_version_device=V1,
            ),
            (DEVICE,),
        ),
        (
            CspFirmwareDeliveryStatus(
                update_firmware_request_id=REQUEST,
                comms_hub_device_id=HUB,
                target_device_id=DEVICE,
                firmware_version=V1,
                time_stamp=AT,
                comms_hub_transfer_status="Success",
            ),
            (DEVICE, HUB),
        ),
        (
            CommsHubAlert(
                comms_hub_device_id=HUB,
                alert_code=0x8F8A,
                time_stamp=AT,
                device_id=DEVICE,
                firmware_version=V1,
                transfer_response_code="FileTransferSuccess",
            ),
            (DEVICE, HUB),
        ),
        (
            PpmidAlert(
                device_id=DEVICE,
                device_alert_code=0x8F8B,
                time_stamp=AT,
                firmware_version=V1,
                activation_success=True,
            ),
            (DEVICE,),
        ),
        (CommandFailure(command_request_id=REQUEST, device_id=DEVICE), (DEVICE,)),
        (DspScheduleRemoval(device_id=DEVICE, dsp_schedule_id=1), (DEVICE,)),
        (UpdateHanDeviceLogResult(update_han_device_log_service_request_id=REQUEST), (DEVICE,)),
        (ChangeOfSupplier(change_of_supplier_service_request_id=REQUEST), (DEVICE,)),
        (
            ChangeOfSupplier(
                device_change_of_supplier=DeviceChangeOfSupplier(
                    device_id=DEVICE, device_type=DeviceType.ESME, mpxns=MeterMpxns()
                )
            ),
            (DEVICE,),
        ),
        (
            FirmwareUpgradeRequested(
                device_type=DeviceType.ESME, firmware_version=V1, device_list=(DEVICE, HUB)
            ),
            (DEVICE, HUB),
        ),
    ],
)
def test_every_dcc_alert_says_whom_it_is_about(body: DccAlertBody, devices: tuple[Eui, ...]) -> None:
    alert = DccAlert(dcc_alert_code=DccAlertCode.N29, response_date_time=AT, body=body)

    assert devices_of(alert) == devices
    assert code_of(alert) == "N29"


def test_a_device_alert_is_about_the_device_that_sends_it() -> None:
    alert = DeviceAlert(
        response_id=f"{DEVICE}:90-B3-D5-1F-30-01-00-00:7",
        alert_code=0x8F66,
        response_date_time=AT,
        gbcs_payload=b"",
    )

    assert devices_of(alert) == (DEVICE,)
    assert code_of(alert) == "8F66"
