"""EUI-64 identifiers of parties and Devices, and the RequestIDs made of them (DUIS 5.4 schema).

Every identifier is kept in one normal form, upper case, so that equal identifiers are equal strings.
"""

import re
from dataclasses import dataclass
from typing import NewType

Eui = NewType("Eui", str)
"""Eight octets in upper-case hex separated by `-`: `90-B3-D5-1F-30-01-00-00`."""

COUNTER_LIMIT = 2**64

_EUI = re.compile(r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}")
_COUNTER = re.compile(r"0|[1-9][0-9]{0,19}")


class InvalidIdentifier(ValueError):
    """Text, octets or a number that are no EUI or no RequestID."""


@dataclass(frozen=True, slots=True)
class RequestId:
    """Who asks, whom, and the originator's counter (0 .. 2^64-1); DUIS calls it RequestID."""

    originator: Eui
    target: Eui
    counter: int

    def __post_init__(self) -> None:
        assert 0 <= self.counter < COUNTER_LIMIT, self.counter

    def __str__(self) -> str:
        return f"{self.originator}:{self.target}:{self.counter}"

    @property
    def response_id(self) -> str:
        """The ResponseID of the Response to this request: first two parts swapped, same counter."""
        return f"{self.target}:{self.originator}:{self.counter}"


def parse_eui(text: str) -> Eui:
    """Takes either case, as the schema does; raises InvalidIdentifier."""
    if _EUI.fullmatch(text) is None:
        raise InvalidIdentifier(
            f"EUI {text!r}: expected 8 octets in hex separated by '-', like '90-B3-D5-1F-30-01-00-00'"
        )
    return Eui(text.upper())


def eui_octets(eui: Eui) -> bytes:
    return bytes.fromhex(eui.replace("-", ""))


def eui_from_octets(octets: bytes) -> Eui:
    """Raises InvalidIdentifier unless there are 8 octets."""
    if len(octets) != 8:
        raise InvalidIdentifier(f"EUI of {len(octets)} octets ({octets.hex()!r}): expected 8")
    return Eui(octets.hex("-").upper())


def eui_number(eui: Eui) -> int:
    """The EUI as a big-endian number."""
    return int(eui.replace("-", ""), 16)


def eui_from_number(number: int) -> Eui:
    """The inverse of eui_number; raises InvalidIdentifier outside 0 .. 2^64-1."""
    if not 0 <= number < 2**64:
        raise InvalidIdentifier(f"EUI number {number}: expected 0 .. 2^64-1")
    return eui_from_octets(number.to_bytes(8, "big"))


def parse_request_id(text: str) -> RequestId:
    """Reads `originator:target:counter`, counter decimal without leading zeros; raises InvalidIdentifier."""
    parts = text.split(":")
    if len(parts) != 3:
        raise InvalidIdentifier(f"RequestID {text!r}: expected originator:target:counter")
    originator, target, counter = parts
    return RequestId(
        _parse_party(text, "originator", originator),
        _parse_party(text, "target", target),
        _parse_counter(text, counter),
    )


def _parse_party(request_id: str, part: str, text: str) -> Eui:
    try:
        return parse_eui(text)
    except InvalidIdentifier as error:
        raise InvalidIdentifier(f"RequestID {request_id!r}, {part}: {error}") from None


def _parse_counter(request_id: str, text: str) -> int:
    if _COUNTER.fullmatch(text) is None or int(text) >= COUNTER_LIMIT:
        raise InvalidIdentifier(
            f"RequestID {request_id!r}, counter: {text!r}: "
            f"expected a decimal number 0 .. {COUNTER_LIMIT - 1} without leading zeros"
        )
    return int(text)
