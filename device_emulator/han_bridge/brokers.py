"""Where an MQTT broker is, from one URL: mqtt://[user:password@]host[:port], or mqtts:// for TLS."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


class InvalidBroker(ValueError):
    """A URL that names no broker; the text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """How to reach it."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = None

    @property
    def address(self) -> str:
        """Without what is secret."""
        return f"{self.host}:{self.port}"


def read_broker(url: str) -> Broker:
    """Raises InvalidBroker."""
    expected = f"broker {url!r}: expected mqtt://HOST:PORT"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidBroker(f"{expected} ({error})") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise InvalidBroker(expected)
    return Broker(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
