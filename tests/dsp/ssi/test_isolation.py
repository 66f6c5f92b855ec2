"""Nobody finds in any page, file, header or error what is another party's, before and after titles are shown."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import pytest_asyncio

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.identifiers import Eui
from tests.dsp.ssi.browsing import Browser
from tests.dsp.ssi.canaries import Lived, addresses, lived_in, text_of
from tests.support.dsp_premises import DISTRIBUTOR, ESME, GAS_SUPPLIER, OTHER_USER, ROLES, SUPPLIER

EVERYTHING = ("SECMP0105", "SECMP0007", "SECMP0125", "SAT-TITLES")
SHORTEST_SECRET = 9
RULES: dict[str, RuleSet] = {
    "before": rules_with(("SECMP0105", "SECMP0125")),
    "after": rules_with(EVERYTHING),
    "after, with codes and refusals": rules_with(
        EVERYTHING, switches=Switches(audit_titles_show_response_code=True, audit_titles_show_refused=True)
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=RULES, ids=str)
async def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lived]:
    folder: Path = tmp_path_factory.mktemp("lived")
    async with lived_in(folder, RULES[request.param]) as lived:
        yield lived


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("user", ROLES, ids=lambda eui: ROLES[eui][0])
async def test_a_user_finds_nothing_of_another(lived: Lived, user: Eui) -> None:
    found: list[tuple[str, str]] = []
    pages = 0
    secrets = list(lived.secrets_of_others(user))
    async with lived.signed_in(user) as browser:
        for address in addresses(lived, await records_of(lived)):
            text = await visited(browser, address)
            pages += 1
            found += [(address, secret) for secret in secrets if secret in text]

    assert not found
    assert pages > 80


@pytest.mark.asyncio(loop_scope="module")
async def test_each_party_does_find_its_own(lived: Lived) -> None:
    """What would be found if it were shown: else the search above could not fail."""
    for user in (SUPPLIER, DISTRIBUTOR, GAS_SUPPLIER):
        async with lived.signed_in(user) as browser:
            texts = [await visited(browser, address) for address in addresses(lived, await records_of(lived))]
        own = {secret for secret in lived.secrets[user] if any(secret in text for text in texts)}

        assert {user, text_of(user)} <= own
        assert any(len(secret) > 100 for secret in own), "the octets of a Response"
        assert any(secret.isdecimal() for secret in own), "a counter"


@pytest.mark.asyncio(loop_scope="module")
async def test_titles_are_there_for_who_may_see_them(lived: Lived, request: pytest.FixtureRequest) -> None:
    shown = {}
    for user in (SUPPLIER, DISTRIBUTOR, OTHER_USER):
        async with lived.signed_in(user) as browser:
            shown[user] = (await browser.get(f"/audit?device={ESME}&show=titles")).texts(
                "//tr[@class='title']"
            )

    is_after = "SAT-TITLES" in lived.site.dcc.dsp.runtime.engine.rules.modifications
    assert bool(shown[SUPPLIER]) == bool(shown[DISTRIBUTOR]) == is_after
    assert not shown[OTHER_USER]


@pytest.mark.asyncio(loop_scope="module")
async def test_who_is_not_signed_in_finds_nothing_at_all(lived: Lived) -> None:
    secrets = [secret for secrets in lived.secrets.values() for secret in secrets]
    async with lived.site.browser() as browser:
        texts = [await visited(browser, address) for address in addresses(lived, 5)]
        texts.append(await visited(browser, "/sign-in"))

    assert not [secret for secret in secrets for text in texts if secret in text]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("user", ROLES, ids=lambda eui: ROLES[eui][0])
async def test_nothing_of_another_streams_into_an_open_page(lived: Lived, user: Eui) -> None:
    secrets = list(lived.secrets_of_others(user))
    async with (
        lived.signed_in(user) as browser,
        browser.http.stream("GET", "/live/events?after=0.0&of=all") as response,
    ):
        lines = response.aiter_lines()
        text = ""
        while "Commissioned -> Suspended" not in text:
            text += await asyncio.wait_for(anext(lines), 10)

    assert not [secret for secret in secrets if secret in text]
    assert ('"DCCAlert"' in text) == (user in (SUPPLIER, DISTRIBUTOR))


async def visited(browser: Browser, address: str) -> str:
    """All that came back, headers too, without the words of the question itself."""
    response = await browser.http.get(address)
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    text = f"{unquote(unquote(headers))}\n{response.text}"
    asked = [
        urlsplit(address).path.rpartition("/")[2],
        *(word for _, word in parse_qsl(urlsplit(address).query)),
    ]
    for word in asked:
        if len(word) >= SHORTEST_SECRET:
            text = text.replace(word, "")
    return text


async def records_of(lived: Lived) -> int:
    """How many the trail has."""
    _, head = await lived.site.dcc.dsp.records.heads()
    return head
