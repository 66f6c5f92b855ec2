"""Accounts: what they may be, and what their passwords cost who guesses them."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median

import pytest

from dsp.identity.accounts import AccountRefused, NoSuchAccount
from dsp.identity.passwords import IN_HAND, Passwords, TooMany, WeakPassword
from tests.dsp.identity.callers import PASSWORD, Entrance
from tests.support.dsp_premises import STRANGER, SUPPLIER


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    entrance = Entrance()
    yield entrance
    await entrance.close()


async def test_an_account_is_listed_as_it_was_added(entrance: Entrance) -> None:
    accounts = entrance.identity.accounts
    await accounts.add("ben", PASSWORD, None, is_operator=True)

    await accounts.add("anna", PASSWORD, SUPPLIER, is_operator=False)

    rows = [(it.name, it.party, it.is_operator, it.added_at) for it in accounts.all()]
    now = entrance.clock.now
    assert rows == [("anna", SUPPLIER, False, now), ("ben", None, True, now)]


@pytest.mark.parametrize("name", ["", "Anna", "a b", "-a", "a" * 65, "ä", "a/b", "a\n", "<script>"])
async def test_a_name_that_is_none_is_refused(entrance: Entrance, name: str) -> None:
    with pytest.raises(AccountRefused, match="expected up to 64 of a-z"):
        await entrance.identity.accounts.add(name, PASSWORD, SUPPLIER, is_operator=False)


async def test_an_account_is_of_a_party_that_is_loaded_or_an_operator(entrance: Entrance) -> None:
    accounts = entrance.identity.accounts

    with pytest.raises(AccountRefused, match=f"{STRANGER} is no party"):
        await accounts.add("anna", PASSWORD, STRANGER, is_operator=True)
    with pytest.raises(AccountRefused, match="expected a party, or an operator"):
        await accounts.add("anna", PASSWORD, None, is_operator=False)
    assert accounts.all() == []


async def test_a_name_is_taken_once(entrance: Entrance) -> None:
    accounts = entrance.identity.accounts
    await accounts.add("anna", PASSWORD, SUPPLIER, is_operator=False)

    with pytest.raises(AccountRefused, match="one of this name already"):
        await accounts.add("anna", PASSWORD + "!", None, is_operator=True)

    assert await accounts.of_password("anna", PASSWORD) is not None


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1_001])
async def test_a_password_that_is_too_short_or_too_long_is_refused_and_not_shown(
    entrance: Entrance, password: str
) -> None:
    with pytest.raises(WeakPassword, match=f"{len(password)} characters, expected 12 to 1000") as refused:
        await entrance.identity.accounts.add("anna", password, SUPPLIER, is_operator=False)

    assert password == "" or password not in str(refused.value)


async def test_the_same_letters_typed_otherwise_are_the_same_password(entrance: Entrance) -> None:
    accounts = entrance.identity.accounts

    await accounts.add("anna", "Zählerstände!", SUPPLIER, is_operator=False)

    assert await accounts.of_password("anna", "Za\u0308hlersta\u0308nde!") is not None


@pytest.mark.parametrize(
    "password", ["", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), PASSWORD + "x" * 2_000]
)
async def test_another_password_is_wrong(entrance: Entrance, password: str) -> None:
    accounts = entrance.identity.accounts
    await accounts.add("anna", PASSWORD, SUPPLIER, is_operator=False)

    assert await accounts.of_password("anna", password) is None


async def test_a_password_of_a_thousand_letters_is_not_cut(entrance: Entrance) -> None:
    accounts = entrance.identity.accounts
    await accounts.add("anna", "x" * 1_000, SUPPLIER, is_operator=False)

    assert await accounts.of_password("anna", "x" * 1_000) is not None
    assert await accounts.of_password("anna", "x" * 1_001) is None


async def test_passwords_are_kept_as_argon2id_with_a_salt_each(entrance: Entrance) -> None:
    for name in ("anna", "ben"):
        await entrance.identity.accounts.add(name, PASSWORD, SUPPLIER, is_operator=False)

    hashes = {it.password_hash for it in entrance.identity.accounts.all()}

    assert len(hashes) == 2
    assert all(it.startswith("$argon2id$v=19$m=65536,t=3,") for it in hashes)


async def test_an_account_that_is_not_there_costs_as_much_work_as_a_wrong_password(
    entrance: Entrance,
) -> None:
    accounts = entrance.identity.accounts
    await accounts.add("anna", PASSWORD, SUPPLIER, is_operator=False)
    await accounts.of_password("nobody", PASSWORD)

    wrong = await processor_seconds(lambda: accounts.of_password("anna", "another password"))
    unknown = await processor_seconds(lambda: accounts.of_password("nobody", "another password"))

    assert unknown > wrong / 2
    assert wrong > unknown / 2


async def processor_seconds(do: Callable[[], Awaitable[object]]) -> float:
    """Of this process, in the middle of five times: others on the machine do not count."""
    spent = []
    for _ in range(5):
        began = time.process_time()
        await do()
        spent.append(time.process_time() - began)
    return median(spent)


async def test_so_many_at_once_that_all_would_wait_are_refused() -> None:
    passwords = Passwords()
    passwords._in_hand = IN_HAND

    with pytest.raises(TooMany, match="try again"):
        await passwords.is_right(PASSWORD, None)

    passwords.close()


async def test_what_is_asked_of_an_account_that_is_not_there_says_so(entrance: Entrance) -> None:
    with pytest.raises(NoSuchAccount, match="'nobody': there is none of this name"):
        await entrance.identity.accounts.remove("nobody")
    with pytest.raises(NoSuchAccount):
        await entrance.identity.accounts.issue_token("nobody")
