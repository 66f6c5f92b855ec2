"""What differs between two rule books: whole, in both directions, and nothing that does not."""

from dataclasses import fields, replace

import pytest

from dsp.rules.differences import effect_differences, row_differences, rule_tables
from dsp.rules.releases import MODIFICATIONS, rules_as_of, rules_called, rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import METERS, DeviceType, Generation
from smart_metering.smi_statuses import SmiStatus

ADDED = {
    "SECMP0105": {"exemptions": 1, "evidence": 3},
    "SECMP0007": {"firmware_device_types": 4, "exemptions": 1, "evidence": 2},
    "SECMP0125": {"amendments": 1},
    "SAT-TITLES": {"audit_visibility": 6},
}


@pytest.mark.parametrize("name", MODIFICATIONS)
def test_a_modification_adds_its_rows_and_takes_none_away(name: str) -> None:
    found = row_differences(rules_with(()), rules_with([name]))

    assert {row.table: len(row.only_second) for row in found} == ADDED[name]
    assert not any(row.only_first for row in found)


@pytest.mark.parametrize("name", MODIFICATIONS)
def test_seen_the_other_way_round_a_difference_changes_sides(name: str) -> None:
    there = row_differences(rules_with(()), rules_with([name]))
    back = row_differences(rules_with([name]), rules_with(()))

    assert [(row.table, row.only_first) for row in back] == [(row.table, row.only_second) for row in there]


def test_rules_do_not_differ_from_themselves() -> None:
    for text in ("none", "latest", "SECMP0007", "latest+SECMP0125"):
        rules = rules_called(text)

        assert row_differences(rules, rules) == ()
        assert effect_differences(rules, rules) == ()


def test_the_order_of_rows_is_no_difference() -> None:
    rules = rules_as_of()
    turned = replace(rules, exemptions=tuple(reversed(rules.exemptions)))

    assert row_differences(rules, turned) == ()


def test_every_field_of_rows_is_a_table() -> None:
    other = {"modifications", "switches", "times"}

    assert set(rule_tables(RuleSet())) == {field.name for field in fields(RuleSet)} - other


def test_secmp0105_lets_suspended_meters_be_read_and_changes_no_other_answer() -> None:
    (found,) = effect_differences(rules_with(()), rules_with(["SECMP0105"]))

    assert (found.srv, found.device_types) == ("11.2", METERS)
    assert found.statuses == {SmiStatus.SUSPENDED}
    assert found.generations == set(Generation)
    assert found.variants == {CommandVariant.SEND, CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL}
    assert (found.first.answer, found.second.answer) == ("E5", "yes")
    assert found.second.source == "SECMP0105 report"


def test_secmp0007_changes_what_firmware_requests_serve_and_nothing_else() -> None:
    found = effect_differences(rules_with(()), rules_with(["SECMP0007"]))

    told = {(row.srv, kind): row.first.answer for row in found for kind in row.device_types}
    assert {srv for srv, _ in told} == {"11.1", "11.2", "11.3", "11.4"}
    assert {kind for srv, kind in told if srv != "11.4"} == {DeviceType.HCALCS, DeviceType.PPMID}
    assert {answer for (srv, _), answer in told.items() if srv == "11.4"} == {"E100"}


def test_secmp0125_and_the_titles_change_no_answer_of_access_control() -> None:
    assert effect_differences(rules_with(()), rules_with(["SECMP0125", "SAT-TITLES"])) == ()


def test_a_suspended_ppmid_is_read_only_where_both_are_in_force() -> None:
    alone, both = rules_called("SECMP0105"), rules_called("SECMP0105,SECMP0007")

    reads = [
        row
        for row in effect_differences(alone, both)
        if row.srv == "11.2" and row.statuses == {SmiStatus.SUSPENDED}
    ]

    (row,) = reads
    assert row.device_types == {DeviceType.PPMID, DeviceType.HCALCS}
    assert (row.first.answer, row.second.answer) == ("E5", "yes")
