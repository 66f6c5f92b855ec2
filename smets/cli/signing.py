"""The key that signs a firmware file: of a party whose keys are in the state folder."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from smart_metering.identifiers import eui_from_octets
from smart_metering.pki.key_folders import read_private_key
from smart_metering.pki.keys import KeyUsage
from smets.cli.exits import Misuse
from smets.client.parties import is_part_of
from smets.local_system.state_folder import StateFolder


def find_signing_key(state: Path, text: str) -> EllipticCurvePrivateKey:
    """The DS key of the party that the text means, or of the first. Raises Misuse and KeyFolderError."""
    folder = StateFolder(state)
    try:
        names = sorted(path.name for path in (state / "parties").iterdir())
        parties = [eui_from_octets(bytes.fromhex(name)) for name in names]
    except (OSError, ValueError):
        raise Misuse(
            f"{state} holds no parties' keys to sign with: 'smets up' writes them there; or name the folder by --state"
        ) from None
    found = [eui for eui in parties if not text or is_part_of(text, eui)]
    if not found or (text and len(found) > 1):
        raise Misuse(
            f"signer {text!r} means {len(found) or 'no'} parties; expected one of: {', '.join(parties)}"
        )
    return read_private_key(folder.party(found[0]), found[0], KeyUsage.DIGITAL_SIGNING)
