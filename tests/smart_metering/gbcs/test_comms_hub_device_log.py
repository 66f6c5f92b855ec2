"""The CHF Device Log: CCS01, CCS02 and CCS05 octet for octet, done and not done, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.comms_hub_device_log import (
    ADDED,
    NOT_ADDED,
    NOT_REMOVED,
    REMOVED,
    Addition,
    ConnectedDevice,
    LogChangeOutcome,
    decode_addition_command,
    decode_log_change_response,
    decode_read_log_command,
    decode_read_log_response,
    decode_removal_command,
    encode_addition_command,
    encode_log_change_response,
    encode_read_log_command,
    encode_read_log_response,
    encode_removal_command,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import Instant, parse_instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, neighbours, read_or_refuse

ESME = Eui("00-DB-12-34-56-78-90-A0")
GSME = Eui("00-DB-12-34-56-78-90-A1")
EXCHANGE = Exchange(
    originator=Eui("90-B3-D5-1F-30-00-00-02"),
    device=Eui("00-DB-12-34-56-78-90-A2"),
    counter=1302,
    recipient=Eui("90-B3-D5-1F-30-01-00-00"),
    recipient_counter=1002,
)
ADDITION = Addition(device=ESME, install_code=b"0123456789ABCDEF", join_time_seconds=90)
LOG = (
    ConnectedDevice(device=ESME, last_communication=parse_instant("2014-12-31T23:50:00Z")),
    ConnectedDevice(
        device=GSME,
        last_communication=parse_instant("2014-12-31T23:40:00Z"),
        rssi_maximum=-34,
        rssi_average=-54,
        rssi_minimum=-77,
        link_quality_minimum=1,
        link_quality_average=96,
        link_quality_maximum=205,
    ),
)
OUTCOMES = [
    (UseCase.CCS01, ADDED, "DA 20000516 00 00 03 000000 03 0300 0200 0200"),
    (UseCase.CCS01, NOT_ADDED, "DA 20000516 00 00 03 000000 03 0301 02FA 02FA"),
    (
        UseCase.CCS01,
        LogChangeOutcome(results=(0, 1, 250)),
        "DA 20000516 00 00 03 000000 03 0300 0201 02FA",
    ),
    (UseCase.CCS02, REMOVED, "DA 20000516 00 00 01 00 01 0300"),
    (UseCase.CCS02, NOT_REMOVED, "DA 20000516 00 00 01 00 01 0301"),
]
outcomes = pytest.mark.parametrize(("use_case", "outcome", "octets"), OUTCOMES)
NO_LOG = "DA 20000516 00 00 01 00 01 0101"
EMPTY_LOG = "DA 20000516 00 00 01 0100 01 0100"

euis = st.integers(0, 2**64 - 1).map(eui_from_number)
octets = st.integers(0, 255)
strengths = st.integers(-128, 127)
entries = st.builds(
    ConnectedDevice,
    device=euis,
    last_communication=st.none() | st.integers(0, 253_402_300_799).map(lambda second: Instant(second * 1000)),
    status=octets,
    rssi_maximum=strengths,
    rssi_average=strengths,
    rssi_minimum=strengths,
    link_quality_minimum=octets,
    link_quality_average=octets,
    link_quality_maximum=octets,
    hops=octets,
    transmission_failures=octets,
    transmission_successes=octets,
    application_version=octets,
    stack_version=octets,
)


def test_the_reference_messages_of_a_change_are_read_and_made_again(reference_data: Path) -> None:
    (addition,) = read_vectors(reference_data, "8.11_CCS01").values()
    (removal,) = read_vectors(reference_data, "8.11_CCS02").values()

    assert decode_addition_command(addition.command.payload, addition.exchange) == ADDITION
    assert encode_addition_command(ADDITION, addition.exchange) == addition.command.payload
    assert decode_removal_command(removal.command.payload, removal.exchange) == ESME
    assert encode_removal_command(ESME, removal.exchange) == removal.command.payload
    for use_case, vector, done in ((UseCase.CCS01, addition, ADDED), (UseCase.CCS02, removal, REMOVED)):
        assert decode_log_change_response(use_case, vector.response.payload, vector.exchange) == done
        assert encode_log_change_response(use_case, done, vector.exchange) == vector.response.payload


def test_the_reference_messages_of_a_read_are_read_and_made_again(reference_data: Path) -> None:
    (vector,) = read_vectors(reference_data, "8.9_CCS05CCS04").values()

    decode_read_log_command(vector.command.payload, vector.exchange)
    assert encode_read_log_command(vector.exchange) == vector.command.payload
    assert decode_read_log_response(vector.response.payload, vector.exchange) == LOG
    assert encode_read_log_response(LOG, vector.exchange) == vector.response.payload


@outcomes
def test_the_outcome_of_a_change_octet_for_octet(
    use_case: UseCase, outcome: LogChangeOutcome, octets: str
) -> None:
    payload = bytes.fromhex(octets)

    assert encode_log_change_response(use_case, outcome, EXCHANGE) == payload
    assert decode_log_change_response(use_case, payload, EXCHANGE) == outcome
    assert outcome.success is (outcome in (ADDED, REMOVED))


@pytest.mark.parametrize(("log", "octets"), [(None, NO_LOG), ((), EMPTY_LOG)])
def test_a_log_octet_for_octet(log: tuple[ConnectedDevice, ...] | None, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_read_log_response(log, EXCHANGE) == payload
    assert decode_read_log_response(payload, EXCHANGE) == log


# --- its own inverse ----------------------------------------------------------------------------------------


@given(
    addition=st.builds(
        Addition,
        device=euis,
        install_code=st.binary(min_size=6, max_size=16),
        join_time_seconds=st.integers(0, 0xFFFF),
    )
)
def test_any_addition_comes_back(addition: Addition) -> None:
    assert decode_addition_command(encode_addition_command(addition, EXCHANGE), EXCHANGE) == addition


@given(device=euis)
def test_any_removal_comes_back(device: Eui) -> None:
    assert decode_removal_command(encode_removal_command(device, EXCHANGE), EXCHANGE) == device


@given(log=st.lists(entries, max_size=16).map(tuple))
def test_any_log_comes_back(log: tuple[ConnectedDevice, ...]) -> None:
    assert decode_read_log_response(encode_read_log_response(log, EXCHANGE), EXCHANGE) == log


# --- strictness ---------------------------------------------------------------------------------------------


def test_a_changed_addition_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        encode_addition_command(ADDITION, EXCHANGE),
        lambda payload: decode_addition_command(payload, EXCHANGE),
        lambda addition: encode_addition_command(addition, EXCHANGE),
    )


def test_a_changed_removal_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        encode_removal_command(ESME, EXCHANGE),
        lambda payload: decode_removal_command(payload, EXCHANGE),
        lambda device: encode_removal_command(device, EXCHANGE),
    )


@outcomes
def test_a_changed_outcome_is_refused_or_seen(
    use_case: UseCase, outcome: LogChangeOutcome, octets: str
) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda payload: decode_log_change_response(use_case, payload, EXCHANGE),
        lambda read: encode_log_change_response(use_case, read, EXCHANGE),
    )


@pytest.mark.parametrize("log", [None, (), LOG, (changed(LOG[0], last_communication=None),)])
def test_a_changed_log_is_refused_or_seen(log: tuple[ConnectedDevice, ...] | None) -> None:
    every_change_is_refused_or_seen(
        encode_read_log_response(log, EXCHANGE),
        lambda payload: decode_read_log_response(payload, EXCHANGE),
        lambda read: encode_read_log_response(read, EXCHANGE),
    )


def test_any_other_command_to_read_is_refused() -> None:
    for other in neighbours(encode_read_log_command(EXCHANGE)):
        with pytest.raises(DecodeError):
            decode_read_log_command(other, EXCHANGE)


def test_a_weekday_that_is_not_that_of_the_date_is_refused() -> None:
    payload = encode_read_log_response(LOG, EXCHANGE).replace(b"\x0c\x1f\x03", b"\x0c\x1f\x04")

    with pytest.raises(DecodeError, match="weekday 04 is not that of the date"):
        decode_read_log_response(payload, EXCHANGE)


def test_a_log_of_more_than_16_entries_is_refused() -> None:
    payload = encode_read_log_response(LOG[:1] * 16, EXCHANGE).replace(
        b"\x01\x10\x02\x0e", b"\x01\x11\x02\x0e"
    )

    with pytest.raises(DecodeError, match="octet 9: 17 entries"):
        decode_read_log_response(payload, EXCHANGE)


@pytest.mark.parametrize("install_code", [b"", b"12345", b"0123456789ABCDEF0"])
def test_an_installation_code_of_another_size_is_refused(install_code: bytes) -> None:
    usual = b"\x09\x10" + ADDITION.install_code
    other = bytes((9, len(install_code))) + install_code
    payload = encode_addition_command(ADDITION, EXCHANGE).replace(usual, other)

    with pytest.raises(DecodeError, match=f"installation code of {len(install_code)} octets, not 6 to 16"):
        decode_addition_command(payload, EXCHANGE)


@given(payload=st.binary(max_size=90))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_addition_command(octets, EXCHANGE))
    read_or_refuse(payload, lambda octets: decode_removal_command(octets, EXCHANGE))
    read_or_refuse(payload, lambda octets: decode_log_change_response(UseCase.CCS01, octets, EXCHANGE))
    read_or_refuse(payload, lambda octets: decode_read_log_response(octets, EXCHANGE))


@pytest.mark.parametrize("install_code", [b"12345", b"0123456789ABCDEF0"])
def test_an_installation_code_of_another_size_is_our_own_mistake(install_code: bytes) -> None:
    with pytest.raises(AssertionError):
        encode_addition_command(changed(ADDITION, install_code=install_code), EXCHANGE)


def test_a_log_of_more_than_16_entries_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError):
        encode_read_log_response(LOG[:1] * 17, EXCHANGE)
