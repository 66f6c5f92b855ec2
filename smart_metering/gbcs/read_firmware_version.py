"""Read Firmware Version (SR 11.2): the payloads of ECS52, GCS38 and CS08.

Each use case asks in its own protocol for the same four octets. A Device that cannot read its version says
so; which failure it reports is not kept. `counter` is the message's originator counter, from which DLMS takes
its invoke id. Layouts: Reference Test Data Set 4.5.0 (certain); that GCS38 reads the GPF's mirror by the same
payload is likely.
"""

from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets, version_octets
from smart_metering.gbcs import der, dlms, gbz
from smart_metering.gbcs.cursor import Cursor
from smart_metering.use_cases import UseCase

_VERSION_SIZE = 4

_ECS52_ATTRIBUTE = bytes.fromhex("0001 0000000201FF 02")  # class 1 Data, OBIS 0-0:0.2.1.255, attribute 2
_GCS38_CLUSTER = 0x0702  # Metering
_GCS38_ATTRIBUTE = 0x0206  # CurrentMeterID, where a GSME keeps its firmware version

_CS08_READ = 0
_CS08_FAILED = 1
_CS08_NO_VERSION = bytes(_VERSION_SIZE)  # stands where the version would, beside _CS08_FAILED


def encode_read_command(use_case: UseCase, counter: int) -> bytes:
    return _PROTOCOLS[use_case].encode_command(counter)


def decode_read_command(use_case: UseCase, payload: bytes, counter: int) -> None:
    """A read command says nothing but itself; raises DecodeError on any other payload."""
    expected = _PROTOCOLS[use_case].encode_command(counter)
    cursor = Cursor(payload)
    cursor.expect(expected, f"{use_case.name} command")
    cursor.finish()


def encode_read_response(use_case: UseCase, version: FirmwareVersion | None, counter: int) -> bytes:
    """The version, or with None the failure to read it."""
    octets = None if version is None else version_octets(version)
    return _PROTOCOLS[use_case].encode_response(counter, octets)


def decode_read_response(
    use_case: UseCase, payload: bytes, counter: int | None = None
) -> FirmwareVersion | None:
    """The version, or None when the Device could not read it; a given `counter` must fit the invoke id."""
    octets = _PROTOCOLS[use_case].decode_response(payload, counter)
    return None if octets is None else version_from_octets(octets)


@dataclass(frozen=True, slots=True)
class _Protocol:
    """How one use case asks and answers; versions are 4 octets, None is the failure to read."""

    encode_command: Callable[[int], bytes]
    encode_response: Callable[[int, bytes | None], bytes]
    decode_response: Callable[[bytes, int | None], bytes | None]


def _encode_ecs52_command(counter: int) -> bytes:
    return dlms.encode_get(counter, _ECS52_ATTRIBUTE)


def _decode_ecs52_response(payload: bytes, counter: int | None) -> bytes | None:
    return dlms.decode_get_result(payload, _VERSION_SIZE, counter)


def _encode_gcs38_command(_counter: int) -> bytes:
    return gbz.encode_read(_GCS38_CLUSTER, _GCS38_ATTRIBUTE)


def _encode_gcs38_response(_counter: int, version: bytes | None) -> bytes:
    return gbz.encode_read_result(_GCS38_CLUSTER, _GCS38_ATTRIBUTE, version)


def _decode_gcs38_response(payload: bytes, _counter: int | None) -> bytes | None:
    return gbz.decode_read_result(payload, _GCS38_CLUSTER, _GCS38_ATTRIBUTE, _VERSION_SIZE)


def _encode_cs08_command(_counter: int) -> bytes:
    return der.NULL


def _encode_cs08_response(_counter: int, version: bytes | None) -> bytes:
    code, octets = (_CS08_FAILED, _CS08_NO_VERSION) if version is None else (_CS08_READ, version)
    return der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, octets) + der.encode_integer(code))


def _decode_cs08_response(payload: bytes, _counter: int | None) -> bytes | None:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "CS08 response")
    version = der.read_octet_string(cursor, _VERSION_SIZE, "firmware version")
    code = der.read_integer(cursor, _CS08_FAILED, "response code")
    cursor.finish()
    if code == _CS08_READ:
        return version
    if version != _CS08_NO_VERSION:
        raise DecodeError(len(payload) - 1, "failed to read, yet there is a firmware version")
    return None


_PROTOCOLS = {
    UseCase.ECS52: _Protocol(_encode_ecs52_command, dlms.encode_get_result, _decode_ecs52_response),
    UseCase.GCS38: _Protocol(_encode_gcs38_command, _encode_gcs38_response, _decode_gcs38_response),
    UseCase.CS08: _Protocol(_encode_cs08_command, _encode_cs08_response, _decode_cs08_response),
}
