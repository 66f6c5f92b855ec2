"""The certificates by which Users sign DUIS XML, by serial number: of the parties that are loaded, and no one else's.

A party's certificate for XML is the one in the folder of certificates, else the one that the seed derives. Its
certificate for GBCS will do too, as it does for DCC's own clients, which have no other of some of the parties.
"""

from collections.abc import Iterable, Mapping

from ledger.books import Book
from smart_metering.administration import Party
from smart_metering.duis_xml.signature import SigningCertificate, certificates_by_serial
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import Use
from smart_metering.pki.keys import KeyUsage


class SigningCertificates:
    """`organisations` are the certificates in the folder."""

    def __init__(self, parties: Book[Party], pki: DevelopmentPki, organisations: Mapping[Use, bytes]) -> None:
        self._parties = parties
        self._pki = pki
        self._organisations = organisations
        self._indexed: tuple[Party, ...] = ()
        self._by_serial: dict[int, SigningCertificate] = {}

    def find(self, serial_number: int) -> SigningCertificate | None:
        """Of a party that is loaded by now."""
        parties = tuple(self._parties.values())
        if parties != self._indexed:
            self._by_serial = certificates_by_serial(it for party in parties for it in self._held_by(party))
            self._indexed = parties
        return self._by_serial.get(serial_number)

    def _held_by(self, party: Party) -> Iterable[bytes]:
        for_xml = self._organisations.get((party.eui, KeyUsage.XML_SIGNING)) or self._derived(party.eui)
        for_gbcs = party.digital_signing_certificate or self._organisations.get(
            (party.eui, KeyUsage.DIGITAL_SIGNING), b""
        )
        return [octets for octets in (for_xml, for_gbcs) if octets]

    def _derived(self, party: Eui) -> bytes:
        return self._pki.certificates(party, OrganisationRole.OTHER)[KeyUsage.XML_SIGNING]
