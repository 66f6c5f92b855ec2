"""The folder of a local system: who finds what where.

    certificates/            of every party, the Access Control Broker and the Change of Supplier party: all read these
    parties/90b3d51f30010000/   private keys of one party, and what its command line remembers: its client's alone
    dsp/  emulator/          each server's durable state: its own alone
    events/                  how far events were published
    logs/                    what each server says
    firmware/                files that a fleet file asks for
    connection.json          where the servers that run now listen

The keys are those of a development PKI: whoever knows the seed knows them all. The DSP derives the private keys of the
Access Control Broker and of the Change of Supplier party from the seed, the emulator the Devices'; none is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smart_metering.identifiers import Eui, eui_octets
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.key_folders import write_certificates, write_private_keys
from smart_metering.user_roles import NETWORK_OPERATORS, SUPPLIERS, UserRole


class StateFolderError(ValueError):
    """The folder belongs to another system than the one that is to use it."""


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

    def party(self, eui: Eui) -> Path:
        """A party's own folder."""
        return self.path / "parties" / eui_octets(eui).hex()

    def prepare(self, seed: str, acb: Eui, organisations: Iterable[Organisation]) -> None:
        """Writes the development PKI; what is there already is written again, the same. Raises StateFolderError."""
        self._claim(seed)
        pki = DevelopmentPki(seed.encode())
        for party, role in (
            (acb, OrganisationRole.ACCESS_CONTROL_BROKER),
            (CHANGE_OF_SUPPLIER_PARTY, OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER),
        ):
            write_certificates(self.certificates, pki.organisation(party, role).values())
        for organisation in organisations:
            credentials = pki.organisation(organisation.eui, organisation.smki_role).values()
            write_certificates(self.certificates, credentials)
            write_private_keys(self.party(organisation.eui), credentials)

    def _claim(self, seed: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.path / "seed"
        if not file.exists():
            file.write_text(seed, "utf-8")
        elif (former := file.read_text("utf-8")) != seed:
            raise StateFolderError(
                f"{self.path}: its keys come from seed {former!r}, not {seed!r}; use that seed or another folder"
            )
