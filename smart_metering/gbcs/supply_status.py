"""Read Supply Status (SR 7.4): the payloads of ECS45 and GCS33.

ECS45 reads one attribute of an ESME; GCS33 reads two of a GSME or of its mirror in the GPF: the life that is left to
its battery, and the supply. Layouts: Reference Test Data Set 4.5.0 (certain, with the supply enabled); the numbers of
the other states are those of the Disconnect Control class of DLMS and of the Metering cluster of ZigBee (likely).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    SUCCESS,
    Access,
    Choice,
    encode_access_request,
    encode_access_response,
    finish_access_response,
    open_access_response,
    refuse_other_command,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.records import Record
from smart_metering.use_cases import UseCase


class SupplyState(StrEnum):
    """MMC 5.4 has the names."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    ARMED = "Armed"


class SupplyStatus(Record, frozen=True, kw_only=True):
    """`remaining_battery_days` (0 to 65535) is a GSME's only; the Message Mapping Catalogue calls it
    RemainingBatteryCapacity."""

    supply_state: SupplyState
    remaining_battery_days: int | None = None


_ECS45_GET = Access(Choice.GET, bytes.fromhex("0046 000060030AFF 03"))  # Disconnect Control, control_state
_ENUM = b"\x16"

_GCS33_COMMAND = bytes.fromhex(
    "0109 01 01 0702 0007 00 00 00 0502 1400"
)  # Metering, attributes 0205 and 0014
_GCS33_BATTERY = bytes.fromhex("0109 01 01 0702 000E 08 00 01 0502 00 21")  # read well, unsigned of 16 bits
_GCS33_SUPPLY = bytes.fromhex("1400 00 30")  # read well, enumeration of 8 bits
_BATTERY_SIZE = 2

_NUMBERS = {
    #                      ECS45    GCS33
    SupplyState.DISABLED: (b"\x00", b"\x00"),
    SupplyState.ENABLED:  (b"\x01", b"\x02"),
    SupplyState.ARMED:    (b"\x02", b"\x01"),
}  # fmt: skip
_ECS45_NUMBERS = {state: ecs45 for state, (ecs45, _) in _NUMBERS.items()}
_GCS33_NUMBERS = {state: gcs33 for state, (_, gcs33) in _NUMBERS.items()}


def encode_supply_status_command(use_case: UseCase, exchange: Exchange) -> bytes:
    return _PROTOCOLS[use_case].encode_command(exchange)


def decode_supply_status_command(use_case: UseCase, payload: bytes, exchange: Exchange) -> None:
    """The Command says nothing but itself; raises DecodeError on any other payload."""
    refuse_other_command(payload, _PROTOCOLS[use_case].encode_command(exchange), f"{use_case.name} command")


def encode_supply_status_response(
    use_case: UseCase, state: SupplyState, exchange: Exchange, remaining_battery_days: int | None = None
) -> bytes:
    """GCS33 tells the days that its battery will last, ECS45 does not."""
    status = SupplyStatus(supply_state=state, remaining_battery_days=remaining_battery_days)
    return _PROTOCOLS[use_case].encode_response(status, exchange)


def decode_supply_status_response(use_case: UseCase, payload: bytes, exchange: Exchange) -> SupplyStatus:
    """Raises DecodeError also when the Device could not read."""
    return _PROTOCOLS[use_case].decode_response(payload, exchange)


@dataclass(frozen=True, slots=True)
class _Protocol:
    """How one use case asks and answers."""

    encode_command: Callable[[Exchange], bytes]
    encode_response: Callable[[SupplyStatus, Exchange], bytes]
    decode_response: Callable[[bytes, Exchange], SupplyStatus]


def _encode_ecs45_command(exchange: Exchange) -> bytes:
    return encode_access_request(exchange.counter, (_ECS45_GET,))


def _encode_ecs45_response(status: SupplyStatus, exchange: Exchange) -> bytes:
    assert status.remaining_battery_days is None, "an ESME has no battery to tell of"
    datum = _ENUM + _ECS45_NUMBERS[status.supply_state]
    return encode_access_response(exchange.counter, ((Choice.GET, datum, SUCCESS),))


def _decode_ecs45_response(payload: bytes, exchange: Exchange) -> SupplyStatus:
    cursor = open_access_response(payload, exchange.counter, 1)
    cursor.expect(_ENUM, "tag of the supply state")
    state = _read_state(cursor, _ECS45_NUMBERS)
    finish_access_response(cursor, (Choice.GET,))
    return SupplyStatus(supply_state=state)


def _encode_gcs33_command(_exchange: Exchange) -> bytes:
    return _GCS33_COMMAND


def _encode_gcs33_response(status: SupplyStatus, _exchange: Exchange) -> bytes:
    days = status.remaining_battery_days
    assert days is not None, "a GSME tells how long its battery will last"
    battery = _GCS33_BATTERY + days.to_bytes(_BATTERY_SIZE, "little")
    return battery + _GCS33_SUPPLY + _GCS33_NUMBERS[status.supply_state]


def _decode_gcs33_response(payload: bytes, _exchange: Exchange) -> SupplyStatus:
    cursor = Cursor(payload)
    cursor.expect(_GCS33_BATTERY, "head of the battery life")
    days = int.from_bytes(cursor.take(_BATTERY_SIZE, "battery life"), "little")
    cursor.expect(_GCS33_SUPPLY, "head of the supply state")
    state = _read_state(cursor, _GCS33_NUMBERS)
    cursor.finish()
    return SupplyStatus(supply_state=state, remaining_battery_days=days)


def _read_state(cursor: Cursor, numbers: dict[SupplyState, bytes]) -> SupplyState:
    start = cursor.offset
    found = cursor.take(1, "supply state")
    for state, number in numbers.items():
        if number == found:
            return state
    raise DecodeError(start, f"{found.hex().upper()} is no supply state")


_PROTOCOLS = {
    UseCase.ECS45: _Protocol(_encode_ecs45_command, _encode_ecs45_response, _decode_ecs45_response),
    UseCase.GCS33: _Protocol(_encode_gcs33_command, _encode_gcs33_response, _decode_gcs33_response),
}
