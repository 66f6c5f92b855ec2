"""What the DSP derives from certificates on first use: public keys, and the secrets it shares with Devices."""

from collections import OrderedDict
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from smart_metering.gbcs.protection import shared_secret
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import read_certificate

_REMEMBERED = 200_000

V = TypeVar("V")


class Secrets:
    """Derivable from the books at any time, so not a part of the state."""

    def __init__(self, key_agreement: EllipticCurvePrivateKey) -> None:
        self._key_agreement = key_agreement
        self._shared: OrderedDict[Eui, tuple[bytes, bytes]] = OrderedDict()
        self._signing: OrderedDict[Eui, tuple[bytes, EllipticCurvePublicKey]] = OrderedDict()

    def with_device(self, device: Eui, certificate: bytes) -> bytes:
        """The secret of the ACB with the Device that has this key agreement certificate."""
        known = self._shared.get(device)
        if known is None or known[0] != certificate:
            secret = shared_secret(self._key_agreement, read_certificate(certificate).public_key)
            known = (certificate, secret)
            _remember(self._shared, device, known)
        return known[1]

    def signing_key(self, entity: Eui, certificate: bytes) -> EllipticCurvePublicKey:
        """The public key of this digital signing certificate."""
        known = self._signing.get(entity)
        if known is None or known[0] != certificate:
            known = (certificate, read_certificate(certificate).public_key)
            _remember(self._signing, entity, known)
        return known[1]


def _remember(memory: OrderedDict[Eui, V], key: Eui, value: V) -> None:
    memory[key] = value
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
