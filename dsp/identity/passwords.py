"""Passwords, by argon2id, in threads of their own: each takes tens of milliseconds and 64 MiB, on purpose."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
IN_HAND = 32
SHORTEST, LONGEST = 12, 1_000

T = TypeVar("T")


class WeakPassword(ValueError):
    """Too short, or too long."""


class TooMany(Exception):
    """So many are in hand that one more would wait for long."""


class Passwords:
    """Hashes and checks. The work is the same whether there is a hash to check against or not."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._in_hand = 0

    async def hashed(self, password: str) -> str:
        """With a salt of its own. Raises WeakPassword and TooMany."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise WeakPassword(f"password: {len(password)} characters, expected {SHORTEST} to {LONGEST}")
        return await self._work(lambda: self._hasher.hash(_normal(password)))

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """None: there is no such account, which takes as long to find out. Raises TooMany."""
        return await self._work(lambda: self._check(password, password_hash))

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown()

    def _check(self, password: str, password_hash: str | None) -> bool:
        try:
            self._hasher.verify(password_hash or self._hash_of_nobody, _normal(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None and len(password) <= LONGEST

    @cached_property
    def _hash_of_nobody(self) -> str:
        """Something to check against where there is no account."""
        return self._hasher.hash("a password that nobody has")

    async def _work(self, do: Callable[[], T]) -> T:
        if self._in_hand >= IN_HAND:
            raise TooMany("too many passwords are being checked: try again in a moment")
        self._in_hand += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, do)
        finally:
            self._in_hand -= 1


def _normal(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)
