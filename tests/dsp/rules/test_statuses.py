"""The rows of E5: the statuses of each SRV, and what a Suspended Device takes before and after the modifications.

What the rows make of a whole request is tested at access control (test_device_status).
"""

from itertools import product

import pytest

from dsp.rules.releases import rules_with
from dsp.rules.statuses import BASE_EXEMPTIONS, GENERAL, STATUS_ROWS, exemption, status_row
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import ALL_TYPES, METERS, DeviceType, Generation
from smart_metering.service_requests import SERVICE_REQUESTS, definition_of
from smart_metering.smi_statuses import SmiStatus

BEFORE: tuple[str, ...] = ()
REGIMES = (BEFORE, ("SECMP0007",), ("SECMP0105",), ("SECMP0105", "SECMP0007"))

NEW_FIRMWARE_TYPES = frozenset({DeviceType.PPMID, DeviceType.HCALCS})


def read_types(modifications: tuple[str, ...]) -> frozenset[DeviceType]:
    """The Devices that take an 11.2 while Suspended, by the fine print of SECMP0105."""
    if "SECMP0105" not in modifications:
        return frozenset()
    return METERS | NEW_FIRMWARE_TYPES if "SECMP0007" in modifications else METERS


def is_exempt(
    modifications: tuple[str, ...],
    srv: str,
    variant: CommandVariant,
    generation: Generation,
    device_type: DeviceType,
) -> bool:
    """Said again: what a Suspended Device takes beside Critical requests; that it may leave the service is chosen."""
    if srv == "11.4":
        return "SECMP0007" in modifications  # which brings it
    if srv in ("11.1", "6.23", "8.3"):
        return True
    if srv == "2.2":
        return variant is CommandVariant.LOCAL and generation is Generation.SMETS1
    return srv == "11.2" and device_type in read_types(modifications)


@pytest.mark.parametrize("modifications", REGIMES, ids=lambda names: "+".join(names) or "before")
def test_the_exemptions_of_each_srv_are_those_of_the_report(modifications: tuple[str, ...]) -> None:
    rows = rules_with(modifications).exemptions
    cases = product(SERVICE_REQUESTS, CommandVariant, Generation, DeviceType)

    wrong = [
        (definition.srv, variant, generation, device_type)
        for definition, variant, generation, device_type in cases
        if (exemption(rows, definition, variant, generation, device_type) is not None)
        is not is_exempt(modifications, definition.srv, variant, generation, device_type)
    ]

    assert not wrong


def test_a_modification_takes_no_exemption_away() -> None:
    for modifications in REGIMES:
        assert rules_with(modifications).exemptions[: len(BASE_EXEMPTIONS)] == BASE_EXEMPTIONS


def test_a_suspended_gpf_chf_ihd_or_cad_takes_no_11_2_under_any_rules() -> None:
    rows = rules_with(("SECMP0105", "SECMP0007")).exemptions
    definition = definition_of("11.2")
    assert definition is not None

    taken_by = {
        device_type
        for device_type in ALL_TYPES
        if exemption(rows, definition, CommandVariant.SEND, Generation.SMETS2, device_type)
    }

    assert taken_by == {DeviceType.ESME, DeviceType.GSME, DeviceType.PPMID, DeviceType.HCALCS}


def test_the_statuses_beside_suspended_are_those_of_the_base_table() -> None:
    installed = {SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED, SmiStatus.RECOVERED}
    own_rows = {
        "6.23": {SmiStatus.COMMISSIONED, SmiStatus.RECOVERED},
        "8.3": installed | {SmiStatus.WHITELISTED, SmiStatus.RECOVERY},
        "11.1": {SmiStatus.COMMISSIONED},
        "11.4": {SmiStatus.COMMISSIONED},
    }
    srvs = [definition.srv for definition in SERVICE_REQUESTS]

    statuses = {srv: set(status_row(srv).statuses) for srv in srvs}

    assert statuses == dict.fromkeys(srvs, installed) | own_rows


def test_an_srv_has_one_row_and_the_first_is_the_general_one() -> None:
    srvs = [row.srv for row in STATUS_ROWS]

    assert srvs[0] == GENERAL
    assert len(srvs) == len(set(srvs))
    assert all(definition_of(srv) is not None for srv in srvs[1:])
    assert not any(SmiStatus.SUSPENDED in row.statuses for row in STATUS_ROWS), "the exemptions say that"
