"""What the emulator tells of its Devices: the truth, which the DSP of the field never sees. For who tests."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from smart_metering.administration import DeviceInside, Fate
from smart_metering.identifiers import Eui

MOST_FATES = 1_000


class EmulatorSilent(Exception):
    """No emulator can be asked; the text says why."""


class EmulatorView(Protocol):
    """Asks emulators, wherever they are."""

    async def inspect(self, device_id: Eui) -> DeviceInside | None:
        """What the Device is and holds; None: it is no emulator's. Raises EmulatorSilent."""
        ...

    async def fates(self, device_id: Eui) -> list[Fate]:
        """The faults that were drawn for its messages, up to MOST_FATES, oldest first. Raises EmulatorSilent."""
        ...


class NoEmulator:
    """A DSP that was not told where one is."""

    async def inspect(self, device_id: Eui) -> DeviceInside | None:
        """Raises EmulatorSilent."""
        raise EmulatorSilent("this DSP was not told of an emulator (--ssi-emulator)")

    async def fates(self, device_id: Eui) -> list[Fate]:
        """Raises EmulatorSilent."""
        raise EmulatorSilent("this DSP was not told of an emulator (--ssi-emulator)")


class Emulators:
    """Several as one: each Device is that one's which knows it."""

    def __init__(self, views: Iterable[EmulatorView]) -> None:
        self._views: Sequence[EmulatorView] = tuple(views) or (NoEmulator(),)

    async def inspect(self, device_id: Eui) -> DeviceInside | None:
        """Raises EmulatorSilent where one cannot be asked and no other knows the Device."""
        silent: EmulatorSilent | None = None
        for view in self._views:
            try:
                found = await view.inspect(device_id)
            except EmulatorSilent as error:
                silent = error
                continue
            if found is not None:
                return found
        if silent is not None:
            raise silent
        return None

    async def fates(self, device_id: Eui) -> list[Fate]:
        """Raises EmulatorSilent where none can be asked."""
        found: list[Fate] = []
        silent: list[EmulatorSilent] = []
        for view in self._views:
            try:
                found += await view.fates(device_id)
            except EmulatorSilent as error:
                silent.append(error)
        if len(silent) == len(self._views):
            raise silent[0]
        return found
