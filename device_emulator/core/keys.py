"""The keys Devices hold: their own derived from the seed, those of parties as given; what was derived is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from smart_metering.gbcs.protection import shared_secret
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import device_certificate
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.sm_wan import DeviceCertificates

_SECRETS_REMEMBERED = 200_000  # about 300 octets each
_SIGNING_KEYS_REMEMBERED = 20_000  # about 2 kB each
_KEY_AGREEMENT_KEYS_REMEMBERED = 16  # needed for a new secret only; a Device that is new needs two in a row


@dataclass(frozen=True, slots=True)
class PartyKeys:
    """The public keys of an organisation, as its certificates give them."""

    digital_signing: EllipticCurvePublicKey
    key_agreement: EllipticCurvePublicKey


class Keys:
    """`parties` are all organisations whose certificates Devices may hold; `acb` is the Access Control Broker's EUI."""

    def __init__(self, seed: bytes, parties: Mapping[Eui, PartyKeys], acb: Eui) -> None:
        assert acb in parties, f"no keys of the Access Control Broker {acb}"
        self._seed = seed
        self.parties = parties
        self.acb = acb
        self._secret = lru_cache(_SECRETS_REMEMBERED)(self._derive_secret)
        self._key_agreement_key = lru_cache(_KEY_AGREEMENT_KEYS_REMEMBERED)(self._derive_key_agreement_key)
        self._signing_key = lru_cache(_SIGNING_KEYS_REMEMBERED)(self._derive_signing_key)

    def secret(self, device: Eui, party: Eui) -> bytes:
        """The ECDH secret of a Device with a party."""
        return self._secret(device, party)

    def signing_key(self, device: Eui) -> EllipticCurvePrivateKey:
        """A Device's private DS key."""
        return self._signing_key(device)

    def certificates(self, device: Eui) -> DeviceCertificates:
        """A Device's two certificates, DER."""
        return DeviceCertificates(
            digital_signing=device_certificate(self._seed, device, KeyUsage.DIGITAL_SIGNING),
            key_agreement=device_certificate(self._seed, device, KeyUsage.KEY_AGREEMENT),
        )

    def _derive_secret(self, device: Eui, party: Eui) -> bytes:
        return shared_secret(self._key_agreement_key(device), self.parties[party].key_agreement)

    def _derive_key_agreement_key(self, device: Eui) -> EllipticCurvePrivateKey:
        return derive_private_key(self._seed, device, KeyUsage.KEY_AGREEMENT)

    def _derive_signing_key(self, device: Eui) -> EllipticCurvePrivateKey:
        return derive_private_key(self._seed, device, KeyUsage.DIGITAL_SIGNING)
