"""SR 8.4 beside device details: the statuses that may be set, the codes that refuse, and what is a point of supply."""

from itertools import product

import pytest

from dsp.rules.inventory_updates import (
    STATUS_UPDATES,
    is_import_mpxn,
    is_mpan,
    is_mpxn,
    status_update,
)
from dsp.rules.smi_transitions import TRANSITIONS, SmiEvent, transition
from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark
from smart_metering.smi_statuses import SmiStatus

EXCEPT_CH, CH = "update_device_status_except_ch", "update_device_status_ch"
NOT_A_HUB = frozenset({DeviceType.ESME, DeviceType.GSME, DeviceType.HCALCS, DeviceType.PPMID})
HUB = frozenset({DeviceType.CHF, DeviceType.GPF})

EXPECTED = {
    (EXCEPT_CH, "Pending"): (SmiEvent.SET_PENDING, NOT_A_HUB),
    (EXCEPT_CH, "InstalledNotCommissioned"): (SmiEvent.SET_INSTALLED, NOT_A_HUB),
    (CH, "Commissioned"): (SmiEvent.HUB_SET_COMMISSIONED, HUB),
    (CH, "Withdrawn"): (SmiEvent.HUB_SET_WITHDRAWN, HUB),
    (CH, "InstalledNotCommissioned"): (SmiEvent.HUB_SET_INSTALLED, HUB),
}
"""The values that DUIS has for each of the two choices."""


@pytest.mark.parametrize(("field", "status"), list(product((EXCEPT_CH, CH), SmiStatus)))
def test_each_choice_has_its_values_and_no_other(field: str, status: SmiStatus) -> None:
    row, expected = status_update(field, status), EXPECTED.get((field, status))

    if expected is None:
        assert row is None
        return
    assert row is not None
    assert (row.event, row.device_types) == expected
    assert row.mark is Mark.LIKELY


@pytest.mark.parametrize("status", ["", "pending", "PENDING", " Pending", "Unknown"])
@pytest.mark.parametrize("field", [EXCEPT_CH, CH])
def test_what_is_no_status_of_duis_has_no_row(field: str, status: str) -> None:
    assert status_update(field, status) is None


def test_an_update_leads_to_the_status_that_it_names_and_to_no_other() -> None:
    for row in STATUS_UPDATES:
        results = {move.result for move in TRANSITIONS if move.event is row.event}
        assert results == {row.status}, row


def test_an_update_is_possible_for_each_device_type_that_its_row_names_and_for_no_other() -> None:
    for row, kind in product(STATUS_UPDATES, DeviceType):
        possible = any(transition(status, row.event, kind) for status in SmiStatus)
        assert possible == (kind in row.device_types), (row, kind)


@pytest.mark.parametrize(
    ("text", "mpan", "mprn"),
    [
        ("", False, False),
        ("1", False, True),
        ("0", False, True),
        ("7312345678", False, True),
        ("73123456789", False, False),
        ("120001234567", False, False),
        ("1200012345678", True, False),
        ("12000123456789", False, False),
        ("12000123456X8", False, False),
        ("1200012345678\n", False, False),
        ("731234567\n", False, False),
        (" 73123456", False, False),
        ("-731234567", False, False),
        (chr(0x0661) * 13, False, False),
        (chr(0x0661) * 10, False, False),
    ],
)
def test_an_mpan_has_thirteen_digits_and_an_mprn_up_to_ten(text: str, mpan: bool, mprn: bool) -> None:
    assert is_mpan(text) is mpan
    assert is_mpxn(text) is (mpan or mprn)
    for kind in DeviceType:
        assert is_import_mpxn(kind, text) is (mprn if kind is DeviceType.GSME else mpan)
