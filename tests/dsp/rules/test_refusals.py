"""What refuses an 8.4, an 8.11 or a 12.2: each fault has one row, and a code says the same wherever it is explained."""

from enum import StrEnum

import pytest

from dsp.core import device_details, device_log_form, prenotification, update_inventory
from dsp.rules.change_of_supplier import COS_FAULTS
from dsp.rules.device_details import DETAILS_REFUSALS, DetailsFault
from dsp.rules.device_log_updates import DEVICE_LOG_REFUSALS, DeviceLogFault
from dsp.rules.inventory_updates import INVENTORY_REFUSALS, InventoryFault
from dsp.rules.prenotification import PRENOTIFICATION_REFUSALS, PrenotificationFault
from dsp.rules.refusals import RefusalRow
from smart_metering.marks import Mark
from smart_metering.response_codes import definition_of

FOUND_BEFORE = {InventoryFault.NOT_IN_THE_SMI, InventoryFault.NO_CHOICE}
TABLES: list[tuple[tuple[RefusalRow, ...], type[StrEnum], set[StrEnum]]] = [
    (INVENTORY_REFUSALS, InventoryFault, {*update_inventory.CHECKS, *FOUND_BEFORE}),
    (DETAILS_REFUSALS, DetailsFault, {*device_details.CHECKS}),
    (DEVICE_LOG_REFUSALS, DeviceLogFault, {*device_log_form.CHECKS}),
    (PRENOTIFICATION_REFUSALS, PrenotificationFault, {*prenotification.CHECKS}),
]
ROWS = [row for rows, *_ in TABLES for row in rows]


@pytest.mark.parametrize(("rows", "faults", "found"), TABLES, ids=lambda it: getattr(it, "__name__", ""))
def test_each_fault_has_one_row_and_a_check(
    rows: tuple[RefusalRow, ...], faults: type[StrEnum], found: set[StrEnum]
) -> None:
    assert sorted(row.fault for row in rows) == sorted(faults)
    assert found == set(faults)


@pytest.mark.parametrize("row", [row for row in ROWS if len(row.code) == 7], ids=lambda row: row.code)
def test_a_six_digit_code_means_what_a_row_of_it_says_and_is_a_choice(row: RefusalRow) -> None:
    said = {str(other.fault) for other in ROWS if other.code is row.code}

    assert definition_of(row.code).meaning in said
    assert row.mark is definition_of(row.code).mark is Mark.CHOICE


@pytest.mark.parametrize("row", COS_FAULTS, ids=lambda row: row.code)
def test_the_codes_of_6_23_mean_what_their_rows_say(row: RefusalRow) -> None:
    assert definition_of(row.code).meaning == row.fault
