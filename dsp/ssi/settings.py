"""What may be set of the pages of the Self-Service Interface."""

from dataclasses import dataclass

from smart_metering.rpc.access import AccessFiles

NO_ACCESS = AccessFiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class SsiSettings:
    """They are served at `listen`, HOST:PORT; empty: nowhere.

    `emulators` are asked what Devices themselves say: each is HOST:PORT, or @FILE with that in it; `access` is the way
    to those that listen over TLS.
    """

    listen: str = ""
    emulators: tuple[str, ...] = ()
    access: AccessFiles = NO_ACCESS
