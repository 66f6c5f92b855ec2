"""Who is calling: what a door was shown, and who that turns out to be."""

from dataclasses import dataclass, field
from enum import StrEnum

from smart_metering.identifiers import Eui
from smart_metering.records import Record
from smart_metering.user_roles import UserRole


class How(StrEnum):
    """By what somebody is known."""

    CLAIM = "user-id on loopback"
    LOOPBACK = "loopback"
    TOKEN = "bearer token"
    CERTIFICATE = "client certificate"
    SIGNATURE = "XML signature"
    SESSION = "session"
    DEVELOPMENT = "development sign-in"


class Caller(Record, frozen=True, kw_only=True):
    """`eui`: the party for which the call is made, with its User Roles; None: an operator who is of no party.

    `name`: of the account if there is one, else of the party.
    """

    eui: Eui | None
    name: str
    roles: tuple[UserRole, ...] = ()
    is_operator: bool = False
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What came with a call. `on_loopback`: the door that took it listens there.

    `claims` are the values of `user-id`, `authorizations` those of `authorization`; `certificate` is the DER of a
    client certificate whose issuer the door trusts, and of which TLS has shown that the client has its private key.
    """

    on_loopback: bool
    claims: tuple[str, ...] = ()
    authorizations: tuple[str, ...] = field(default=(), repr=False)
    certificate: bytes | None = None


class Unauthenticated(Exception):
    """Nobody says who is calling, or nobody knows the caller; the text says what was expected."""


class OperatorNeeded(Exception):
    """The caller is known, but this is for operators."""
