"""The firmware store: whole files under their hashes, and nothing of what was broken off."""

from pathlib import Path

import pytest

from dsp.runtime.firmware_store import BLOCK, FileTooLargeError, FirmwareStore
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest


def whole(store: FirmwareStore, name: str) -> bytes:
    return b"".join(content for _, _, content in store.blocks(name))


@pytest.mark.parametrize("size", [1, BLOCK, BLOCK + 1, 3 * BLOCK - 1])
def test_a_file_comes_back_in_blocks(tmp_path: Path, size: int) -> None:
    store, octets = FirmwareStore(tmp_path), bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    name = store.add(octets)

    assert name == file_digest(octets)
    assert whole(store, name) == octets
    assert [(offset, of) for offset, of, _ in store.blocks(name)] == [
        (at, size) for at in range(0, size, BLOCK)
    ]


def test_a_file_that_arrives_in_pieces_is_the_same_file(tmp_path: Path) -> None:
    store = FirmwareStore(tmp_path)

    with store.receive() as incoming:
        incoming.add(b"one ")
        incoming.add(b"two")
        name, octets = incoming.keep()

    assert (name, octets) == (store.add(b"one two"), b"one two")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    store = FirmwareStore(tmp_path)

    with store.receive() as incoming:
        incoming.add(b"half a file")

    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_swept_away(tmp_path: Path) -> None:
    incoming = FirmwareStore(tmp_path).receive()
    incoming.add(b"half a file")

    FirmwareStore(tmp_path)
    assert list(tmp_path.iterdir()) == []
    incoming.__exit__()


def test_a_file_of_the_largest_size_is_taken_and_one_octet_more_is_not(tmp_path: Path) -> None:
    store = FirmwareStore(tmp_path)

    with store.receive() as incoming:
        incoming.add(bytes(MAXIMUM_FIRMWARE_FILE_OCTETS))
        with pytest.raises(FileTooLargeError):
            incoming.add(b"x")


@pytest.mark.parametrize("name", ["", "00" * 32, "../lock", "/etc/passwd", "AA" * 32])
def test_what_is_not_there_has_no_blocks(tmp_path: Path, name: str) -> None:
    assert list(FirmwareStore(tmp_path / "firmware").blocks(name)) == []


def test_a_file_may_be_forgotten(tmp_path: Path) -> None:
    store = FirmwareStore(tmp_path)
    name = store.add(b"not firmware")

    store.remove(name)
    store.remove(name)

    assert list(store.blocks(name)) == []
