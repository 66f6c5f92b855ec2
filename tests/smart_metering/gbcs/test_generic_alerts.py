"""Alerts without content of their own: DLMS and GBZ octet for octet, and nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs.generic_alerts import GenericAlert, decode_generic_alert, encode_generic_alert
from smart_metering.instants import Instant, parse_instant
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

AT = parse_instant("2015-01-01T00:00:00Z")
ALERT = GenericAlert(alert_code=DeviceAlertCode.EXECUTING_FIRMWARE_VERSION_CHANGED, at=AT)
LAYOUTS = [
    (False, "0F 200007D0 00 02 02 12 8F43 09 0C 07DF0101FF000000008000FF"),
    (True, "0109 00 8F43 1C374A80"),
]
layouts = pytest.mark.parametrize(("gas", "octets"), LAYOUTS)


@layouts
def test_an_alert_octet_for_octet(gas: bool, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_generic_alert(gas, ALERT.alert_code, ALERT.at, 2000) == payload
    assert decode_generic_alert(gas, payload) == ALERT
    assert decode_generic_alert(gas, payload, 2000) == ALERT


@given(
    gas=st.booleans(),
    alert_code=st.integers(0, 0xFFFF),
    seconds=st.integers(946_684_800, 946_684_800 + 2**32 - 2),
    counter=st.integers(0, 2**64 - 1),
)
def test_any_alert_comes_back(gas: bool, alert_code: int, seconds: int, counter: int) -> None:
    alert = GenericAlert(alert_code=alert_code, at=Instant(seconds * 1000))

    payload = encode_generic_alert(gas, alert.alert_code, alert.at, counter)

    assert decode_generic_alert(gas, payload, counter) == alert


@layouts
def test_a_changed_alert_is_refused_or_seen(gas: bool, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda payload: decode_generic_alert(gas, payload, 2000),
        lambda alert: encode_generic_alert(gas, alert.alert_code, alert.at, 2000),
    )


def test_the_invoke_id_of_another_counter_is_refused() -> None:
    with pytest.raises(DecodeError, match="octet 4: invoke id"):
        decode_generic_alert(False, bytes.fromhex(LAYOUTS[0][1]), 2001)


@layouts
def test_an_alert_in_the_other_protocol_is_refused(gas: bool, octets: str) -> None:
    with pytest.raises(DecodeError, match="octet 0"):
        decode_generic_alert(not gas, bytes.fromhex(octets))


@given(gas=st.booleans(), payload=st.binary(max_size=30))
def test_any_octets_are_read_or_refused(gas: bool, payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_generic_alert(gas, octets))
