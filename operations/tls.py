"""TLS of a server process: its certificate and key, whose client certificates it asks for, and the operator's token."""

import argparse
import ssl
from dataclasses import dataclass
from pathlib import Path

FEWEST_TOKEN_CHARACTERS = 32


class ProtectionError(ValueError):
    """A file of these options cannot be used; the text names it, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM: `certificate` with its chain, its `key` without a password. With a `client_ca`, clients show a certificate
    issued by one that is in it."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def context(self, *, ask_clients: bool = False) -> ssl.SSLContext:
        """For a server over HTTP; clients may then show a certificate, but need not. Raises ProtectionError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key, password=b"")
        except (OSError, ValueError) as error:
            raise ProtectionError(
                f"{self.certificate} and {self.key}: expected a certificate and its key in PEM, without a password: "
                f"{error}"
            ) from None
        if self.client_ca is not None:
            try:
                context.load_verify_locations(self.client_ca)
            except (OSError, ValueError) as error:
                raise ProtectionError(f"{self.client_ca}: expected certificates in PEM: {error}") from None
            if ask_clients:
                context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def check(self) -> None:
        """Raises ProtectionError."""
        self.context()

    def read(self) -> tuple[bytes, bytes, bytes | None]:
        """Certificate, key, and the certificates that issue those of clients. Raises ProtectionError."""
        self.check()
        client_ca = self.client_ca.read_bytes() if self.client_ca is not None else None
        return self.certificate.read_bytes(), self.key.read_bytes(), client_ca


def add_protection_options(parser: argparse.ArgumentParser) -> None:
    """--tls-certificate, --tls-key, --tls-client-ca and --operator-token-file."""
    parser.add_argument(
        "--tls-certificate",
        type=Path,
        metavar="FILE",
        help="PEM, with its chain: serves over TLS, without which nothing listens off loopback",
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM of its private key")
    parser.add_argument(
        "--tls-client-ca",
        type=Path,
        metavar="FILE",
        help="PEM of issuers: gRPC clients must show a certificate of one of them, others may",
    )
    parser.add_argument(
        "--operator-token-file",
        type=Path,
        metavar="FILE",
        help=f"whose text, of {FEWEST_TOKEN_CHARACTERS} characters at least, is the operator's bearer token",
    )


def tls_from(arguments: argparse.Namespace) -> TlsFiles | None:
    """What those options say. Raises ProtectionError."""
    certificate, key, client_ca = arguments.tls_certificate, arguments.tls_key, arguments.tls_client_ca
    if certificate is None and key is None and client_ca is None:
        return None
    if certificate is None or key is None:
        raise ProtectionError(
            "expected --tls-certificate and --tls-key together, and --tls-client-ca beside them only"
        )
    files = TlsFiles(certificate=certificate, key=key, client_ca=client_ca)
    files.check()
    return files


def read_token(file: Path) -> str:
    """A bearer token that is kept in a file. Raises ProtectionError, which does not show it."""
    try:
        token = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProtectionError(f"{file}: expected a bearer token in ASCII: {type(error).__name__}") from None
    if len(token) < FEWEST_TOKEN_CHARACTERS or not token.isprintable() or " " in token:
        raise ProtectionError(
            f"{file}: expected a bearer token of {FEWEST_TOKEN_CHARACTERS} characters at least, without spaces"
        )
    return token
