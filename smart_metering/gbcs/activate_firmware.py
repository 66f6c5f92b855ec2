"""Activate Firmware (SR 11.3): the DER payloads of CS06 and of 00CA, the alert of a future-dated outcome.

Certain for an ESME (Reference Test Data Set 4.5.0: immediate, future-dated, cancelled); that GSME, HCALCS and
Comms Hub speak the same is likely. `originator_counter` is the counter of the Command's header, once more.
"""

from dataclasses import dataclass
from enum import IntEnum

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets, version_octets
from smart_metering.gbcs import der
from smart_metering.gbcs.alert_codes import read_alert_code
from smart_metering.gbcs.cursor import Cursor
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.use_cases import UseCase

HASH_SIZE = 32

_LARGEST_COUNTER = 2**64 - 1
_VERSION_SIZE = 4


class ActivationCode(IntEnum):
    """What became of an attempt to activate; MMC 5.4 has the names."""

    SUCCESS = 0
    NO_IMAGE_HELD = 1
    HASH_MISMATCH = 2
    ACTIVATION_FAILURE = 3

    @property
    def mmc_name(self) -> str:
        """The name in MMC 5.4: noImageHeld."""
        first, *others = self.name.lower().split("_")
        return first + "".join(map(str.capitalize, others))


@dataclass(frozen=True, slots=True)
class ActivateFirmwareCommand:
    """Activate the image with this SHA-256 (32 octets): at once, at `execution_time`, at CANCELLATION never."""

    manufacturer_image_hash: bytes
    originator_counter: int
    execution_time: Instant | None = None


@dataclass(frozen=True, slots=True)
class ActivationOutcome:
    """`firmware_version` is the one that runs after the attempt."""

    code: ActivationCode
    firmware_version: FirmwareVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureDatedOutcome:
    """Sent at `execution_time`; `originator_counter` is that of the Command, not of the alert."""

    alert_code: DeviceAlertCode
    execution_time: Instant
    originator_counter: int
    outcome: ActivationOutcome


_LARGEST_CODE = max(ActivationCode)

# A Service Request cancels by 3000-12-31, the Command by this time; neither stands for itself in a Command.
_CANCELLATION_ON_THE_WIRE = der.encode(der.GENERALIZED_TIME, b"99991231235959Z")
_CANCELLATION_OF_SERVICE_REQUESTS = der.encode_time(CANCELLATION)


def encode_activate_firmware_command(command: ActivateFirmwareCommand) -> bytes:
    assert len(command.manufacturer_image_hash) == HASH_SIZE, command.manufacturer_image_hash.hex()
    content = der.encode(der.OCTET_STRING, command.manufacturer_image_hash)
    content += der.encode_integer(command.originator_counter)
    if command.execution_time is not None:
        content += _encode_execution_time(command.execution_time)
    return der.encode(der.SEQUENCE, content)


def decode_activate_firmware_command(payload: bytes) -> ActivateFirmwareCommand:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "CS06 command")
    manufacturer_image_hash = der.read_octet_string(cursor, HASH_SIZE, "Manufacturer Image Hash")
    originator_counter = der.read_integer(cursor, _LARGEST_COUNTER, "originator counter")
    execution_time = None
    if cursor.offset < len(payload):
        execution_time = _read_execution_time(cursor)
    cursor.finish()
    return ActivateFirmwareCommand(manufacturer_image_hash, originator_counter, execution_time)


def encode_activate_firmware_response(outcome: ActivationOutcome | None) -> bytes:
    """None (NULL) accepts a future-dated activation or a cancellation."""
    return der.NULL if outcome is None else _encode_outcome(outcome)


def decode_activate_firmware_response(payload: bytes) -> ActivationOutcome | None:
    """None when a future-dated activation or a cancellation was accepted."""
    if payload == der.NULL:
        return None
    cursor = Cursor(payload)
    outcome = _read_outcome(cursor)
    cursor.finish()
    return outcome


def encode_future_dated_outcome(alert: FutureDatedOutcome) -> bytes:
    return der.encode(
        der.SEQUENCE,
        der.encode_integer(alert.alert_code)
        + der.encode_time(alert.execution_time)
        + der.encode_integer(alert.originator_counter)
        + _encode_outcome(alert.outcome),
    )


def decode_future_dated_outcome(payload: bytes) -> FutureDatedOutcome:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "00CA alert")
    alert_code = read_alert_code(cursor, UseCase.CS06_ALERT)
    execution_time = der.read_time(cursor, "execution date-time")
    originator_counter = der.read_integer(cursor, _LARGEST_COUNTER, "originator counter")
    outcome = _read_outcome(cursor)
    cursor.finish()
    return FutureDatedOutcome(
        alert_code=alert_code,
        execution_time=execution_time,
        originator_counter=originator_counter,
        outcome=outcome,
    )


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


def _encode_outcome(outcome: ActivationOutcome) -> bytes:
    version = der.encode(der.OCTET_STRING, version_octets(outcome.firmware_version))
    return der.encode(der.SEQUENCE, der.encode_integer(outcome.code) + version)


def _read_outcome(cursor: Cursor) -> ActivationOutcome:
    der.open_sequence(cursor, "activation outcome")
    code = ActivationCode(der.read_integer(cursor, _LARGEST_CODE, "activation code"))
    version = version_from_octets(der.read_octet_string(cursor, _VERSION_SIZE, "firmware version"))
    return ActivationOutcome(code, version)
