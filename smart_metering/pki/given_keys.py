"""Keys that were brought from elsewhere: they stand in place of those that a development PKI would derive."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.identifiers import Eui
from smart_metering.pki.keys import KeyUsage

Use = tuple[Eui, KeyUsage]
"""Whose key, and what for: of each there is one."""


class MissingPrivateKey(ValueError):
    """A certificate was brought without its private key, and somebody here is to use that."""


@dataclass(frozen=True, slots=True, eq=False)
class GivenKeys:
    """Organisations' certificates and issuers' (DER), and those of the private keys that came with them."""

    certificates: Mapping[Use, bytes] = field(default_factory=dict)
    private_keys: Mapping[Use, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    issuers: tuple[bytes, ...] = ()

    def and_then(self, newer: "GivenKeys") -> "GivenKeys":
        """All of both; where both have a certificate, the newer one, with its key or without."""
        kept = {use: key for use, key in self.private_keys.items() if use not in newer.certificates}
        return GivenKeys(
            certificates={**self.certificates, **newer.certificates},
            private_keys={**kept, **newer.private_keys},
            issuers=tuple(dict.fromkeys((*self.issuers, *newer.issuers))),
        )

    def usages_of(self, party: Eui) -> tuple[KeyUsage, ...]:
        """What this party has certificates for."""
        return tuple(usage for entity, usage in self.certificates if entity == party)


NOTHING_GIVEN = GivenKeys()
