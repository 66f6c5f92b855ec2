"""The Device Types of each use case, which E11 asks."""

import pytest

from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.service_requests import SERVICE_REQUESTS
from smart_metering.use_case_device_types import USE_CASE_DEVICE_TYPES, device_types_of, row_of

USE_CASES = sorted({use_case for definition in SERVICE_REQUESTS for use_case in definition.use_cases})


@pytest.mark.parametrize("use_case", USE_CASES)
def test_every_use_case_of_a_service_request_is_for_devices_with_credentials(use_case: str) -> None:
    assert device_types_of(use_case)
    assert not device_types_of(use_case) & TYPE_2


@pytest.mark.parametrize("use_case", [use_case for use_case in USE_CASES if use_case.startswith("CS")])
def test_each_use_case_of_the_series_cs_has_its_own_row(use_case: str) -> None:
    assert row_of(use_case).use_cases == use_case


def test_every_row_speaks_for_some_use_case() -> None:
    spoken_for = {row_of(use_case).use_cases for use_case in USE_CASES}

    assert [row.use_cases for row in USE_CASE_DEVICE_TYPES if row.use_cases not in spoken_for] == []


def test_no_two_rows_speak_for_the_same_use_cases_and_each_has_its_source() -> None:
    assert len({row.use_cases for row in USE_CASE_DEVICE_TYPES}) == len(USE_CASE_DEVICE_TYPES)
    assert all(row.source for row in USE_CASE_DEVICE_TYPES)


@pytest.mark.parametrize(
    ("use_case", "device_types"),
    [
        ("ECS17b", {DeviceType.ESME}),
        ("ECS26e", {DeviceType.ESME}),
        ("ECS26i", {DeviceType.CHF}),
        ("ECS35c", {DeviceType.CHF}),
        ("ECS35g", {DeviceType.ESME}),
        ("ECS52", {DeviceType.ESME, DeviceType.CHF}),
        ("GCS01a", {DeviceType.GSME}),
        ("GCS09", {DeviceType.GPF}),
        ("GCS13a", {DeviceType.GSME, DeviceType.GPF}),
        ("GCS20", {DeviceType.GSME}),
        ("GCS20r", {DeviceType.GSME, DeviceType.GPF}),
        ("GCS60a", {DeviceType.GSME, DeviceType.GPF}),
        ("CCS05CCS04", {DeviceType.CHF}),
        ("DBCH01", {DeviceType.CHF}),
    ],
)
def test_a_use_case_is_found_whole_then_by_family_then_by_series(
    use_case: str, device_types: set[DeviceType]
) -> None:
    assert device_types_of(use_case) == device_types


@pytest.mark.parametrize("use_case", ["", "ECS", "CS99", "XYZ01", "ecs17b"])
def test_a_use_case_that_no_row_speaks_for_is_an_error(use_case: str) -> None:
    with pytest.raises(KeyError):
        device_types_of(use_case)
