"""The sessions of the web page: opened, found again by their cookies, and ended."""

from collections.abc import Callable

from dsp.identity.accounts import Accounts
from dsp.identity.caller import Caller, How
from dsp.identity.limits import SignInLimits
from dsp.identity.passwords import TooMany
from dsp.identity.records import Account, IdentityState, KeptSession
from dsp.identity.secrets import hash_of, new_session_id
from dsp.identity.sessions import (
    SEEN_EVERY_MS,
    Session,
    SignedIn,
    SignInRefused,
    csrf_token_of,
    has_ended,
    session_end,
)
from dsp.identity.store import Keeping
from dsp.identity.wall_clock import WallClock
from ledger.books import Book
from smart_metering.administration import Party
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.records import changed

MOST_SESSIONS = 10_000
LONGEST_NAME = 80  # no account has one so long
OPERATOR = "operator"


class SessionDesk:
    """`may_develop`: one may sign in as anybody, without a password."""

    def __init__(
        self,
        state: IdentityState,
        keeping: Keeping,
        accounts: Accounts,
        parties: Book[Party],
        caller_of: Callable[[Account, How], Caller],
        now: WallClock,
        *,
        may_develop: bool,
    ) -> None:
        self.may_develop = may_develop
        self._accounts = state.accounts
        self._sessions = state.sessions
        self._keeping = keeping
        self._desk = accounts
        self._parties = parties
        self._caller_of = caller_of
        self._now = now
        self._limits = SignInLimits()
        self._seen: dict[str, Instant] = {}

    async def sign_in(self, account: str, password: str, address: str, former: str) -> SignedIn:
        """Raises SignInRefused."""
        account = account[:LONGEST_NAME]
        wait = self._limits.take(account, address, self._now())
        if wait:
            seconds = -(-wait // SECOND_MS)
            raise SignInRefused(f"too many tries: try again in {seconds} s", seconds)
        try:
            found = await self._desk.of_password(account, password)
        except TooMany as error:
            raise SignInRefused(str(error), 1) from None
        if found is None:
            raise SignInRefused("no such account, or another password")
        self._limits.succeeded(account, address)
        return await self._open(former, account=found.name)

    async def develop_sign_in(self, party: Eui | None, former: str) -> SignedIn:
        """Raises SignInRefused."""
        if not self.may_develop:
            raise SignInRefused("expected an account and its password: there is no development sign-in here")
        if party is not None and party not in self._parties:
            raise SignInRefused(f"{party} is no party that is loaded")
        return await self._open(former, party=party)

    def session(self, cookie: str, *, used: bool) -> Session | None:
        """None: there is none, or it has ended."""
        kept, now = self._sessions.get(hash_of(cookie)), self._now()
        if kept is None or has_ended(kept, self._seen_at(kept), now):
            return None
        caller = self._caller(kept)
        if caller is None:
            return None
        if used:
            self._use(kept, now)
        return Session(
            caller=caller,
            csrf_token=csrf_token_of(cookie),
            signed_in_at=kept.signed_in_at,
            ends_at=session_end(kept, self._seen_at(kept)),
        )

    async def sign_out(self, cookie: str) -> None:
        """Ends the session, if there is one."""
        self._end(hash_of(cookie))
        await self._keeping.keep()

    async def _open(self, former: str, *, account: str = "", party: Eui | None = None) -> SignedIn:
        """Under an id that nobody knew before: who laid a cookie ready for another has nothing of it."""
        self._end(hash_of(former))
        self._sweep()
        cookie, now = new_session_id(), self._now()
        self._sessions.put(
            KeptSession(id_hash=hash_of(cookie), account=account, party=party, signed_in_at=now, seen_at=now)
        )
        await self._keeping.keep()
        session = self.session(cookie, used=True)
        if session is None:
            raise SignInRefused("no such account, or another password")  # It was removed meanwhile.
        return SignedIn(cookie, session)

    def _caller(self, kept: KeptSession) -> Caller | None:
        """As the account is now. None: it is no more, or nobody may sign in without one."""
        if kept.account:
            account = self._accounts.get(kept.account)
            return self._caller_of(account, How.SESSION) if account is not None else None
        if not self.may_develop:
            return None
        if kept.party is None:
            return Caller(eui=None, name=OPERATOR, is_operator=True, how=How.DEVELOPMENT)
        party = self._parties.get(kept.party)
        if party is None:
            return None
        return Caller(eui=party.eui, name=party.name or party.eui, roles=party.roles, how=How.DEVELOPMENT)

    def _seen_at(self, kept: KeptSession) -> Instant:
        return self._seen.get(kept.id_hash, kept.seen_at)

    def _use(self, kept: KeptSession, now: Instant) -> None:
        """Written down once a minute at most: a restart may end an idle session a minute early."""
        self._seen[kept.id_hash] = now
        if now - kept.seen_at >= SEEN_EVERY_MS:
            self._sessions.put(changed(kept, seen_at=now))
            self._keeping.keep_soon()

    def _end(self, id_hash: str) -> None:
        self._seen.pop(id_hash, None)
        if id_hash in self._sessions:
            self._sessions.remove(id_hash)

    def _sweep(self) -> None:
        """What has ended goes; beyond MOST_SESSIONS the oldest."""
        now = self._now()
        kept = list(self._sessions.values())
        for session in kept:
            if has_ended(session, self._seen_at(session), now):
                self._end(session.id_hash)
        surplus = len(self._sessions) - MOST_SESSIONS + 1
        for session in sorted(self._sessions.values(), key=lambda it: it.signed_in_at)[: max(surplus, 0)]:
            self._end(session.id_hash)
