"""Firmware files on disk: whole ones are there after a restart, others never were."""

from pathlib import Path

from device_emulator.runtime.firmware_folder import FirmwareFolder


def test_what_was_kept_is_there_again_and_nothing_else(tmp_path: Path) -> None:
    folder = FirmwareFolder(tmp_path / "firmware")
    folder.keep("a" * 64, b"one")
    folder.keep("b" * 64, b"two")
    (tmp_path / "firmware" / ("c" * 64 + ".part")).write_bytes(b"half of")
    (tmp_path / "firmware" / "notes").write_bytes(b"another's")

    again = FirmwareFolder(tmp_path / "firmware")

    assert list(again.files()) == [("a" * 64, b"one"), ("b" * 64, b"two")]
    assert not list((tmp_path / "firmware").glob("*.part"))
