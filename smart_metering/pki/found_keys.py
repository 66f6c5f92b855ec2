"""What a source of keys holds, before any of it is chosen: certificates, each with where it stands and its key."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

MOST_OCTETS = 16 * 1024 * 1024  # of a source; all published keys together have some 40 kB
MOST_OCTETS_OF_A_FILE = 64 * 1024


class KeySourceError(ValueError):
    """A source of keys that cannot be taken: where in it, and what is wrong there."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(where, what)
        self.where = where
        self.what = what

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """`name` is what people call it, like `Z1-supplier-ds`; `certificate` is DER, and fits the key if there is one."""

    where: str
    name: str
    certificate: bytes
    private_key: ec.EllipticCurvePrivateKey | None = None
