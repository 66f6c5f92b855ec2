"""Of each organisation one certificate for each usage is taken; a doubt is an error, and what is left out is said."""

import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import (
    NOT_AFTER,
    NOT_BEFORE,
    Issuer,
    device_certificate,
    issuer_certificate,
    organisation_certificate,
)
from smart_metering.pki.choosing import choose_keys
from smart_metering.pki.found_keys import FoundKey, KeySourceError
from smart_metering.pki.keys import KeyUsage
from tests.smart_metering.pki.certified import ACB, COS, DS, KA, METER, PP_KA, SUPPLIER, XML, elsewhere, found

SECOND_DS = FoundKey(
    where="second",
    name="Z1b-supplier-ds",
    certificate=organisation_certificate(b"a second", SUPPLIER, "02", DS),
)


def test_all_that_a_supplier_has_is_taken() -> None:
    choice = choose_keys([found(SUPPLIER, usage) for usage in KeyUsage])

    assert choice.keys.certificates == {
        (SUPPLIER, usage): row.certificate for usage, row in elsewhere(SUPPLIER).items()
    }
    assert choice.keys.private_keys.keys() == choice.keys.certificates.keys()
    assert choice.left_out == ()


@pytest.mark.parametrize("name", ["Z1-supplierPP-ka", "90b3d51f30010000-pp-ka", "anything-PP-KA"])
def test_a_second_key_agreement_key_is_known_by_its_name(name: str) -> None:
    choice = choose_keys([found(SUPPLIER, KA), found(SUPPLIER, PP_KA, name=name)])

    assert set(choice.keys.certificates) == {(SUPPLIER, KA), (SUPPLIER, PP_KA)}


def test_the_role_tells_a_certificate_for_xml_from_one_for_gbcs() -> None:
    choice = choose_keys([found(SUPPLIER, DS, name="a"), found(SUPPLIER, XML, name="b")])

    assert set(choice.keys.certificates) == {(SUPPLIER, DS), (SUPPLIER, XML)}


def test_the_second_set_of_dccs_key_store_is_left_out() -> None:
    choice = choose_keys([SECOND_DS, found(SUPPLIER, DS)])

    assert choice.keys.certificates[SUPPLIER, DS] == elsewhere(SUPPLIER)[DS].certificate
    assert [(row.name, why) for row, why in choice.left_out] == [
        ("Z1b-supplier-ds", "its name is left out (Z1b-*)")
    ]


def test_what_is_left_out_can_be_chosen() -> None:
    mine = found(SUPPLIER, DS, name="Z1-supplier-ds")

    choice = choose_keys([SECOND_DS, mine], leave_out=["Z1-*"])

    assert choice.keys.certificates == {(SUPPLIER, DS): SECOND_DS.certificate}
    assert choice.keys.private_keys == {}


def test_two_for_the_same_use_are_a_doubt_that_the_user_has_to_end() -> None:
    what = "Z1b-supplier-ds: a second ds certificate of 90-B3-D5-1F-30-01-00-00, beside 90b3d51f30010000-ds"

    with pytest.raises(KeySourceError, match=re.escape(what)):
        choose_keys([found(SUPPLIER, DS), SECOND_DS], leave_out=[])


def test_the_same_certificate_twice_is_one_with_its_key() -> None:
    choice = choose_keys([found(SUPPLIER, DS, key=False), found(SUPPLIER, DS, name="in DER")])

    assert set(choice.keys.private_keys) == {(SUPPLIER, DS)}


def test_a_device_keeps_its_derived_keys() -> None:
    row = FoundKey(where="d", name="d", certificate=device_certificate(b"a seed", METER, DS))

    choice = choose_keys([row, found(SUPPLIER, DS)])

    assert set(choice.keys.certificates) == {(SUPPLIER, DS)}
    assert choice.left_out == ((row, "of a Device: its keys are derived from the seed"),)


def test_an_issuer_is_taken_as_one() -> None:
    issuer = issuer_certificate(b"a seed", Issuer.OF_ORGANISATIONS)

    choice = choose_keys([FoundKey(where="i", name="i", certificate=issuer), found(SUPPLIER, DS)])

    assert choice.keys.issuers == (issuer,)


@pytest.mark.parametrize(("party", "usage"), [(ACB, KA), (ACB, XML), (COS, DS)])
def test_the_dsps_own_certificates_need_their_keys(party: Eui, usage: KeyUsage) -> None:
    row = found(party, usage, key=False)

    with pytest.raises(KeySourceError, match=f"the {usage} certificate of {party} has no private key"):
        choose_keys([row])


def test_a_certificate_that_the_dsp_does_not_use_needs_no_key() -> None:
    assert set(choose_keys([found(ACB, DS, key=False)]).keys.certificates) == {(ACB, DS)}


def test_a_role_that_smki_does_not_have_is_refused() -> None:
    row = FoundKey(where="w", name="n", certificate=organisation_certificate(b"a seed", SUPPLIER, "5A", DS))

    with pytest.raises(KeySourceError, match="w: organisation role 5A: expected one of 01, 02, 03"):
        choose_keys([row])


def test_a_serial_number_that_an_issuer_gave_twice_is_refused() -> None:
    certificate = elsewhere(SUPPLIER)[DS].certificate
    forged = certificate[:-1] + bytes([certificate[-1] ^ 1])
    rows = [found(SUPPLIER, DS, where="one"), FoundKey(where="two", name="Z1b-x", certificate=forged)]

    with pytest.raises(
        KeySourceError, match=r"two: serial number \d+ \([0-9A-F]+\) is also that of another .*: one"
    ):
        choose_keys(rows)


@pytest.mark.parametrize("octets", [b"", b"0\x00", elsewhere(SUPPLIER)[DS].certificate[:-1]])
def test_octets_that_are_no_certificate_are_refused(octets: bytes) -> None:
    with pytest.raises(KeySourceError, match="w: "):
        choose_keys([FoundKey(where="w", name="n", certificate=octets)])


def test_a_certificate_of_no_profile_of_smki_is_refused() -> None:
    with pytest.raises(KeySourceError, match=r"w: .*certificate: "):
        choose_keys([FoundKey(where="w", name="n", certificate=without_profile())])


def without_profile() -> bytes:
    """A certificate of some other world."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.com")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, NOT_BEFORE, NOT_AFTER)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
