"""Where an MQTT broker is, from one URL: mqtt://[user:password@]host[:port], or mqtts:// for TLS."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


BROKER_VARIABLE = "SMETS_MQTT_BROKER"
"""The environment variable that names the broker where no argument does: a password is seen by fewer there."""

MISSING = "MQTT needs the extra 'mqtt': pip install 'smets-emulator[mqtt]'"


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
    expected = f"MQTT broker {url!r}: expected mqtt://HOST:PORT"
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


def is_client_installed() -> bool:
    """The MQTT client is an extra."""
    return find_spec("aiomqtt") is not None


def session_name(host: str, state: Path) -> str:
    """The same for this host and state folder each time, and another for any other: a broker lets each name in once."""
    return f"{host}-{sha256(str(state.resolve()).encode()).hexdigest()[:8]}"
