"""What a local system does where it listens beyond loopback: TLS for both servers, and a token of its operator.

Its own clients hold the server's certificate for the one that they trust, whatever issued it, and whatever it names.
"""

import os
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from operations.tls import ProtectionError, TlsFiles
from smart_metering.rpc.access import Access, AccessFiles

TOKEN_OCTETS = 32
TOKEN_FILE = "operator-token"

CA_VARIABLE = "SMETS_CA"
TOKEN_VARIABLE = "SMETS_TOKEN_FILE"
CERTIFICATE_VARIABLE = "SMETS_CERTIFICATE"
KEY_VARIABLE = "SMETS_KEY"


@dataclass(frozen=True, slots=True)
class Protection:
    """The files of both servers' TLS, and the one that holds the operator's token."""

    tls: TlsFiles
    token: Path

    @property
    def server_options(self) -> list[str]:
        """Of each server."""
        options = ["--tls-certificate", str(self.tls.certificate), "--tls-key", str(self.tls.key)]
        return [*options, "--operator-token-file", str(self.token)]

    @property
    def access(self) -> AccessFiles:
        """Of its own clients. Raises ProtectionError."""
        return AccessFiles(ca=self.tls.certificate, name=name_of(self.tls.certificate), token=self.token)


def protect(state: Path, certificate: Path, key: Path) -> Protection:
    """Makes the token, unless there is one, for the owner of the state folder alone. Raises ProtectionError."""
    tls = TlsFiles(certificate=certificate.resolve(), key=key.resolve())
    tls.check()
    name_of(tls.certificate)
    token = state.resolve() / TOKEN_FILE
    if not token.exists():
        token.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"smets_{secrets.token_urlsafe(TOKEN_OCTETS)}\n")
    return Protection(tls, token)


def name_of(certificate: Path) -> str:
    """The first name, or address, that a certificate is issued for. Raises ProtectionError."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    for name in names:
        if isinstance(name, x509.DNSName) and not name.value.startswith("*"):
            return name.value
        if isinstance(name, x509.IPAddress):
            return str(name.value)
    raise ProtectionError(f"{certificate}: expected a DNS name or an IP address in its subjectAltName")


def options_of(access: AccessFiles, prefix: str = "dsp-") -> list[str]:
    """By which a child process is told of it: --dsp-ca, --dsp-name, --dsp-token and so on."""
    given = (
        ("ca", access.ca),
        ("name", access.name),
        ("token", access.token),
        ("certificate", access.certificate),
        ("key", access.key),
    )
    return [word for name, value in given if value for word in (f"--{prefix}{name}", str(value))]


def trusting(access: Access) -> ssl.SSLContext:
    """For HTTP, as for gRPC: a certificate that is trusted itself is taken whatever address it is found at."""
    context = ssl.create_default_context(cadata=access.ca.decode("ascii") if access.ca else None)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = not access.name
    return context


def access_from(variables: Mapping[str, str], otherwise: AccessFiles) -> AccessFiles:
    """What the environment says, where it says it."""

    def path(variable: str, former: Path | None) -> Path | None:
        return Path(variables[variable]) if variables.get(variable) else former

    return AccessFiles(
        ca=path(CA_VARIABLE, otherwise.ca),
        name="" if variables.get(CA_VARIABLE) else otherwise.name,
        token=path(TOKEN_VARIABLE, otherwise.token),
        certificate=path(CERTIFICATE_VARIABLE, otherwise.certificate),
        key=path(KEY_VARIABLE, otherwise.key),
    )
