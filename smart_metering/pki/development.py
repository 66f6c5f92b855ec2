"""The development PKI: the keys and certificates of every organisation and Device, drawn from one seed.

Nothing is kept: what is asked for is derived, so a Device or a party exists as soon as it is named. Who
knows the seed can speak for everyone; never use these keys where a real party listens. What was brought from
elsewhere stands in place of what would be derived, key by key.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole, device_certificate, organisation_certificate
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys, MissingPrivateKey
from smart_metering.pki.keys import KeyUsage, derive_private_key

CHANGE_OF_SUPPLIER_PARTY = Eui("90-B3-D5-1F-30-00-00-04")
"""The transitional Change of Supplier party of the Reference Test Data Set, which signs the Commands of SR 6.23."""

_REMEMBERED = 1_000
_USAGES = (KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT)
_USAGES_BY_ROLE: dict[str, tuple[KeyUsage, ...]] = {
    OrganisationRole.SUPPLIER: (*_USAGES, KeyUsage.PREPAYMENT_KEY_AGREEMENT, KeyUsage.XML_SIGNING),
    OrganisationRole.NETWORK_OPERATOR: (*_USAGES, KeyUsage.XML_SIGNING),
    OrganisationRole.ACCESS_CONTROL_BROKER: (*_USAGES, KeyUsage.XML_SIGNING),  # the DSP's signature
    OrganisationRole.LOAD_CONTROLLER: (*_USAGES, KeyUsage.XML_SIGNING),
    OrganisationRole.OTHER: (*_USAGES, KeyUsage.XML_SIGNING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A private key and the certificate (DER) of its public half."""

    entity: Eui
    usage: KeyUsage
    private_key: ec.EllipticCurvePrivateKey
    certificate: bytes


@dataclass(frozen=True, slots=True)
class DevelopmentPki:
    """The same seed and the same given keys give the same keys and the same certificates, octet by octet."""

    seed: bytes
    given: GivenKeys = NOTHING_GIVEN

    def organisation(self, party: Eui, role: str) -> dict[KeyUsage, Credential]:
        """A DS and a KA credential, for a supplier (role "02") a prepayment KA one, for who speaks DUIS one for XML.

        Not those whose certificate was given without a private key.
        """
        credentials: dict[KeyUsage, Credential] = {}
        for usage, certificate in self.certificates(party, role).items():
            if (party, usage) not in self.given.certificates or (party, usage) in self.given.private_keys:
                credentials[usage] = Credential(
                    entity=party,
                    usage=usage,
                    private_key=self.private_key(party, usage),
                    certificate=certificate,
                )
        return credentials

    def certificates(self, party: Eui, role: str) -> dict[KeyUsage, bytes]:
        """DER of all of a party's: what `role` needs, and what was given."""
        usages = dict.fromkeys((*_USAGES_BY_ROLE.get(role, _USAGES), *self.given.usages_of(party)))
        given = self.given.certificates
        return {
            usage: given.get((party, usage)) or _derived(self.seed, party, role, usage) for usage in usages
        }

    def private_key(self, party: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey:
        """An organisation's. Raises MissingPrivateKey."""
        given = self.given.private_keys.get((party, usage))
        if given is not None:
            return given
        if (party, usage) in self.given.certificates:
            raise MissingPrivateKey(
                f"the {usage} certificate of {party} was imported without its private key, which is needed here"
            )
        return _derived_key(self.seed, party, usage)

    def device(self, device: Eui) -> dict[KeyUsage, Credential]:
        """A DS and a KA credential."""
        return {
            usage: Credential(
                entity=device,
                usage=usage,
                private_key=derive_private_key(self.seed, device, usage),
                certificate=device_certificate(self.seed, device, usage),
            )
            for usage in _USAGES
        }


@lru_cache(_REMEMBERED)
def _derived(seed: bytes, party: Eui, role: str, usage: KeyUsage) -> bytes:
    """Remembered: whoever starts many systems of one seed needs the same few again and again."""
    return organisation_certificate(seed, party, _role_on(role, usage), usage)


def _role_on(role: str, usage: KeyUsage) -> str:
    """The role that the certificate names: XML is signed in one of its own."""
    if usage is not KeyUsage.XML_SIGNING:
        return role
    is_dsp = role == OrganisationRole.ACCESS_CONTROL_BROKER
    return OrganisationRole.DSP_XML_SIGNING if is_dsp else OrganisationRole.USER_XML_SIGNING


@lru_cache(_REMEMBERED)
def _derived_key(seed: bytes, party: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey:
    """Remembered likewise."""
    return derive_private_key(seed, party, usage)
