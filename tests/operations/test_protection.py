"""TLS and tokens of a server process, and its metrics page behind them."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from operations.metrics_page import MetricsPage
from operations.tls import ProtectionError, TlsFiles, read_token
from tests.support.tls import NAME, Authority

TOKEN = "a token of the tests 0123456789".replace(" ", "-")
PATIENCE_SECONDS = 10


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def page(authority: Authority) -> Iterator[MetricsPage]:
    tls = authority.issue(NAME, "127.0.0.1").tls
    page = MetricsPage((), "127.0.0.1", 0, tls=tls, admits=lambda header: header == f"Bearer {TOKEN}")
    page.open()
    yield page
    page.close()


def read(page: MetricsPage, authority: Authority, token: str = "") -> int:
    """The HTTP status."""
    asked = Request(f"https://{page.address}/metrics")
    if token:
        asked.add_header("Authorization", f"Bearer {token}")
    context = ssl.create_default_context(cafile=str(authority.file))
    try:
        with urlopen(asked, timeout=PATIENCE_SECONDS, context=context) as answer:
            assert b"process_resident_memory_bytes" in answer.read()
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_the_page_is_read_over_tls_by_who_is_admitted(page: MetricsPage, authority: Authority) -> None:
    assert read(page, authority, TOKEN) == 200
    assert read(page, authority) == 401
    assert read(page, authority, "another") == 401


def test_clear_text_is_not_answered(page: MetricsPage) -> None:
    with pytest.raises((URLError, OSError)):
        urlopen(f"http://{page.address}/metrics", timeout=PATIENCE_SECONDS)


def test_who_connects_and_says_nothing_keeps_nobody_waiting(page: MetricsPage, authority: Authority) -> None:
    host, _, port = page.address.rpartition(":")

    with socket.create_connection((host, int(port))), socket.create_connection((host, int(port))):
        assert read(page, authority, TOKEN) == 200


def test_a_key_with_a_password_is_refused_and_asked_for_of_nobody(
    authority: Authority, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - this test alone makes such a key

    issued = authority.issue(NAME)
    key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"a password"),
        )
    )

    with pytest.raises(ProtectionError, match="without a password"):
        TlsFiles(certificate=issued.certificate, key=locked).check()


@pytest.mark.parametrize("text", ["", "short", "x" * 20 + " " + "x" * 20, "x" * 40 + "\n" + "x" * 40])
def test_a_token_is_one_long_word(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)

    with pytest.raises(ProtectionError, match="expected a bearer token of 32 characters") as refused:
        read_token(file)

    assert text == "" or text not in str(refused.value)


def test_a_line_end_after_the_token_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("x" * 32 + "\n")

    assert read_token(file) == "x" * 32
