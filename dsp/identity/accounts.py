"""The accounts of a DSP: who may sign in with a password or call with a token, for which party, or as an operator."""

import re
from collections.abc import Container, Sequence

from dsp.identity.passwords import Passwords
from dsp.identity.records import Account, IdentityState
from dsp.identity.secrets import hash_of, new_token
from dsp.identity.store import Keeping
from dsp.identity.wall_clock import WallClock
from smart_metering.identifiers import Eui
from smart_metering.records import changed

MOST_ACCOUNTS = 10_000
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountRefused(ValueError):
    """An account that cannot be as it is asked for; the text says what was expected."""


class NoSuchAccount(LookupError):
    """Nobody has an account of this name."""


class Accounts:
    """What is changed here is durable when the call returns."""

    def __init__(
        self,
        state: IdentityState,
        keeping: Keeping,
        passwords: Passwords,
        parties: Container[str],
        now: WallClock,
    ) -> None:
        self._accounts = state.accounts
        self._sessions = state.sessions
        self._keeping = keeping
        self._passwords = passwords
        self._parties = parties
        self._now = now
        self._by_token = {it.token_hash: it.name for it in state.accounts.values() if it.token_hash}

    async def add(self, name: str, password: str, party: Eui | None, *, is_operator: bool) -> Account:
        """Raises AccountRefused, WeakPassword and TooMany."""
        self._check(name, party, is_operator=is_operator)
        password_hash = await self._passwords.hashed(password)
        self._check(name, party, is_operator=is_operator)  # Meanwhile another may have been quicker.
        account = self._accounts.put(
            Account(
                name=name,
                party=party,
                is_operator=is_operator,
                password_hash=password_hash,
                added_at=self._now(),
            )
        )
        await self._keeping.keep()
        return account

    def all(self) -> Sequence[Account]:
        """By their names."""
        return sorted(self._accounts.values(), key=lambda it: it.name)

    async def remove(self, name: str) -> None:
        """Its sessions and its token end with it. Raises NoSuchAccount."""
        account = self._existing(name)
        self._by_token.pop(account.token_hash, None)
        for session in [it.id_hash for it in self._sessions.values() if it.account == name]:
            self._sessions.remove(session)
        self._accounts.remove(name)
        await self._keeping.keep()

    async def issue_token(self, name: str) -> str:
        """A new bearer token, told once; the former one ends. Raises NoSuchAccount."""
        account, token = self._existing(name), new_token()
        self._by_token.pop(account.token_hash, None)
        self._accounts.put(changed(account, token_hash=hash_of(token)))
        self._by_token[hash_of(token)] = name
        await self._keeping.keep()
        return token

    def of_token(self, token: str) -> Account | None:
        """Whose token it is."""
        name = self._by_token.get(hash_of(token))
        return self._accounts[name] if name is not None else None

    async def of_password(self, name: str, password: str) -> Account | None:
        """None: no such account, or another password, which takes as long. Raises TooMany."""
        account = self._accounts.get(name)
        right = await self._passwords.is_right(password, account.password_hash if account else None)
        now = self._accounts.get(name)  # Meanwhile it may have been removed, or another have taken its name.
        return now if right and account and now and now.password_hash == account.password_hash else None

    def _existing(self, name: str) -> Account:
        account = self._accounts.get(name)
        if account is None:
            raise NoSuchAccount(
                f"account {name[:64]!r}: there is none of this name ({len(self._accounts)} are)"
            )
        return account

    def _check(self, name: str, party: Eui | None, *, is_operator: bool) -> None:
        if NAME.fullmatch(name) is None:
            raise AccountRefused(
                f"account {name[:80]!r}: expected up to 64 of a-z, 0-9 and . _ @ -, a letter or digit first"
            )
        if name in self._accounts:
            raise AccountRefused(f"account {name!r}: there is one of this name already")
        if len(self._accounts) >= MOST_ACCOUNTS:
            raise AccountRefused(f"there are {MOST_ACCOUNTS} accounts, and no more are taken")
        if party is None and not is_operator:
            raise AccountRefused(f"account {name!r}: expected a party, or an operator, or both")
        if party is not None and party not in self._parties:
            raise AccountRefused(f"account {name!r}: {party} is no party that is loaded")
