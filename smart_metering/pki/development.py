"""The development PKI: the keys and certificates of every organisation and Device, drawn from one seed.

Nothing is kept: what is asked for is derived, so a Device or a party exists as soon as it is named. Who
knows the seed can speak for everyone; never use these keys where a real party listens.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole, device_certificate, organisation_certificate
from smart_metering.pki.keys import KeyUsage, derive_private_key

CHANGE_OF_SUPPLIER_PARTY = Eui("90-B3-D5-1F-30-00-00-04")
"""The transitional Change of Supplier party of the Reference Test Data Set, which signs the Commands of SR 6.23."""

_USAGES = (KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT)
_USAGES_BY_ROLE: dict[str, tuple[KeyUsage, ...]] = {
    OrganisationRole.SUPPLIER: (*_USAGES, KeyUsage.PREPAYMENT_KEY_AGREEMENT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A private key and the certificate (DER) of its public half."""

    entity: Eui
    usage: KeyUsage
    private_key: ec.EllipticCurvePrivateKey
    certificate: bytes


_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class DevelopmentPki:
    """The same seed gives the same keys and the same certificates, octet by octet."""

    seed: bytes

    def organisation(self, party: Eui, role: str) -> dict[KeyUsage, Credential]:
        """A DS and a KA credential, for a supplier (role "02") a prepayment KA credential too."""
        return dict(_organisation(self, party, role))

    def device(self, device: Eui) -> dict[KeyUsage, Credential]:
        """A DS and a KA credential."""
        return {
            usage: self._credential(device, usage, device_certificate(self.seed, device, usage))
            for usage in _USAGES
        }

    def _credential(self, entity: Eui, usage: KeyUsage, certificate: bytes) -> Credential:
        private_key = derive_private_key(self.seed, entity, usage)
        return Credential(entity=entity, usage=usage, private_key=private_key, certificate=certificate)


@lru_cache(_REMEMBERED)
def _organisation(pki: DevelopmentPki, party: Eui, role: str) -> tuple[tuple[KeyUsage, Credential], ...]:
    """Remembered: whoever starts many systems of one seed needs the same few again and again."""
    return tuple(
        (usage, pki._credential(party, usage, organisation_certificate(pki.seed, party, role, usage)))
        for usage in _USAGES_BY_ROLE.get(role, _USAGES)
    )
