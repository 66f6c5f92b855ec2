"""SR 8.4 UpdateDeviceDetails: the decision table of SECMP0125 through the engine, the old rules beside the new ones."""

from dataclasses import dataclass

import pytest

from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import ESME_VARIANTS
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    SUPPLIER,
)
from tests.support.dsp_world import premises
from tests.support.inventory_requests import amend, kept, prenotified_by, seen_by_8_2
from tests.support.traces import assert_refused, trace_of

BEFORE, AFTER = rules_with(()), rules_with(["SECMP0125"])
REGIMES = pytest.mark.parametrize("rules", [BEFORE, AFTER], ids=["without SECMP0125", "with SECMP0125"])

PENDING = (SmiStatus.PENDING,)
INSTALLED = (SmiStatus.WHITELISTED, SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED)
SUSPENDED = (SmiStatus.SUSPENDED,)
CLOSED = (SmiStatus.RECOVERY, SmiStatus.RECOVERED, SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN)
EVERY = tuple(SmiStatus)

I0, E4, E100 = ResponseCode.I0, ResponseCode.E4, ResponseCode.E100
FROZEN, NOT_APPLICABLE = ResponseCode.E080405, ResponseCode.E080406

VARIANT = {"esme_variant": "ADE"}
OTHERS = {
    "device_manufacturer": "106D",
    "device_model": "433100AD",
    "smets_chts_version": "SMETS V5.1",
    "firmware_version": "00000007",
}
EVERYTHING = {**OTHERS, **VARIANT}
SHOWN_AS = {"firmware_version": "device_firmware_version"}

X = (DISTRIBUTOR, EXPORT_SUPPLIER, GAS_SUPPLIER, OTHER_SUPPLIER, AGENT)
"""Neither the pre-notifier nor the Responsible Supplier of the ESME, in every other role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: what is sent, and what is answered under the old rules and under the new ones."""

    statuses: tuple[SmiStatus, ...]
    by: tuple[Eui, ...]
    pre_notifier: Eui = OTHER_USER
    details: tuple[dict[str, str], ...]
    smets1: tuple[bool, ...] = (False, True)
    old: ResponseCode
    new: ResponseCode


_EACH = tuple({name: value} for name, value in EVERYTHING.items())
_EACH_OTHER = tuple({name: value} for name, value in OTHERS.items())
_ONE, _TWO = (True,), (False,)

TABLE = {
    "Pending, the pre-notifier, any of the five": Row(
        statuses=PENDING, by=(OTHER_USER,), details=(*_EACH, OTHERS, EVERYTHING), old=I0, new=I0
    ),
    "Pending, who is both": Row(
        statuses=PENDING, by=(SUPPLIER,), pre_notifier=SUPPLIER, details=(*_EACH, EVERYTHING), old=I0, new=I0
    ),
    "Pending, the supplier who did not pre-notify it": Row(
        statuses=PENDING, by=(SUPPLIER,), details=(*_EACH, EVERYTHING), old=E4, new=E4
    ),
    "Pending, anybody else": Row(statuses=PENDING, by=X, details=(*_EACH, EVERYTHING), old=E4, new=E4),
    "installed, the supplier, the variant alone": Row(
        statuses=INSTALLED, by=(SUPPLIER,), details=(VARIANT,), smets1=_TWO, old=FROZEN, new=I0
    ),
    "installed, who is both, the variant alone": Row(
        statuses=INSTALLED,
        by=(SUPPLIER,),
        pre_notifier=SUPPLIER,
        details=(VARIANT,),
        smets1=_TWO,
        old=FROZEN,
        new=I0,
    ),
    "installed, the supplier, the variant alone, SMETS1": Row(
        statuses=INSTALLED,
        by=(SUPPLIER,),
        details=(VARIANT,),
        smets1=_ONE,
        old=NOT_APPLICABLE,
        new=NOT_APPLICABLE,
    ),
    "installed, the supplier, the variant and another": Row(
        statuses=INSTALLED,
        by=(SUPPLIER,),
        details=tuple({**other, **VARIANT} for other in (*_EACH_OTHER, OTHERS)),
        old=FROZEN,
        new=FROZEN,
    ),
    "installed, the supplier, others only": Row(
        statuses=INSTALLED, by=(SUPPLIER,), details=(*_EACH_OTHER, OTHERS), old=FROZEN, new=FROZEN
    ),
    "installed, the pre-notifier who is not the supplier": Row(
        statuses=INSTALLED, by=(OTHER_USER,), details=(VARIANT, *_EACH_OTHER), old=E4, new=E4
    ),
    "installed, anybody else": Row(statuses=INSTALLED, by=X, details=(VARIANT, *_EACH_OTHER), old=E4, new=E4),
    "Suspended, the supplier": Row(
        statuses=SUSPENDED,
        by=(SUPPLIER,),
        details=(VARIANT, OTHERS, EVERYTHING),
        smets1=_TWO,
        old=FROZEN,
        new=FROZEN,
    ),
    "recovering or out of service, the supplier": Row(
        statuses=CLOSED,
        by=(SUPPLIER,),
        pre_notifier=SUPPLIER,
        details=(VARIANT, OTHERS, EVERYTHING),
        smets1=_TWO,
        old=FROZEN,
        new=FROZEN,
    ),
    "Suspended, recovering or out of service, anybody else": Row(
        statuses=(*SUSPENDED, *CLOSED), by=(*X, OTHER_USER), details=(VARIANT, *_EACH_OTHER), old=E4, new=E4
    ),
}


@REGIMES
@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_each_row_of_the_table_decides_before_and_after(row: Row, rules: RuleSet) -> None:
    code = row.new if rules is AFTER else row.old
    for smets1 in row.smets1:
        for status in row.statuses:
            world = premises(rules, statuses={ESME: status}, smets1=smets1)
            prenotified_by(world, ESME, row.pre_notifier)
            world.inbox.clear()
            whole = world.engine.state.devices[ESME]
            for user in row.by:
                for details in row.details:
                    before = trace_of(world)

                    answer = amend(world, details, by=user)

                    if code is not I0:
                        assert_refused(world, before, answer, code)
                        continue
                    assert (answer.response_code, answer.body) == (I0, None)
                    fields = {SHOWN_AS.get(name, name): value for name, value in details.items()}
                    assert kept(world, ESME).device == changed(whole.device, **fields)
                    assert not world.inbox, "no alert is raised for it"
                    world.engine.state.put_device(whole)


@REGIMES
@pytest.mark.parametrize("status", EVERY)
@pytest.mark.parametrize(
    ("device", "supplier"),
    [
        (GSME, GAS_SUPPLIER),
        (GPF, GAS_SUPPLIER),
        (HCALCS, SUPPLIER),
        (PPMID, SUPPLIER),
        (CHF, SUPPLIER),
    ],
)
def test_the_variant_of_what_is_no_esme_is_never_set(
    device: Eui, supplier: Eui, status: SmiStatus, rules: RuleSet
) -> None:
    world = premises(rules, statuses={device: status})
    before = trace_of(world)

    answer = amend(world, VARIANT, device, by=supplier)

    assert_refused(world, before, answer, E4 if status in PENDING else NOT_APPLICABLE)


@REGIMES
def test_not_even_the_pre_notifier_gives_a_variant_to_what_is_no_esme(rules: RuleSet) -> None:
    world = premises(rules, statuses={GSME: SmiStatus.PENDING})
    prenotified_by(world, GSME, OTHER_USER)
    before = trace_of(world)

    assert_refused(world, before, amend(world, VARIANT, GSME, by=OTHER_USER), NOT_APPLICABLE)


@REGIMES
@pytest.mark.parametrize("status", EVERY)
@pytest.mark.parametrize("value", ["Z", "ade", "ADE ", "ABC", "G", "BG"])
def test_a_value_outside_the_25_is_refused_whoever_sends_it(
    value: str, status: SmiStatus, rules: RuleSet
) -> None:
    world = premises(rules, statuses={ESME: status})
    prenotified_by(world, ESME, SUPPLIER)
    before = trace_of(world)

    for user in (SUPPLIER, DISTRIBUTOR):
        assert_refused(world, before, amend(world, {"esme_variant": value}, by=user), E100)


@pytest.mark.parametrize("variant", ESME_VARIANTS)
def test_each_of_the_25_is_taken(variant: str) -> None:
    world = premises(AFTER)

    assert amend(world, {"esme_variant": variant}).response_code is I0
    assert seen_by_8_2(world, ESME).esme_variant == variant


@REGIMES
@pytest.mark.parametrize("status", EVERY)
def test_a_request_that_names_no_detail_is_refused(status: SmiStatus, rules: RuleSet) -> None:
    world = premises(rules, statuses={ESME: status})
    prenotified_by(world, ESME, SUPPLIER)
    before = trace_of(world)

    assert_refused(world, before, amend(world, {}), FROZEN)


@REGIMES
def test_what_the_smi_does_not_have_has_no_details(rules: RuleSet) -> None:
    world = premises(rules)
    before = trace_of(world)

    assert_refused(world, before, amend(world, VARIANT, NOWHERE), ResponseCode.E19)
