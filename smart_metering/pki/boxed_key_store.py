"""The JSON key store of DCC Boxed's clients: who, what for, serial number; there a certificate and perhaps its key.

    {"90b3d51f30010000": {"digitalSignature": {"105986...": {
        "certificate": PEM, "privateKey": PEM, "name": "Z1-supplier-ds", "role": 2}}}}

`privateKey`, `name` and `role` may be left out, and a Device has no role. Everything that is said twice must agree.
"""

import json
from collections.abc import Iterator
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui, eui_from_octets
from smart_metering.pki.certificates import CertifiedKey, read_certificate
from smart_metering.pki.found_keys import FoundKey, KeySourceError
from smart_metering.pki.keys import KeyUsage, UnreadableKeyError, private_key_from_pem
from smart_metering.pki.pem import CERTIFICATE, UnreadablePemError, read_pem
from smart_metering.pki.serial_numbers import serial_number_of

T = TypeVar("T")

_USAGES = {
    "digitalSignature": KeyUsage.DIGITAL_SIGNING,
    "keyAgreement": KeyUsage.KEY_AGREEMENT,
}
_KEYS = {"certificate", "privateKey", "name", "role"}
_EUI_DIGITS = 16


def read_boxed_key_store(octets: bytes, where: str) -> list[FoundKey]:
    """Every entry with a certificate, in order; raises KeySourceError."""
    try:
        content = json.loads(octets, object_pairs_hook=_without_repetition, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise KeySourceError(where, f"no key store in JSON: {error}") from None
    return [
        found
        for owner, usages in _members(content, where, "usages by EUI")
        for usage, serials in _members(usages, f"{where}: {owner}", "entries by usage")
        for found in _entries(serials, f"{where}: {owner}.{usage}", owner, usage)
    ]


def _entries(serials: object, where: str, owner: str, usage: str) -> Iterator[FoundKey]:
    entity = _read_owner(owner, where)
    if usage not in _USAGES:
        raise KeySourceError(where, f"usage {usage!r}: expected one of {', '.join(_USAGES)}")
    for serial, entry in _members(serials, where, "entries by serial number"):
        at = f"{where}.{serial}"
        members = dict(_members(entry, at, "certificate, privateKey, name and role"))
        if unknown := sorted(members.keys() - _KEYS):
            raise KeySourceError(at, f"unknown {', '.join(unknown)}: expected {', '.join(sorted(_KEYS))}")
        if "certificate" in members:
            yield _entry(members, at, entity, _USAGES[usage], serial)


def _entry(members: dict[str, object], where: str, entity: Eui, usage: KeyUsage, serial: str) -> FoundKey:
    certificate = _read_certificate(members, where)
    certified = _read_certified(certificate, where)
    name, role = _optional(members, "name", str, where), _optional(members, "role", int, where)
    said = (certified.entity, certified.usage, str(serial_number_of(certificate)))
    for found, expected, what in zip(
        said, (entity, usage, serial), ("EUI", "usage", "serial number"), strict=True
    ):
        if found != expected:
            raise KeySourceError(f"{where}.certificate", f"its {what} is {found}, expected {expected}")
    own_role = int(certified.organisation_role, 16) if certified.organisation_role else None
    if role is not None and role != own_role:
        raise KeySourceError(f"{where}.role", f"{role}, but its certificate is of role {own_role}")
    return FoundKey(
        where=where,
        name=name or serial,
        certificate=certificate,
        private_key=_read_private_key(members, where, certified),
    )


def _read_certificate(members: dict[str, object], where: str) -> bytes:
    text = _optional(members, "certificate", str, where)
    try:
        blocks = read_pem((text or "").encode())
    except UnreadablePemError as error:
        raise KeySourceError(f"{where}.certificate", f"no certificate in PEM: {error}") from None
    match blocks:
        case [block] if block.label == CERTIFICATE:
            return block.der
    raise KeySourceError(f"{where}.certificate", "no certificate in PEM: expected one, and nothing else")


def _read_certified(certificate: bytes, where: str) -> CertifiedKey:
    try:
        return read_certificate(certificate)
    except DecodeError as error:
        raise KeySourceError(f"{where}.certificate", str(error)) from None


def _read_private_key(
    members: dict[str, object], where: str, certified: CertifiedKey
) -> ec.EllipticCurvePrivateKey | None:
    text = _optional(members, "privateKey", str, where)
    if text is None:
        return None
    try:
        private_key = private_key_from_pem(text.encode())
    except UnreadableKeyError as error:
        raise KeySourceError(f"{where}.privateKey", str(error)) from None
    if private_key.public_key() != certified.public_key:
        raise KeySourceError(f"{where}.privateKey", "the key does not fit the certificate beside it")
    return private_key


def _read_owner(owner: str, where: str) -> Eui:
    try:
        if len(owner) == _EUI_DIGITS:
            return eui_from_octets(bytes.fromhex(owner))
    except ValueError:
        pass
    raise KeySourceError(where, f"{owner!r}: expected an EUI as 16 hex digits, like 90b3d51f30010000")


def _members(value: object, where: str, what: str) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        raise KeySourceError(where, f"expected an object of {what}, found {type(value).__name__}")
    return list(value.items())


def _optional(members: dict[str, object], name: str, kind: type[T], where: str) -> T | None:
    value = members.get(name)
    if name not in members:
        return None
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise KeySourceError(f"{where}.{name}", f"expected {kind.__name__}, found {type(value).__name__}")


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{name!r} is there twice")
        members[name] = value
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
