"""The certificates by which DUIS XML may be signed, by serial number; and the DSP's own signer.

They are those of the parties that are loaded, and of all organisations in the folder of certificates: whether one of
them is a User, access control asks. A party's certificate for XML is the one in the folder, else the one that the seed
derives. Its certificate for GBCS will do too, as it does for DCC's clients: some organisations have no other.
"""

from collections.abc import Iterable, Mapping

from ledger.books import Book
from smart_metering.administration import Party
from smart_metering.duis_xml.signature import Signer, SigningCertificate, certificates_by_serial
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import Use
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of


class SigningCertificates:
    """`organisations` are the certificates in the folder."""

    def __init__(self, parties: Book[Party], pki: DevelopmentPki, organisations: Mapping[Use, bytes]) -> None:
        self._parties = parties
        self._pki = pki
        self._organisations = organisations
        self._indexed: tuple[Party, ...] | None = None
        self._by_serial: dict[int, SigningCertificate] = {}

    def find(self, serial_number: int) -> SigningCertificate | None:
        """Of an organisation that is known by now."""
        parties = tuple(self._parties.values())
        if parties != self._indexed:
            held = (octets for party in parties for octets in self._held_by(party))
            self._by_serial = certificates_by_serial((*self._organisations.values(), *held))
            self._indexed = parties
        return self._by_serial.get(serial_number)

    def _held_by(self, party: Party) -> Iterable[bytes]:
        if party.digital_signing_certificate:
            yield party.digital_signing_certificate
        if (party.eui, KeyUsage.XML_SIGNING) not in self._organisations:
            yield self._derived(party.eui)

    def _derived(self, party: Eui) -> bytes:
        return self._pki.certificates(party, OrganisationRole.OTHER)[KeyUsage.XML_SIGNING]


def signer_of(pki: DevelopmentPki, acb: Eui) -> Signer:
    """Who signs what the DSP says: the Access Control Broker, with its key for XML. Raises MissingPrivateKey."""
    certificate = pki.certificates(acb, OrganisationRole.ACCESS_CONTROL_BROKER)[KeyUsage.XML_SIGNING]
    return Signer(
        private_key=pki.private_key(acb, KeyUsage.XML_SIGNING), serial_number=serial_number_of(certificate)
    )
