"""The codes of 11.1 and 11.4: every fault of the request, against the rule said again here."""

import pytest

from dsp.rules.update_firmware import UPDATE_FIRMWARE, DeviceFault, RequestFault
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning
from smart_metering.response_codes import ResponseCode

LAST_DIGITS = {
    # fault               11.1  11.4
    RequestFault.UNREADABLE: ("05", "05"),
    RequestFault.VERSION: ("02", "02"),
    RequestFault.NOT_ON_CPL: ("02", "02"),
    RequestFault.HASH: ("01", "01"),
    RequestFault.MIXED: ("06", "03"),  # the schema has no E110406
    RequestFault.NONE_LEFT: ("03", "03"),
}


@pytest.mark.parametrize("fault", RequestFault)
@pytest.mark.parametrize(("srv", "prefix", "column"), [("11.1", "E1101", 0), ("11.4", "E1104", 1)])
def test_each_fault_of_the_request_has_its_code(
    srv: str, prefix: str, column: int, fault: RequestFault
) -> None:
    assert UPDATE_FIRMWARE[srv].codes[fault] == ResponseCode(prefix + LAST_DIGITS[fault][column])


@pytest.mark.parametrize(("srv", "warning"), [("11.1", ResponseCode.W110101), ("11.4", ResponseCode.W110401)])
def test_each_request_has_its_warning(srv: str, warning: ResponseCode) -> None:
    rules = UPDATE_FIRMWARE[srv]

    assert (rules.srv, rules.warning) == (srv, warning)


def test_no_other_request_has_such_rules() -> None:
    assert set(UPDATE_FIRMWARE) == {"11.1", "11.4"}
    assert all(set(rules.codes) == set(RequestFault) for rules in UPDATE_FIRMWARE.values())


def test_the_faults_of_a_device_are_the_lists_of_the_warning_in_their_order() -> None:
    assert [fault.value for fault in DeviceFault] == list(DspUpdateFirmwareWarning.__struct_fields__)
