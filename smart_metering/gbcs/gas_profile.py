"""Read Active Import Profile Data (SR 4.8.1) from a GSME or the GPF: the GBZ payloads of GCS17.

The Command names the first sample and a number of samples; the Response is encrypted, or in clear the status by
which the Device refuses. Layouts and refusals: Reference Test Data Set 4.5.0 (certain). That a sample is the
consumption of the half hour before its time, oldest first, and what marks one that is missing: ZigBee Smart
Energy (likely).
"""

from enum import IntEnum

from smart_metering.errors import DecodeError
from smart_metering.gbcs import gbz
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import GBZ_TIME_SIZE, decode_gbz_time, encode_gbz_time
from smart_metering.gbcs.encryption import encrypt_attribute, open_encrypted
from smart_metering.gbcs.exchange import Exchange
from smart_metering.instants import MINUTE_MS, SECOND_MS, Instant
from smart_metering.records import Record

SAMPLE_INTERVAL_MS = 30 * MINUTE_MS

_METERING_CLUSTER = 0x0702
_GET_SAMPLED_DATA = bytes.fromhex("01 00 08")  # ZCL header: cluster-specific, client to server
_GET_SAMPLED_DATA_RESPONSE = bytes.fromhex("19 00 07")
_DEFAULT_RESPONSE = bytes.fromhex("08 00 0B 08")  # of the command Get Sampled Data
_SAMPLE_ID = bytes(2)
_CONSUMPTION = b"\x00"  # sample type
_INTERVAL = (SAMPLE_INTERVAL_MS // SECOND_MS).to_bytes(2, "little")
_COUNT_SIZE = 2
_SAMPLE_SIZE = 3
_MISSING_SAMPLE = 0xFFFFFF


class GasProfileRefusal(IntEnum):
    """Why there is no profile: statuses of the ZigBee Cluster Library."""

    NOT_FOUND = 0x8B
    HARDWARE_FAILURE = 0xC0


class GasProfilePeriod(Record, frozen=True, kw_only=True):
    """`samples` (0 .. 65535) half hours, the first at or after `start`, in whole seconds."""

    start: Instant
    samples: int


class GasProfile(Record, frozen=True, kw_only=True):
    """Half hourly consumption from `start` on, in thousandths of a cubic metre; None where a sample is missing."""

    start: Instant
    samples: tuple[int | None, ...]

    @property
    def entries(self) -> tuple[tuple[Instant, int | None], ...]:
        """Each sample with its time."""
        return tuple(
            (Instant(self.start + index * SAMPLE_INTERVAL_MS), sample)
            for index, sample in enumerate(self.samples)
        )


def gas_profile_period(start: Instant, end: Instant) -> GasProfilePeriod:
    """The period of a Service Request, whose both ends count: 48 hours have 97 samples, as in the vector (likely)."""
    return GasProfilePeriod(start=start, samples=max(0, (end - start) // SAMPLE_INTERVAL_MS + 1))


def encode_gas_profile_command(period: GasProfilePeriod, exchange: Exchange) -> bytes:
    zcl = _GET_SAMPLED_DATA + _SAMPLE_ID + _encode_time(period.start) + _CONSUMPTION
    return gbz.encode_component(_METERING_CLUSTER, zcl + period.samples.to_bytes(_COUNT_SIZE, "little"))


def decode_gas_profile_command(payload: bytes, exchange: Exchange) -> GasProfilePeriod:
    cursor = gbz.open_component(payload, _METERING_CLUSTER)
    cursor.expect(_GET_SAMPLED_DATA + _SAMPLE_ID, "head of Get Sampled Data")
    start = _read_time(cursor)
    cursor.expect(_CONSUMPTION, "sample type")
    samples = _read_count(cursor)
    cursor.finish()
    return GasProfilePeriod(start=start, samples=samples)


def encode_gas_profile_response(
    profile: GasProfile | GasProfileRefusal, exchange: Exchange, secret: bytes
) -> bytes:
    """`secret` is of the KA keys of the Device and of the exchange's recipient; a refusal needs none."""
    if isinstance(profile, GasProfileRefusal):
        return gbz.encode_component(_METERING_CLUSTER, _DEFAULT_RESPONSE + bytes((profile,)))
    head = _SAMPLE_ID + _encode_time(profile.start) + _CONSUMPTION + _INTERVAL
    content = head + len(profile.samples).to_bytes(_COUNT_SIZE, "little")
    content += b"".join(map(_encode_sample, profile.samples))
    return gbz.encode_encrypted_component(
        _METERING_CLUSTER,
        _GET_SAMPLED_DATA_RESPONSE,
        encrypt_attribute(exchange, secret, content),
    )


def decode_gas_profile_response(
    payload: bytes, exchange: Exchange, secret: bytes
) -> GasProfile | GasProfileRefusal:
    refused = gbz.encode_component(_METERING_CLUSTER, _DEFAULT_RESPONSE + b"\x00")[:-1]
    if payload.startswith(refused):
        return _read_refusal(Cursor(payload, len(refused)))
    cursor = gbz.open_encrypted_component(payload, _METERING_CLUSTER, _GET_SAMPLED_DATA_RESPONSE)
    return _read_profile(open_encrypted(cursor, len(payload) - cursor.offset, exchange, secret))


def _read_refusal(cursor: Cursor) -> GasProfileRefusal:
    start = cursor.offset
    status = cursor.take(1, "status")[0]
    cursor.finish()
    if status not in tuple(GasProfileRefusal):
        raise DecodeError(start, f"status {status:02X} is no refusal of Get Sampled Data")
    return GasProfileRefusal(status)


def _read_profile(cursor: Cursor) -> GasProfile:
    cursor.expect(_SAMPLE_ID, "sample id")
    start = _read_time(cursor)
    cursor.expect(_CONSUMPTION + _INTERVAL, "sample type and interval")
    samples = tuple(_read_sample(cursor) for _ in range(_read_count(cursor)))
    cursor.finish()
    return GasProfile(start=start, samples=samples)


def _encode_time(at: Instant) -> bytes:
    return encode_gbz_time(at)[::-1]  # within a ZCL payload little-endian


def _read_time(cursor: Cursor) -> Instant:
    start = cursor.offset
    return decode_gbz_time(cursor.take(GBZ_TIME_SIZE, "time")[::-1], start)


def _read_count(cursor: Cursor) -> int:
    return int.from_bytes(cursor.take(_COUNT_SIZE, "number of samples"), "little")


def _encode_sample(sample: int | None) -> bytes:
    assert sample != _MISSING_SAMPLE, "FFFFFF says that there is no sample"
    return (_MISSING_SAMPLE if sample is None else sample).to_bytes(_SAMPLE_SIZE, "little")


def _read_sample(cursor: Cursor) -> int | None:
    sample = int.from_bytes(cursor.take(_SAMPLE_SIZE, "sample"), "little")
    return None if sample == _MISSING_SAMPLE else sample
