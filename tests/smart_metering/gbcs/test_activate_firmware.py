"""Activate Firmware: CS06 and its future-dated outcome octet for octet, and nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets
from smart_metering.gbcs.activate_firmware import (
    ActivateFirmwareCommand,
    ActivationCode,
    ActivationOutcome,
    FutureDatedOutcome,
    decode_activate_firmware_command,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
    encode_activate_firmware_command,
    encode_activate_firmware_response,
    encode_future_dated_outcome,
)
from smart_metering.instants import CANCELLATION, Instant, parse_instant
from tests.smart_metering.gbcs.strictness import (
    every_change_is_refused_or_seen,
    read_or_refuse,
)

HASH = bytes.fromhex("AA758690730934FF0685AA758690730934FF0685657788990011223344556677")
REAL_COUNTER = 0x018283262EE1  # milliseconds since 1970
EXECUTION_TIME = parse_instant("2030-01-15T09:00:00Z")
LAST_SECOND = parse_instant("9999-12-31T23:59:59Z")

COMMANDS = {
    "immediate": (
        ActivateFirmwareCommand(HASH, 1000),
        f"30 26 04 20 {HASH.hex()} 02 02 03E8",
    ),
    "future-dated": (
        ActivateFirmwareCommand(HASH, 1001, EXECUTION_TIME),
        f"30 37 04 20 {HASH.hex()} 02 02 03E9 18 0F 32303330303131353039303030305A",
    ),
    "cancellation": (
        ActivateFirmwareCommand(HASH, 1002, CANCELLATION),
        f"30 37 04 20 {HASH.hex()} 02 02 03EA 18 0F 39393939313233313233353935395A",
    ),
    "immediate, real counter": (
        ActivateFirmwareCommand(HASH, REAL_COUNTER),
        f"30 2A 04 20 {HASH.hex()} 02 06 018283262EE1",
    ),
    "future-dated, real counter": (
        ActivateFirmwareCommand(HASH, REAL_COUNTER, EXECUTION_TIME),
        f"30 3B 04 20 {HASH.hex()} 02 06 018283262EE1 18 0F 32303330303131353039303030305A",
    ),
    "counter with its top bit set": (
        ActivateFirmwareCommand(HASH, 0xFEDCBA987654),
        f"30 2B 04 20 {HASH.hex()} 02 07 00FEDCBA987654",
    ),
}
RESPONSES = {
    "accepted": (None, "05 00"),
    "success": (
        ActivationOutcome(ActivationCode.SUCCESS, FirmwareVersion("0123ABCE")),
        "30 09 02 01 00 04 04 0123ABCE",
    ),
    "no image held": (
        ActivationOutcome(ActivationCode.NO_IMAGE_HELD, FirmwareVersion("0123ABCF")),
        "30 09 02 01 01 04 04 0123ABCF",
    ),
    "activation failure": (
        ActivationOutcome(ActivationCode.ACTIVATION_FAILURE, FirmwareVersion("00000000")),
        "30 09 02 01 03 04 04 00000000",
    ),
}
ALERTS = {
    "carried out": (
        FutureDatedOutcome(
            alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL,
            execution_time=EXECUTION_TIME,
            originator_counter=1001,
            outcome=ActivationOutcome(ActivationCode.SUCCESS, FirmwareVersion("0123ABCF")),
        ),
        "30 25 02 03 008F66 18 0F 32303330303131353039303030305A 02 02 03E9 30 09 02 01 00 04 04 0123ABCF",
    ),
    "not carried out, real counter": (
        FutureDatedOutcome(
            alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED,
            execution_time=EXECUTION_TIME,
            originator_counter=REAL_COUNTER,
            outcome=ActivationOutcome(ActivationCode.HASH_MISMATCH, FirmwareVersion("0123ABCF")),
        ),
        "3029 0203008F67 180F32303330303131353039303030305A 0206018283262EE1 3009 020102 04040123ABCF",
    ),
}
commands = pytest.mark.parametrize(("command", "octets"), COMMANDS.values(), ids=COMMANDS)
responses = pytest.mark.parametrize(("outcome", "octets"), RESPONSES.values(), ids=RESPONSES)
alerts = pytest.mark.parametrize(("alert", "octets"), ALERTS.values(), ids=ALERTS)


@commands
def test_a_command_octet_for_octet(command: ActivateFirmwareCommand, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_activate_firmware_command(command) == payload
    assert decode_activate_firmware_command(payload) == command


@responses
def test_a_response_octet_for_octet(outcome: ActivationOutcome | None, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_activate_firmware_response(outcome) == payload
    assert decode_activate_firmware_response(payload) == outcome


@alerts
def test_a_future_dated_outcome_octet_for_octet(alert: FutureDatedOutcome, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_future_dated_outcome(alert) == payload
    assert decode_future_dated_outcome(payload) == alert


# --- its own inverse ----------------------------------------------------------------------------------------

counters = st.integers(0, 2**64 - 1)
instants = st.integers(0, LAST_SECOND // 1000 - 1).map(lambda seconds: Instant(seconds * 1000))
outcomes = st.builds(
    ActivationOutcome,
    st.sampled_from(ActivationCode),
    st.binary(min_size=4, max_size=4).map(version_from_octets),
)


@given(
    command=st.builds(
        ActivateFirmwareCommand,
        st.binary(min_size=32, max_size=32),
        counters,
        st.none() | st.just(CANCELLATION) | instants,
    )
)
def test_decoding_a_command_undoes_encoding(command: ActivateFirmwareCommand) -> None:
    assert decode_activate_firmware_command(encode_activate_firmware_command(command)) == command


@given(
    alert=st.builds(
        FutureDatedOutcome,
        alert_code=st.sampled_from(
            [DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL, DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED]
        ),
        execution_time=instants,
        originator_counter=counters,
        outcome=outcomes,
    )
)
def test_decoding_an_alert_undoes_encoding(alert: FutureDatedOutcome) -> None:
    assert decode_future_dated_outcome(encode_future_dated_outcome(alert)) == alert


# --- strictness ---------------------------------------------------------------------------------------------


@commands
def test_a_changed_command_is_refused_or_seen(command: ActivateFirmwareCommand, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets), decode_activate_firmware_command, encode_activate_firmware_command
    )


@responses
def test_a_changed_response_is_refused_or_seen(outcome: ActivationOutcome | None, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets), decode_activate_firmware_response, encode_activate_firmware_response
    )


@alerts
def test_a_changed_alert_is_refused_or_seen(alert: FutureDatedOutcome, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets), decode_future_dated_outcome, encode_future_dated_outcome
    )


@given(payload=st.binary(max_size=80))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    for decode in (
        decode_activate_firmware_command,
        decode_activate_firmware_response,
        decode_future_dated_outcome,
    ):
        read_or_refuse(payload, decode)


def test_the_cancellation_of_a_service_request_is_not_that_of_a_command() -> None:
    payload = bytes.fromhex(f"30 37 04 20 {HASH.hex()} 02 02 03EA 18 0F 33303030313233313030303030305A")

    with pytest.raises(DecodeError, match="octet 40: execution date-time 3000-12-31"):
        decode_activate_firmware_command(payload)


@pytest.mark.parametrize(
    "command",
    [
        ActivateFirmwareCommand(HASH[:31], 1000),
        ActivateFirmwareCommand(HASH, 1000, LAST_SECOND),
    ],
)
def test_a_command_that_cannot_be_written_is_our_own_mistake(command: ActivateFirmwareCommand) -> None:
    with pytest.raises(AssertionError):
        encode_activate_firmware_command(command)


def test_a_code_of_another_alert_is_refused() -> None:
    payload = bytes.fromhex(ALERTS["carried out"][1].replace("008F66", "008F72"))

    with pytest.raises(DecodeError, match="octet 2: alert code 8F72 is not one of CS06_ALERT"):
        decode_future_dated_outcome(payload)
