"""SR 8.4 UpdateDeviceDetails, once it is accepted: the history, what 8.2 shows, and what 11.1 makes of it."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    ESME,
    IHD,
    IMPORT_MPAN,
    MODEL,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    cpl_entry,
    registration,
)
from tests.support.dsp_world import DspWorld, premises, suspended
from tests.support.inventory_requests import amend, kept, prenotified_by, seen_by_8_2
from tests.support.traces import assert_refused, trace_of

BEFORE, AFTER = rules_with(()), rules_with(["SECMP0125"])
I0, E4, FROZEN = ResponseCode.I0, ResponseCode.E4, ResponseCode.E080405
VARIANT = {"esme_variant": "ADE"}
EVERYTHING = {
    "device_manufacturer": "106D",
    "device_model": "433100AD",
    "smets_chts_version": "SMETS V5.1",
    "firmware_version": "00000007",
    **VARIANT,
}


def test_the_history_tells_who_changed_what_when_and_by_which_request() -> None:
    world = premises(AFTER)
    world.advance(60_000)

    answer = amend(world, VARIANT)

    line = kept(world, ESME).history[-1]
    assert line.at == START + 60_000
    assert line.status is SmiStatus.COMMISSIONED
    assert line.cause == f"8.4 of {SUPPLIER}: esme_variant AD -> ADE"
    assert line.request_id == answer.request_id


def test_the_history_tells_of_every_detail_that_was_given() -> None:
    world = premises(statuses={ESME: SmiStatus.PENDING})
    prenotified_by(world, ESME, OTHER_USER)

    amend(world, {"smets_chts_version": "SMETS V5.1", "device_model": "433100AD"}, by=OTHER_USER)

    line = kept(world, ESME).history[-1]
    assert f"device_model {MODEL} -> 433100AD" in line.cause
    assert "smets_chts_version none -> SMETS V5.1" in line.cause


def test_the_value_that_the_smi_has_already_is_accepted_and_noted_and_changes_nothing() -> None:
    world = premises(AFTER)
    before = kept(world, ESME)

    answer = amend(world, {"esme_variant": "AD"})

    after = kept(world, ESME)
    assert answer.response_code is I0
    assert changed(after, history=()) == changed(before, history=())
    assert [line.cause for line in after.history[len(before.history) :]] == [
        f"8.4 of {SUPPLIER}: esme_variant AD -> AD"
    ]


def test_8_2_shows_the_new_value_at_once_to_everybody() -> None:
    world = premises(AFTER)
    amend(world, VARIANT)

    assert {seen_by_8_2(world, ESME, by=user).esme_variant for user in ROLES} == {"ADE"}


@pytest.mark.parametrize("written", ["0000000a", "0000000A"])
def test_a_firmware_version_is_kept_in_one_form_however_it_is_written(written: str) -> None:
    world = premises(statuses={ESME: SmiStatus.PENDING})
    prenotified_by(world, ESME, OTHER_USER)

    amend(world, {"firmware_version": written}, by=OTHER_USER)

    assert seen_by_8_2(world, ESME).device_firmware_version == "0000000A"


def test_the_answer_says_which_row_permitted_it() -> None:
    decision = amend(premises(AFTER), VARIANT).decision

    assert decision is not None
    assert (decision.source, decision.mark) == ("SECMP0125 report", "C")


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (AFTER, FROZEN),
        (rules_with(["SECMP0125"], switches=Switches(correct_variant_while_suspended=True)), I0),
    ],
)
def test_q15_chooses_whether_a_suspended_esme_may_be_corrected(rules: RuleSet, code: ResponseCode) -> None:
    assert amend(suspended(ESME, rules), VARIANT).response_code is code


def test_after_a_change_of_supplier_the_new_supplier_corrects_it_and_the_old_one_does_not() -> None:
    world = premises(AFTER)
    world.load(registrations=[registration(IMPORT_MPAN, OTHER_SUPPLIER)])

    codes = [amend(world, VARIANT, by=user).response_code for user in (SUPPLIER, OTHER_SUPPLIER)]

    assert codes == [E4, I0]


# --- 11.1 afterwards


def with_variant_on_cpl(variant: str) -> DspWorld:
    """The entry of V2 is for this variant; the SMI has AD."""
    world = premises(AFTER)
    world.add_to_cpl(changed(cpl_entry(ESME, V2), esme_variants=(variant,)))
    return world


def test_11_1_goes_to_a_meter_whose_variant_was_corrected() -> None:
    world = with_variant_on_cpl("ADE")

    before = world.update_firmware([ESME])
    amend(world, VARIANT)
    after = world.update_firmware([ESME])

    assert (before.response_code, after.response_code) == (ResponseCode.E110103, I0)
    assert after.body is None


def test_11_1_leaves_out_a_meter_whose_corrected_variant_the_entry_does_not_have() -> None:
    world = with_variant_on_cpl("AD")
    other = changed(kept(world, ESME), device=changed(kept(world, ESME).device, device_id=NOWHERE))
    world.engine.state.put_device(other)

    amend(world, VARIANT)
    answer = world.update_firmware([ESME, NOWHERE])

    assert answer.response_code is ResponseCode.W110101
    assert answer.body == DspUpdateFirmwareWarning(not_applicable_firmware_device_id_list=(ESME,))


def test_the_pre_notifier_corrects_what_12_2_said() -> None:
    world = premises(BEFORE)
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type="ESME",
        firmware_version=V1,
        esme_variant="A",
    )
    world.ask("12.2", body, by=OTHER_SUPPLIER)

    answer = amend(world, EVERYTHING, NOWHERE, by=OTHER_SUPPLIER)

    assert answer.response_code is I0
    shown = seen_by_8_2(world, NOWHERE)
    assert shown.device_firmware_version == "00000007"
    assert {name: getattr(shown, name, "00000007") for name in EVERYTHING} == EVERYTHING


# --- what is malformed, and what has no status


LENGTHS = {"device_manufacturer": 30, "device_model": 30, "smets_chts_version": 20, "firmware_version": 8}


@pytest.mark.parametrize(("detail", "longest"), LENGTHS.items())
def test_a_detail_has_the_length_of_duis_at_most(detail: str, longest: int) -> None:
    world = premises(statuses={ESME: SmiStatus.PENDING})
    prenotified_by(world, ESME, OTHER_USER)
    before = trace_of(world)

    too_long = amend(world, {detail: "1" * (longest + 1)}, by=OTHER_USER)

    assert_refused(world, before, too_long, ResponseCode.E100)
    assert amend(world, {detail: "1" * longest}, by=OTHER_USER).response_code is I0


def type_2(device_type: str = "IHD") -> DspWorld:
    """An IHD or CAD that OTHER_USER has pre-notified and that is on no HAN."""
    world = premises()
    body = DevicePrenotification(
        device_id=NOWHERE, device_manufacturer="GEO", device_model="Trio", device_type=device_type
    )
    assert world.ask("12.2", body, by=OTHER_USER).response_code is I0
    return world


@pytest.mark.parametrize("device_type", ["IHD", "CAD"])
def test_the_pre_notifier_corrects_a_type_2_device_that_is_on_no_han(device_type: str) -> None:
    world = type_2(device_type)

    answer = amend(world, {"device_model": "Trio II"}, NOWHERE, by=OTHER_USER)

    assert (answer.response_code, seen_by_8_2(world, NOWHERE).device_model) == (I0, "Trio II")


@pytest.mark.parametrize(
    ("device", "by", "details", "code"),
    [
        (NOWHERE, SUPPLIER, {"device_model": "Trio II"}, E4),
        (NOWHERE, OTHER_USER, {"firmware_version": V1}, FROZEN),
        (NOWHERE, OTHER_USER, {"esme_variant": "A"}, ResponseCode.E080406),
        (IHD, OTHER_USER, {"device_model": "Trio II"}, E4),
        (IHD, SUPPLIER, {"device_model": "Trio II"}, FROZEN),
    ],
    ids=["not theirs", "it has no firmware", "nor a variant", "on a HAN", "on a HAN, its supplier"],
)
def test_nothing_else_of_a_type_2_device_is_amended(
    device: Eui, by: Eui, details: dict[str, str], code: ResponseCode
) -> None:
    world = type_2()
    prenotified_by(world, IHD, OTHER_USER)
    before = trace_of(world)

    assert_refused(world, before, amend(world, details, device, by=by), code)
