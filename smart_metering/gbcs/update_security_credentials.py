"""Update Security Credentials by the transitional Change of Supplier party (SR 6.23): CS02b and its alert 00CB.

By the Command, which TransCoS signs, a meter takes the certificates of its new Supplier in place of those of the old,
and starts to count that Supplier's messages anew. Layouts: Reference Test Data Set 4.5.0 (certain: immediate,
future-dated, cancelled).
"""

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.credential_outcomes import (
    SUPPLIER_BY_TRANSITIONAL_COS,
    UpdateOutcome,
    encode_floors,
    encode_outcome,
    read_floors,
    read_outcome,
)
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.security_credentials import (
    LARGEST_COUNTER,
    CredentialUsage,
    RemotePartyRole,
    encode_cell,
    encode_usage,
)
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.records import Record

_DISAPPLY_TIME_BASED_CHECKS = bytes.fromhex("81 01 01")  # where the default, to apply them, is not written
_AUTHORISING_CELL = der.encode(
    0xA2, der.encode_integer(RemotePartyRole.TRANSITIONAL_COS) + encode_usage(CredentialUsage.DIGITAL_SIGNING)
)
_ORIGINATOR_COUNTER_TAG = 0x83
_OTHER_SEQUENCE_NUMBERS_TAG = 0xA6

_ALERT_CODES = (DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL, DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED)

# A Service Request cancels by 3000-12-31, the Command by this time; neither stands for itself in a Command.
_CANCELLATION_ON_THE_WIRE = der.encode(der.GENERALIZED_TIME, b"99991231235959Z")
_CANCELLATION_OF_SERVICE_REQUESTS = der.encode_time(CANCELLATION)


class ReplacementCredentials(Record, frozen=True, kw_only=True):
    """The new Supplier's certificates and those that certify them, in DER; a GSME or ESME has a key for top-ups too.

    The floors are the counters below which messages of the new Supplier are refused, None where they stay as they are
    (as in a cancellation). `execution_time` is None for at once, CANCELLATION for never. `originator_counter` is that
    of the Command's header, once more.
    """

    digital_signing: bytes
    key_agreement: bytes
    key_agreement_top_up: bytes | None = None
    certification_path: tuple[bytes, ...]
    originator_counter: int
    supplier_floor_sequence_number: int | None = 0
    top_up_floor_sequence_number: int | None = None
    apply_time_based_checks: bool = True
    execution_time: Instant | None = None


class FutureDatedUpdate(Record, frozen=True, kw_only=True):
    """Sent at `execution_time`."""

    alert_code: DeviceAlertCode
    execution_time: Instant
    outcome: UpdateOutcome


def encode_update_security_credentials_command(credentials: ReplacementCredentials) -> bytes:
    replacements = (
        (CredentialUsage.DIGITAL_SIGNING, credentials.digital_signing),
        (CredentialUsage.KEY_AGREEMENT, credentials.key_agreement),
        (CredentialUsage.KEY_AGREEMENT_TOP_UP, credentials.key_agreement_top_up),
    )
    content = _encode_control(credentials)
    content += der.encode_sequence(
        b"".join(
            der.encode_sequence(certificate + encode_cell(RemotePartyRole.SUPPLIER, usage))
            for usage, certificate in replacements
            if certificate is not None
        )
    )
    content += der.encode_sequence(b"".join(credentials.certification_path))
    if credentials.execution_time is not None:
        content += _encode_execution_time(credentials.execution_time)
    return der.encode_sequence(content)


def decode_update_security_credentials_command(payload: bytes) -> ReplacementCredentials:
    cursor = Cursor(payload)
    end = der.open_nested(cursor, "CS02b command")
    apply_time_based_checks, originator_counter, supplier_floor, top_up_floor = _read_control(cursor)
    digital_signing, key_agreement, key_agreement_top_up = _read_replacements(cursor)
    certification_path = _read_certificates(cursor)
    execution_time = _read_execution_time(cursor) if cursor.offset < end else None
    der.close_nested(cursor, end, "CS02b command")
    cursor.finish()
    return ReplacementCredentials(
        digital_signing=digital_signing,
        key_agreement=key_agreement,
        key_agreement_top_up=key_agreement_top_up,
        certification_path=certification_path,
        originator_counter=originator_counter,
        supplier_floor_sequence_number=supplier_floor,
        top_up_floor_sequence_number=top_up_floor,
        apply_time_based_checks=apply_time_based_checks,
        execution_time=execution_time,
    )


def encode_update_security_credentials_response(outcome: UpdateOutcome | None) -> bytes:
    """None accepts a future-dated replacement or a cancellation."""
    return der.encode_sequence(der.NULL + (b"" if outcome is None else encode_outcome(outcome)))


def decode_update_security_credentials_response(payload: bytes) -> UpdateOutcome | None:
    """None when a future-dated replacement or a cancellation was accepted."""
    cursor = Cursor(payload)
    end = der.open_nested(cursor, "CS02b response")
    cursor.expect(der.NULL, "acceptance")
    outcome = read_outcome(cursor) if cursor.offset < end else None
    der.close_nested(cursor, end, "CS02b response")
    cursor.finish()
    return outcome


def encode_update_security_credentials_alert(alert: FutureDatedUpdate) -> bytes:
    content = der.encode_integer(alert.alert_code) + der.encode_time(alert.execution_time)
    return der.encode_sequence(content + encode_outcome(alert.outcome))


def decode_update_security_credentials_alert(payload: bytes) -> FutureDatedUpdate:
    cursor = Cursor(payload)
    end = der.open_nested(cursor, "00CB alert")
    start = cursor.offset
    code = der.read_integer(cursor, 0xFFFF, "alert code")
    if code not in _ALERT_CODES:
        raise DecodeError(start, f"alert code {code:04X} is not one of CS02B_ALERT")
    execution_time = der.read_time(cursor, "execution date-time")
    outcome = read_outcome(cursor)
    der.close_nested(cursor, end, "00CB alert")
    cursor.finish()
    return FutureDatedUpdate(alert_code=DeviceAlertCode(code), execution_time=execution_time, outcome=outcome)


# --- who authorises, and the counters -----------------------------------------------------------------------


def _encode_control(credentials: ReplacementCredentials) -> bytes:
    content = SUPPLIER_BY_TRANSITIONAL_COS
    if not credentials.apply_time_based_checks:
        content += _DISAPPLY_TIME_BASED_CHECKS
    content += _AUTHORISING_CELL + der.encode_integer(credentials.originator_counter, _ORIGINATOR_COUNTER_TAG)
    changes = encode_floors(
        credentials.supplier_floor_sequence_number, credentials.top_up_floor_sequence_number
    )
    if changes:
        content += der.encode(_OTHER_SEQUENCE_NUMBERS_TAG, changes)
    return der.encode_sequence(content)


def _read_control(cursor: Cursor) -> tuple[bool, int, int | None, int | None]:
    end = der.open_nested(cursor, "control")
    cursor.expect(SUPPLIER_BY_TRANSITIONAL_COS, "credentials replacement mode")
    apply_time_based_checks = not der.stands_next(cursor, _DISAPPLY_TIME_BASED_CHECKS[0])
    if not apply_time_based_checks:
        cursor.expect(_DISAPPLY_TIME_BASED_CHECKS, "time-based checks")
    cursor.expect(_AUTHORISING_CELL, "authorising remote party")
    originator_counter = der.read_integer(
        cursor, LARGEST_COUNTER, "originator counter", _ORIGINATOR_COUNTER_TAG
    )
    floors: tuple[int | None, int | None] = None, None
    if cursor.offset < end:
        end_of_changes = der.open_nested(cursor, "sequence numbers", _OTHER_SEQUENCE_NUMBERS_TAG)
        floors = read_floors(cursor)
        der.close_nested(cursor, end_of_changes, "list of sequence numbers")
    der.close_nested(cursor, end, "control")
    return apply_time_based_checks, originator_counter, *floors


# --- certificates -------------------------------------------------------------------------------------------


def _read_replacements(cursor: Cursor) -> tuple[bytes, bytes, bytes | None]:
    end = der.open_nested(cursor, "replacements")
    digital_signing = _read_replacement(cursor, CredentialUsage.DIGITAL_SIGNING)
    key_agreement = _read_replacement(cursor, CredentialUsage.KEY_AGREEMENT)
    key_agreement_top_up = None
    if cursor.offset < end:
        key_agreement_top_up = _read_replacement(cursor, CredentialUsage.KEY_AGREEMENT_TOP_UP)
    der.close_nested(cursor, end, "list of replacements")
    return digital_signing, key_agreement, key_agreement_top_up


def _read_replacement(cursor: Cursor, usage: CredentialUsage) -> bytes:
    end = der.open_nested(cursor, "replacement")
    certificate = _read_certificate(cursor)
    cursor.expect(encode_cell(RemotePartyRole.SUPPLIER, usage), f"cell of {usage}")
    der.close_nested(cursor, end, "replacement")
    return certificate


def _read_certificates(cursor: Cursor) -> tuple[bytes, ...]:
    end = der.open_nested(cursor, "certification path")
    certificates = []
    while cursor.offset < end:
        certificates.append(_read_certificate(cursor))
    der.close_nested(cursor, end, "certification path")
    return tuple(certificates)


def _read_certificate(cursor: Cursor) -> bytes:
    """A certificate whole; what is in it is not looked at."""
    start = cursor.offset
    der.read_value(cursor, der.SEQUENCE, "certificate")
    return cursor.octets[start : cursor.offset]


# --- the time -------------------------------------------------------------------------------


def _encode_execution_time(execution_time: Instant) -> bytes:
    if execution_time == CANCELLATION:
        return _CANCELLATION_ON_THE_WIRE
    encoded = der.encode_time(execution_time)
    assert encoded not in (_CANCELLATION_ON_THE_WIRE, _CANCELLATION_OF_SERVICE_REQUESTS), execution_time
    return encoded


def _read_execution_time(cursor: Cursor) -> Instant:
    start = cursor.offset
    if cursor.octets.startswith(_CANCELLATION_ON_THE_WIRE, start):
        cursor.offset += len(_CANCELLATION_ON_THE_WIRE)
        return CANCELLATION
    execution_time = der.read_time(cursor, "execution date-time")
    if execution_time == CANCELLATION:
        raise DecodeError(start, "execution date-time 3000-12-31: a Command cancels by 9999-12-31")
    return execution_time
