"""Firmware for PPMIDs and HCALCSs: refused before SECMP0007, served by it alone, restored with SECMP0105 beside."""

import pytest

from dsp.rules.releases import rules_with
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ActivateFirmware
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import ESME, GAS_SUPPLIER, GSME, HCALCS, PPMID, SUPPLIER, V2, image_hash
from tests.support.dsp_world import DspWorld, premises, suspended

BEFORE: tuple[tuple[str, ...], ...] = ((), ("SECMP0105",))
AFTER: tuple[tuple[str, ...], ...] = (("SECMP0007",), ("SECMP0105", "SECMP0007"))


def ask_for_a_pre_command(world: DspWorld, device: Eui) -> ResponseCode | None:
    """11.3, Command Variant 4."""
    supplier = supplier_of(device)
    answer = world.ask(
        "11.3",
        ActivateFirmware(firmware_hash=image_hash(V2)),
        by=supplier,
        variant=CommandVariant.TRANSFORM,
        request_id=world.request_id(supplier, device),
    )
    return answer.response_code


def supplier_of(device: Eui) -> Eui:
    return GAS_SUPPLIER if device == GSME else SUPPLIER


@pytest.mark.parametrize("modifications", BEFORE, ids=str)
@pytest.mark.parametrize("device", [PPMID, HCALCS], ids=["PPMID", "HCALCS"])
def test_before_it_11_2_and_11_3_are_not_for_such_a_device(
    device: Eui, modifications: tuple[str, ...]
) -> None:
    world = premises(rules_with(modifications))

    read = world.read_version(device)

    assert read.response_code is ResponseCode.E11
    assert read.decision is not None
    assert "SECMP0007" in read.decision.source
    assert ask_for_a_pre_command(world, device) is ResponseCode.E11
    assert not world.sent


@pytest.mark.parametrize("modifications", BEFORE, ids=str)
def test_before_it_11_1_does_not_serve_an_hcalcs(modifications: tuple[str, ...]) -> None:
    world = premises(rules_with(modifications))

    answer = world.update_firmware([HCALCS])

    assert answer.response_code is ResponseCode.E110106
    assert not world.engine.state.distributions


@pytest.mark.parametrize("modifications", BEFORE, ids=str)
def test_before_it_there_is_no_11_4(modifications: tuple[str, ...]) -> None:
    world = premises(rules_with(modifications))

    answer = world.update_firmware([PPMID], srv="11.4")

    assert answer.response_code is ResponseCode.E100
    assert answer.decision is not None
    assert answer.decision.row == "ServiceReferenceVariant 11.4 is not in DUIS before SECMP0007"
    assert not world.engine.state.distributions


@pytest.mark.parametrize("modifications", [*BEFORE, *AFTER], ids=str)
def test_meters_are_served_under_any_rules(modifications: tuple[str, ...]) -> None:
    for device in (ESME, GSME):
        world = premises(rules_with(modifications))
        supplier = supplier_of(device)

        assert world.update_firmware([device], by=supplier).response_code is ResponseCode.I0
        assert world.read_version(device, by=supplier).response_code is ResponseCode.I99
        assert ask_for_a_pre_command(world, device) is ResponseCode.I0


@pytest.mark.parametrize("modifications", AFTER, ids=str)
def test_it_brings_its_device_types_with_or_without_secmp0105(modifications: tuple[str, ...]) -> None:
    for device, srv in ((HCALCS, "11.1"), (PPMID, "11.4")):
        world = premises(rules_with(modifications))

        assert world.update_firmware([device], srv=srv).response_code is ResponseCode.I0
        assert world.read_version(device).response_code is ResponseCode.I99
    assert ask_for_a_pre_command(premises(rules_with(modifications)), HCALCS) is ResponseCode.I0
    assert ask_for_a_pre_command(premises(rules_with(modifications)), PPMID) is ResponseCode.E11


@pytest.mark.parametrize("device", [PPMID, HCALCS], ids=["PPMID", "HCALCS"])
def test_alone_it_lets_nobody_read_a_suspended_device(device: Eui) -> None:
    world = suspended(device, rules_with(["SECMP0007"]), running=V2)

    assert world.read_version(device).response_code is ResponseCode.E5
    assert world.status(device) is SmiStatus.SUSPENDED


def test_alone_it_lets_11_4_reach_a_suspended_ppmid() -> None:
    world = suspended(PPMID, rules_with(["SECMP0007"]))

    assert world.update_firmware([PPMID], srv="11.4").response_code is ResponseCode.I0
