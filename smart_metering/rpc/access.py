"""How a client reaches a server over TLS, and what it shows there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from grpc import aio

Options = Sequence[tuple[str, int | str]]


class AccessError(ValueError):
    """A file cannot be used, or what is given does not go together; the text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """PEM throughout. `ca`: the issuers of the server's certificate, or that certificate itself; None: those that the
    machine trusts. `name`: what the certificate is issued for, where that is not the address.

    `token` is a bearer token, which never leaves in clear text. `certificate` and `key` are a party's.
    """

    ca: bytes | None = None
    name: str = ""
    token: str = field(default="", repr=False)
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFiles:
    """The same in files; where there is none of them, no TLS is spoken."""

    ca: Path | None = None
    name: str = ""
    token: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def read(self) -> Access | None:
        """None: nothing is given. Raises AccessError, which shows no token."""
        if (self.certificate is None) != (self.key is None):
            raise AccessError("expected a client certificate and its key together")
        if self == AccessFiles():
            return None
        return Access(
            ca=_read(self.ca),
            name=self.name,
            token=_token(self.token) if self.token is not None else "",
            certificate=_read(self.certificate),
            key=_read(self.key),
        )


def open_channel(address: str, options: Options, access: Access | None = None) -> aio.Channel:
    """Without access: in clear text, as it is done on loopback. Needs an event loop."""
    if access is None:
        return aio.insecure_channel(address, options=options)
    credentials = grpc.ssl_channel_credentials(access.ca, access.key, access.certificate)
    if access.token:
        token = grpc.access_token_call_credentials(access.token)
        credentials = grpc.composite_channel_credentials(credentials, token)
    named = (("grpc.ssl_target_name_override", access.name),) if access.name else ()
    return aio.secure_channel(address, credentials, options=(*options, *named))


def _read(file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise AccessError(f"{file}: {error.strerror}") from None
    if b"-----BEGIN " not in octets:
        raise AccessError(f"{file}: expected PEM")
    return octets


def _token(file: Path) -> str:
    try:
        token = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"{file}: expected a bearer token in ASCII: {type(error).__name__}") from None
    if not token or not token.isprintable() or " " in token:
        raise AccessError(f"{file}: expected one bearer token, without spaces")
    return token
