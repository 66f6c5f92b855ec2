"""Read Device Configuration, Identity: ECS26e octet for octet, and nothing else taken."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_types import ESME_VARIANTS
from smart_metering.errors import DecodeError
from smart_metering.gbcs.electricity_identity import (
    LONGEST_VARIANT,
    Identity,
    SupplyTamperState,
    decode_electricity_identity_command,
    decode_electricity_identity_response,
    encode_electricity_identity_command,
    encode_electricity_identity_response,
)
from smart_metering.identifiers import eui_from_octets
from tests.smart_metering.gbcs.reference_vectors import ESME, commanded_by_supplier, read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

COMMAND = bytes.fromhex(
    "D9 200003E9 00 05"
    "01 0001 0000600101FF 02 01 0001 0000600102FF 02 01 0001 0000600104FF 02 01 0001 0000600106FF 02"
    "01 0001 00005E2C0004 02 05 00 00 00 00 00"
)
RESPONSE = bytes.fromhex(
    "DA 200003E9 00 00 05 0908 00DB1234567890A0 0901 42 0908 4154475479706558 0903 435357 03 FF"
    "05 0100 0100 0100 0100 0100"
)
IDENTITY = Identity(
    device=ESME,
    meter_variant="B",
    model_type="ATGTypeX",
    manufacturer_identifier="CSW",
    supply_tamper_state=SupplyTamperState.LOCKED,
)

plain = string.ascii_letters + string.digits + " -."


def test_a_read_octet_for_octet() -> None:
    exchange = commanded_by_supplier(1001)

    assert encode_electricity_identity_command(exchange) == COMMAND
    assert encode_electricity_identity_response(IDENTITY, exchange) == RESPONSE
    assert decode_electricity_identity_response(RESPONSE, exchange) == IDENTITY


def test_every_vector_is_read_and_made_again(reference_data: Path) -> None:
    read = {}
    for name, vector in read_vectors(reference_data, "6.2.4_ECS26e").items():
        decode_electricity_identity_command(vector.command.payload, vector.exchange)
        assert encode_electricity_identity_command(vector.exchange) == vector.command.payload
        read[name] = decode_electricity_identity_response(vector.response.payload, vector.exchange)
        assert encode_electricity_identity_response(read[name], vector.exchange) == vector.response.payload

    assert read == {"ECS26e_6.2.4_SUCCESS": IDENTITY}


@given(
    device=st.binary(min_size=8, max_size=8),
    variant=st.sampled_from(ESME_VARIANTS),
    model=st.text(plain, max_size=8),
    manufacturer=st.text(plain, max_size=32),
    state=st.sampled_from(SupplyTamperState),
)
def test_any_identity_comes_back(
    device: bytes, variant: str, model: str, manufacturer: str, state: SupplyTamperState
) -> None:
    identity = Identity(
        device=eui_from_octets(device),
        meter_variant=variant,
        model_type=model,
        manufacturer_identifier=manufacturer,
        supply_tamper_state=state,
    )
    exchange = commanded_by_supplier()

    payload = encode_electricity_identity_response(identity, exchange)

    assert decode_electricity_identity_response(payload, exchange) == identity


def test_no_variant_is_longer_than_may_be_told() -> None:
    assert max(map(len, ESME_VARIANTS)) == LONGEST_VARIANT


def test_any_other_command_is_refused() -> None:
    exchange = commanded_by_supplier(1001)

    every_change_is_refused_or_seen(
        COMMAND,
        lambda octets: decode_electricity_identity_command(octets, exchange),
        lambda _: encode_electricity_identity_command(exchange),
    )


def test_a_changed_response_is_refused_or_says_something_else() -> None:
    exchange = commanded_by_supplier(1001)

    every_change_is_refused_or_seen(
        RESPONSE,
        lambda octets: decode_electricity_identity_response(octets, exchange),
        lambda identity: encode_electricity_identity_response(identity, exchange),
    )


@pytest.mark.parametrize(
    "content",
    [
        "0908 00DB1234567890A0 0901 42 0908 4154475479706558 00 00 05 0100 0100 0100 0101 01FA",
        "0908 00DB1234567890A0 0901 0A 0900 0900 03 FF 05 0100 0100 0100 0100 0100",
        "0908 00DB1234567890A0 0901 C2 0900 0900 03 FF 05 0100 0100 0100 0100 0100",
        "0908 00DB1234567890A0 0905 4242424242 0900 0900 03 FF 05 0100 0100 0100 0100 0100",
        "0908 00DB1234567890A0 0900 0909 414141414141414141 0900 03 FF 05 0100 0100 0100 0100 0100",
        "0908 00DB1234567890A0 0900 0900 0900 03 01 05 0100 0100 0100 0100 0100",
        "0908 00DB1234567890A0 0900 0900 0900 03 00 05 0100 0100 0100 0100 0101",
    ],
)
def test_a_failed_or_foreign_attribute_is_refused(content: str) -> None:
    payload = bytes.fromhex("DA 200003E9 00 00 05" + content)

    with pytest.raises(DecodeError):
        decode_electricity_identity_response(payload, commanded_by_supplier(1001))
