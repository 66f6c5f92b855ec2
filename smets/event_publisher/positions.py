"""How far events were told, kept in a file: whoever begins again goes on from there."""

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from smets.client.event_records import DspEventPosition, EmulatorEventPosition

RETOLD_SECONDS = 30.0
"""What was acknowledged so lately is told again after a broken line: a broker that died may have given it to nobody,
and that a line is dead may be noticed as late."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Of each side."""

    dsp: DspEventPosition = DspEventPosition()
    emulator: EmulatorEventPosition = EmulatorEventPosition()


class PositionFile:
    """Replaced whole, and durable before the next event is told. A file that cannot be read is as none.

    `seconds` is real time.
    """

    def __init__(self, path: Path, seconds: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._seconds = seconds
        self._told = _read(path)
        self._notes = deque([(seconds(), self._told)])

    @property
    def beginning(self) -> Told:
        """Where to go on: at what was told when the program began, or has been told for a while."""
        self._forget_what_has_settled()
        return self._notes[0][1]

    def note(
        self, *, dsp: DspEventPosition | None = None, emulator: EmulatorEventPosition | None = None
    ) -> None:
        """What the broker has acknowledged."""
        self._told = Told(dsp=dsp or self._told.dsp, emulator=emulator or self._told.emulator)
        self._notes.append((self._seconds(), self._told))
        self._forget_what_has_settled()
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(msgspec.json.encode(self._told))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)

    def _forget_what_has_settled(self) -> None:
        settled = self._seconds() - RETOLD_SECONDS
        while len(self._notes) > 1 and self._notes[1][0] <= settled:
            self._notes.popleft()


def _read(path: Path) -> Told:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.DecodeError):
        return Told()
