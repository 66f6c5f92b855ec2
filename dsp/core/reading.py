"""What the DSP reads in payloads: the date of a Command, and what a Response says, where it is not encrypted."""

from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    decode_activate_firmware_command,
    decode_activate_firmware_response,
)
from smart_metering.gbcs.clear_event_log import decode_clear_event_log_response
from smart_metering.gbcs.commissioning import decode_commission_command, decode_commission_response
from smart_metering.gbcs.comms_hub_device_log import decode_log_change_response, decode_read_log_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.joining import JoinCode, decode_join_command, decode_join_response
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.gbcs.update_security_credentials import (
    decode_update_security_credentials_command,
    decode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.use_cases import UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a Response tells: `success` is None where only the User can read it. `accepted`: a dated Command is kept, or
    cancelled, and its outcome follows. `connected`: the Devices that a hub has heard from."""

    success: bool | None = None
    accepted: bool = False
    version: FirmwareVersion | None = None
    connected: tuple[Eui, ...] = ()


def told_by(message: Message) -> Told:
    """What a Response tells. Raises DecodeError where the DSP can read its use case, but not this payload."""
    reader = _RESPONSES.get(message.message_code)
    return reader(message) if reader is not None else Told()


def check_signed(message: Message) -> int | None:
    """The counter that the payload of a Critical Command repeats, if it does. Raises DecodeError."""
    return _CRITICAL[message.message_code](message)


def date_of(message: Message) -> Instant | None:
    """When a Command says that it is to be carried out; None: at once. Raises DecodeError."""
    match message.message_code:
        case UseCase.CS06:
            return decode_activate_firmware_command(message.payload).execution_time
        case UseCase.CS02B:
            return decode_update_security_credentials_command(message.payload).execution_time
        case _:
            return None


def joined_with(message: Message) -> Eui:
    """The other Device of a join Command."""
    return decode_join_command(UseCase(message.message_code), message.payload).other_device


def _activation(message: Message) -> Told:
    outcome = decode_activate_firmware_response(message.payload)
    if outcome is None:
        return Told(success=True, accepted=True)
    return Told(success=outcome.code is ActivationCode.SUCCESS, version=outcome.firmware_version)


def _version(message: Message) -> Told:
    version = decode_read_response(UseCase(message.message_code), message.payload, message.counter)
    return Told(success=version is not None, version=version)


def _credentials(message: Message) -> Told:
    outcome = decode_update_security_credentials_response(message.payload)
    if outcome is None:
        return Told(success=True, accepted=True)
    return Told(success=outcome.success)


def _log_change(message: Message) -> Told:
    use_case = UseCase(message.message_code)
    return Told(success=decode_log_change_response(use_case, message.payload, exchange_of(message)).success)


def _device_log(message: Message) -> Told:
    entries = decode_read_log_response(message.payload, exchange_of(message))
    heard = [row.device for row in entries or () if row.last_communication is not None]
    return Told(success=entries is not None, connected=tuple(heard))


def _commission(message: Message) -> Told:
    use_case = UseCase(message.message_code)
    return Told(success=decode_commission_response(use_case, message.payload, exchange_of(message)).success)


_RESPONSES: dict[int, Callable[[Message], Told]] = {
    UseCase.CS06: _activation,
    UseCase.ECS52: _version,
    UseCase.GCS38: _version,
    UseCase.CS08: _version,
    UseCase.CS02B: _credentials,
    UseCase.CCS01: _log_change,
    UseCase.CCS02: _log_change,
    UseCase.CCS05: _device_log,
    UseCase.ECS70: _commission,
    UseCase.GCS28: _commission,
    UseCase.CS03A1: lambda message: Told(success=decode_join_response(message.payload) is JoinCode.SUCCESS),
    UseCase.CS03B: lambda message: Told(success=decode_join_response(message.payload) is JoinCode.SUCCESS),
    UseCase.ECS15A: lambda message: Told(
        success=decode_clear_event_log_response(message.payload, exchange_of(message))
    ),
}


def _signed_commission(message: Message) -> None:
    decode_commission_command(UseCase(message.message_code), message.payload, exchange_of(message))


def _signed_join(message: Message) -> None:
    joined_with(message)


_CRITICAL: dict[int, Callable[[Message], int | None]] = {
    UseCase.CS06: lambda message: decode_activate_firmware_command(message.payload).originator_counter,
    UseCase.ECS70: _signed_commission,
    UseCase.GCS28: _signed_commission,
    UseCase.CS03A1: _signed_join,
}
