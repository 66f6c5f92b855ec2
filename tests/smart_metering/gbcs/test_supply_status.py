"""Read Supply Status: ECS45 and GCS33 octet for octet, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.supply_status import (
    SupplyState,
    SupplyStatus,
    decode_supply_status_command,
    decode_supply_status_response,
    encode_supply_status_command,
    encode_supply_status_response,
)
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import commanded_by_supplier, read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

COMMANDS = [
    (UseCase.ECS45, "D9 200003E8 00 01 01 0046 000060030AFF 03 01 00"),
    (UseCase.GCS33, "0109 01 01 0702 0007 00 00 00 0502 1400"),
]
RESPONSES = [
    (UseCase.ECS45, SupplyState.DISABLED, None, "DA 200003E8 00 00 01 16 00 01 01 00"),
    (UseCase.ECS45, SupplyState.ENABLED, None, "DA 200003E8 00 00 01 16 01 01 01 00"),
    (UseCase.ECS45, SupplyState.ARMED, None, "DA 200003E8 00 00 01 16 02 01 01 00"),
    (UseCase.GCS33, SupplyState.DISABLED, 0, "0109 01 01 0702 000E 08 00 01 0502 00 21 0000 1400 00 30 00"),
    (UseCase.GCS33, SupplyState.ARMED, 5475, "0109 01 01 0702 000E 08 00 01 0502 00 21 6315 1400 00 30 01"),
    (UseCase.GCS33, SupplyState.ENABLED, 100, "0109 01 01 0702 000E 08 00 01 0502 00 21 6400 1400 00 30 02"),
]
commands = pytest.mark.parametrize(("use_case", "octets"), COMMANDS)
responses = pytest.mark.parametrize(("use_case", "state", "days", "octets"), RESPONSES)


@commands
def test_a_command_octet_for_octet(use_case: UseCase, octets: str) -> None:
    exchange = commanded_by_supplier()

    assert encode_supply_status_command(use_case, exchange) == bytes.fromhex(octets)
    decode_supply_status_command(use_case, bytes.fromhex(octets), exchange)


@responses
def test_a_response_octet_for_octet(
    use_case: UseCase, state: SupplyState, days: int | None, octets: str
) -> None:
    exchange, payload = commanded_by_supplier(), bytes.fromhex(octets)

    assert encode_supply_status_response(use_case, state, exchange, days) == payload
    assert decode_supply_status_response(use_case, payload, exchange) == SupplyStatus(
        supply_state=state, remaining_battery_days=days
    )


@pytest.mark.parametrize(("use_case", "days"), [(UseCase.ECS45, None), (UseCase.GCS33, 100)])
def test_every_vector_is_read_and_made_again(
    reference_data: Path, use_case: UseCase, days: int | None
) -> None:
    vectors = read_vectors(reference_data, f"7.4_{use_case.name}")

    assert vectors
    for vector in vectors.values():
        exchange, payload = vector.exchange, vector.response.payload
        decode_supply_status_command(use_case, vector.command.payload, exchange)
        assert encode_supply_status_command(use_case, exchange) == vector.command.payload
        status = decode_supply_status_response(use_case, payload, exchange)
        assert status == SupplyStatus(supply_state=SupplyState.ENABLED, remaining_battery_days=days)
        assert encode_supply_status_response(use_case, SupplyState.ENABLED, exchange, days) == payload


@given(state=st.sampled_from(SupplyState), days=st.integers(0, 0xFFFF))
def test_any_gas_status_comes_back(state: SupplyState, days: int) -> None:
    exchange = commanded_by_supplier()

    payload = encode_supply_status_response(UseCase.GCS33, state, exchange, days)

    read = decode_supply_status_response(UseCase.GCS33, payload, exchange)
    assert (read.supply_state, read.remaining_battery_days) == (state, days)


@commands
def test_any_other_command_is_refused(use_case: UseCase, octets: str) -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda other: decode_supply_status_command(use_case, other, exchange),
        lambda _: encode_supply_status_command(use_case, exchange),
    )


@responses
def test_a_changed_response_is_refused_or_says_something_else(
    use_case: UseCase, state: SupplyState, days: int | None, octets: str
) -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda other: decode_supply_status_response(use_case, other, exchange),
        lambda status: encode_supply_status_response(
            use_case, status.supply_state, exchange, status.remaining_battery_days
        ),
    )


@pytest.mark.parametrize(
    ("use_case", "octets"),
    [
        (UseCase.ECS45, "DA 200003E8 00 00 01 00 01 01 01"),
        (UseCase.ECS45, "DA 200003E8 00 00 01 16 03 01 01 00"),
        (UseCase.GCS33, "0109 01 01 0702 000C 08 00 01 0502 00 21 6400 1400 C0"),
        (UseCase.GCS33, "0109 01 01 0702 000E 08 00 01 0502 00 21 6400 1400 00 30 03"),
    ],
)
def test_a_failed_read_or_an_unknown_state_is_refused(use_case: UseCase, octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_supply_status_response(use_case, bytes.fromhex(octets), commanded_by_supplier())
