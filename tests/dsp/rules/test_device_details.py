"""SR 8.4 UpdateDeviceDetails, the decision table of SECMP0125 row by row, before and after."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.device_details import Details, Sender, absent, amendment, refusal, too_long
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import DeviceType, Generation
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

PN, RS = Sender.PRE_NOTIFIER, Sender.RESPONSIBLE_SUPPLIER
ANY, VARIANT = Details.ANY, Details.ESME_VARIANT_ONLY
ONE, TWO = Generation.SMETS1, Generation.SMETS2
ESME, GSME = DeviceType.ESME, DeviceType.GSME
INSTALLED = (SmiStatus.WHITELISTED, SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED)
CLOSED = (SmiStatus.RECOVERY, SmiStatus.RECOVERED, SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN)
E4, E405, E406 = ResponseCode.E4, ResponseCode.E080405, ResponseCode.E080406
YES = "accepted"

Row = tuple[tuple[SmiStatus, ...], set[Sender], Details, Generation, DeviceType, str, str]

TABLE: list[Row] = [
    # statuses                 senders    details  generation type  before  after
    ((SmiStatus.PENDING,),     {PN},      ANY,     TWO,       ESME, YES,    YES),
    ((SmiStatus.PENDING,),     {PN},      VARIANT, ONE,       ESME, YES,    YES),
    ((SmiStatus.PENDING,),     {RS},      VARIANT, TWO,       ESME, E4,     E4),
    ((SmiStatus.PENDING,),     set(),     ANY,     TWO,       ESME, E4,     E4),
    (INSTALLED,                {RS},      VARIANT, TWO,       ESME, E405,   YES),
    (INSTALLED,                {RS, PN},  VARIANT, TWO,       ESME, E405,   YES),
    (INSTALLED,                {RS},      VARIANT, ONE,       ESME, E406,   E406),
    (INSTALLED,                {RS},      ANY,     TWO,       ESME, E405,   E405),
    (INSTALLED,                {PN},      VARIANT, TWO,       ESME, E4,     E4),
    (INSTALLED,                set(),     VARIANT, TWO,       ESME, E4,     E4),
    (INSTALLED,                {RS},      VARIANT, TWO,       GSME, E406,   E406),
    ((SmiStatus.SUSPENDED,),   {RS},      VARIANT, TWO,       ESME, E405,   E405),
    (CLOSED,                   {RS},      VARIANT, TWO,       ESME, E405,   E405),
    (CLOSED,                   {RS, PN},  ANY,     TWO,       ESME, E405,   E405),
    (CLOSED,                   set(),     ANY,     TWO,       ESME, E4,     E4),
]  # fmt: skip


@pytest.mark.parametrize(("modifications", "after"), [((), False), (("SECMP0125",), True)])
@pytest.mark.parametrize("row", TABLE, ids=range(len(TABLE)))
def test_each_row_of_the_table_is_answered_as_it_says(
    row: Row, modifications: tuple[str, ...], after: bool
) -> None:
    statuses, senders, details, generation, device_type, *_ = row
    rules = rules_with(modifications)

    for status in statuses:
        verdict = _verdict(rules, status, frozenset(senders), details, generation, device_type)
        assert verdict == (row[5], row[6])[after]


def test_a_switch_lets_the_variant_of_a_suspended_esme_be_corrected() -> None:
    case = (SmiStatus.SUSPENDED, frozenset({RS}), VARIANT, TWO, ESME)

    switched = Switches(correct_variant_while_suspended=True)

    assert _verdict(rules_with(["SECMP0125"]), *case) == E405
    assert _verdict(rules_with(["SECMP0125"], switches=switched), *case) == YES
    assert _verdict(rules_with([], switches=switched), *case) == E405


def _verdict(
    rules: RuleSet,
    status: SmiStatus,
    senders: frozenset[Sender],
    details: Details,
    generation: Generation,
    device_type: DeviceType,
) -> str:
    case = (status, senders, details, generation, device_type)
    return YES if amendment(rules.amendments, *case) is not None else refusal(*case).code


DETAILS = {"device_manufacturer": 30, "device_model": 30, "smets_chts_version": 20, "firmware_version": 8}


@pytest.mark.parametrize(("detail", "longest"), DETAILS.items())
def test_each_detail_has_its_greatest_length(detail: str, longest: int) -> None:
    assert too_long({detail: "x" * longest}) == []
    assert len(too_long({detail: "x" * (longest + 1)})) == 1


def test_12_2_needs_manufacturer_and_model_alone() -> None:
    assert absent({"device_manufacturer": "x", "device_model": "x"}) == []
    assert len(absent({})) == 2


def test_what_is_no_detail_of_the_table_is_of_any_length() -> None:
    assert too_long({"esme_variant": "x" * 100}) == []
