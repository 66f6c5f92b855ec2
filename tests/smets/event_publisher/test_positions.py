"""How far events were told: kept over restarts, and a little behind what was acknowledged after a broken line."""

from pathlib import Path

from smets.client.event_records import DspEventPosition, EmulatorEventPosition
from smets.event_publisher.positions import RETOLD_SECONDS, PositionFile, Told


class Watch:
    """Real time, as a test wants it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def dsp(messages: int) -> DspEventPosition:
    return DspEventPosition(smi_changes=1, messages=messages)


def test_whoever_begins_again_goes_on_from_what_was_noted_last(tmp_path: Path) -> None:
    first = PositionFile(tmp_path / "positions.json")
    first.note(dsp=dsp(5))
    first.note(emulator=EmulatorEventPosition(fates=7))

    second = PositionFile(tmp_path / "positions.json")

    assert second.beginning == Told(dsp=dsp(5), emulator=EmulatorEventPosition(fates=7))


def test_what_was_acknowledged_lately_is_told_again(tmp_path: Path) -> None:
    watch = Watch()
    positions = PositionFile(tmp_path / "positions.json", watch)
    positions.note(dsp=dsp(5))
    watch.now += RETOLD_SECONDS
    positions.note(dsp=dsp(6))
    watch.now += 1
    positions.note(dsp=dsp(7))

    assert positions.beginning.dsp == dsp(5)
    watch.now += RETOLD_SECONDS
    assert positions.beginning.dsp == dsp(7)


def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "positions.json").write_bytes(b"{")

    assert PositionFile(tmp_path / "positions.json").beginning == Told()
