"""Commission Device: ECS70 and GCS28 octet for octet, clocks that are set and clocks that are not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.commissioning import (
    ClockSetting,
    CommissionOutcome,
    decode_commission_command,
    decode_commission_response,
    encode_commission_command,
    encode_commission_response,
)
from smart_metering.instants import Instant, parse_instant
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import commanded_by_supplier, read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

NEW_YEAR = parse_instant("2015-01-01T00:00:00Z")
HALF_PAST = parse_instant("2014-12-31T23:30:00Z")
ECS70_SETTING = ClockSetting(
    at=parse_instant("2014-12-31T23:59:10Z"), latest=parse_instant("2015-01-01T00:00:10Z")
)
GCS28_SETTING = ClockSetting(at=HALF_PAST, latest=parse_instant("2015-01-01T00:30:00Z"))

COMMANDS = [
    (
        UseCase.ECS70,
        ECS70_SETTING,
        (
            "D9 200003E8 00 05 02 0008 0000010000FF 09 03 0008 0000010000FF 05 03 0008 0000010000FF 04"
            "01 0008 0000010000FF 02 01 0008 0000010000FF 04 05 16 05"
            "0203 090C FFFFFFFFFFFFFFFFFF8000FF 090C 07DE0C1FFF173B0A008000FF 090C 07DF0101FF00000A008000FF"
            "0F 00 00 00"
        ),
    ),
    (
        UseCase.GCS28,
        GCS28_SETTING,
        "3022 180F 32303134313233313233333030305A 180F 32303135303130313030333030305A",
    ),
]
RESPONSES = [
    (
        UseCase.ECS70,
        CommissionOutcome(device_time=NEW_YEAR, success=True),
        "DA 200003E8 00 00 05 00 00 00 090C 07DF0101FF000000008000FF 11 00 05 0200 0300 0300 0100 0100",
    ),
    (
        UseCase.ECS70,
        CommissionOutcome(device_time=NEW_YEAR, success=False),
        "DA 200003E8 00 00 05 00 00 00 090C 07DF0101FF000000008000FF 11 02 05 0200 0300 0300 0100 0100",
    ),
    (
        UseCase.GCS28,
        CommissionOutcome(device_time=HALF_PAST, success=True),
        "3014 180F 32303134313233313233333030305A 0201 00",
    ),
    (
        UseCase.GCS28,
        CommissionOutcome(device_time=NEW_YEAR, success=False),
        "3014 180F 32303135303130313030303030305A 0201 02",
    ),
]
commands = pytest.mark.parametrize(("use_case", "setting", "octets"), COMMANDS)
responses = pytest.mark.parametrize(("use_case", "outcome", "octets"), RESPONSES)

use_cases = st.sampled_from((UseCase.ECS70, UseCase.GCS28))
seconds = st.integers(0, 250_000_000_000).map(lambda second: Instant(second * 1000))


@commands
def test_a_command_octet_for_octet(use_case: UseCase, setting: ClockSetting, octets: str) -> None:
    exchange, payload = commanded_by_supplier(), bytes.fromhex(octets)

    assert encode_commission_command(use_case, setting, exchange) == payload
    assert decode_commission_command(use_case, payload, exchange) == setting


@responses
def test_a_response_octet_for_octet(use_case: UseCase, outcome: CommissionOutcome, octets: str) -> None:
    exchange, payload = commanded_by_supplier(), bytes.fromhex(octets)

    assert encode_commission_response(use_case, outcome, exchange) == payload
    assert decode_commission_response(use_case, payload, exchange) == outcome


@pytest.mark.parametrize("use_case", [UseCase.ECS70, UseCase.GCS28])
def test_every_vector_is_read_and_made_again(reference_data: Path, use_case: UseCase) -> None:
    vectors = read_vectors(reference_data, f"8.1.1_{use_case.name}Commission")

    assert vectors
    for vector in vectors.values():
        command, response, exchange = vector.command.payload, vector.response.payload, vector.exchange
        setting = decode_commission_command(use_case, command, exchange)
        outcome = decode_commission_response(use_case, response, exchange)
        assert encode_commission_command(use_case, setting, exchange) == command
        assert encode_commission_response(use_case, outcome, exchange) == response
        assert outcome.success
        assert setting.at <= outcome.device_time <= setting.latest


@given(use_case=use_cases, at=seconds, latest=seconds, success=st.booleans())
def test_any_setting_and_outcome_come_back(
    use_case: UseCase, at: Instant, latest: Instant, success: bool
) -> None:
    exchange = commanded_by_supplier()
    setting = ClockSetting(at=at, latest=latest)
    outcome = CommissionOutcome(device_time=at, success=success)

    command = encode_commission_command(use_case, setting, exchange)
    response = encode_commission_response(use_case, outcome, exchange)

    assert decode_commission_command(use_case, command, exchange) == setting
    assert decode_commission_response(use_case, response, exchange) == outcome


@commands
def test_a_changed_command_is_refused_or_says_something_else(
    use_case: UseCase, setting: ClockSetting, octets: str
) -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda other: decode_commission_command(use_case, other, exchange),
        lambda said: encode_commission_command(use_case, said, exchange),
    )


@responses
def test_a_changed_response_is_refused_or_says_something_else(
    use_case: UseCase, outcome: CommissionOutcome, octets: str
) -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda other: decode_commission_response(use_case, other, exchange),
        lambda said: encode_commission_response(use_case, said, exchange),
    )


@pytest.mark.parametrize(
    ("use_case", "octets"),
    [
        (UseCase.ECS70, "DA 200003E8 00 00 05 00 00 00 00 00 05 0200 0300 0300 0101 01FA"),
        (
            UseCase.ECS70,
            "DA 200003E8 00 00 05 00 00 00 090C 07DF0101FF000000008000FF 11 01 05 0200 0300 0300 0100 0100",
        ),
        (UseCase.GCS28, "3014 180F 32303135303130313030303030305A 0201 01"),
        (UseCase.GCS28, "3014 180F 32303135303130313030303030305A 0201 03"),
    ],
)
def test_other_failures_are_refused(use_case: UseCase, octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_commission_response(use_case, bytes.fromhex(octets), commanded_by_supplier())
