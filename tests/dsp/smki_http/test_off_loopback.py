"""The SMKI Repository off loopback: over TLS, for those who are known by a token, an apikey or a certificate."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.dsp.rpc.protected import (
    Protected,
    development_certificate,
    development_issuer,
    protected,
    reachable,
)
from tests.dsp.smki_http.asking import DECLARATION, SEARCH
from tests.support.dsp_premises import STRANGER, SUPPLIER
from tests.support.tls import OPERATOR_TOKEN

BODY = (
    f"{DECLARATION}<CertificateSearchRequest><CertificateSubjectAltName>{SUPPLIER}</CertificateSubjectAltName>"
    "</CertificateSearchRequest>"
)


@dataclass
class Repository:
    """Asked over TLS by who trusts its issuer; `shown` are a certificate and its key."""

    doors: Protected

    async def status(
        self, path: str = SEARCH, token: str = "", shown: tuple[Path, Path] | None = None
    ) -> int:
        context = ssl.create_default_context(cadata=(self.doors.access.ca or b"").decode())
        context.check_hostname = False  # the certificate of the tests is for a name of theirs
        if shown is not None:
            context.load_cert_chain(*shown)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        address = reachable(self.doors.dsp.smki_address)
        async with httpx.AsyncClient(base_url=f"https://{address}/", verify=context, timeout=10) as http:
            return (await http.post(path, content=BODY, headers=headers)).status_code


@asynccontextmanager
async def repository(folder: Path, *, client_ca: bool = False) -> AsyncIterator[Repository]:
    issuer = development_issuer(folder)
    async with protected(folder, smki=True, client_ca=issuer if client_ca else None) as doors:
        shown = dict(zip(("certificate", "key"), development_certificate(folder, SUPPLIER), strict=True))
        async with doors.called(token=OPERATOR_TOKEN, **(shown if client_ca else {})) as dcc:
            await dcc.load_premises()
        yield Repository(doors)


async def test_nobody_unknown_is_answered(tmp_path: Path) -> None:
    async with repository(tmp_path) as smki:
        found = [
            await smki.status(),
            await smki.status(f"{SEARCH}?apikey=any"),
            await smki.status(token="any"),
        ]
        elsewhere = await smki.status("nowhere")

    assert found == [401, 401, 401]
    assert elsewhere == 401


async def test_a_token_opens_it_in_the_header_or_as_the_api_key(tmp_path: Path) -> None:
    async with repository(tmp_path) as smki:
        token = await smki.doors.account("anna", SUPPLIER)
        found = [await smki.status(token=token), await smki.status(f"{SEARCH}?apikey={token}")]
        twice = await smki.status(f"{SEARCH}?apikey={token}&apikey={token}")

    assert found == [200, 200]
    assert twice == 401


@pytest.mark.parametrize(("party", "status"), [(SUPPLIER, 200), (STRANGER, 401)])
async def test_a_client_certificate_of_a_party_opens_it(tmp_path: Path, party: str, status: int) -> None:
    async with repository(tmp_path, client_ca=True) as smki:
        files = tmp_path / f"{party}.pem", tmp_path / f"{party}.key"
        development_certificate(tmp_path, SUPPLIER if party == SUPPLIER else STRANGER)

        found = await smki.status(f"{SEARCH}?apikey=any", shown=files)
        without = await smki.status()

    assert found == status
    assert without == 401


async def test_clear_text_gets_no_answer(tmp_path: Path) -> None:
    async with repository(tmp_path) as smki:
        address = reachable(smki.doors.dsp.smki_address)
        async with httpx.AsyncClient(timeout=10) as http:
            with pytest.raises(httpx.HTTPError):
                await http.post(f"http://{address}/{SEARCH}", content=BODY)
