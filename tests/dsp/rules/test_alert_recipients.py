"""Who is told of a DCC Alert: every code that the DSP raises, against the report and the choices said again here."""

import pytest

from dsp.rules.alert_recipients import ALERT_ROWS, Recipient, alert_row
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import DeviceType
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


@pytest.mark.parametrize("device_type", DeviceType)
@pytest.mark.parametrize("code", EXPECTED)
def test_each_alert_goes_to_its_recipients_from_one_row(code: DccAlertCode, device_type: DeviceType) -> None:
    assert alert_row(code, device_type).recipients == EXPECTED[code]
    assert sum(row.code is code and device_type in row.device_types for row in ALERT_ROWS) == 1


def test_no_other_alert_is_raised() -> None:
    assert {row.code for row in ALERT_ROWS} == set(EXPECTED)


def test_only_what_the_reports_say_is_certain() -> None:
    (certain,) = (row for row in ALERT_ROWS if row.mark is Mark.CERTAIN)

    assert (certain.code, certain.device_types) == (DccAlertCode.N29, frozenset({DeviceType.ESME}))
