"""A new test PKI in the profile of SMKI, as files that other tools read too, and 'smets pki import' takes back.

    FOLDER/certificates/90b3d51f30010000-ds.pem    as in every folder of certificates; issuer-SERIAL.pem for issuers
    FOLDER/keys/90b3d51f30010000-ds.key.pem        private keys, PKCS #8 without a password, for their owner alone

In DER they end with `.der` and `.key`.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from smart_metering.identifiers import Eui, InvalidIdentifier, eui_octets, parse_eui
from smart_metering.pki.certificates import Issuer, OrganisationRole, issuer_certificate, issuer_key
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.keys import private_key_to_der, private_key_to_pem
from smart_metering.pki.pem import CERTIFICATE, write_pem
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.user_roles import UserRole
from smets.client.user import DEFAULT_ACB
from smets.local_system.state_folder import Organisation

_DCC = (
    # The DCC's own parties, under the EUIs of the Reference Test Data Set.
    (Eui("90-B3-D5-1F-30-00-00-01"), OrganisationRole.RECOVERY),
    (DEFAULT_ACB, OrganisationRole.ACCESS_CONTROL_BROKER),
    (CHANGE_OF_SUPPLIER_PARTY, OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER),
    (Eui("90-B3-D5-1F-30-00-00-07"), OrganisationRole.WAN_PROVIDER),
)
_ROLES_BY_NAME = {
    role.name.lower().replace("_", "-"): role
    for role in OrganisationRole
    if role
    not in {
        OrganisationRole.ISSUING_AUTHORITY,
        OrganisationRole.USER_XML_SIGNING,
        OrganisationRole.DSP_XML_SIGNING,
    }
}


class WrongPki(ValueError):
    """A PKI that cannot be made as it is asked for; nothing was written."""


class Form(StrEnum):
    """How certificates and keys are written."""

    PEM = "pem"
    DER = "der"


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the PKI, in its role of SMKI."""

    eui: Eui
    role: OrganisationRole


@dataclass(frozen=True, slots=True)
class _Made:
    """`stem` is the name of its files; what is certified, and with which key."""

    stem: str
    certificate: bytes
    private_key: EllipticCurvePrivateKey


def read_member(text: str) -> Member:
    """`EUI:ROLE,ROLE`: User Roles (IS,GS), or the name of one role of SMKI (load-controller). Raises WrongPki."""
    eui, _, roles = text.partition(":")
    names = [name.strip() for name in roles.split(",")]
    try:
        owner = parse_eui(eui)
    except InvalidIdentifier as error:
        raise WrongPki(f"organisation {text!r}: {error}") from None
    if len(names) == 1 and names[0].lower() in _ROLES_BY_NAME:
        return Member(owner, _ROLES_BY_NAME[names[0].lower()])
    try:
        user_roles = tuple(UserRole(name.upper()) for name in names)
    except ValueError:
        known = f"User Roles ({', '.join(UserRole)}) or one of {', '.join(_ROLES_BY_NAME)}"
        raise WrongPki(f"organisation {text!r}: role {roles!r}: expected {known}") from None
    return Member(owner, Organisation(eui=owner, roles=user_roles).smki_role)


def make_pki(folder: Path, seed: str, members: Iterable[Member], devices: Iterable[Eui], form: Form) -> None:
    """Of the DCC's own parties, of these organisations and of these Devices: the whole folder, or none of it.

    Raises WrongPki, also if something is in the folder already, and OSError.
    """
    parties = dict(_DCC)
    for member in members:
        if parties.setdefault(member.eui, member.role) is not member.role:
            role = parties[member.eui].name.lower().replace("_", "-")
            raise WrongPki(f"{member.eui}: is {role} already, and each EUI has one role")
    euis = [*parties, *devices]
    if twice := sorted({eui for eui in euis if euis.count(eui) > 1}):
        raise WrongPki(f"{', '.join(twice)}: the EUI of an organisation and of a Device, or of two Devices")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongPki(f"{folder} is there already: expected a new folder, or an empty one")
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        for made in _made(seed.encode(), parties, devices):
            _write(new, made, form)
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _made(seed: bytes, parties: dict[Eui, OrganisationRole], devices: Iterable[Eui]) -> Iterator[_Made]:
    pki = DevelopmentPki(seed)
    for issuer in Issuer:
        certificate = issuer_certificate(seed, issuer)
        yield _Made(f"issuer-{serial_number_of(certificate):X}", certificate, issuer_key(seed, issuer))
    owners = [pki.organisation(eui, role) for eui, role in parties.items()]
    for credentials in (*owners, *map(pki.device, devices)):
        for usage, credential in credentials.items():
            stem = f"{eui_octets(credential.entity).hex()}-{usage}"
            yield _Made(stem, credential.certificate, credential.private_key)


def _write(folder: Path, made: _Made, form: Form) -> None:
    certificates, keys = folder / "certificates", folder / "keys"
    certificates.mkdir(parents=True, exist_ok=True)
    keys.mkdir(mode=0o700, exist_ok=True)
    if form is Form.PEM:
        (certificates / f"{made.stem}.pem").write_bytes(write_pem(CERTIFICATE, made.certificate))
        _write_for_owner_only(keys / f"{made.stem}.key.pem", private_key_to_pem(made.private_key))
    else:
        (certificates / f"{made.stem}.der").write_bytes(made.certificate)
        _write_for_owner_only(keys / f"{made.stem}.key", private_key_to_der(made.private_key))


def _write_for_owner_only(path: Path, octets: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(octets)
