"""How far events were told, kept in a file: whoever begins again goes on from there."""

import os
from pathlib import Path

import msgspec

from smets.client.event_records import DspEventPosition, EmulatorEventPosition


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Of each side."""

    dsp: DspEventPosition = DspEventPosition()
    emulator: EmulatorEventPosition = EmulatorEventPosition()


class PositionFile:
    """Replaced whole, and durable before the next event is told. A file that cannot be read is as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.told = _read(path)

    def note(
        self, *, dsp: DspEventPosition | None = None, emulator: EmulatorEventPosition | None = None
    ) -> None:
        """What the broker has acknowledged."""
        self.told = Told(dsp=dsp or self.told.dsp, emulator=emulator or self.told.emulator)
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(msgspec.json.encode(self.told))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)


def _read(path: Path) -> Told:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.DecodeError):
        return Told()
