"""A PKI folder is written whole or not at all, and given keys stand in place of derived ones, use by use."""

import re
import shutil
import stat
from pathlib import Path

import pytest

from smart_metering.pki.certificates import Issuer, issuer_certificate, organisation_certificate
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import GivenKeys, MissingPrivateKey, Use
from smart_metering.pki.key_folders import KeyFolderError
from smart_metering.pki.keys import KeyUsage, private_key_to_pem
from smart_metering.pki.pki_folders import read_pki_folder, write_pki_folder
from tests.smart_metering.pki.certified import (
    ACB,
    DS,
    ELSEWHERE,
    KA,
    NETWORK_OPERATOR,
    PP_KA,
    SUPPLIER,
    XML,
    elsewhere,
)

ISSUER = issuer_certificate(ELSEWHERE, Issuer.OF_ORGANISATIONS)


def given(*uses: Use, keys: bool = True) -> GivenKeys:
    rows = {(party, usage): elsewhere(party)[usage] for party, usage in uses}
    return GivenKeys(
        certificates={use: row.certificate for use, row in rows.items()},
        private_keys={use: row.private_key for use, row in rows.items()} if keys else {},
        issuers=(ISSUER,),
    )


def same(one: GivenKeys, other: GivenKeys) -> bool:
    def octets(keys: GivenKeys) -> object:
        private = {use: private_key_to_pem(key) for use, key in keys.private_keys.items()}
        return keys.certificates, private, keys.issuers

    return octets(one) == octets(other)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "imported"
    keys = given((SUPPLIER, DS), (SUPPLIER, PP_KA), (ACB, XML))

    write_pki_folder(folder, keys)

    assert same(read_pki_folder(folder), keys)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "keys").iterdir()} == {0o600}


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    write_pki_folder(folder, given((SUPPLIER, DS), (SUPPLIER, KA)))

    write_pki_folder(folder, given((NETWORK_OPERATOR, DS)))

    assert set(read_pki_folder(folder).certificates) == {(NETWORK_OPERATOR, DS)}
    assert [path.name for path in tmp_path.iterdir()] == ["imported"]


def test_nothing_is_read_where_nothing_was_written(tmp_path: Path) -> None:
    assert same(read_pki_folder(tmp_path / "imported"), GivenKeys())


def test_a_writer_that_was_stopped_between_its_renames_leaves_the_former_keys(tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    write_pki_folder(folder, given((SUPPLIER, DS)))
    folder.rename(tmp_path / "imported.former")

    assert set(read_pki_folder(folder).certificates) == {(SUPPLIER, DS)}
    assert folder.is_dir()


def test_a_writer_that_was_stopped_while_it_wrote_leaves_the_former_keys(tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    write_pki_folder(folder, given((SUPPLIER, DS)))
    (tmp_path / "imported.new" / "certificates").mkdir(parents=True)
    (tmp_path / "imported.new" / "certificates" / "half").write_text("of it")

    assert set(read_pki_folder(folder).certificates) == {(SUPPLIER, DS)}
    write_pki_folder(folder, given((SUPPLIER, KA)))
    assert set(read_pki_folder(folder).certificates) == {(SUPPLIER, KA)}


def test_a_key_that_was_changed_by_hand_is_named(tmp_path: Path) -> None:
    write_pki_folder(tmp_path / "p", given((SUPPLIER, DS), (SUPPLIER, KA)))
    keys = tmp_path / "p" / "keys"
    shutil.copy(keys / "90b3d51f30010000-ka.key.pem", keys / "90b3d51f30010000-ds.key.pem")

    with pytest.raises(KeyFolderError, match=re.escape(f"the ds private key of {SUPPLIER} does not fit its")):
        read_pki_folder(tmp_path / "p")


def test_a_key_without_its_certificate_is_named(tmp_path: Path) -> None:
    write_pki_folder(tmp_path / "p", given((SUPPLIER, DS), (SUPPLIER, KA)))
    (tmp_path / "p" / "certificates" / "90b3d51f30010000-ds.pem").unlink()

    with pytest.raises(
        KeyFolderError, match=f"the ds private key of {SUPPLIER} has no certificate beside it"
    ):
        read_pki_folder(tmp_path / "p")


def test_newer_keys_stand_in_place_of_former_ones_for_the_same_use() -> None:
    former = given((SUPPLIER, DS), (SUPPLIER, KA))

    both = former.and_then(given((SUPPLIER, KA), (NETWORK_OPERATOR, DS), keys=False))

    assert set(both.certificates) == {(SUPPLIER, DS), (SUPPLIER, KA), (NETWORK_OPERATOR, DS)}
    assert set(both.private_keys) == {(SUPPLIER, DS)}
    assert both.issuers == (ISSUER,)


def test_what_is_given_stands_in_place_of_what_is_derived_and_the_rest_is_derived() -> None:
    pki, derived = DevelopmentPki(b"mine", given((SUPPLIER, DS))), DevelopmentPki(b"mine")

    certificates = pki.certificates(SUPPLIER, "02")

    assert certificates[DS] == elsewhere(SUPPLIER)[DS].certificate
    assert certificates[KA] == derived.certificates(SUPPLIER, "02")[KA]
    assert pki.private_key(SUPPLIER, DS) is elsewhere(SUPPLIER)[DS].private_key
    assert pki.organisation(SUPPLIER, "02").keys() == set(KeyUsage)


def test_a_certificate_without_its_key_is_everyones_but_nobody_acts_with_it() -> None:
    pki = DevelopmentPki(b"mine", given((SUPPLIER, DS), keys=False))

    assert pki.certificates(SUPPLIER, "02")[DS] == elsewhere(SUPPLIER)[DS].certificate
    assert DS not in pki.organisation(SUPPLIER, "02")
    with pytest.raises(
        MissingPrivateKey, match=f"the ds certificate of {SUPPLIER} was imported without its private key"
    ):
        pki.private_key(SUPPLIER, DS)


@pytest.mark.parametrize(
    ("role", "of_xml"), [("02", "87"), ("03", "87"), ("7F", "87"), ("08", "87"), ("04", "89")]
)
def test_who_signs_xml_has_a_certificate_for_it_in_a_role_of_its_own(role: str, of_xml: str) -> None:
    certificate = DevelopmentPki(b"mine").certificates(SUPPLIER, role)[XML]

    assert certificate == organisation_certificate(b"mine", SUPPLIER, of_xml, XML)
