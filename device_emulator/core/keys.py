"""The keys Devices hold: their own derived from the seed, those of parties as given; what was derived is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from smart_metering.gbcs.protection import shared_secret
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import device_certificate, read_certificate
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.sm_wan import DeviceCertificates

_SECRETS_REMEMBERED = 200_000  # about 300 octets each
_SIGNING_KEYS_REMEMBERED = 20_000  # about 2 kB each
_KEY_AGREEMENT_KEYS_REMEMBERED = 16  # needed for a new secret only; a Device that is new needs two in a row

KeyName = str
"""The EUI of a party whose keys were given from the start, or the SHA-256 in hex of a certificate that was taken."""


@dataclass(frozen=True, slots=True)
class PartyKeys:
    """The public keys of an organisation, as its certificates give them; a supplier has a third, for top-ups."""

    digital_signing: EllipticCurvePublicKey
    key_agreement: EllipticCurvePublicKey
    key_agreement_top_up: EllipticCurvePublicKey | None = None


class Keys:
    """`parties` are all organisations whose certificates Devices may hold; `acb` is the Access Control Broker's EUI.

    Without keys of the `change_of_supplier` party no Device takes another supplier.
    """

    def __init__(
        self,
        seed: bytes,
        parties: Mapping[Eui, PartyKeys],
        acb: Eui,
        change_of_supplier: Eui = CHANGE_OF_SUPPLIER_PARTY,
    ) -> None:
        assert acb in parties, f"no keys of the Access Control Broker {acb}"
        self.seed = seed
        self.parties = parties
        self.acb = acb
        self.change_of_supplier = change_of_supplier
        self._certified: dict[KeyName, EllipticCurvePublicKey] = {}
        self._secret = lru_cache(_SECRETS_REMEMBERED)(self._derive_secret)
        self._key_agreement_key = lru_cache(_KEY_AGREEMENT_KEYS_REMEMBERED)(self._derive_key_agreement_key)
        self._signing_key = lru_cache(_SIGNING_KEYS_REMEMBERED)(self._derive_signing_key)

    def hold(self, name: KeyName, certificate: bytes) -> None:
        """Takes the key of an organisation's certificate, DER, which the caller has read before."""
        if name not in self._certified:
            self._certified[name] = read_certificate(certificate).public_key

    def has(self, name: KeyName) -> bool:
        """Whether there is a key of this name."""
        return name in self.parties or name in self._certified

    def digital_signing(self, name: KeyName) -> EllipticCurvePublicKey:
        """The key that verifies a party's signatures."""
        taken = self._certified.get(name)
        return self.parties[Eui(name)].digital_signing if taken is None else taken

    def certified(self, name: KeyName) -> EllipticCurvePublicKey:
        """The key of a certificate that was taken."""
        return self._certified[name]

    def secret(self, device: Eui, party: KeyName) -> bytes:
        """The ECDH secret of a Device with a party."""
        return self._secret(device, party)

    def secret_with(self, device: Eui, key_agreement: EllipticCurvePublicKey) -> bytes:
        """The ECDH secret of a Device with the holder of a key that is not kept."""
        return shared_secret(self._key_agreement_key(device), key_agreement)

    def signing_key(self, device: Eui) -> EllipticCurvePrivateKey:
        """A Device's private DS key."""
        return self._signing_key(device)

    def certificates(self, device: Eui) -> DeviceCertificates:
        """A Device's two certificates, DER."""
        return DeviceCertificates(
            digital_signing=device_certificate(self.seed, device, KeyUsage.DIGITAL_SIGNING),
            key_agreement=device_certificate(self.seed, device, KeyUsage.KEY_AGREEMENT),
        )

    def _derive_secret(self, device: Eui, party: KeyName) -> bytes:
        taken = self._certified.get(party)
        key = self.parties[Eui(party)].key_agreement if taken is None else taken
        return self.secret_with(device, key)

    def _derive_key_agreement_key(self, device: Eui) -> EllipticCurvePrivateKey:
        return derive_private_key(self.seed, device, KeyUsage.KEY_AGREEMENT)

    def _derive_signing_key(self, device: Eui) -> EllipticCurvePrivateKey:
        return derive_private_key(self.seed, device, KeyUsage.DIGITAL_SIGNING)
