"""Which keys of a source are taken: of each organisation one for each usage, and why the others are not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from smart_metering.errors import DecodeError
from smart_metering.pki.certificates import CertifiedKey, OrganisationRole, read_certificate
from smart_metering.pki.found_keys import FoundKey, KeySourceError
from smart_metering.pki.given_keys import GivenKeys, Use
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.loading import UNREADABLE, is_authority, load_certificate

LEFT_OUT_BY_DEFAULT = ("Z1b-*",)
"""DCC's key store has a second set of keys for most parties, which none of DCC's clients uses."""

_OF_A_DEVICE = "of a Device: its keys are derived from the seed"
_MUST_HAVE_KEYS = {
    # The DSP itself uses these.
    (OrganisationRole.ACCESS_CONTROL_BROKER, KeyUsage.KEY_AGREEMENT),
    (OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER, KeyUsage.DIGITAL_SIGNING),
    (OrganisationRole.DSP_XML_SIGNING, KeyUsage.XML_SIGNING),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A certificate that was chosen, and what it is for: that of a supplier's second KA key its name alone says."""

    found: FoundKey
    certified: CertifiedKey
    usage: KeyUsage

    @property
    def use(self) -> Use:
        return self.certified.entity, self.usage


@dataclass(frozen=True, slots=True)
class Choice:
    """`left_out` has each certificate that was not taken, and why."""

    taken: tuple[Taken, ...]
    issuers: tuple[FoundKey, ...]
    left_out: tuple[tuple[FoundKey, str], ...]

    @property
    def keys(self) -> GivenKeys:
        """Those that were taken."""
        return GivenKeys(
            certificates={row.use: row.found.certificate for row in self.taken},
            private_keys={row.use: key for row in self.taken if (key := row.found.private_key) is not None},
            issuers=tuple(row.certificate for row in self.issuers),
        )


def choose_keys(found: Sequence[FoundKey], leave_out: Iterable[str] = LEFT_OUT_BY_DEFAULT) -> Choice:
    """`leave_out` are patterns of names (`Z1b-*`). Raises KeySourceError."""
    _refuse_serials_given_twice(found)
    patterns = tuple(leave_out)
    taken: dict[Use, Taken] = {}
    issuers: list[FoundKey] = []
    left_out: list[tuple[FoundKey, str]] = []
    for row in once(found):
        if pattern := next((pattern for pattern in patterns if fnmatchcase(row.name, pattern)), ""):
            left_out.append((row, f"its name is left out ({pattern})"))
        elif _is_issuer(row):
            issuers.append(row)
        else:
            certified = _read(row)
            if certified.organisation_role is None:
                left_out.append((row, _OF_A_DEVICE))
                continue
            _take(taken, Taken(row, certified, usage_of(row, certified)))
    return Choice(tuple(taken.values()), tuple(issuers), tuple(left_out))


def _take(taken: dict[Use, Taken], row: Taken) -> None:
    role = row.certified.organisation_role or ""
    if role not in {known.value for known in OrganisationRole}:
        known = ", ".join(known.value for known in OrganisationRole)
        raise KeySourceError(row.found.where, f"organisation role {role}: expected one of {known}")
    if (role, row.usage) in _MUST_HAVE_KEYS and row.found.private_key is None:
        what = "has no private key: it is the DSP's own, which needs it"
        raise KeySourceError(row.found.where, f"the {row.usage} certificate of {row.certified.entity} {what}")
    former = taken.setdefault(row.use, row)
    if former is not row:
        raise KeySourceError(
            row.found.where,
            f"{row.found.name}: a second {row.usage} certificate of {row.certified.entity}, beside "
            f"{former.found.name} ({former.found.where}): expected one; leave out the other by its name "
            "(--leave-out), and name a supplier's second key for prepayment ...PP-ka",
        )


def usage_of(row: FoundKey, certified: CertifiedKey) -> KeyUsage:
    """What a key is for; of a supplier's two KA keys the name alone tells which is for prepayment."""
    second = certified.organisation_role == OrganisationRole.SUPPLIER and "pp-ka" in row.name.lower()
    if certified.usage is KeyUsage.KEY_AGREEMENT and second:
        return KeyUsage.PREPAYMENT_KEY_AGREEMENT
    return certified.purpose


def _read(row: FoundKey) -> CertifiedKey:
    try:
        return read_certificate(row.certificate)
    except DecodeError as error:
        raise KeySourceError(row.where, str(error)) from None


def _is_issuer(row: FoundKey) -> bool:
    try:
        return is_authority(load_certificate(row.certificate))
    except UNREADABLE as error:
        raise KeySourceError(row.where, str(error)) from None


def once(found: Iterable[FoundKey]) -> Iterable[FoundKey]:
    """The same certificate twice, in PEM and in DER, say, is one; that with its key, if one has it."""
    first: dict[bytes, FoundKey] = {}
    for row in found:
        former = first.get(row.certificate)
        if former is None or (former.private_key is None and row.private_key is not None):
            first[row.certificate] = row
    return first.values()


def _refuse_serials_given_twice(found: Sequence[FoundKey]) -> None:
    """An issuer gives each serial number once (RFC 5280, 4.1.2.2)."""
    first: dict[tuple[bytes, int], FoundKey] = {}
    for row in found:
        try:
            certificate = load_certificate(row.certificate)
            number = (certificate.issuer.public_bytes(), certificate.serial_number)
        except UNREADABLE as error:
            raise KeySourceError(row.where, str(error)) from None
        former = first.setdefault(number, row)
        if former.certificate != row.certificate:
            what = f"serial number {number[1]} ({number[1]:X}) is also that of another certificate"
            raise KeySourceError(row.where, f"{what} of the same issuer: {former.where}")
