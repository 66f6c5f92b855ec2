"""Bearer tokens: `authorization: Bearer TOKEN` (RFC 6750), in the metadata of gRPC as in the headers of HTTP."""

from collections.abc import Sequence

AUTHORIZATION = "authorization"
BEARER = "Bearer "


def bearer_token(authorizations: Sequence[str]) -> str | None:
    """The token, of all values that came under this name. None: not one value, or of another scheme."""
    if len(authorizations) != 1 or not authorizations[0].lower().startswith(BEARER.lower()):
        return None
    return authorizations[0][len(BEARER) :].strip() or None
