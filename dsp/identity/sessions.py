"""Sessions of the web page: when they end, and what a page may learn of one. Pure: the time is given."""

import hashlib
import hmac
from dataclasses import dataclass, field

from dsp.identity.caller import Caller
from dsp.identity.records import KeptSession
from smart_metering.instants import HOUR_MS, MINUTE_MS, Instant

IDLE_MS = 30 * MINUTE_MS
LONGEST_MS = 12 * HOUR_MS
SEEN_EVERY_MS = MINUTE_MS  # as seldom is it written down that a session is in use

COOKIE = "smets-session"
COOKIE_OVER_TLS = "__Host-smets-session"  # browsers take such a name over TLS alone, for this host alone


class SignInRefused(Exception):
    """The text may be shown. `wait_seconds`: how long there is no use in another try; 0: none is needed."""

    def __init__(self, why: str, wait_seconds: int = 0) -> None:
        super().__init__(why)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is signed in. Every form of a page carries `csrf_token`; what it sends counts only if the session `permits`
    it."""

    caller: Caller
    csrf_token: str = field(repr=False)
    signed_in_at: Instant
    ends_at: Instant

    def permits(self, csrf_token: str) -> bool:
        """Whether a form came from a page of this session; compared in constant time."""
        return hmac.compare_digest(self.csrf_token.encode(), csrf_token.encode())


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, and its id for the cookie: it is told here once and kept nowhere."""

    cookie: str = field(repr=False)
    session: Session


def has_ended(session: KeptSession, seen_at: Instant, now: Instant) -> bool:
    """Half an hour after it was last in use, and twelve hours after it began, whatever is done."""
    return now >= session_end(session, seen_at)


def session_end(session: KeptSession, seen_at: Instant) -> Instant:
    """When it ends unless it is used again."""
    return Instant(min(seen_at + IDLE_MS, session.signed_in_at + LONGEST_MS))


def csrf_token_of(session_id: str) -> str:
    """Follows from the id, which only the session's own browser has; so it need not be kept."""
    return hmac.new(session_id.encode(), b"csrf token", hashlib.sha256).hexdigest()


def cookie_name(*, over_tls: bool) -> str:
    """Of the session's cookie."""
    return COOKIE_OVER_TLS if over_tls else COOKIE


def set_cookie(value: str, *, over_tls: bool) -> str:
    """The `Set-Cookie` header; an empty value takes the cookie away."""
    parts = [f"{cookie_name(over_tls=over_tls)}={value}", "Path=/", "HttpOnly", "SameSite=Strict"]
    parts += ["Secure"] if over_tls else []
    parts += [] if value else ["Max-Age=0"]
    return "; ".join(parts)
