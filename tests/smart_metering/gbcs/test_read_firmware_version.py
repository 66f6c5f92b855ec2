"""Read Firmware Version: each payload of ECS52, GCS38 and CS08 octet for octet, and nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets
from smart_metering.gbcs.read_firmware_version import (
    decode_read_command,
    decode_read_response,
    encode_read_command,
    encode_read_response,
)
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.strictness import neighbours, read_or_refuse

VERSION = FirmwareVersion("0123ABCD")
REAL_COUNTER = 0x018283262EE1  # milliseconds since 1970; DLMS keeps the last three octets
READS = (UseCase.ECS52, UseCase.GCS38, UseCase.CS08)

COMMANDS = [
    (UseCase.ECS52, 1000, "D9 200003E8 00 01 01 0001 0000000201FF 02 01 00"),
    (UseCase.ECS52, REAL_COUNTER, "D9 20262EE1 00 01 01 0001 0000000201FF 02 01 00"),
    (UseCase.GCS38, 1000, "0109 01 01 0702 0005 00 00 00 0602"),
    (UseCase.CS08, 1000, "05 00"),
]
RESPONSES = [
    (UseCase.ECS52, VERSION, 1000, "DA 200003E8 00 00 01 09 04 0123ABCD 01 01 00"),
    (UseCase.ECS52, VERSION, REAL_COUNTER, "DA 20262EE1 00 00 01 09 04 0123ABCD 01 01 00"),
    (UseCase.ECS52, None, 1002, "DA 200003EA 00 00 01 00 01 01 01"),
    (UseCase.GCS38, VERSION, 1000, "0109 01 01 0702 000C 08 00 01 0602 00 41 04 0123ABCD"),
    (UseCase.GCS38, None, 1000, "0109 01 01 0702 0006 08 00 01 0602 C0"),
    (UseCase.CS08, VERSION, 1000, "30 09 04 04 0123ABCD 02 01 00"),
    (UseCase.CS08, None, 1000, "30 09 04 04 00000000 02 01 01"),
]
commands = pytest.mark.parametrize(("use_case", "counter", "octets"), COMMANDS)
responses = pytest.mark.parametrize(("use_case", "version", "counter", "octets"), RESPONSES)


@commands
def test_a_command_octet_for_octet(use_case: UseCase, counter: int, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_read_command(use_case, counter) == payload
    decode_read_command(use_case, payload, counter)


@responses
def test_a_response_octet_for_octet(
    use_case: UseCase, version: FirmwareVersion | None, counter: int, octets: str
) -> None:
    payload = bytes.fromhex(octets)

    assert encode_read_response(use_case, version, counter) == payload
    assert decode_read_response(use_case, payload) == version
    assert decode_read_response(use_case, payload, counter) == version


@given(
    use_case=st.sampled_from(READS),
    octets=st.binary(min_size=4, max_size=4),
    counter=st.integers(0, 2**64 - 1),
)
def test_any_version_comes_back(use_case: UseCase, octets: bytes, counter: int) -> None:
    version = version_from_octets(octets)

    payload = encode_read_response(use_case, version, counter)

    assert decode_read_response(use_case, payload, counter) == version


@commands
def test_any_other_command_is_refused(use_case: UseCase, counter: int, octets: str) -> None:
    payload = bytes.fromhex(octets)

    for other in neighbours(payload):
        with pytest.raises(DecodeError):
            decode_read_command(use_case, other, counter)


@responses
def test_a_changed_response_is_refused_or_says_something_else(
    use_case: UseCase, version: FirmwareVersion | None, counter: int, octets: str
) -> None:
    for other in neighbours(bytes.fromhex(octets)):
        try:
            said = decode_read_response(use_case, other, counter)
        except DecodeError:
            continue
        reason_of_failure_differs = (
            version is None and said is None and other[:-1] == bytes.fromhex(octets)[:-1]
        )
        assert said != version or reason_of_failure_differs


@pytest.mark.parametrize(
    ("use_case", "octets"),
    [
        (UseCase.ECS52, "DA 200003E8 00 00 01 00 01 01 00"),
        (UseCase.ECS52, "DA 200003E8 00 00 01 09 04 0123ABCD 01 01 01"),
        (UseCase.ECS52, "DA 200003E8 00 00 01 09 03 0123AB 01 01 00"),
        (UseCase.GCS38, "0109 01 01 0702 0006 08 00 01 0602 00"),
        (UseCase.GCS38, "0109 01 01 0702 000C 08 00 01 0602 00 42 04 0123ABCD"),
        (UseCase.CS08, "30 09 04 04 0123ABCD 02 01 01"),
        (UseCase.CS08, "30 09 04 04 0123ABCD 02 01 02"),
        (UseCase.CS08, "05 00"),
    ],
)
def test_a_response_that_contradicts_itself_is_refused(use_case: UseCase, octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_read_response(use_case, bytes.fromhex(octets))


def test_a_response_with_the_invoke_id_of_another_counter_is_refused() -> None:
    payload = encode_read_response(UseCase.ECS52, VERSION, 1000)

    with pytest.raises(DecodeError, match="octet 4: invoke id: E9 expected, E8 found"):
        decode_read_response(UseCase.ECS52, payload, 1001)


@given(use_case=st.sampled_from(READS), payload=st.binary(max_size=40))
def test_any_octets_are_read_or_refused(use_case: UseCase, payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_read_response(use_case, octets))
