"""ECS80 octet for octet, as the Reference Test Data Set has it, and nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs.supply_outage_alerts import (
    SupplyOutage,
    decode_supply_outage_alert,
    encode_supply_outage_alert,
)
from smart_metering.instants import Instant, parse_instant
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

COUNTER = 2003
VECTOR = bytes.fromhex(
    "0F 200007D3 00 02 04 12 8F36 090C 07DF0101FF000000008000FF"
    " 090C 07DE0C1FFF173200008000FF 090C 07DE0C1FFF173B00008000FF"
)
OUTAGE = SupplyOutage(
    alert_code=DeviceAlertCode.LONG_SUPPLY_OUTAGE_RESTORED,
    at=parse_instant("2015-01-01T00:00:00Z"),
    interrupted_at=parse_instant("2014-12-31T23:50:00Z"),
    restored_at=parse_instant("2014-12-31T23:59:00Z"),
)
instants = st.integers(0, 4_000_000_000).map(lambda seconds: Instant(seconds * 1000))


def test_the_vector_is_read_and_made_again() -> None:
    assert decode_supply_outage_alert(VECTOR, COUNTER) == OUTAGE
    assert decode_supply_outage_alert(VECTOR) == OUTAGE
    assert encode_supply_outage_alert(OUTAGE, COUNTER) == VECTOR


@given(code=st.integers(0, 0xFFFF), at=instants, start=instants, end=instants, counter=st.integers(0, 2**63))
def test_any_outage_comes_back(code: int, at: Instant, start: Instant, end: Instant, counter: int) -> None:
    outage = SupplyOutage(alert_code=code, at=at, interrupted_at=start, restored_at=end)

    assert decode_supply_outage_alert(encode_supply_outage_alert(outage, counter), counter) == outage


def test_a_changed_alert_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        VECTOR,
        lambda payload: decode_supply_outage_alert(payload, COUNTER),
        lambda outage: encode_supply_outage_alert(outage, COUNTER),
    )


def test_the_invoke_id_of_another_counter_is_refused() -> None:
    with pytest.raises(DecodeError, match="octet 4: invoke id"):
        decode_supply_outage_alert(VECTOR, COUNTER + 1)


@given(payload=st.binary(max_size=60))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, decode_supply_outage_alert)
