"""Our certificates have the profile of SMKI to the octet and repeat; everyone's tell whose key they hold."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.identifiers import eui_from_octets, parse_eui
from smart_metering.pki.certificates import (
    CertifiedKey,
    Issuer,
    OrganisationRole,
    device_certificate,
    issuer_certificate,
    organisation_certificate,
    read_certificate,
)
from smart_metering.pki.keys import KeyUsage, derive_private_key

SEED = b"a seed"
METER = parse_eui("00-DB-12-34-56-78-90-A0")
SUPPLIER = parse_eui("90-B3-D5-1F-30-01-00-00")
DS, KA, PP_KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_KEY_AGREEMENT

ROLES_IN_THE_KEYSTORE = {
    "90b3d51f30000001": OrganisationRole.RECOVERY,
    "90b3d51f30000002": OrganisationRole.ACCESS_CONTROL_BROKER,
    "90b3d51f30000004": OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER,
    "90b3d51f30000007": OrganisationRole.WAN_PROVIDER,
    "90b3d51f30010000": OrganisationRole.SUPPLIER,
    "90b3d51f30010008": OrganisationRole.LOAD_CONTROLLER,
    "90b3d51f30020000": OrganisationRole.NETWORK_OPERATOR,
    "90b3d51f30030000": OrganisationRole.SUPPLIER,
}


def extensions_of(certificate: bytes) -> dict[str, tuple[bool, str]]:
    """By OID: whether it is critical, and its DER in hex."""
    return {
        extension.oid.dotted_string: (extension.critical, extension.value.public_bytes().hex().upper())
        for extension in x509.load_der_x509_certificate(certificate).extensions
    }


def der_of_pem(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("usage", [DS, KA])
def test_a_device_certificate_says_whose_key_it_holds(usage: KeyUsage) -> None:
    certified = read_certificate(device_certificate(SEED, METER, usage))

    assert (certified.entity, certified.usage, certified.organisation_role) == (METER, usage, None)
    assert certified.public_key == derive_private_key(SEED, METER, usage).public_key()


@pytest.mark.parametrize("role", OrganisationRole)
@pytest.mark.parametrize("usage", [DS, KA])
def test_an_organisation_certificate_says_whose_key_it_holds_and_in_which_role(
    role: str, usage: KeyUsage
) -> None:
    certified = read_certificate(organisation_certificate(SEED, SUPPLIER, role, usage))

    assert (certified.entity, certified.usage, certified.organisation_role) == (SUPPLIER, usage, role)
    assert certified.public_key == derive_private_key(SEED, SUPPLIER, usage).public_key()


def test_a_prepayment_certificate_reads_as_key_agreement_with_another_key() -> None:
    management = read_certificate(organisation_certificate(SEED, SUPPLIER, "02", KA))
    prepayment = read_certificate(organisation_certificate(SEED, SUPPLIER, "02", PP_KA))

    assert prepayment.usage is management.usage is KA
    assert prepayment.public_key != management.public_key


def test_a_device_certificate_has_the_profile_of_smki() -> None:
    octets = device_certificate(SEED, METER, KA)

    certificate = x509.load_der_x509_certificate(octets)
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest[-8:]
    extensions = extensions_of(octets)

    assert certificate.version is x509.Version.v3
    assert certificate.subject.rdns == []
    assert [attribute.rfc4514_attribute_name for attribute in certificate.issuer] == ["CN"]
    assert b"\x18\x0f99991231235959Z" in octets
    assert certificate.signature_algorithm_oid == x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256
    assert certificate.serial_number.bit_length() <= 127
    assert extensions["2.5.29.15"] == (True, "03020308")
    assert extensions["2.5.29.14"] == (False, "04084" + key_identifier.hex().upper()[1:])
    assert extensions["2.5.29.17"] == (
        True,
        "3029A02706082B06010505070804A01B3019060D2A863A0001848FB90F01020201040800DB1234567890A0",
    )
    assert extensions["2.5.29.32"] == (True, "3010300E060C2A863A0001EDEE4001020104")
    assert extensions["2.5.29.35"][1].startswith("300A80084")
    assert len(extensions) == 5


def test_an_organisation_certificate_has_the_profile_of_smki() -> None:
    octets = organisation_certificate(SEED, SUPPLIER, "02", DS)

    certificate = x509.load_der_x509_certificate(octets)
    extensions = extensions_of(octets)

    assert certificate.subject.public_bytes() == bytes.fromhex(
        "3021 310B 3009 060355040B 0C023032 3112 3010 060355042D 0309 00 90B3D51F30010000"
    )
    assert extensions["2.5.29.15"] == (True, "03020780")
    assert extensions["2.5.29.32"] == (True, "3011300F060D2A863A0001848FB90F01020104")
    assert set(extensions) == {"2.5.29.14", "2.5.29.15", "2.5.29.32", "2.5.29.35"}


def test_ours_and_the_published_certificates_have_the_same_extensions(reference_data: Path) -> None:
    keystore = reference_data / "rtds" / "keystore"
    varying = {"2.5.29.14", "2.5.29.35"}  # the identifiers of the keys

    def fixed(certificate: bytes) -> dict[str, tuple[bool, str]]:
        extensions = extensions_of(certificate)
        assert varying < extensions.keys()
        return {oid: extension for oid, extension in extensions.items() if oid not in varying}

    for usage in (DS, KA):
        published = der_of_pem(keystore / f"00db1234567890a0-{usage}.pem")
        assert fixed(device_certificate(SEED, METER, usage)) == fixed(published)
        published = der_of_pem(keystore / f"90b3d51f30010000-{usage}.pem")
        assert fixed(organisation_certificate(SEED, SUPPLIER, "02", usage)) == fixed(published)


def test_every_published_certificate_is_read(reference_data: Path) -> None:
    paths = sorted((reference_data / "rtds" / "keystore").glob("*.pem"))

    for path in paths:
        entity, _, usage = path.stem.partition("-")
        certified = read_certificate(der_of_pem(path))

        assert certified.entity == eui_from_octets(bytes.fromhex(entity)), path
        assert certified.usage is (DS if usage == "ds" else KA), path
        assert certified.organisation_role == ROLES_IN_THE_KEYSTORE.get(entity), path
        assert certified.public_key == x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    assert len(paths) == 29


def test_the_same_seed_gives_the_same_octets_and_another_seed_others() -> None:
    def everything(seed: bytes) -> list[bytes]:
        return [
            device_certificate(seed, METER, DS),
            organisation_certificate(seed, SUPPLIER, "02", KA),
            issuer_certificate(seed, Issuer.OF_DEVICES),
        ]

    assert everything(SEED) == everything(SEED)
    assert not set(everything(SEED)) & set(everything(b"another"))


def test_serial_numbers_differ_between_certificates_of_one_issuer() -> None:
    certificates = [
        organisation_certificate(SEED, SUPPLIER, role, usage) for role in ("02", "03") for usage in KeyUsage
    ]

    serial_numbers = {x509.load_der_x509_certificate(octets).serial_number for octets in certificates}

    assert len(serial_numbers) == 8


@pytest.mark.parametrize(
    ("issuer", "certificate"),
    [
        (Issuer.OF_DEVICES, device_certificate(SEED, METER, DS)),
        (Issuer.OF_ORGANISATIONS, organisation_certificate(SEED, SUPPLIER, "02", KA)),
        (Issuer.OF_DEVICES, issuer_certificate(SEED, Issuer.OF_DEVICES)),
        (Issuer.OF_ORGANISATIONS, issuer_certificate(SEED, Issuer.OF_ORGANISATIONS)),
    ],
)
def test_the_issuer_signed_the_certificate(issuer: Issuer, certificate: bytes) -> None:
    issued = x509.load_der_x509_certificate(certificate)
    authority = x509.load_der_x509_certificate(issuer_certificate(SEED, issuer))

    issued.verify_directly_issued_by(authority)

    key_identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = issued.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert named.key_identifier == key_identifier.digest


@pytest.mark.parametrize("role", ["", "2", "002", "8g", "7f"])
def test_a_role_that_is_not_two_hex_digits_gets_no_certificate(role: str) -> None:
    with pytest.raises(ValueError, match="two upper-case hex digits"):
        organisation_certificate(SEED, SUPPLIER, role, DS)


def altered(certificate: bytes, before: str, after: str) -> bytes:
    """The certificate with one run of octets in place of another of the same length; its signature breaks."""
    old, new = bytes.fromhex(before), bytes.fromhex(after)
    assert certificate.count(old) == 1
    assert len(old) == len(new)
    return certificate.replace(old, new)


DEVICE = device_certificate(SEED, METER, DS)
ORGANISATION = organisation_certificate(SEED, SUPPLIER, "02", DS)


def certificate_on_another_curve() -> bytes:
    key = ec.derive_private_key(7, ec.SECP384R1())
    ours = x509.load_der_x509_certificate(DEVICE)
    builder = x509.CertificateBuilder(
        issuer_name=ours.issuer,
        subject_name=ours.subject,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=ours.not_valid_before_utc,
        not_valid_after=ours.not_valid_after_utc,
        extensions=list(ours.extensions),
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        (b"", "certificate: "),
        (b"no DER", "certificate: "),
        (DEVICE[:-1], "certificate: "),
        (DEVICE + b"\x00", "certificate: "),
        (altered(DEVICE, "03020780", "03020388"), "alone"),
        (altered(DEVICE, "0603551D0F", "0603551D7F"), "no KeyUsage"),
        (altered(DEVICE, "0603551D11", "0603551D7F"), "no SubjectAlternativeName"),
        (altered(DEVICE, "2B06010505070804", "2B06010505070805"), "hardwareModuleName"),
        (altered(DEVICE, "040800DB1234567890A0", "040700DB1234567890A0"), "Device ID"),
        (altered(DEVICE, "040800DB1234567890A0", "010800DB1234567890A0"), "Device ID"),
        (altered(ORGANISATION, "0C023032", "0C025A5A"), "no organisation role"),
        (altered(ORGANISATION, "060355042D", "060355042E"), "X500_UNIQUE_IDENTIFIER"),
        (altered(ORGANISATION, "03090090B3D51F30010000", "0309019090B3D51F300100"), "no organisation role"),
        (certificate_on_another_curve(), "P-256"),
        (issuer_certificate(SEED, Issuer.OF_ORGANISATIONS), "no organisation role"),
    ],
)
def test_a_certificate_that_does_not_say_whose_key_it_holds_is_refused(octets: bytes, complaint: str) -> None:
    with pytest.raises(DecodeError, match=complaint):
        read_certificate(octets)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.parametrize("certificate", [DEVICE, ORGANISATION], ids=["Device", "organisation"])
def test_a_garbled_certificate_is_read_or_refused_and_nothing_else(certificate: bytes) -> None:
    outcomes: set[type] = set()
    for offset in range(len(certificate)):
        for flip in (0x01, 0x80, 0xFF):
            garbled = bytearray(certificate)
            garbled[offset] ^= flip
            try:
                outcomes.add(type(read_certificate(bytes(garbled))))
            except DecodeError as error:
                outcomes.add(type(error))

    assert outcomes == {CertifiedKey, DecodeError}
