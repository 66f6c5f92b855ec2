"""Which Device Types the firmware requests serve, before and after SECMP0007, against the documents said again here."""

import pytest

from dsp.rules.firmware_device_types import (
    BASE_FIRMWARE_DEVICE_TYPES,
    FIRMWARE_SRVS,
    device_types_of,
    is_in_duis,
)
from dsp.rules.releases import rules_with
from smart_metering.device_types import DeviceType
from smart_metering.service_requests import SERVICE_REQUESTS, definition_of

ESME, GSME, GPF, CHF, HCALCS, PPMID = (
    DeviceType.ESME,
    DeviceType.GSME,
    DeviceType.GPF,
    DeviceType.CHF,
    DeviceType.HCALCS,
    DeviceType.PPMID,
)
BEFORE: dict[str, set[DeviceType]] = {
    "11.1": {ESME, GSME},
    "11.2": {ESME, GSME, CHF, GPF},
    "11.3": {ESME, GSME},
    "11.4": set(),
}
AFTER: dict[str, set[DeviceType]] = {
    "11.1": {ESME, GSME, HCALCS},
    "11.2": {ESME, GSME, CHF, GPF, HCALCS, PPMID},
    "11.3": {ESME, GSME, HCALCS},
    "11.4": {PPMID},
}


def types_of(modifications: tuple[str, ...], srv: str) -> frozenset[DeviceType]:
    definition = definition_of(srv)
    assert definition is not None
    return device_types_of(rules_with(modifications).firmware_device_types, definition)


@pytest.mark.parametrize("srv", sorted(FIRMWARE_SRVS))
def test_secmp0007_lengthens_the_list_with_or_without_secmp0105(srv: str) -> None:
    assert types_of((), srv) == types_of(("SECMP0105",), srv) == BEFORE[srv]
    assert types_of(("SECMP0007",), srv) == types_of(("SECMP0105", "SECMP0007"), srv) == AFTER[srv]


@pytest.mark.parametrize("srv", ["11.2", "11.3"])
def test_after_it_a_request_to_a_device_serves_those_that_its_use_cases_are_for(srv: str) -> None:
    definition = definition_of(srv)
    assert definition is not None

    assert types_of(("SECMP0007",), srv) == definition.device_types


def test_every_other_request_is_for_the_device_types_of_its_use_cases_under_any_rules() -> None:
    others = [definition for definition in SERVICE_REQUESTS if definition.srv not in FIRMWARE_SRVS]

    assert len(others) == 125
    assert all(
        device_types_of(rows, definition) == definition.device_types
        for rows in (BASE_FIRMWARE_DEVICE_TYPES, rules_with(["SECMP0007"]).firmware_device_types)
        for definition in others
    )


def test_11_4_alone_comes_with_secmp0007() -> None:
    before, after = (rules_with(names).firmware_device_types for names in ((), ("SECMP0007",)))

    assert [row.srv for row in SERVICE_REQUESTS if not is_in_duis(before, row.srv)] == ["11.4"]
    assert all(is_in_duis(after, row.srv) for row in SERVICE_REQUESTS)


def test_each_row_is_of_a_firmware_request_and_has_a_source() -> None:
    rows = rules_with(["SECMP0007"]).firmware_device_types

    assert {row.srv for row in rows} == FIRMWARE_SRVS
    assert all(row.source and row.device_types for row in rows)
