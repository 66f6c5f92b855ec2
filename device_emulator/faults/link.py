"""The link between hubs and Devices, where faults meet traffic: of the rules in the order set, the first that fires."""

from collections.abc import Iterable

from device_emulator.devices.air import Arrival, Direction, Meeting, Passage
from device_emulator.faults.dice import throw
from device_emulator.faults.fates import FATES
from ledger.books import Ledger
from smart_metering.administration import Fate, FaultRule
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, decode
from smart_metering.identifiers import Eui
from smart_metering.records import Record
from smart_metering.use_cases import reference_of


class InvalidFaultRule(ValueError):
    """Rules that cannot hold; the text names each, and what was expected."""


class FaultCount(Record, frozen=True):
    """How many messages of a Device met the fate of a rule that counts."""

    rule: str
    device: Eui
    met: int


class Link:
    """An Air whose rules, counts and fates are durable in `ledger`. The same `seed` throws the same dice.

    `fates` is the log of what was drawn, to be searched by `device`.
    """

    def __init__(self, ledger: Ledger, seed: str) -> None:
        self._seed = seed
        self._rules = ledger.book("fault_rules", FaultRule, lambda r: r.name)
        self._counts = ledger.book("fault_counts", FaultCount, lambda r: _count_key(r.rule, r.device))
        self.fates = ledger.log("fates", Fate, {"device": str})

    def meet(self, passage: Passage) -> Meeting:
        """A message meets the first rule that matches it and fires; else it passes."""
        if self._rules:
            reference = _reference(passage)
            for rule in self._rules.values():
                if _matches(rule, passage, reference) and self._fires(rule, passage):
                    self.fates.append(_fate(rule, passage, reference), device=passage.device)
                    arrivals = FATES[rule.fate](passage.octets, rule, self._key(rule, passage))
                    return Meeting(arrivals, rule.fate, rule.name)
        return Meeting((Arrival(passage.octets),))

    def set_rules(self, rules: Iterable[FaultRule]) -> None:
        """A rule takes the place of one with its name, and counts from the start. Raises InvalidFaultRule."""
        rules = tuple(rules)
        faults = [f"fault rule {rule.name!r}: {fault}" for rule in rules for fault in _faults_of(rule)]
        if faults:
            raise InvalidFaultRule("; ".join(faults))
        for rule in rules:
            self._forget_counts(rule.name)
            self._rules.put(rule)

    def clear_rules(self, names: Iterable[str]) -> None:
        """Removes the named rules; all, if none is named. A name that is not there is no fault."""
        for name in tuple(names) or tuple(self._rules):
            if name in self._rules:
                self._forget_counts(name)
                self._rules.remove(name)

    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force, in the order in which they are asked."""
        return tuple(self._rules.values())

    def _fires(self, rule: FaultRule, passage: Passage) -> bool:
        if not rule.next:
            return throw(rule.one_in, *self._key(rule, passage)) == 0
        count = self._counts.get(_count_key(rule.name, passage.device))
        met = count.met if count else 0
        if met >= rule.next:
            return False
        self._counts.put(FaultCount(rule=rule.name, device=passage.device, met=met + 1))
        return True

    def _key(self, rule: FaultRule, passage: Passage) -> tuple[str | int, ...]:
        return self._seed, rule.name, passage.direction, passage.device, passage.number

    def _forget_counts(self, rule: str) -> None:
        for key in [key for key, count in self._counts.items() if count.rule == rule]:
            self._counts.remove(key)


def _count_key(rule: str, device: Eui) -> str:
    return f"{device}|{rule}"


def _fate(rule: FaultRule, passage: Passage, reference: str) -> Fate:
    originator, counter = passage.command or _command_of(passage.octets)
    return Fate(
        at=passage.at,
        device_id=passage.device,
        direction=passage.direction,
        rule=rule.name,
        fate=rule.fate,
        reference=reference,
        originator=originator,
        counter=counter,
    )


def _command_of(octets: bytes) -> tuple[Eui | None, int]:
    """Originator and counter of a Command, of the Command that a Response answers, or of an alert."""
    try:
        message = decode(octets)
    except DecodeError:
        return None, 0
    return message.target if message.cra is CraFlag.RESPONSE else message.originator, message.counter


def _reference(passage: Passage) -> str:
    """The SRV of a message; a message that cannot be read belongs to none."""
    if passage.reference is not None:
        return passage.reference
    try:
        return reference_of(decode(passage.octets).message_code)
    except DecodeError:
        return ""


def _matches(rule: FaultRule, passage: Passage, reference: str) -> bool:
    """What a rule leaves empty matches anything."""
    return (
        (not rule.direction or rule.direction == passage.direction)
        and (not rule.comms_hub or rule.comms_hub == passage.comms_hub)
        and (not rule.device or rule.device == passage.device)
        and (not rule.references or reference in rule.references)
    )


def _faults_of(rule: FaultRule) -> list[str]:
    """What is wrong with a rule, in words."""
    claims = (
        (bool(rule.name), "a rule needs a name"),
        (rule.fate in FATES, f"fate {rule.fate!r}: expected one of {', '.join(FATES)}"),
        (
            rule.direction in ("", *Direction),
            f"direction {rule.direction!r}: expected {', '.join(Direction)} or nothing",
        ),
        ((rule.next > 0) != (rule.one_in > 0), "expected either next or one_in, above 0"),
        (rule.delay >= 0, f"delay {rule.delay}: expected milliseconds, not below 0"),
        (rule.fate != "delay" or rule.delay > 0, "fate 'delay' needs a delay"),
    )
    return [fault for holds, fault in claims if not holds]
