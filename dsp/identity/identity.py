"""Who is calling, whatever the door: the one class that all doors ask."""

import hmac
from dataclasses import dataclass, field

from dsp.identity.accounts import Accounts
from dsp.identity.caller import Caller, How, OperatorNeeded, Presented, Unauthenticated
from dsp.identity.passwords import Passwords
from dsp.identity.records import Account, IdentityState
from dsp.identity.secrets import hash_of
from dsp.identity.session_desk import SessionDesk
from dsp.identity.sessions import Session, SignedIn
from dsp.identity.store import InMemory, Keeping
from dsp.identity.wall_clock import WallClock, wall_clock
from ledger.books import Book
from smart_metering.administration import Party
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.pki.certificates import read_certificate
from smart_metering.rpc.bearer import AUTHORIZATION, bearer_token

USER_ID = "user-id"

EXPECTED = f"'{AUTHORIZATION}: Bearer TOKEN', or a client certificate of a party"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """`operator_token`: a bearer token that is the operator's without an account; empty: none is.

    `development_sign_in`: the web page lets one sign in as anybody, without a password.
    """

    operator_token: str = field(default="", repr=False)
    development_sign_in: bool = False


NOTHING_SET = IdentitySettings()


class Identity:
    """Knows the parties that the administration loaded, the accounts, and who is signed in at the web page."""

    def __init__(
        self,
        parties: Book[Party],
        state: IdentityState | None = None,
        keeping: Keeping | None = None,
        settings: IdentitySettings = NOTHING_SET,
        now: WallClock = wall_clock,
    ) -> None:
        """Without a state there are no accounts yet, and what becomes of it is not kept."""
        state = state or IdentityState()
        keeping = keeping or InMemory(state)
        self._parties = parties
        self._operator_token_hash = hash_of(settings.operator_token) if settings.operator_token else ""
        self._passwords = Passwords()
        self.accounts = Accounts(state, keeping, self._passwords, parties, now)
        self._sessions = SessionDesk(
            state,
            keeping,
            self.accounts,
            parties,
            self._caller_of,
            now,
            may_develop=settings.development_sign_in,
        )

    def close(self) -> None:
        """Checks no more passwords."""
        self._passwords.close()

    # --- any door

    def caller(self, presented: Presented) -> Caller:
        """The calling User, or an operator of no party. Raises Unauthenticated.

        A token counts first. The claim `user-id` alone counts on loopback only; beside a token it must name the party
        of the token's account, but an operator's token speaks for any party.
        """
        if presented.authorizations:
            return self._for_party(self._of_token(presented.authorizations), presented.claims)
        if presented.on_loopback and (presented.claims or presented.certificate is None):
            return self._of_claim(presented.claims)
        if presented.certificate is not None:
            return self._for_party(self._of_certificate(presented.certificate), presented.claims)
        claimed = f"metadata entry {USER_ID!r} counts on loopback only; " if presented.claims else ""
        raise Unauthenticated(f"{claimed}expected {EXPECTED}")

    def operator(self, presented: Presented) -> Caller:
        """Who operates the DSP: on loopback anybody. Raises Unauthenticated and OperatorNeeded."""
        if presented.authorizations:
            caller = self._of_token(presented.authorizations)
        elif presented.on_loopback:
            return Caller(eui=None, name=OPERATOR, is_operator=True, how=How.LOOPBACK)
        elif presented.certificate is not None:
            caller = self._of_certificate(presented.certificate)
        else:
            raise Unauthenticated(f"expected '{AUTHORIZATION}: Bearer TOKEN' with the token of an operator")
        if not caller.is_operator:
            raise OperatorNeeded(f"{caller.name} is no operator: expected the bearer token of one")
        return caller

    def signer(self, eui: Eui) -> Caller:
        """The organisation that signed, once its signature was verified: a party that is loaded or, without a role in
        which it might ask for anything, another that has a certificate. The engine answers that one E1."""
        party = self._parties.get(eui)
        if party is None:
            return Caller(eui=eui, name=eui, how=How.SIGNATURE)
        return _as_party(party, How.SIGNATURE)

    # --- the web page

    @property
    def may_develop(self) -> bool:
        """Whether one may sign in as anybody, without a password; pages then say so."""
        return self._sessions.may_develop

    async def sign_in(self, account: str, password: str, address: str, former: str = "") -> SignedIn:
        """A new session. `address` is the host that asks, `former` the cookie that came with it, whose session ends.

        Raises SignInRefused, whose text does not tell whether there is such an account.
        """
        return await self._sessions.sign_in(account, password, address, former)

    async def develop_sign_in(self, party: Eui | None, former: str = "") -> SignedIn:
        """A new session of a party, or of the operator (None), without a password. Raises SignInRefused."""
        return await self._sessions.develop_sign_in(party, former)

    def session(self, cookie: str, *, used: bool = True) -> Session | None:
        """The session of a cookie's value; None: there is none, or it has ended. `used`: that keeps it from idling."""
        return self._sessions.session(cookie, used=used)

    async def sign_out(self, cookie: str) -> None:
        """Ends the session, if there is one."""
        await self._sessions.sign_out(cookie)

    # --- who that is

    def _of_token(self, authorizations: tuple[str, ...]) -> Caller:
        token = bearer_token(authorizations)
        if token is None:
            raise Unauthenticated(f"{AUTHORIZATION!r}: expected one entry, 'Bearer TOKEN'")
        if self._operator_token_hash and hmac.compare_digest(hash_of(token), self._operator_token_hash):
            return Caller(eui=None, name=OPERATOR, is_operator=True, how=How.TOKEN)
        account = self.accounts.of_token(token)
        if account is None:
            raise Unauthenticated(
                f"{AUTHORIZATION!r}: no account has this token: 'smets user token' makes one"
            )
        return self._caller_of(account, How.TOKEN)

    def _of_claim(self, claims: tuple[str, ...]) -> Caller:
        if len(claims) != 1:
            raise Unauthenticated(
                f"expected one metadata entry {USER_ID!r} with the EUI of the calling User, found {len(claims)}"
            )
        return self._party(_claimed(claims), How.CLAIM, f"metadata entry {USER_ID!r}")

    def _of_certificate(self, certificate: bytes) -> Caller:
        try:
            certified = read_certificate(certificate)
        except DecodeError as error:
            raise Unauthenticated(f"client certificate: {error}") from None
        if certified.organisation_role is None:
            raise Unauthenticated(
                f"client certificate: it is of Device {certified.entity}, expected a party's"
            )
        return self._party(certified.entity, How.CERTIFICATE, "client certificate")

    def _for_party(self, caller: Caller, claims: tuple[str, ...]) -> Caller:
        """The caller as it says whom it speaks for."""
        if not claims or _claimed(claims) == caller.eui:
            return caller
        if not caller.is_operator:
            raise Unauthenticated(f"metadata entry {USER_ID!r}: {caller.name} speaks for {caller.eui} only")
        spoken_for = self._party(_claimed(claims), caller.how, f"metadata entry {USER_ID!r}")
        return Caller(
            eui=spoken_for.eui, name=caller.name, roles=spoken_for.roles, is_operator=True, how=caller.how
        )

    def _party(self, eui: Eui, how: How, where: str) -> Caller:
        party = self._parties.get(eui)
        if party is None:
            raise Unauthenticated(f"{where}: {eui} is no party that is loaded ({len(self._parties)} are)")
        return _as_party(party, how)

    def _caller_of(self, account: Account, how: How) -> Caller:
        party = self._parties.get(account.party) if account.party is not None else None
        return Caller(
            eui=account.party,
            name=account.name,
            roles=party.roles if party is not None else (),
            is_operator=account.is_operator,
            how=how,
        )


def _as_party(party: Party, how: How) -> Caller:
    return Caller(eui=party.eui, name=party.name or party.eui, roles=party.roles, how=how)


def _claimed(claims: tuple[str, ...]) -> Eui:
    try:
        return parse_eui(claims[0])
    except InvalidIdentifier as error:
        raise Unauthenticated(f"metadata entry {USER_ID!r}: {error}") from None
