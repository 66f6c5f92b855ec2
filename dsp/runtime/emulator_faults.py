"""The fault rules of the emulators, for who operates them: set, listed and removed in all of them together."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dsp.runtime.emulator_view import EmulatorSilent
from smart_metering.administration import FaultRule


class FaultRefused(ValueError):
    """An emulator does not take the rule; the text says why."""


class EmulatorFaults(Protocol):
    """Sets faults on the links of emulators, wherever they are."""

    async def faults(self) -> list[FaultRule]:
        """The rules in force, in the order in which they are asked. Raises EmulatorSilent."""
        ...

    async def set_fault(self, rule: FaultRule) -> None:
        """A rule of the same name is replaced. Raises EmulatorSilent and FaultRefused."""
        ...

    async def clear_faults(self, names: Sequence[str]) -> None:
        """The named rules, or all if none is named. Raises EmulatorSilent and FaultRefused."""
        ...


class FaultsOfAll:
    """Several as one: what is set is set in each."""

    def __init__(self, lines: Iterable[EmulatorFaults]) -> None:
        self._lines = tuple(lines)

    async def faults(self) -> list[FaultRule]:
        """Each rule once, if several emulators have it alike. Raises EmulatorSilent."""
        found = [rule for line in self._told() for rule in await line.faults()]
        return list(dict.fromkeys(found))

    async def set_fault(self, rule: FaultRule) -> None:
        """Raises EmulatorSilent and FaultRefused: then emulators before the one that did have the rule already."""
        for line in self._told():
            await line.set_fault(rule)

    async def clear_faults(self, names: Sequence[str]) -> None:
        """Raises EmulatorSilent and FaultRefused."""
        for line in self._told():
            await line.clear_faults(names)

    def _told(self) -> Sequence[EmulatorFaults]:
        if not self._lines:
            raise EmulatorSilent("this DSP was not told of an emulator (--ssi-emulator)")
        return self._lines
