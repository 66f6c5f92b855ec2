"""Top Up Device (SR 2.2): the payloads of CS01a for an ESME (DLMS) and CS01b for a GSME (GBZ).

Layouts, successes and refusals: Reference Test Data Set 4.5.0 (certain). Only the Response of a GSME says what was
added; that its amounts are in hundred-thousandths of a pound is likely (SMETS), as are the codes of its refusals
(ZigBee Smart Energy, Consumer Top Up Response).
"""

from smart_metering.errors import DecodeError
from smart_metering.gbcs import dlms_actions, gbz
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import Access, Choice, encode_octet_string
from smart_metering.gbcs.exchange import Exchange
from smart_metering.records import Record
from smart_metering.use_cases import UseCase

UTRN_DIGITS = 20

ACCEPTED = 0
REFUSED = 1
"""Of an ESME a hardware-fault, of a GSME an invalid top-up: what the vectors of failure hold."""

_ENTER_TOKEN = (
    # class 115 Token gateway, OBIS 0-0:19.40.0.255, method 1
    Access(Choice.ACTION, bytes.fromhex("0073 0000132800FF 01")),
)

_PREPAYMENT_CLUSTER = 0x0705
_CONSUMER_TOP_UP = bytes.fromhex("01 00 04")  # ZCL header: cluster-specific, client to server
_CONSUMER_TOP_UP_RESPONSE = bytes.fromhex("09 00 03")
_BY_REMOTE_PARTY = b"\x00"  # originating device: Energy Service Interface
_AMOUNT_SIZE = 4
_NO_AMOUNT = b"\xff\xff\xff\xff"


class TopUpOutcome(Record, frozen=True, kw_only=True):
    """`result` is ACCEPTED or the refusal's code (0 .. 255); a GSME adds the top-up's `value` and the new `balance`."""

    result: int = ACCEPTED
    value: int | None = None
    balance: int | None = None

    @property
    def accepted(self) -> bool:
        return self.result == ACCEPTED


def encode_top_up_command(use_case: UseCase, utrn: str, exchange: Exchange) -> bytes:
    """`utrn`: 20 digits, which the Device checks."""
    digits = utrn.encode("ascii")
    assert _is_utrn(digits), utrn
    if use_case is UseCase.CS01B:
        zcl = _CONSUMER_TOP_UP + _BY_REMOTE_PARTY + bytes((UTRN_DIGITS,)) + digits
        return gbz.encode_component(_PREPAYMENT_CLUSTER, zcl)
    assert use_case is UseCase.CS01A, use_case
    return dlms_actions.encode_steps(exchange.counter, _ENTER_TOKEN, (encode_octet_string(digits),))


def decode_top_up_command(use_case: UseCase, payload: bytes, exchange: Exchange) -> str:
    """The UTRN."""
    if use_case is UseCase.CS01B:
        cursor = gbz.open_component(payload, _PREPAYMENT_CLUSTER)
        cursor.expect(_CONSUMER_TOP_UP + _BY_REMOTE_PARTY + bytes((UTRN_DIGITS,)), "head of the top-up")
        start = cursor.offset
        digits = cursor.take(UTRN_DIGITS, "UTRN")
    else:
        assert use_case is UseCase.CS01A, use_case
        cursor = dlms_actions.open_steps(payload, exchange.counter, _ENTER_TOKEN)
        start = cursor.offset + 2
        digits = dlms_actions.read_octet_string(cursor, UTRN_DIGITS, "UTRN")
    cursor.finish()
    if not _is_utrn(digits):
        raise DecodeError(start, f"UTRN: {UTRN_DIGITS} digits expected, {digits!r} found")
    return digits.decode("ascii")


def encode_top_up_response(use_case: UseCase, outcome: TopUpOutcome, exchange: Exchange) -> bytes:
    if use_case is UseCase.CS01B:
        zcl = _CONSUMER_TOP_UP_RESPONSE + bytes((outcome.result,)) + _encode_amount(outcome.value)
        zcl += _BY_REMOTE_PARTY + _encode_amount(outcome.balance)
        return gbz.encode_component(_PREPAYMENT_CLUSTER, zcl)
    assert use_case is UseCase.CS01A, use_case
    assert outcome.value is None, outcome
    assert outcome.balance is None, outcome
    return dlms_actions.encode_results(exchange.counter, _ENTER_TOKEN, (outcome.result,))


def decode_top_up_response(use_case: UseCase, payload: bytes, exchange: Exchange) -> TopUpOutcome:
    if use_case is UseCase.CS01B:
        return _read_consumer_top_up_response(gbz.open_component(payload, _PREPAYMENT_CLUSTER))
    assert use_case is UseCase.CS01A, use_case
    (result,) = dlms_actions.decode_results(payload, exchange.counter, _ENTER_TOKEN)
    return TopUpOutcome(result=result)


def _read_consumer_top_up_response(cursor: Cursor) -> TopUpOutcome:
    cursor.expect(_CONSUMER_TOP_UP_RESPONSE, "head of the Consumer Top Up Response")
    result = cursor.take(1, "result")[0]
    value = _read_amount(cursor, "value of the top-up")
    cursor.expect(_BY_REMOTE_PARTY, "source of the top-up")
    balance = _read_amount(cursor, "balance")
    cursor.finish()
    return TopUpOutcome(result=result, value=value, balance=balance)


def _is_utrn(digits: bytes) -> bool:
    return len(digits) == UTRN_DIGITS and digits.isdigit()


def _encode_amount(amount: int | None) -> bytes:
    if amount is None:
        return _NO_AMOUNT
    encoded = amount.to_bytes(_AMOUNT_SIZE, "little", signed=True)
    assert encoded != _NO_AMOUNT, "an amount of -1 cannot be written: it says that there is none"
    return encoded


def _read_amount(cursor: Cursor, what: str) -> int | None:
    octets = cursor.take(_AMOUNT_SIZE, what)
    return None if octets == _NO_AMOUNT else int.from_bytes(octets, "little", signed=True)
