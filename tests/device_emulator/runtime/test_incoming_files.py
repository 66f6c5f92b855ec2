"""Firmware files as they arrive: whole, in order, and what their name says, or not at all."""

import pytest

from device_emulator.runtime.incoming_files import Block, BrokenFile, IncomingFiles
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest

OCTETS = bytes(range(100))
NAME = file_digest(OCTETS)


def block(start: int, end: int, size: int = len(OCTETS), name: str = NAME) -> Block:
    return Block(firmware_file=name, offset=start, size=size, content=OCTETS[start:end])


def test_a_file_is_whole_with_its_last_block() -> None:
    incoming = IncomingFiles()

    assert [incoming.take(block(start, start + 40)) for start in (0, 40, 80)] == [None, None, OCTETS]


def test_files_may_arrive_side_by_side() -> None:
    incoming = IncomingFiles()
    other = OCTETS[:50]
    incoming.take(block(0, 60))

    assert incoming.take(block(0, 50, size=50, name=file_digest(other))) == other
    assert incoming.take(block(60, 100)) == OCTETS


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (Block(firmware_file=NAME, offset=0, size=0, content=b""), "does not hold it"),
        (block(20, 100), "a block at 20 after 0"),
        (block(0, 100, size=50), "a block at 0"),
        (block(0, 100, name="0" * 64), "SHA-256"),
        (block(0, 10, size=MAXIMUM_FIRMWARE_FILE_OCTETS + 1), "more than a firmware file may have"),
    ],
)
def test_a_broken_file_is_refused_and_may_come_again(broken: Block, why: str) -> None:
    incoming = IncomingFiles()

    with pytest.raises(BrokenFile, match=why):
        incoming.take(broken)

    assert incoming.take(block(0, 100)) == OCTETS
