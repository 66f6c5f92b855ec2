"""The development PKI gives each party what SMKI would, and nothing that one could not derive again."""

import pytest
from cryptography import x509

from smart_metering.identifiers import parse_eui
from smart_metering.pki.certificates import OrganisationRole, read_certificate
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.pki.keys import KeyUsage

PARTY = parse_eui("90-B3-D5-1F-30-01-00-00")
METER = parse_eui("00-DB-12-34-56-78-90-A0")


def test_a_supplier_alone_has_a_second_key_for_prepayment() -> None:
    pki = DevelopmentPki(b"a seed")

    with_prepayment = [
        role
        for role in OrganisationRole
        if KeyUsage.PREPAYMENT_KEY_AGREEMENT in pki.organisation(PARTY, role)
    ]

    assert with_prepayment == [OrganisationRole.SUPPLIER]


@pytest.mark.parametrize(
    "credentials",
    [DevelopmentPki(b"a seed").organisation(PARTY, "02"), DevelopmentPki(b"a seed").device(METER)],
    ids=["organisation", "Device"],
)
def test_a_private_key_is_the_other_half_of_its_certificate(credentials: dict[KeyUsage, Credential]) -> None:
    assert {KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT} <= credentials.keys()
    for usage, credential in credentials.items():
        certified = read_certificate(credential.certificate)
        assert certified.public_key == credential.private_key.public_key()
        assert certified.entity == credential.entity
        assert credential.usage is usage


def test_the_same_seed_gives_the_same_pki() -> None:
    def certificates(seed: bytes) -> list[bytes]:
        credentials = DevelopmentPki(seed).organisation(PARTY, "03") | DevelopmentPki(seed).device(METER)
        return [credential.certificate for credential in credentials.values()]

    assert certificates(b"a seed") == certificates(b"a seed")
    assert certificates(b"a seed") != certificates(b"another")


def test_the_role_is_the_organisations_unit() -> None:
    credential = DevelopmentPki(b"a seed").organisation(PARTY, "04")[KeyUsage.DIGITAL_SIGNING]

    subject = x509.load_der_x509_certificate(credential.certificate).subject

    assert subject.rfc4514_string().endswith("OU=04")
