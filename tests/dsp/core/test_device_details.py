"""SR 8.4 UpdateDeviceDetails through the engine: what is written, what is refused, and what 11.1 makes of it."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.duis.service_requests import DeviceDetails, DevicePrenotification, UpdateInventory
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    NOWHERE,
    OTHER_SUPPLIER,
    SUPPLIER,
    V2,
    cpl_entry,
)
from tests.support.dsp_world import DspWorld, premises, suspended

AFTER = rules_with(["SECMP0125"])


def amend(world: DspWorld, device: Eui = ESME, *, by: Eui = SUPPLIER, **details: str) -> ServiceResponse:
    """An 8.4 with these details."""
    return world.ask(
        "8.4", UpdateInventory(device_id=device, update_device_details=DeviceDetails(**details)), by=by
    )


def test_the_responsible_supplier_corrects_the_variant_once_secmp0125_is_in_force() -> None:
    world = premises(AFTER)

    answer = amend(world, esme_variant="ADE")

    history = world.engine.state.devices[ESME].history
    assert answer.response_code is ResponseCode.I0
    assert world.smi(ESME).esme_variant == "ADE"
    assert f"8.4 of {SUPPLIER}" in history[-1].cause
    assert world.take(SUPPLIER) == [], "no alert is raised for it"


def test_before_secmp0125_the_details_are_frozen_and_nothing_is_written() -> None:
    world = premises(rules_with(()))
    before = world.engine.state.devices[ESME]

    answer = amend(world, esme_variant="ADE")

    assert answer.response_code is ResponseCode.E080405
    assert world.engine.state.devices[ESME] == before


@pytest.mark.parametrize(
    ("device", "by", "details", "code"),
    [
        (ESME, OTHER_SUPPLIER, {"esme_variant": "ADE"}, ResponseCode.E4),
        (ESME, DISTRIBUTOR, {"esme_variant": "ADE"}, ResponseCode.E4),
        (ESME, SUPPLIER, {"esme_variant": "ADE", "device_model": "433100AD"}, ResponseCode.E080405),
        (ESME, SUPPLIER, {"firmware_version": "00000009"}, ResponseCode.E080405),
        (ESME, SUPPLIER, {"esme_variant": "XYZ"}, ResponseCode.E100),
        (ESME, SUPPLIER, {}, ResponseCode.E080405),
        (GSME, GAS_SUPPLIER, {"esme_variant": "ADE"}, ResponseCode.E080406),
        (NOWHERE, SUPPLIER, {"esme_variant": "ADE"}, ResponseCode.E19),
    ],
)
def test_what_no_row_permits_is_refused_whole(
    device: Eui, by: Eui, details: dict[str, str], code: ResponseCode
) -> None:
    world = premises(AFTER)
    before = world.engine.state.devices.get(device)

    assert amend(world, device, by=by, **details).response_code is code
    assert world.engine.state.devices.get(device) == before


def test_the_pre_notifier_amends_any_detail_while_the_device_is_pending() -> None:
    world = premises(rules_with(()))
    world.ask(
        "12.2",
        DevicePrenotification(
            device_id=NOWHERE,
            device_manufacturer="106C",
            device_model="433100AC",
            device_type="ESME",
            esme_variant="A",
        ),
        by=OTHER_SUPPLIER,
    )

    refused = amend(world, NOWHERE, by=SUPPLIER, device_model="433100AD")
    accepted = amend(world, NOWHERE, by=OTHER_SUPPLIER, device_model="433100AD", firmware_version="00000007")

    assert (refused.response_code, accepted.response_code) == (ResponseCode.E4, ResponseCode.I0)
    assert world.smi(NOWHERE).device_model == "433100AD"
    assert world.smi(NOWHERE).device_firmware_version == "00000007"


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (AFTER, ResponseCode.E080405),
        (
            rules_with(["SECMP0125"], switches=Switches(correct_variant_while_suspended=True)),
            ResponseCode.I0,
        ),
    ],
)
def test_q15_chooses_whether_a_suspended_esme_may_be_corrected(rules: RuleSet, code: ResponseCode) -> None:
    assert amend(suspended(ESME, rules), esme_variant="ADE").response_code is code


def test_11_1_goes_by_the_corrected_variant() -> None:
    world = premises(AFTER)
    entry = cpl_entry(ESME, V2)
    world.add_to_cpl(changed(entry, esme_variants=("ADE",)))

    before = world.update_firmware([ESME])
    amend(world, esme_variant="ADE")
    after = world.update_firmware([ESME])

    assert before.response_code is ResponseCode.E110103
    assert not isinstance(before.body, DspUpdateFirmwareWarning)
    assert after.response_code is ResponseCode.I0
