"""A Response says nothing that its schema version does not know."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import DspSchedule
from smart_metering.duis.service_responses import (
    DspInventory,
    DspSchedules,
    DspSchedulesRead,
    InventoryDevice,
    ResponseBody,
    ServiceResponse,
)
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.messages import read_response, write_response
from smart_metering.duis_xml.versions import NEWEST, SCHEMA_VERSIONS
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of
from tests.support.duis_xml import METER, NOW, read_version

OLDER = [version for version in SCHEMA_VERSIONS if version != NEWEST]
HUB = InventoryDevice(
    device_id=METER,
    device_type=DeviceType.CHF,
    device_manufacturer="106C",
    device_model="433100AC",
    csp_region="4G Central",
    device_gbcs_version="4.2",
    connectivity="Cellular",
)
SCHEDULE = DspSchedule(
    schedule_frequency="Daily",
    schedule_start_date=Instant(0),
    dsp_scheduled_service_reference_variant="4.2",
    dsp_scheduled_service_reference="4.2",
    device_id=METER,
)


def response_of(srv: str, body: ResponseBody | None, code: ResponseCode = ResponseCode.I0) -> ServiceResponse:
    return ServiceResponse(
        request_id=str(read_version().request_id),
        response_code=code,
        response_date_time=NOW,
        service_reference=service_reference_of(srv),
        service_reference_variant=srv,
        body=body,
    )


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
def test_a_response_names_its_schema_version(version: str) -> None:
    octets = write_response(response_of("11.2", None, ResponseCode.I99), version)

    assert f' schemaVersion="{version}"'.encode() in octets


@pytest.mark.parametrize("version", OLDER)
def test_an_older_reader_hears_nothing_of_regions_it_does_not_know(version: str) -> None:
    inventory = response_of("8.2", DspInventory(devices=(HUB, changed(HUB, csp_region="North"))))

    read = read_response(write_response(inventory, version))

    assert read == response_of(
        "8.2",
        DspInventory(
            devices=(
                changed(HUB, csp_region="", connectivity=""),
                changed(HUB, csp_region="North", connectivity=""),
            )
        ),
    )
    assert read_response(write_response(inventory)) == inventory


@pytest.mark.parametrize("version", OLDER)
def test_a_code_that_an_older_reader_does_not_know_is_told_by_another(version: str) -> None:
    refused = response_of("11.1", None, ResponseCode.E110106)

    read = read_response(write_response(refused, version))

    assert read == changed(refused, response_code=ResponseCode.E110103)


def test_a_schedule_that_an_older_reader_cannot_know_is_not_written() -> None:
    body = DspSchedulesRead(dsp_schedules=(DspSchedules(dsp_schedule_id=1, dsp_schedule_details=SCHEDULE),))

    assert read_response(write_response(response_of("5.2", body))) == response_of("5.2", body)
    with pytest.raises(UnwritableError, match="DSPReadInstantaneousExportRegisters"):
        write_response(response_of("5.2", body), "5.1")


@pytest.mark.parametrize("version", ["5.0", "5.5", "", "five"])
def test_there_is_no_other_version(version: str) -> None:
    with pytest.raises(UnwritableError, match=r"expected one of 5\.1"):
        write_response(response_of("11.2", None), version)
