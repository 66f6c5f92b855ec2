"""Join Service: CS03A1 and CS03B octet for octet, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_types import ALL_TYPES, TYPE_1, DeviceType
from smart_metering.errors import DecodeError
from smart_metering.gbcs.joining import (
    DEVICE_TYPE_NUMBERS,
    Join,
    JoinCode,
    decode_join_command,
    decode_join_response,
    device_type_number,
    encode_join_command,
    encode_join_response,
)
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

JOINS = [
    (
        UseCase.CS03A1,
        Join(other_device=Eui("00-DB-12-34-56-78-90-9A"), device_type=DeviceType.HCALCS),
        "30 10 02 01 00 04 08 00DB12345678909A 02 01 04",
    ),
    (
        UseCase.CS03B,
        Join(other_device=Eui("00-DB-12-34-56-78-90-9C"), device_type=DeviceType.GPF),
        "30 10 02 01 02 04 08 00DB12345678909C 02 01 03",
    ),
]
joins = pytest.mark.parametrize(("use_case", "join", "octets"), JOINS)


@pytest.mark.parametrize(
    ("folder", "use_case", "join"),
    [("8.7.1_CS03A1", UseCase.CS03A1, JOINS[0][1]), ("8.7.2_CS03B", UseCase.CS03B, JOINS[1][1])],
)
def test_the_reference_messages_are_read_and_made_again(
    reference_data: Path, folder: str, use_case: UseCase, join: Join
) -> None:
    (vector,) = read_vectors(reference_data, folder).values()

    assert decode_join_command(use_case, vector.command.payload) == join
    assert encode_join_command(use_case, join) == vector.command.payload
    assert decode_join_response(vector.response.payload) is JoinCode.SUCCESS
    assert encode_join_response(JoinCode.SUCCESS) == vector.response.payload


@joins
def test_a_command_octet_for_octet(use_case: UseCase, join: Join, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_join_command(use_case, join) == payload
    assert decode_join_command(use_case, payload) == join


@pytest.mark.parametrize("code", JoinCode)
def test_a_response_is_one_number(code: JoinCode) -> None:
    payload = bytes((2, 1, code))

    assert encode_join_response(code) == payload
    assert decode_join_response(payload) is code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (JoinCode.SUCCESS, "success"),
        (JoinCode.INCOMPATIBLE_WITH_EXISTING_ENTRY, "incompatibleWithExistingEntry"),
        (JoinCode.NO_CBKE_RESPONSE, "noCBKEResponse"),
    ],
)
def test_a_code_is_named_as_mmc_names_it(code: JoinCode, name: str) -> None:
    assert code.mmc_name == name


def test_every_name_of_a_code_is_in_the_schema(reference_data: Path) -> None:
    schema = (reference_data / "xsd" / "mmc-5.4.xsd").read_text("utf-8")

    assert [code.mmc_name for code in JoinCode if f'"{code.mmc_name}"' not in schema] == []


@given(
    use_case=st.sampled_from([UseCase.CS03A1, UseCase.CS03B]),
    number=st.integers(0, 2**64 - 1),
    device_type=st.sampled_from(sorted(TYPE_1)),
)
def test_any_join_comes_back(use_case: UseCase, number: int, device_type: DeviceType) -> None:
    join = Join(other_device=eui_from_number(number), device_type=device_type)

    assert decode_join_command(use_case, encode_join_command(use_case, join)) == join


def test_every_device_type_has_a_number_and_only_type_2_devices_share_theirs() -> None:
    assert {row[0] for row in DEVICE_TYPE_NUMBERS} == ALL_TYPES
    assert len({device_type_number(device_type) for device_type in TYPE_1}) == len(TYPE_1)
    assert device_type_number(DeviceType.IHD) == device_type_number(DeviceType.CAD) == 6


def test_a_type_2_device_is_read_as_an_ihd() -> None:
    join = Join(other_device=Eui("00-DB-12-34-56-78-90-9A"), device_type=DeviceType.CAD)

    read = decode_join_command(UseCase.CS03B, encode_join_command(UseCase.CS03B, join))

    assert read.device_type is DeviceType.IHD


@joins
def test_a_changed_command_is_refused_or_seen(use_case: UseCase, join: Join, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda payload: decode_join_command(use_case, payload),
        lambda read: encode_join_command(use_case, read),
    )


def test_a_changed_response_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(b"\x02\x01\x03", decode_join_response, encode_join_response)


def test_the_command_of_the_other_use_case_is_refused() -> None:
    with pytest.raises(DecodeError, match="octet 4: join method and role: 02 expected, 00 found"):
        decode_join_command(UseCase.CS03B, bytes.fromhex(JOINS[0][2]))


def test_a_number_of_no_device_type_is_refused() -> None:
    with pytest.raises(DecodeError, match="octet 15: 7 is the number of no Device Type"):
        decode_join_command(UseCase.CS03A1, bytes.fromhex(JOINS[0][2])[:-1] + b"\x07")


@given(payload=st.binary(max_size=30))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_join_command(UseCase.CS03A1, octets))
    read_or_refuse(payload, decode_join_response)
