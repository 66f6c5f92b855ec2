"""The base of every record that is kept, sent or compared: frozen, typed, tagged with its name, and serialisable."""

from typing import TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """A plain value. Change makes a new one (`changed`); equality is by content; the tag keeps unions apart."""


def changed(record: R, **changes: object) -> R:
    """The same record with other values in the named fields."""
    return msgspec.structs.replace(record, **changes)
