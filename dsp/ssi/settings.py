"""What may be set of the pages of the Self-Service Interface."""

from dataclasses import dataclass
from pathlib import Path

from operations.tls import ProtectionError
from smart_metering.rpc.access import AccessFiles

NO_ACCESS = AccessFiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class SsiSettings:
    """They are served at `listen`, HOST:PORT; empty: nowhere.

    `emulators` are asked what Devices themselves say: each is HOST:PORT, or @FILE with that in it; `access` is the way
    to those that listen over TLS. `development_keys` holds a folder of private keys for each party, by which 11.3 is
    signed in a User's name: for development alone.
    """

    listen: str = ""
    emulators: tuple[str, ...] = ()
    access: AccessFiles = NO_ACCESS
    development_keys: Path | None = None

    def refuse_keys_for_good(self, *, development_sign_in: bool) -> None:
        """The keys of parties are given to a DSP of a development system alone. Raises ProtectionError."""
        if self.development_keys is not None and not development_sign_in:
            raise ProtectionError(
                "development keys of parties: expected development sign-in beside them, on loopback; no other DSP may "
                "have a User's private key"
            )
