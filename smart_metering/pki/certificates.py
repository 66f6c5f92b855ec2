"""Organisation and Device certificates in the profile of SMKI: derived from a seed, and read from anywhere.

The profile is that of the test certificates of the Reference Test Data Set. What it leaves open is fixed
here, so that the same seed gives the same octets: serial numbers are derived, signatures follow RFC 6979, and
validity runs from NOT_BEFORE to the end of 9999 (SMKI lets organisation certificates expire; ours outlive any
emulated date). The serial number of a Device's certificate ends with the Device ID, so that it tells whose it is.

A reader learns from a certificate whose key it holds. Whether its issuer is to be trusted is not asked here.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type  # the only way to ask for the BIT STRING of a unique identifier
from cryptography.x509.oid import NameOID

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.pki.keys import KeyUsage, derive_named_private_key, derive_private_key
from smart_metering.pki.loading import UNREADABLE, load_certificate
from smart_metering.pki.serial_numbers import derive_serial_number, point_of, serial_number_of_device

NOT_BEFORE = datetime(2015, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # "no expiry": RFC 5280, 4.1.2.5

_OBJECT_IDENTIFIER = 0x06
_HARDWARE_MODULE_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4")
_HARDWARE_TYPE = bytes.fromhex("2A863A0001848FB90F01020201")  # 1.2.826.0.1.8641679.1.2.2.1
_DEVICE_POLICY = x509.ObjectIdentifier("1.2.826.0.1.1800000.1.2.1.4")
_ORGANISATION_POLICY = x509.ObjectIdentifier("1.2.826.0.1.8641679.1.2.1.4")
_ROLE = re.compile(r"[0-9A-F]{2}")

E = TypeVar("E", bound=x509.ExtensionType)


class OrganisationRole(StrEnum):
    """The remote party roles of SMKI, as the OU of an organisation certificate spells them."""

    RECOVERY = "01"
    SUPPLIER = "02"
    NETWORK_OPERATOR = "03"
    ACCESS_CONTROL_BROKER = "04"
    TRANSITIONAL_CHANGE_OF_SUPPLIER = "05"
    WAN_PROVIDER = "06"
    ISSUING_AUTHORITY = "07"
    LOAD_CONTROLLER = "08"
    OTHER = "7F"
    USER_XML_SIGNING = "87"
    DSP_XML_SIGNING = "89"


XML_SIGNING_ROLES = frozenset({OrganisationRole.USER_XML_SIGNING, OrganisationRole.DSP_XML_SIGNING})


class Issuer(Enum):
    """The two issuers of the development PKI; the value is the name that certificates give for them."""

    OF_DEVICES = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DEVD", _ASN1Type.PrintableString)])
    OF_ORGANISATIONS = x509.Name(
        [
            x509.NameAttribute(
                NameOID.ORGANIZATIONAL_UNIT_NAME,
                OrganisationRole.ISSUING_AUTHORITY.value,
                _ASN1Type.PrintableString,
            ),
            x509.NameAttribute(NameOID.COMMON_NAME, "DEVO", _ASN1Type.PrintableString),
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedKey:
    """What a certificate says: whose key this is and what for.

    `usage` is DIGITAL_SIGNING or KEY_AGREEMENT: nothing in a supplier's two KA certificates tells them apart, and what
    is signed follows from the role. `organisation_role` is two hex digits (OrganisationRole names the known ones), None
    for a Device.
    """

    entity: Eui
    usage: KeyUsage
    public_key: ec.EllipticCurvePublicKey
    organisation_role: str | None

    @property
    def purpose(self) -> KeyUsage:
        """As `usage`, but XML_SIGNING where the role says so."""
        signs_xml = self.organisation_role in XML_SIGNING_ROLES and self.usage is KeyUsage.DIGITAL_SIGNING
        return KeyUsage.XML_SIGNING if signs_xml else self.usage


def device_certificate(seed: bytes, device: Eui, usage: KeyUsage) -> bytes:
    """DER of the certificate of a Device's derived key: no subject, the Device ID in the subjectAltName."""
    public_key = derive_private_key(seed, device, usage).public_key()
    builder = (
        _key_certificate(public_key, usage, serial_number_of_device(seed, device, usage))
        .subject_name(x509.Name([]))
        .add_extension(_hardware_module_name(device), critical=True)
    )
    return _issue(builder, seed, Issuer.OF_DEVICES, policy=_DEVICE_POLICY)


def organisation_certificate(seed: bytes, party: Eui, role: str, usage: KeyUsage) -> bytes:
    """DER of the certificate of a party's derived key; `role` is two upper-case hex digits (ValueError)."""
    if _ROLE.fullmatch(role) is None:
        raise ValueError(f"organisation role {role!r}: expected two upper-case hex digits, like '02'")
    unique_identifier = x509.NameAttribute(
        NameOID.X500_UNIQUE_IDENTIFIER, b"\x00" + eui_octets(party), _ASN1Type.BitString
    )
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, str(role)), unique_identifier])
    public_key = derive_private_key(seed, party, usage).public_key()
    serial_number = derive_serial_number(public_key, f"{usage.value}|{role}")
    builder = _key_certificate(public_key, usage, serial_number).subject_name(subject)
    return _issue(builder, seed, Issuer.OF_ORGANISATIONS, policy=_ORGANISATION_POLICY)


def issuer_certificate(seed: bytes, issuer: Issuer) -> bytes:
    """DER of an issuer's own certificate, signed by itself: with it others can check those that it issued."""
    public_key = issuer_key(seed, issuer).public_key()
    builder = (
        _certificate_of(public_key, serial_number=derive_serial_number(public_key, "issuer"))
        .subject_name(issuer.value)
        .add_extension(_key_usage(certificate_signing=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return _issue(builder, seed, issuer, policy=None)


def is_key_agreement_certificate_of(entity: Eui, octets: bytes) -> bool:
    """Whether this is a certificate of the profile, for key agreement with `entity`."""
    try:
        certified = read_certificate(octets)
    except DecodeError:
        return False
    return certified.entity == entity and certified.usage is KeyUsage.KEY_AGREEMENT


def read_certificate(octets: bytes) -> CertifiedKey:
    """Reads DER of a Device's or an organisation's certificate, ours or another's; raises DecodeError."""
    certificate = load_certificate(octets)
    try:
        return _read(certificate)
    except UNREADABLE as error:
        raise DecodeError(0, f"certificate: {error}") from None


def key_identifier(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """RFC 5280, 4.2.1.2, method 2: 0100, then the last 60 bits of the SHA-1 of the public key."""
    tail = hashlib.sha1(point_of(public_key), usedforsecurity=False).digest()[-8:]
    return bytes([0x40 | tail[0] & 0x0F]) + tail[1:]


def _key_certificate(
    public_key: ec.EllipticCurvePublicKey, usage: KeyUsage, serial_number: int
) -> x509.CertificateBuilder:
    agreeing = usage in {KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_KEY_AGREEMENT}
    return _certificate_of(public_key, serial_number).add_extension(
        _key_usage(digital_signature=not agreeing, key_agreement=agreeing), critical=True
    )


def _certificate_of(public_key: ec.EllipticCurvePublicKey, serial_number: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .public_key(public_key)
        .serial_number(serial_number)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.SubjectKeyIdentifier(key_identifier(public_key)), critical=False)
    )


def _issue(
    builder: x509.CertificateBuilder, seed: bytes, issuer: Issuer, policy: x509.ObjectIdentifier | None
) -> bytes:
    private_key = issuer_key(seed, issuer)
    if policy is not None:
        policies = x509.CertificatePolicies([x509.PolicyInformation(policy, None)])
        builder = builder.add_extension(policies, critical=True)
    authority = x509.AuthorityKeyIdentifier(key_identifier(private_key.public_key()), None, None)
    return (
        builder.issuer_name(issuer.value)
        .add_extension(authority, critical=False)
        .sign(private_key, hashes.SHA256(), ecdsa_deterministic=True)
        .public_bytes(serialization.Encoding.DER)
    )


def issuer_key(seed: bytes, issuer: Issuer) -> ec.EllipticCurvePrivateKey:
    """What the issuer signs with."""
    return derive_named_private_key(seed, issuer.value.rfc4514_string(), "issuer")


def _hardware_module_name(device: Eui) -> x509.SubjectAlternativeName:
    """RFC 4108: SEQUENCE { hwType OBJECT IDENTIFIER, hwSerialNum OCTET STRING }, the latter the Device ID."""
    name = der.encode(_OBJECT_IDENTIFIER, _HARDWARE_TYPE) + der.encode(der.OCTET_STRING, eui_octets(device))
    return x509.SubjectAlternativeName(
        [x509.OtherName(_HARDWARE_MODULE_NAME, der.encode(der.SEQUENCE, name))]
    )


def _key_usage(
    *, digital_signature: bool = False, key_agreement: bool = False, certificate_signing: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=key_agreement,
        key_cert_sign=certificate_signing,
        crl_sign=certificate_signing,
        encipher_only=False,
        decipher_only=False,
    )


def _read(certificate: x509.Certificate) -> CertifiedKey:
    if certificate.subject.rdns:
        entity, role = _organisation_of(certificate.subject)
    else:
        entity, role = _device_of(certificate), None
    return CertifiedKey(
        entity=entity,
        usage=_usage_of(certificate),
        public_key=_public_key_of(certificate),
        organisation_role=role,
    )


def _organisation_of(subject: x509.Name) -> tuple[Eui, str]:
    """The EUI and the role of a subject like `OU=02, 2.5.4.45=00 90B3D51F30010000`."""
    roles = [
        attribute.value for attribute in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    ]
    unique = [attribute.value for attribute in subject.get_attributes_for_oid(NameOID.X500_UNIQUE_IDENTIFIER)]
    match roles, unique:
        case [str(role)], [bytes(identifier)] if _ROLE.fullmatch(role.upper()) and identifier[:1] == b"\x00":
            return eui_from_octets(identifier[1:]), role.upper()
    raise ValueError(f"the subject names no organisation role and EUI: {subject.rfc4514_string()!r}")


def _device_of(certificate: x509.Certificate) -> Eui:
    match list(_extension_of(certificate, x509.SubjectAlternativeName)):
        case [x509.OtherName(type_id=type_id, value=value)] if type_id == _HARDWARE_MODULE_NAME:
            cursor = Cursor(value)
            der.open_sequence(cursor, "hardwareModuleName")
            der.read_value(cursor, _OBJECT_IDENTIFIER, "hwType")
            device = der.read_octet_string(cursor, 8, "Device ID")
            cursor.finish()
            return eui_from_octets(device)
    raise ValueError("neither a subject nor a hardwareModuleName says whose key it is")


def _usage_of(certificate: x509.Certificate) -> KeyUsage:
    usage = _extension_of(certificate, x509.KeyUsage)
    match usage.digital_signature, usage.key_agreement:
        case True, False:
            return KeyUsage.DIGITAL_SIGNING
        case False, True:
            return KeyUsage.KEY_AGREEMENT
        case _:
            raise ValueError("its key is neither for digital signatures alone nor for key agreement alone")


def _extension_of(certificate: x509.Certificate, kind: type[E]) -> E:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        raise ValueError(f"it has no {kind.__name__}") from None


def _public_key_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    public_key = certificate.public_key()
    if isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1):
        return public_key
    raise ValueError("its key is not on P-256")
