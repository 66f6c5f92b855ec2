"""What is in a source of keys, for people to read: each certificate, whose, what for, and whether its key is there."""

from dataclasses import dataclass

from smart_metering.errors import DecodeError
from smart_metering.pki.certificates import OrganisationRole, read_certificate
from smart_metering.pki.choosing import usage_of
from smart_metering.pki.found_keys import FoundKey, KeySourceError
from smart_metering.pki.loading import UNREADABLE, is_authority, load_certificate

_NO_NAME = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """`serial_number` in decimal and in hex; a Device has no role, an issuer no owner."""

    name: str
    owner: str
    usage: str
    role: str
    role_name: str
    serial_number: str
    serial_number_hex: str
    not_before: str
    not_after: str
    issuer: str
    has_private_key: bool


def list_key(found: FoundKey) -> ListedKey:
    """Raises KeySourceError for a certificate that is of no profile of SMKI."""
    try:
        certificate = load_certificate(found.certificate)
        owner, usage, role = _who_and_what_for(found)
        return ListedKey(
            name=found.name,
            owner=owner,
            usage=usage,
            role=role,
            role_name=spoken_role(role),
            serial_number=str(certificate.serial_number),
            serial_number_hex=f"{certificate.serial_number:X}",
            not_before=certificate.not_valid_before_utc.date().isoformat(),
            not_after=certificate.not_valid_after_utc.date().isoformat(),
            issuer=certificate.issuer.rfc4514_string(),
            has_private_key=found.private_key is not None,
        )
    except UNREADABLE as error:  # DecodeError is one
        raise KeySourceError(found.where, str(error)) from None


def spoken_role(role: str) -> str:
    """`02` is a supplier; a Device has none."""
    if not role:
        return _NO_NAME
    try:
        return OrganisationRole(role).name.lower().replace("_", " ")
    except ValueError:
        return "unknown"


def _who_and_what_for(found: FoundKey) -> tuple[str, str, str]:
    """Raises DecodeError, and what is UNREADABLE."""
    try:
        certified = read_certificate(found.certificate)
    except DecodeError:
        if not is_authority(load_certificate(found.certificate)):
            raise
        return _NO_NAME, "issuer", OrganisationRole.ISSUING_AUTHORITY
    return certified.entity, usage_of(found, certified), certified.organisation_role or ""
