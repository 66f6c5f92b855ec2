"""What may be set of the pages of the Self-Service Interface."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SsiSettings:
    """They are served at `listen`, HOST:PORT; empty: nowhere.

    `emulators` are asked what Devices themselves say: each is HOST:PORT, or @FILE with that in it.
    """

    listen: str = ""
    emulators: tuple[str, ...] = ()
