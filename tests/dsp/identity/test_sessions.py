"""Sessions of the web page: when they end, that nobody but their browser has them, and that they outlive a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dsp.identity.caller import How
from dsp.identity.identity import IdentitySettings
from dsp.identity.secrets import hash_of
from dsp.identity.sessions import SignInRefused, cookie_name, set_cookie
from smart_metering.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from tests.dsp.identity.callers import ADDRESS, PASSWORD, Entrance
from tests.support.dsp_premises import STRANGER, SUPPLIER

DEVELOPMENT = IdentitySettings(development_sign_in=True)


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    entrance = await with_anna(Entrance())
    yield entrance
    await entrance.close()


async def with_anna(entrance: Entrance) -> Entrance:
    await entrance.identity.accounts.add("anna", PASSWORD, SUPPLIER, is_operator=False)
    return entrance


def contents(folder: Path) -> list[bytes]:
    """Of every file in it."""
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def sign_in(entrance: Entrance, former: str = "") -> str:
    """The cookie."""
    return (await entrance.identity.sign_in("anna", PASSWORD, ADDRESS, former)).cookie


async def test_who_signed_in_is_found_by_the_cookie(entrance: Entrance) -> None:
    signed_in = await entrance.identity.sign_in("anna", PASSWORD, ADDRESS)

    session = entrance.identity.session(signed_in.cookie)

    assert session == signed_in.session
    assert session is not None
    assert (session.caller.eui, session.caller.name, session.caller.how) == (SUPPLIER, "anna", How.SESSION)
    assert len(signed_in.cookie) == 43  # 256 bits
    assert signed_in.cookie not in repr(signed_in)


@pytest.mark.parametrize("cookie", ["", "x", "x" * 100_000, "ä", "\ud800"])
async def test_any_other_cookie_is_nobodys(entrance: Entrance, cookie: str) -> None:
    await sign_in(entrance)

    assert entrance.identity.session(cookie) is None


async def test_the_hash_that_is_kept_is_no_cookie(entrance: Entrance) -> None:
    cookie = await sign_in(entrance)

    assert entrance.identity.session(hash_of(cookie)) is None
    assert list(entrance.state.sessions) == [hash_of(cookie)]


async def test_a_session_ends_after_half_an_hour_without_use(entrance: Entrance) -> None:
    cookie = await sign_in(entrance)

    entrance.clock.wait(30 * MINUTE_MS - 1)
    assert entrance.identity.session(cookie, used=False) is not None
    entrance.clock.wait(1)
    assert entrance.identity.session(cookie) is None


async def test_use_keeps_it_but_for_twelve_hours_at_most(entrance: Entrance) -> None:
    cookie = await sign_in(entrance)

    for _ in range(12 * 3 - 1):
        entrance.clock.wait(20 * MINUTE_MS)
        assert entrance.identity.session(cookie) is not None
    entrance.clock.wait(20 * MINUTE_MS - 1)
    assert entrance.identity.session(cookie) is not None
    entrance.clock.wait(1)
    assert entrance.identity.session(cookie) is None


async def test_to_look_without_using_it_does_not_keep_it(entrance: Entrance) -> None:
    cookie = await sign_in(entrance)

    for _ in range(30):
        assert entrance.identity.session(cookie, used=False) is not None
        entrance.clock.wait(MINUTE_MS)

    assert entrance.identity.session(cookie) is None


async def test_sign_in_makes_a_new_session_and_ends_the_one_before(entrance: Entrance) -> None:
    former = await sign_in(entrance)

    cookie = await sign_in(entrance, former)

    assert cookie != former
    assert entrance.identity.session(former) is None
    assert entrance.identity.session(cookie) is not None


async def test_a_cookie_that_somebody_laid_ready_is_never_a_session(entrance: Entrance) -> None:
    await sign_in(entrance, "laid-ready")

    assert entrance.identity.session("laid-ready") is None


async def test_sign_out_ends_this_session_and_no_other(entrance: Entrance) -> None:
    one, other = await sign_in(entrance), await sign_in(entrance)

    await entrance.identity.sign_out(one)

    assert entrance.identity.session(one) is None
    assert entrance.identity.session(other) is not None


async def test_sessions_end_with_their_account(entrance: Entrance) -> None:
    cookie = await sign_in(entrance)

    await entrance.identity.accounts.remove("anna")
    await entrance.identity.accounts.add("anna", PASSWORD, None, is_operator=True)

    assert entrance.identity.session(cookie) is None


async def test_each_session_has_a_csrf_token_of_its_own(entrance: Entrance) -> None:
    one = await entrance.identity.sign_in("anna", PASSWORD, ADDRESS)
    other = await entrance.identity.sign_in("anna", PASSWORD, ADDRESS)

    assert one.session.permits(one.session.csrf_token)
    for wrong in (other.session.csrf_token, "", one.cookie, one.session.csrf_token[:-1], "ä"):
        assert not one.session.permits(wrong)


async def test_a_wrong_password_and_an_unknown_account_are_told_alike(entrance: Entrance) -> None:
    said = []
    for account, password in (("anna", "another password"), ("nobody", PASSWORD), ("A" * 100_000, "")):
        with pytest.raises(SignInRefused) as refused:
            await entrance.identity.sign_in(account, password, ADDRESS)
        said.append((str(refused.value), refused.value.wait_seconds))

    assert set(said) == {("no such account, or another password", 0)}
    assert len(entrance.state.sessions) == 0


async def test_who_guesses_is_slowed_down_and_the_right_password_waits_with_him(entrance: Entrance) -> None:
    for number in range(5):
        with pytest.raises(SignInRefused, match="no such account"):
            await entrance.identity.sign_in("anna", f"a wrong guess {number}", f"192.0.2.{number}")

    with pytest.raises(SignInRefused, match="too many tries: try again in 30 s") as refused:
        await entrance.identity.sign_in("anna", PASSWORD, "192.0.2.9")
    entrance.clock.wait(30 * SECOND_MS)

    assert refused.value.wait_seconds == 30
    assert await sign_in(entrance)


# --- without a password


async def test_there_is_no_development_sign_in_unless_it_was_asked_for(entrance: Entrance) -> None:
    assert not entrance.identity.may_develop
    for who in (SUPPLIER, None):
        with pytest.raises(SignInRefused, match="there is no development sign-in here"):
            await entrance.identity.develop_sign_in(who)


async def test_where_it_was_asked_for_one_may_be_any_user_or_the_operator() -> None:
    identity = Entrance(DEVELOPMENT).identity

    user = (await identity.develop_sign_in(SUPPLIER)).session.caller
    operator = (await identity.develop_sign_in(None)).session.caller

    assert (user.eui, user.is_operator, user.how) == (SUPPLIER, False, How.DEVELOPMENT)
    assert (operator.eui, operator.is_operator, operator.how) == (None, True, How.DEVELOPMENT)
    with pytest.raises(SignInRefused, match=f"{STRANGER} is no party"):
        await identity.develop_sign_in(STRANGER)


# --- what is kept


async def test_accounts_tokens_and_sessions_outlive_a_restart(tmp_path: Path) -> None:
    before = await with_anna(Entrance(folder=tmp_path))
    token = await before.identity.accounts.issue_token("anna")
    cookie = await sign_in(before)
    await before.close()

    after = Entrance(folder=tmp_path, clock=before.clock)
    session = after.identity.session(cookie)
    account = after.identity.accounts.of_token(token)
    await after.close()

    assert session is not None
    assert session.caller.name == "anna"
    assert account is not None


async def test_what_ended_does_not_come_back_by_a_restart(tmp_path: Path) -> None:
    before = await with_anna(Entrance(folder=tmp_path))
    cookie, left = await sign_in(before), await sign_in(before)
    await before.identity.sign_out(cookie)
    await before.close()

    before.clock.wait(30 * MINUTE_MS)
    after = Entrance(folder=tmp_path, clock=before.clock)
    found = after.identity.session(cookie), after.identity.session(left)
    await after.close()

    assert found == (None, None)


async def test_a_session_in_use_outlives_a_restart_too(tmp_path: Path) -> None:
    before = await with_anna(Entrance(folder=tmp_path))
    cookie = await sign_in(before)
    before.clock.wait(29 * MINUTE_MS)
    before.identity.session(cookie)
    await before.close()

    before.clock.wait(29 * MINUTE_MS)
    after = Entrance(folder=tmp_path, clock=before.clock)
    found = after.identity.session(cookie)
    await after.close()

    assert found is not None


async def test_a_development_session_ends_where_it_is_asked_for_no_more(tmp_path: Path) -> None:
    before = Entrance(DEVELOPMENT, folder=tmp_path)
    cookies = [(await before.identity.develop_sign_in(who)).cookie for who in (SUPPLIER, None)]
    await before.close()

    after = Entrance(folder=tmp_path, clock=before.clock)
    found = [after.identity.session(cookie) for cookie in cookies]
    await after.close()

    assert found == [None, None]


async def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    entrance = await with_anna(Entrance(folder=tmp_path))
    token = await entrance.identity.accounts.issue_token("anna")
    signed_in = await entrance.identity.sign_in("anna", PASSWORD, ADDRESS)
    secrets = [PASSWORD, token, signed_in.cookie, signed_in.session.csrf_token]

    running = contents(tmp_path)
    await entrance.close()
    ended = contents(tmp_path)

    assert any(b"anna" in octets for octets in running)
    assert [it for it in secrets for octets in (*running, *ended) if it.encode() in octets] == []
    assert (tmp_path / "identity").stat().st_mode & 0o077 == 0


async def test_sessions_that_ended_are_swept_out(entrance: Entrance) -> None:
    for _ in range(3):
        await sign_in(entrance)
    entrance.clock.wait(HOUR_MS)

    cookie = await sign_in(entrance)

    assert list(entrance.state.sessions) == [hash_of(cookie)]


# --- the cookie


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it() -> None:
    assert set_cookie("value", over_tls=False) == "smets-session=value; Path=/; HttpOnly; SameSite=Strict"
    assert set_cookie("value", over_tls=True) == (
        "__Host-smets-session=value; Path=/; HttpOnly; SameSite=Strict; Secure"
    )
    assert set_cookie("", over_tls=False).endswith("; Max-Age=0")
    assert cookie_name(over_tls=True) == "__Host-smets-session"
