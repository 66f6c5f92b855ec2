"""Random secrets that are told once, and the hashes that are kept of them."""

import hashlib
import secrets

SECRET_OCTETS = 32
TOKEN_PREFIX = "smets_"  # so that it is found where it does not belong


def new_token() -> str:
    """A bearer token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(SECRET_OCTETS)


def new_session_id() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(SECRET_OCTETS)


def hash_of(secret: str) -> str:
    """What is kept of a secret: as nobody can guess 256 bits, one SHA-256 hides them."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
