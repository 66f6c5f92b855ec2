"""Who is told of a DCC Alert: every code that the DSP raises, against the report and the choices said again here."""

import pytest

from dsp.rules.alert_recipients import ALERT_ROWS, Recipient, alert_row
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import ALL_TYPES, METERS, DeviceType
from smart_metering.marks import Mark

SUPPLIER, OPERATOR, REQUESTER, OTHERS, OTHER_SUPPLIERS, LOSING, PRE_NOTIFIER = (
    Recipient.RESPONSIBLE_SUPPLIER,
    Recipient.RESPONSIBLE_NETWORK_OPERATOR,
    Recipient.REQUESTER,
    Recipient.OTHERS_RESPONSIBLE,
    Recipient.OTHER_SUPPLIERS,
    Recipient.LOSING_SUPPLIER,
    Recipient.PRE_NOTIFIER,
)
LIKELY, WEAK, CHOICE = Mark.LIKELY, Mark.WEAK, Mark.CHOICE

EXPECTED: dict[DccAlertCode, tuple[tuple[Recipient, ...], Mark]] = {
    # code              recipients                        mark, for all but an ESME
    DccAlertCode.N1:  ((OTHERS,),                         WEAK),
    DccAlertCode.N2:  ((OTHERS,),                         WEAK),
    DccAlertCode.N3:  ((OTHERS,),                         WEAK),
    DccAlertCode.N8:  ((PRE_NOTIFIER,),                   WEAK),
    DccAlertCode.N16: ((OPERATOR,),                       LIKELY),
    DccAlertCode.N24: ((REQUESTER,),                      LIKELY),
    DccAlertCode.N25: ((REQUESTER,),                      WEAK),
    DccAlertCode.N26: ((REQUESTER,),                      WEAK),
    DccAlertCode.N27: ((LOSING,),                         WEAK),
    DccAlertCode.N28: ((SUPPLIER, OPERATOR),              LIKELY),
    DccAlertCode.N29: ((SUPPLIER, OPERATOR),              CHOICE),
    DccAlertCode.N36: ((SUPPLIER, OPERATOR),              WEAK),
    DccAlertCode.N39: ((SUPPLIER,),                       LIKELY),
    DccAlertCode.N52: ((SUPPLIER, OPERATOR, REQUESTER),   CHOICE),
    DccAlertCode.N59: ((OTHER_SUPPLIERS,),                LIKELY),
    DccAlertCode.N60: ((REQUESTER,),                      LIKELY),
    DccAlertCode.N61: ((REQUESTER,),                      LIKELY),
    DccAlertCode.N62: ((SUPPLIER,),                       LIKELY),
}  # fmt: skip

OF_METERS = (DccAlertCode.N1, DccAlertCode.N16)


@pytest.mark.parametrize("device_type", DeviceType)
@pytest.mark.parametrize("code", EXPECTED)
def test_each_alert_goes_to_its_recipients_from_one_row(code: DccAlertCode, device_type: DeviceType) -> None:
    recipients, mark = EXPECTED[code]
    rows = [row for row in ALERT_ROWS if row.code is code and device_type in row.device_types]

    if device_type not in (METERS if code in OF_METERS else ALL_TYPES):
        assert rows == []
        return
    (row,) = rows
    assert alert_row(code, device_type) is row
    assert row.recipients == recipients
    certain = code is DccAlertCode.N29 and device_type is DeviceType.ESME
    assert row.mark is (Mark.CERTAIN if certain else mark)


def test_no_other_alert_is_raised() -> None:
    assert {row.code for row in ALERT_ROWS} == set(EXPECTED)


def test_only_what_the_reports_say_is_certain() -> None:
    (certain,) = (row for row in ALERT_ROWS if row.mark is Mark.CERTAIN)

    assert (certain.code, certain.device_types) == (DccAlertCode.N29, frozenset({DeviceType.ESME}))


def test_every_row_says_where_it_is_from() -> None:
    assert all(row.source for row in ALERT_ROWS)
