"""Who is told of a DCC Alert: every code that the DSP raises, against the report and the choices said again here."""

import pytest

from dsp.rules.alert_recipients import ALERT_ROWS, Recipient, alert_row
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.marks import Mark

SUPPLIER, OPERATOR, REQUESTER = (
    Recipient.RESPONSIBLE_SUPPLIER,
    Recipient.RESPONSIBLE_NETWORK_OPERATOR,
    Recipient.REQUESTER,
)

EXPECTED = {
    DccAlertCode.N28: (SUPPLIER, OPERATOR),
    DccAlertCode.N29: (SUPPLIER, OPERATOR),
    DccAlertCode.N39: (SUPPLIER,),
    DccAlertCode.N52: (SUPPLIER, OPERATOR, REQUESTER),
    DccAlertCode.N60: (REQUESTER,),
    DccAlertCode.N61: (REQUESTER,),
    DccAlertCode.N62: (SUPPLIER,),
}


@pytest.mark.parametrize("code", EXPECTED)
def test_each_alert_goes_to_its_recipients(code: DccAlertCode) -> None:
    assert alert_row(code).recipients == EXPECTED[code]


def test_an_alert_has_one_row_and_no_other_alert_is_raised() -> None:
    assert [row.code for row in ALERT_ROWS] == list(EXPECTED)


def test_only_what_the_reports_say_is_certain() -> None:
    certain = {row.code for row in ALERT_ROWS if row.mark is Mark.CERTAIN}

    assert certain == {DccAlertCode.N29, DccAlertCode.N52}
