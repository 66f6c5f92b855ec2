"""The folder of a local system: who finds what where.

    certificates/            of every party, the Access Control Broker and the Change of Supplier party: all read these
    parties/90b3d51f30010000/   private keys of one party, and what its command line remembers: its client's alone
    imported/                keys that were brought from elsewhere, which stand in place of derived ones
    dcc/                     those of them that are the DSP's own: the DSP's alone
    dsp/  emulator/          each server's durable state: its own alone
    events/                  how far events were published
    logs/                    what each server says
    firmware/                files that a fleet file asks for
    connection.json          where the servers that run now listen

The keys are those of a development PKI, where none were imported: whoever knows the seed knows them all. The DSP then
derives the private keys of the Access Control Broker and of the Change of Supplier party from the seed, and none is
written; the emulator always derives the Devices'.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smart_metering.identifiers import Eui, eui_octets
from smart_metering.pki.certificates import Issuer, OrganisationRole, issuer_certificate
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import GivenKeys, MissingPrivateKey
from smart_metering.pki.key_folders import (
    forget_private_key,
    write_certificate,
    write_issuers,
    write_private_keys,
)
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.pki_folders import read_pki_folder, write_pki_folder
from smart_metering.user_roles import NETWORK_OPERATORS, SUPPLIERS, UserRole


class StateFolderError(ValueError):
    """The folder belongs to another system than the one that is to use it, or lacks a key that this one needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A party that gets keys and certificates: its roles say which of SMKI's remote party roles they name."""

    eui: Eui
    roles: tuple[UserRole, ...]

    @property
    def smki_role(self) -> OrganisationRole:
        """Supplier before network operator before all others."""
        if SUPPLIERS.intersection(self.roles):
            return OrganisationRole.SUPPLIER
        if NETWORK_OPERATORS.intersection(self.roles):
            return OrganisationRole.NETWORK_OPERATOR
        return OrganisationRole.OTHER


@dataclass(frozen=True, slots=True)
class StateFolder:
    """Paths within it; nothing is made by asking for one."""

    path: Path

    @property
    def certificates(self) -> Path:
        return self.path / "certificates"

    @property
    def dsp(self) -> Path:
        return self.path / "dsp"

    @property
    def emulator(self) -> Path:
        return self.path / "emulator"

    @property
    def events(self) -> Path:
        return self.path / "events"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def firmware(self) -> Path:
        return self.path / "firmware"

    @property
    def connection_file(self) -> Path:
        return self.path / "connection.json"

    @property
    def emulator_address(self) -> Path:
        """Where the emulator that runs says that it listens."""
        return self.path / "emulator-address"

    @property
    def parties(self) -> Path:
        """Where the folders of the parties' keys are."""
        return self.path / "parties"

    def party(self, eui: Eui) -> Path:
        """A party's own folder."""
        return self.parties / eui_octets(eui).hex()

    @property
    def imported(self) -> Path:
        return self.path / "imported"

    @property
    def dcc(self) -> Path:
        return self.path / "dcc"

    @property
    def seed(self) -> bytes | None:
        """What the folder's keys come from; None: it has not been used yet."""
        try:
            return (self.path / "seed").read_bytes()
        except OSError:
            return None

    @property
    def given(self) -> GivenKeys:
        """What was imported. Raises KeyFolderError."""
        return read_pki_folder(self.imported)

    def give(self, keys: GivenKeys) -> None:
        """Imports keys, beside former ones and in place of those for the same use; all, or none if it cannot be done.

        Raises KeyFolderError and OSError. What the system then works with, `prepare` writes.
        """
        if keys.certificates:
            write_pki_folder(self.imported, self.given.and_then(keys))

    def prepare(self, seed: str, acb: Eui, organisations: Iterable[Organisation]) -> None:
        """Writes the keys of a system; what is there already is written again, the same.

        Raises StateFolderError and KeyFolderError.
        """
        self._claim(seed)
        pki = DevelopmentPki(seed.encode(), self.given)
        self._give_to_dcc(pki, acb)
        for (entity, usage), certificate in pki.given.certificates.items():
            write_certificate(self.certificates, entity, usage, certificate)
        for party, role in (
            (acb, OrganisationRole.ACCESS_CONTROL_BROKER),
            (CHANGE_OF_SUPPLIER_PARTY, OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER),
        ):
            self._write_certificates(pki, party, role)
        for organisation in organisations:
            self._write_certificates(pki, organisation.eui, organisation.smki_role)
            self._write_private_keys(pki, organisation)
        own_issuers = [issuer_certificate(pki.seed, issuer) for issuer in Issuer]
        write_issuers(self.certificates, [*own_issuers, *pki.given.issuers])

    def _give_to_dcc(self, pki: DevelopmentPki, acb: Eui) -> None:
        """What the DSP derives if it does not find it there."""
        own = (
            (acb, KeyUsage.KEY_AGREEMENT),
            (acb, KeyUsage.XML_SIGNING),
            (CHANGE_OF_SUPPLIER_PARTY, KeyUsage.DIGITAL_SIGNING),
        )
        given = [use for use in own if use in pki.given.certificates]
        try:
            keys = GivenKeys(
                certificates={use: pki.given.certificates[use] for use in given},
                private_keys={use: pki.private_key(*use) for use in given},
            )
        except MissingPrivateKey as error:
            raise StateFolderError(f"{self.path}: {error}") from None
        if given:
            write_pki_folder(self.dcc, keys)
        else:
            shutil.rmtree(self.dcc, ignore_errors=True)

    def _write_certificates(self, pki: DevelopmentPki, party: Eui, role: OrganisationRole) -> None:
        for usage, certificate in pki.certificates(party, role).items():
            write_certificate(self.certificates, party, usage, certificate)

    def _write_private_keys(self, pki: DevelopmentPki, organisation: Organisation) -> None:
        """A party is of the system also if its private keys are with somebody else."""
        folder = self.party(organisation.eui)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        credentials = pki.organisation(organisation.eui, organisation.smki_role)
        write_private_keys(folder, credentials.values())
        for usage in set(KeyUsage).difference(credentials):
            forget_private_key(folder, organisation.eui, usage)

    def _claim(self, seed: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.path / "seed"
        if not file.exists():
            file.write_text(seed, "utf-8")
        elif (former := file.read_text("utf-8")) != seed:
            raise StateFolderError(
                f"{self.path}: its keys come from seed {former!r}, not {seed!r}; use that seed or another folder"
            )
