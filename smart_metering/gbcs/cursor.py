"""A place in a row of octets, from which the payload codecs read forward."""

from typing import NoReturn

from smart_metering.errors import DecodeError


class Cursor:
    """Reads `octets` from `offset`; what cannot be read raises DecodeError with the offset of the cause."""

    __slots__ = ("octets", "offset")

    def __init__(self, octets: bytes, offset: int = 0) -> None:
        self.octets = octets
        self.offset = offset

    def take(self, size: int, what: str) -> bytes:
        """The next `size` octets."""
        end = self.offset + size
        if end > len(self.octets):
            raise DecodeError(len(self.octets), f"the octets end inside the {what}")
        taken = self.octets[self.offset : end]
        self.offset = end
        return taken

    def expect(self, expected: bytes, what: str) -> None:
        """Pass over octets that can have one value only."""
        if not self.octets.startswith(expected, self.offset):
            refuse_constant(self.octets, self.offset, expected, what)
        self.offset += len(expected)

    def finish(self) -> None:
        """Refuse octets after the last field."""
        if self.offset != len(self.octets):
            raise DecodeError(self.offset, f"{len(self.octets) - self.offset} octets after the last field")


def refuse_constant(octets: bytes, offset: int, expected: bytes, what: str) -> NoReturn:
    """Raise the DecodeError of the first octet, from `offset` on, that is not as expected."""
    for position, octet in enumerate(expected, offset):
        if position >= len(octets):
            raise DecodeError(len(octets), f"the octets end inside the {what}")
        if octets[position] != octet:
            raise DecodeError(position, f"{what}: {octet:02X} expected, {octets[position]:02X} found")
    raise AssertionError(f"{what}: {expected.hex()} was found after all")
