"""Top Up Device: CS01a and CS01b octet for octet, accepted and refused, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.top_up import (
    ACCEPTED,
    REFUSED,
    TopUpOutcome,
    decode_top_up_command,
    decode_top_up_response,
    encode_top_up_command,
    encode_top_up_response,
)
from smart_metering.identifiers import Eui
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

UTRN = "73946144332040217315"
EXCHANGE = Exchange(
    originator=Eui("90-B3-D5-1F-30-01-00-00"),
    device=Eui("00-DB-12-34-56-78-90-A0"),
    counter=3 << 32,
    recipient=Eui("90-B3-D5-1F-30-01-00-00"),
    recipient_counter=3 << 32,
)

RESPONSES = [
    (UseCase.CS01A, TopUpOutcome(), "DA 20000000 00 00 01 00 01 03 00"),
    (UseCase.CS01A, TopUpOutcome(result=REFUSED), "DA 20000000 00 00 01 00 01 03 01"),
    (
        UseCase.CS01B,
        TopUpOutcome(value=1_250_000, balance=25_144_000),
        "0109 01 01 0705 000D 09 00 03 00 D0121300 00 C0AA7F01",
    ),
    (
        UseCase.CS01B,
        TopUpOutcome(result=REFUSED),
        "0109 01 01 0705 000D 09 00 03 01 FFFFFFFF 00 FFFFFFFF",
    ),
    (
        UseCase.CS01B,
        TopUpOutcome(value=100, balance=-2),
        "0109 01 01 0705 000D 09 00 03 00 64000000 00 FEFFFFFF",
    ),
]
both = pytest.mark.parametrize("use_case", [UseCase.CS01A, UseCase.CS01B])
responses = pytest.mark.parametrize(("use_case", "outcome", "octets"), RESPONSES)

utrns = st.text("0123456789", min_size=20, max_size=20)
amounts = st.integers(-(2**31), 2**31 - 1).filter(lambda amount: amount != -1)


@pytest.mark.parametrize(
    ("folder", "use_case", "utrn", "outcome"),
    [
        ("2.2_CS01a", UseCase.CS01A, UTRN, TopUpOutcome()),
        (
            "2.2_CS01b",
            UseCase.CS01B,
            "73950067887105178605",
            TopUpOutcome(value=1_250_000, balance=25_144_000),
        ),
    ],
)
def test_the_reference_messages_are_read_and_made_again(
    reference_data: Path, folder: str, use_case: UseCase, utrn: str, outcome: TopUpOutcome
) -> None:
    (vector,) = read_vectors(reference_data, folder).values()
    command, response, exchange = vector.command.payload, vector.response.payload, vector.exchange

    assert decode_top_up_command(use_case, command, exchange) == utrn
    assert encode_top_up_command(use_case, utrn, exchange) == command
    assert decode_top_up_response(use_case, response, exchange) == outcome
    assert encode_top_up_response(use_case, outcome, exchange) == response


@responses
def test_a_response_octet_for_octet(use_case: UseCase, outcome: TopUpOutcome, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_top_up_response(use_case, outcome, EXCHANGE) == payload
    assert decode_top_up_response(use_case, payload, EXCHANGE) == outcome
    assert outcome.accepted is (outcome.result == ACCEPTED)


@given(use_case=st.sampled_from([UseCase.CS01A, UseCase.CS01B]), utrn=utrns)
def test_any_utrn_comes_back(use_case: UseCase, utrn: str) -> None:
    assert decode_top_up_command(use_case, encode_top_up_command(use_case, utrn, EXCHANGE), EXCHANGE) == utrn


@given(
    outcome=st.builds(TopUpOutcome, result=st.integers(0, 255), value=amounts, balance=st.none() | amounts)
)
def test_any_outcome_comes_back(outcome: TopUpOutcome) -> None:
    payload = encode_top_up_response(UseCase.CS01B, outcome, EXCHANGE)

    assert decode_top_up_response(UseCase.CS01B, payload, EXCHANGE) == outcome


@both
def test_a_changed_command_is_refused_or_seen(use_case: UseCase) -> None:
    every_change_is_refused_or_seen(
        encode_top_up_command(use_case, UTRN, EXCHANGE),
        lambda octets: decode_top_up_command(use_case, octets, EXCHANGE),
        lambda utrn: encode_top_up_command(use_case, utrn, EXCHANGE),
    )


@responses
def test_a_changed_response_is_refused_or_seen(use_case: UseCase, outcome: TopUpOutcome, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda octets: decode_top_up_response(use_case, octets, EXCHANGE),
        lambda read: encode_top_up_response(use_case, read, EXCHANGE),
    )


@given(use_case=st.sampled_from([UseCase.CS01A, UseCase.CS01B]), payload=st.binary(max_size=50))
def test_any_octets_are_read_or_refused(use_case: UseCase, payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_top_up_command(use_case, octets, EXCHANGE))
    read_or_refuse(payload, lambda octets: decode_top_up_response(use_case, octets, EXCHANGE))


@pytest.mark.parametrize(("use_case", "offset"), [(UseCase.CS01A, 20), (UseCase.CS01B, 13)])
def test_a_utrn_of_other_characters_is_refused_where_it_stands(use_case: UseCase, offset: int) -> None:
    payload = encode_top_up_command(use_case, UTRN, EXCHANGE).replace(b"7394", b"73A4")

    with pytest.raises(DecodeError, match=f"octet {offset}: UTRN: 20 digits expected"):
        decode_top_up_command(use_case, payload, EXCHANGE)


@both
@pytest.mark.parametrize("utrn", [UTRN[:19], UTRN + "0", "7394614433204021731A", ""])
def test_anything_but_20_digits_is_our_own_mistake(use_case: UseCase, utrn: str) -> None:
    with pytest.raises(AssertionError):
        encode_top_up_command(use_case, utrn, EXCHANGE)


@pytest.mark.parametrize(
    ("use_case", "outcome"),
    [
        (UseCase.CS01A, TopUpOutcome(value=100)),
        (UseCase.CS01A, TopUpOutcome(balance=100)),
        (UseCase.CS01B, TopUpOutcome(value=-1)),
    ],
)
def test_an_amount_that_cannot_be_written_is_our_own_mistake(
    use_case: UseCase, outcome: TopUpOutcome
) -> None:
    with pytest.raises(AssertionError):
        encode_top_up_response(use_case, outcome, EXCHANGE)
