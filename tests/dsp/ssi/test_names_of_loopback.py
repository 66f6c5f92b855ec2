"""A server on loopback answers to names of loopback alone, however they are spelt: else other pages could read it."""

import pytest

from dsp.ssi.headers import names_loopback


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8088",
        "127.0.0.1",
        "127.0.0.1:8088",
        "127.0.0.2:8088",
        "[::1]",
        "[::1]:8088",
        "[0:0:0:0:0:0:0:1]:8088",
    ],
)
def test_names_of_loopback_are_known(host: str) -> None:
    assert names_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8088",
        "evil.example",
        "evil.example:8088",
        "127.0.0.1.evil.example",
        "192.0.2.7",
        "localhost.evil.example:80",
        "[::2]:80",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not names_loopback(host)
