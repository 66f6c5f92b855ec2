"""Clear Event Log (SR 3.3) of an ESME: the payloads of ECS15a, which reset its Event Log.

Layout: Reference Test Data Set 4.5.0, done and failed (certain); the one failure there is a hardware fault, and no
other is read.
"""

from smart_metering.gbcs.dlms_access import (
    HARDWARE_FAULT,
    NULL_DATA,
    SUCCESS,
    Access,
    Choice,
    encode_access_request,
    encode_access_response,
    refuse_other_command,
)
from smart_metering.gbcs.exchange import Exchange

_RESET = Access(Choice.ACTION, bytes.fromhex("0007 0000636200FF 01"), bytes.fromhex("0F 00"))


def encode_clear_event_log_command(exchange: Exchange) -> bytes:
    return encode_access_request(exchange.counter, (_RESET,))


def decode_clear_event_log_command(payload: bytes, exchange: Exchange) -> None:
    """The Command says nothing but itself; raises DecodeError on any other payload."""
    refuse_other_command(payload, encode_clear_event_log_command(exchange), "ECS15a command")


def encode_clear_event_log_response(success: bool, exchange: Exchange) -> bytes:
    result = SUCCESS if success else HARDWARE_FAULT
    return encode_access_response(exchange.counter, ((Choice.ACTION, NULL_DATA, result),))


def decode_clear_event_log_response(payload: bytes, exchange: Exchange) -> bool:
    """Whether the log was cleared."""
    if payload == encode_clear_event_log_response(False, exchange):
        return False
    refuse_other_command(payload, encode_clear_event_log_response(True, exchange), "ECS15a response")
    return True
