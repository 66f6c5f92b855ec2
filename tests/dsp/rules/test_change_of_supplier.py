"""What refuses a 6.23: each fault has one code of its own, among those that DUIS has for it."""

import pytest

from dsp.rules.change_of_supplier import COS_FAULTS, CosFault, cos_fault_row
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode

EXPECTED = {
    CosFault.POINT_OF_SUPPLY: ResponseCode.E062301,
    CosFault.ANOTHERS_CERTIFICATE: ResponseCode.E062302,
    CosFault.WRONG_USE: ResponseCode.E062303,
    CosFault.UNREADABLE_CERTIFICATE: ResponseCode.E062304,
    CosFault.NO_KEY_AGREEMENT: ResponseCode.E062305,
}


@pytest.mark.parametrize("fault", CosFault)
def test_each_fault_has_one_row_and_its_meaning_is_a_choice(fault: CosFault) -> None:
    (row,) = (row for row in COS_FAULTS if row.fault is fault)

    assert cos_fault_row(fault) is row
    assert row.code is EXPECTED[fault]
    assert row.mark is Mark.CHOICE
    assert row.source


def test_no_two_faults_share_a_code() -> None:
    codes = [row.code for row in COS_FAULTS]

    assert len(set(codes)) == len(codes) == len(EXPECTED)
    assert all(code.startswith("E0623") for code in codes)
