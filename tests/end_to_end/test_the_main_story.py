"""The story of SECMP0105 over two processes: the Response to Activate Firmware is lost, and the version is read."""

from smart_metering.administration import FaultRule
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    DeviceStatusChangeEvent,
    Message,
    ServiceResponse,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.end_to_end.conftest import Start
from tests.end_to_end.premises import meter
from tests.end_to_end.system import System
from tests.support.dsp_premises import DISTRIBUTOR, SUPPLIER, V1, V2

LOST_ACTIVATION = FaultRule(name="lost", direction="FROM_DEVICE", references=("11.3",), fate="lose", next=1)


async def test_after_secmp0105_reading_the_version_restores_the_device(start: Start) -> None:
    system = await start()
    await suspend_and_lose_the_activation(system)

    assert await seen(system) == (SmiStatus.SUSPENDED, V1, V2)
    assert await told_to(system, SUPPLIER) == [
        "N28 DeviceSuspended",
        "N60 Success",
        "8F72",
        "11.3 E21",
    ]

    assert (await system.ask(system.read_version(meter()))).response_code is ResponseCode.I99
    await system.advance(MINUTE_MS)

    assert await seen(system) == (SmiStatus.COMMISSIONED, V2, V2)
    assert (await told_to(system, SUPPLIER))[4:] == ["11.2 I0", "N29 DeviceRestored"]
    assert await told_to(system, DISTRIBUTOR) == ["N28 DeviceSuspended", "N29 DeviceRestored"]


async def test_before_secmp0105_the_same_device_stays_suspended(start: Start) -> None:
    system = await start(release="June 2021")
    await suspend_and_lose_the_activation(system)

    refused = await system.ask(system.read_version(meter()))
    retried = await system.ask(await system.activation(meter()))
    await system.advance(MINUTE_MS)

    assert refused.response_code is ResponseCode.E5
    assert retried.response_code is ResponseCode.I99
    assert (await told_to(system, SUPPLIER))[3:] == ["11.3 E21", "11.3 I0"]
    assert await told_to(system, DISTRIBUTOR) == ["N28 DeviceSuspended"]
    assert await seen(system) == (SmiStatus.SUSPENDED, V1, V2)


async def suspend_and_lose_the_activation(system: System) -> None:
    await system.remove(V1)
    assert (await system.distribute([meter()])).response_code is ResponseCode.I0
    await system.advance(2 * HOUR_MS)
    await system.set_faults(LOST_ACTIVATION)
    assert (await system.ask(await system.activation(meter()))).response_code is ResponseCode.I99
    await system.advance(MINUTE_MS)


async def seen(system: System) -> tuple[SmiStatus | None, str, FirmwareVersion]:
    """The SMI Status and version of the meter, and the version that it runs."""
    smi = await system.smi(meter())
    return smi.device_status, smi.device_firmware_version, (await system.inside(meter())).firmware_version


async def told_to(system: System, user: Eui) -> list[str]:
    return [told(message) for message in await system.inbox(user)]


def told(message: Message) -> str:
    """A message in one word or two."""
    match message:
        case ServiceResponse(service_reference_variant=srv, response_code=code):
            return f"{srv} {code}"
        case DeviceAlert(alert_code=alert_code):
            return f"{alert_code:04X}"
        case DccAlert(dcc_alert_code=code, body=DeviceStatusChangeEvent(device_status_change=change)):
            return f"{code} {change}"
        case DccAlert(dcc_alert_code=code, body=CspFirmwareDeliveryStatus(comms_hub_transfer_status=status)):
            return f"{code} {status}"
        case DccAlert(dcc_alert_code=code):
            return str(code)
