"""A DSP whose SMKI Repository listens on loopback, asked over HTTP as DCC's own clients ask it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import httpx

from tests.dsp.rpc.loopback import Dcc, running

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
SEARCH, RETRIEVAL = "services/certificatesearch", "services/retrievecertificate"


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, and the XML if it is some."""

    status: int
    content_type: str
    root: ElementTree.Element | None

    def text(self, path: str) -> str | None:
        assert self.root is not None
        return self.root.findtext(path)

    def rows(self) -> list[dict[str, str | None]]:
        """The results of a search."""
        assert self.root is not None
        return [{child.tag: child.text for child in row} for row in self.root.findall("Result")]


@dataclass
class Smki:
    """Asks one SMKI Repository."""

    dcc: Dcc
    http: httpx.AsyncClient

    async def post(self, path: str, body: str | bytes, **headers: str) -> Answer:
        response = await self.http.post(
            f"{path}?apikey=any",
            content=body.encode() if isinstance(body, str) else body,
            headers={"content-type": "application/xml", **headers},
        )
        content_type = response.headers.get("content-type", "")
        root = ElementTree.fromstring(response.content) if "xml" in content_type else None
        return Answer(response.status_code, content_type, root)

    async def search(self, owner: str, more: str = "") -> Answer:
        element = f"<CertificateSubjectAltName>{owner}</CertificateSubjectAltName>"
        return await self.post(
            SEARCH, f"{DECLARATION}<CertificateSearchRequest>{element}{more}</CertificateSearchRequest>"
        )

    async def retrieve(self, serial: str) -> Answer:
        element = f"<CertificateSerial>{serial}</CertificateSerial>"
        return await self.post(
            RETRIEVAL, f"{DECLARATION}<CertificateDataRequest>{element}</CertificateDataRequest>"
        )


@asynccontextmanager
async def serving(state: Path, listen: str = "127.0.0.1:0") -> AsyncIterator[Smki]:
    """A DSP on this state with its repository."""
    async with (
        running(state, smki_listen=listen) as dcc,
        httpx.AsyncClient(base_url=f"http://{dcc.dsp.smki_address}/", timeout=10) as http,
    ):
        yield Smki(dcc, http)
