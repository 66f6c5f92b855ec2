"""A DSP over TLS, on the machine's own address or on loopback, and those who call it there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dsp.bootstrap import Dsp, DspSettings
from dsp.rules.releases import rules_as_of
from operations.server_process import Operating
from operations.tls import TlsFiles
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import (
    Issuer,
    OrganisationRole,
    issuer_certificate,
    organisation_certificate,
)
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.rpc import v1
from smart_metering.rpc.access import Access, open_channel
from tests.dsp.rpc.loopback import Dcc
from tests.support.dsp_premises import START
from tests.support.hand_made_device import SEED
from tests.support.tls import NAME, OPERATOR_TOKEN, Authority, own_address, write_certificate, write_key

LOOPBACK = "127.0.0.1"


@dataclass
class Protected:
    """`access` is what every client of it needs to know, and shows nothing."""

    dsp: Dsp
    access: Access

    @asynccontextmanager
    async def called(
        self, *, token: str = "", certificate: bytes | None = None, key: bytes | None = None
    ) -> AsyncIterator[Dcc]:
        """By somebody who shows this."""
        access = replace(self.access, token=token, certificate=certificate, key=key)
        async with open_channel(reachable(self.dsp.address), (), access) as channel:
            yield Dcc(self.dsp, channel)

    async def account(self, name: str, party: Eui | None, *, is_operator: bool = False) -> str:
        """A new one; its token."""
        accounts = self.dsp.identity.accounts
        await accounts.add(name, "a password of the tests", party, is_operator=is_operator)
        return await accounts.issue_token(name)


@asynccontextmanager
async def protected(
    folder: Path, *, host: str = "", client_ca: Path | None = None, smki: bool = False, metrics: bool = False
) -> AsyncIterator[Protected]:
    """On the machine's own address, unless a host is named; its certificate is for NAME, not for that address."""
    host = host or own_address()
    authority = Authority(folder)
    issued = authority.issue(NAME)
    settings = DspSettings(
        listen=f"{host}:0",
        state=folder / "state",
        seed=SEED,
        rules=rules_as_of(),
        epoch=START,
        smki_listen=f"{host}:0" if smki else "",
        operating=Operating(
            tls=TlsFiles(certificate=issued.certificate, key=issued.key, client_ca=client_ca),
            operator_token=OPERATOR_TOKEN,
            metrics_port=0 if metrics else None,
        ),
    )
    async with Dsp(settings) as dsp:
        yield Protected(dsp, Access(ca=authority.file.read_bytes(), name=NAME))


def reachable(address: str) -> str:
    """Where one calls what listens everywhere."""
    return address.replace("0.0.0.0", LOOPBACK)


def development_issuer(folder: Path) -> Path:
    """The one that issues organisations' certificates, in PEM."""
    certificate = issuer_certificate(SEED, Issuer.OF_ORGANISATIONS)
    return write_certificate(folder / "issuer.pem", certificate)


def development_certificate(folder: Path, party: Eui) -> tuple[bytes, bytes]:
    """A party's, and its key, in PEM."""
    der = organisation_certificate(SEED, party, OrganisationRole.SUPPLIER, KeyUsage.DIGITAL_SIGNING)
    key = derive_private_key(SEED, party, KeyUsage.DIGITAL_SIGNING)
    files = write_certificate(folder / f"{party}.pem", der), write_key(folder / f"{party}.key", key)
    return files[0].read_bytes(), files[1].read_bytes()


def methods() -> Iterator[str]:
    """Of every service of the contracts but those of the emulator."""
    for module in iter_modules(v1.__path__, f"{v1.__name__}."):
        if module.name.endswith("_pb2"):
            for service in import_module(module.name).DESCRIPTOR.services_by_name.values():
                if not service.name.startswith("Emulator"):
                    yield from (f"/{service.full_name}/{method.name}" for method in service.methods)
