"""A DSP whose pages listen on loopback, and browsers that go there: they keep cookies and send a page's own forms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from lxml import html

from dsp.rules.rule_set import RuleSet
from dsp.ssi.settings import SsiSettings
from smart_metering.identifiers import Eui
from tests.dsp.rpc.loopback import Dcc, running

OPERATOR = None
"""Whom one picks to be the operator."""

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Shown:
    """What came back, as a reader has it before him."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def source(self) -> str:
        """The HTML as it was sent."""
        return self.response.text

    @property
    def tree(self) -> html.HtmlElement:
        return html.fromstring(self.source)

    @property
    def text(self) -> str:
        """What is to be read on it, with single spaces."""
        return words_of(self.tree)

    @property
    def heading(self) -> str:
        return words_of(self.tree.find(".//h1"))

    @property
    def leads_to(self) -> str:
        """Where it redirects; empty if it does not."""
        return str(self.response.headers.get("location", ""))

    def texts(self, path: str) -> list[str]:
        """What is to be read in each element of an XPath."""
        return [words_of(found) for found in self.tree.xpath(path)]

    def attributes(self, path: str) -> list[str]:
        """What an XPath of attributes finds."""
        return [str(found) for found in self.tree.xpath(path)]

    @property
    def csrf_token(self) -> str:
        """What its forms carry."""
        return str(self.tree.xpath("//input[@name='csrf_token']/@value")[0])


def words_of(element: html.HtmlElement) -> str:
    """What is to be read in it; elements are words apart."""
    return " ".join(" ".join(map(str, element.itertext())).split())


class Browser:
    """Cookies of its own. It follows no redirect by itself."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.csrf_token = ""

    async def get(self, path: str, **headers: str) -> Shown:
        """A page."""
        shown = Shown(await self.http.get(path, headers=headers))
        if "text/html" in shown.response.headers.get("content-type", "") and "csrf_token" in shown.source:
            self.csrf_token = shown.csrf_token
        return shown

    async def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Shown:
        """A form of the page that was shown last."""
        sent = {"csrf_token": self.csrf_token, **(fields or {})}
        return Shown(await self.http.post(path, data=sent, headers=headers))

    async def develop(self, party: Eui | None) -> "Browser":
        """Signs in as this party, or as the operator."""
        await self.get("/sign-in")
        entered = await self.post("/develop", {"party": party or ""})
        assert entered.status == 303, entered.source
        await self.get("/about")
        return self


@dataclass
class Site:
    """The pages of one DSP."""

    dcc: Dcc

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """One without any cookie."""
        async with httpx.AsyncClient(base_url=f"http://{self.dcc.dsp.ssi_address}", timeout=20) as http:
            yield Browser(http)

    @asynccontextmanager
    async def signed_in(self, party: Eui | None) -> AsyncIterator[Browser]:
        """One that is signed in already; None: as the operator."""
        async with self.browser() as browser:
            yield await browser.develop(party)


@asynccontextmanager
async def serving(
    state: Path,
    *,
    development_sign_in: bool = True,
    rules: RuleSet | None = None,
    emulators: tuple[str, ...] = (),
) -> AsyncIterator[Site]:
    """A DSP on this state, with one premises loaded."""
    ssi = SsiSettings(listen="127.0.0.1:0", emulators=emulators)
    async with running(state, rules=rules, ssi=ssi, development_sign_in=development_sign_in) as dcc:
        await dcc.load_premises()
        yield Site(dcc)
