"""Firmware files on their way from the DSP, block by block; whole ones are checked against their name."""

from dataclasses import dataclass, field

from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a file of `size` octets. The DSP tells of a file that it does not hold by a size of 0."""

    firmware_file: str
    offset: int
    size: int
    content: bytes


class BrokenFile(ValueError):
    """A file that did not arrive as it was named; the text says how."""


@dataclass(slots=True)
class IncomingFiles:
    """One stream's files: what has arrived of each. Blocks come in order."""

    _arrived: dict[str, bytearray] = field(default_factory=dict)

    def take(self, block: Block) -> bytes | None:
        """The whole file, with its last block. Raises BrokenFile, and forgets the file."""
        name = block.firmware_file
        arrived = self._arrived.setdefault(name, bytearray())
        try:
            _refuse_impossible(block, len(arrived))
            arrived += block.content
            if len(arrived) < block.size:
                return None
            octets = bytes(arrived)
            if file_digest(octets) != name:
                raise BrokenFile(f"its SHA-256 is {file_digest(octets)}")
        except BrokenFile:
            del self._arrived[name]
            raise
        del self._arrived[name]
        return octets


def _refuse_impossible(block: Block, arrived: int) -> None:
    if block.size == 0:
        raise BrokenFile("the DSP does not hold it")
    if block.size > MAXIMUM_FIRMWARE_FILE_OCTETS:
        raise BrokenFile(f"{block.size} octets, more than a firmware file may have")
    if block.offset != arrived or arrived + len(block.content) > block.size:
        raise BrokenFile(f"a block at {block.offset} after {arrived} of {block.size} octets")
