"""What can become of a message in the air: one row for each fate."""

from collections.abc import Callable

from device_emulator.devices.air import Arrival
from device_emulator.faults.dice import throw
from smart_metering.administration import FaultRule
from smart_metering.instants import SECOND_MS

DEFAULT_REORDER_MS = 10 * SECOND_MS
"""How long a message waits for another to overtake it, when the rule does not say."""

Key = tuple[str | int, ...]
Fate = Callable[[bytes, FaultRule, Key], tuple[Arrival, ...]]


def lose(_octets: bytes, _rule: FaultRule, _key: Key) -> tuple[Arrival, ...]:
    """It never arrives."""
    return ()


def delay(octets: bytes, rule: FaultRule, _key: Key) -> tuple[Arrival, ...]:
    """It arrives later."""
    return (Arrival(octets, rule.delay),)


def repeat(octets: bytes, rule: FaultRule, _key: Key) -> tuple[Arrival, ...]:
    """It arrives twice, the second time after the rule's delay."""
    return Arrival(octets), Arrival(octets, rule.delay)


def reorder(octets: bytes, rule: FaultRule, _key: Key) -> tuple[Arrival, ...]:
    """It arrives after the next one, or alone if none comes."""
    return (Arrival(octets, rule.delay or DEFAULT_REORDER_MS, overtakable=True),)


def garble(octets: bytes, _rule: FaultRule, key: Key) -> tuple[Arrival, ...]:
    """One bit of it is flipped; which one, the dice say."""
    bit = throw(8 * len(octets), "garbled bit", *key) if octets else 0
    index = bit // 8
    flipped = octets[:index] + bytes(octet ^ 1 << bit % 8 for octet in octets[index : index + 1])
    return (Arrival(flipped + octets[index + 1 :]),)


FATES: dict[str, Fate] = {
    "lose": lose,
    "delay": delay,
    "repeat": repeat,
    "reorder": reorder,
    "garble": garble,
}
