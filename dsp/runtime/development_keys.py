"""The private keys of the parties of a development system, where a DSP was given them: none of the field has them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import Eui, eui_octets
from smart_metering.pki.key_folders import KeyFolderError, read_private_key
from smart_metering.pki.keys import KeyUsage


class DevelopmentKeys:
    """A folder with a folder of keys for each party, as `smets up` writes it; None: there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def has_key_of(self, party: Eui) -> bool:
        """Whether it can sign for the party."""
        return self._key(party) is not None

    async def sign(self, party: Eui, pre_commands: Sequence[bytes]) -> list[bytes]:
        """The Pre-Commands with the party's signature. It must have the key."""
        key = self._key(party)
        assert key is not None, party
        return await asyncio.to_thread(lambda: [encode(sign(decode(octets), key)) for octets in pre_commands])

    def _key(self, party: Eui) -> EllipticCurvePrivateKey | None:
        if self._folder is None:
            return None
        try:
            return read_private_key(self._folder / eui_octets(party).hex(), party, KeyUsage.DIGITAL_SIGNING)
        except KeyFolderError:
            return None
