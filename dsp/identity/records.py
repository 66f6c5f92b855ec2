"""What is kept of accounts and sessions. No secret is among it: passwords, tokens and session ids are hashes."""

from ledger.books import Ledger
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


class Account(Record, frozen=True, kw_only=True):
    """Who may sign in for `party`; as an operator too, or only, where it is of no party. Times are the machine's."""

    name: str
    party: Eui | None = None
    is_operator: bool = False
    password_hash: str
    token_hash: str = ""
    added_at: Instant


class KeptSession(Record, frozen=True, kw_only=True):
    """A session by the hash of its id. Without an account it is one of the development sign-in: of `party`, or of the
    operator where there is none."""

    id_hash: str
    account: str = ""
    party: Eui | None = None
    signed_in_at: Instant
    seen_at: Instant


class IdentityState:
    """All that is known of accounts and sessions."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.accounts = self.ledger.book("account", Account, lambda it: it.name)
        self.sessions = self.ledger.book("session", KeptSession, lambda it: it.id_hash)
