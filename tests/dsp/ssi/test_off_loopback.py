"""The pages beyond loopback: over TLS alone, signed in to by an account, with cookies that only TLS carries."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from dsp.bootstrap import Dsp, DspSettings
from dsp.rules.releases import rules_as_of
from dsp.ssi.settings import SsiSettings
from operations.server_process import Operating
from smart_metering.rpc.listening import CannotListen
from tests.dsp.ssi.browsing import Browser
from tests.support.dsp_premises import START
from tests.support.hand_made_device import SEED
from tests.support.tls import OPERATOR_TOKEN, Authority, own_address

PASSWORD = "a password of the tests"


def settings(folder: Path, operating: Operating, *, development_sign_in: bool = False) -> DspSettings:
    """Pages on the machine's own address."""
    return DspSettings(
        listen="127.0.0.1:0",
        state=folder / "state",
        seed=SEED,
        rules=rules_as_of(),
        epoch=START,
        ssi=SsiSettings(listen=f"{own_address()}:0"),
        development_sign_in=development_sign_in,
        operating=operating,
    )


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[tuple[Dsp, Browser]]:
    """Over TLS, with a certificate for the address."""
    address = own_address().replace("0.0.0.0", "127.0.0.1")
    authority = Authority(folder)
    operating = Operating(tls=authority.issue(address).tls, operator_token=OPERATOR_TOKEN)
    trusted = ssl.create_default_context(cafile=str(authority.file))
    async with Dsp(settings(folder, operating)) as dsp:
        root = f"https://{dsp.ssi_address.replace('0.0.0.0', address)}"
        async with httpx.AsyncClient(base_url=root, verify=trusted, timeout=20) as http:
            yield dsp, Browser(http)


async def test_an_account_signs_in_over_tls_with_cookies_that_only_tls_carries(tmp_path: Path) -> None:
    async with browsing(tmp_path) as (dsp, browser):
        await dsp.identity.accounts.add("ann", PASSWORD, None, is_operator=True)
        greeted = await browser.get("/sign-in")
        entered = await browser.post("/sign-in", {"account": "ann", "password": PASSWORD})
        shown = await browser.get("/inventory")

    for answer in (greeted, entered):
        cookie = answer.response.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
    assert shown.status == 200
    assert "ann (operator)" in shown.text
    assert "max-age" in shown.response.headers["strict-transport-security"]


async def test_without_tls_the_pages_are_not_served_there(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="TLS"):
        async with Dsp(settings(tmp_path, Operating())):
            pass


async def test_nobody_signs_in_there_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="loopback"):
        Dsp(settings(tmp_path, Operating(), development_sign_in=True))
