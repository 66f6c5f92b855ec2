"""Tokens against forgery for who is not signed in yet: a cookie and a form that only this server can make a pair."""

import hashlib
import hmac
import secrets

GUEST_COOKIE = "smets-guest"
GUEST_COOKIE_OVER_TLS = "__Host-smets-guest"
_OCTETS = 16


class GuestTokens:
    """Pairs made before a restart are pairs no more: then the page is loaded anew."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def new_guest(self) -> str:
        """The value of a cookie."""
        return secrets.token_urlsafe(_OCTETS)

    def token(self, guest: str) -> str:
        """What the forms of this guest carry."""
        return hmac.new(self._key, guest.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def permits(self, guest: str, token: str) -> bool:
        """Whether they are a pair; compared in constant time."""
        return bool(guest) and hmac.compare_digest(
            self.token(guest).encode(), token.encode("utf-8", "replace")
        )


def guest_cookie_name(*, over_tls: bool) -> str:
    """Of the guest's cookie."""
    return GUEST_COOKIE_OVER_TLS if over_tls else GUEST_COOKIE
