"""DCC's own key store finds certificates through our SMKI Repository, and its published parties run on our system.

Nothing of DCC's is in the repository: the package is installed from npm beside it, or these tests say that they are
skipped.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smart_metering.identifiers import Eui, eui_octets
from smart_metering.pki.certificates import device_certificate, organisation_certificate
from smart_metering.pki.key_folders import read_certificate_file
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import StateFolder
from tests.interop.programs import ask
from tests.interop.published_system import HUB, METER, SUPPLIER, imported_into, published_system

SEED = b"development"
OTHER_USER = Eui("90-B3-D5-1F-30-04-00-00")  # of ours: DCC's key store does not know it
FLEET = "fleets: [{template: smets2}]"
DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT
USAGES = {DS: "digitalSignature", KA: "keyAgreement"}

PUBLISHED = {
    # DCC's clients use these of the key store: "Z1-" of the supplier and the Access Control Broker
    (SUPPLIER, DS): 105986833131214866166891566273223584671,
    (SUPPLIER, KA): 78705613441713544701898588866012598037,
    (Eui("90-B3-D5-1F-30-03-00-00"), DS): 76986165265641917001207597343644863443,
    (Eui("90-B3-D5-1F-30-02-00-00"), KA): 100975650324440424410683132663933689085,
    (Eui("90-B3-D5-1F-30-00-00-02"), KA): 74176869497284601865526639753608441552,
    (Eui("90-B3-D5-1F-30-00-00-02"), KeyUsage.XML_SIGNING): 167048897159233642262001557408276884033,
    (Eui("90-B3-D5-1F-30-00-00-04"), DS): 80934474337773775048443398092716228710,
    (SUPPLIER, KeyUsage.XML_SIGNING): 27572613927499351639968579586655397031,
}

Answers = list[Any]  # JSON: of each query a list of what was found, None, or the text of an error


@dataclass(frozen=True)
class KeyStore:
    """DCC's key store, over the repository of a system."""

    packages: Path
    address: str

    def ask(self, *queries: Mapping[str, object]) -> Answers:
        answers: Answers = ask(self.packages, "keystore/find.mjs", self.address, json.dumps(queries))
        return answers


@pytest.fixture
async def key_store(key_store_packages: Path, tmp_path: Path) -> AsyncIterator[KeyStore]:
    plan = plan_fleet(*read_fleet(FLEET))
    settings = SystemSettings(state=tmp_path, organisations=plan.organisations, smki_listen="127.0.0.1:0")
    async with LocalSystem(settings) as system:
        await launch_fleet(plan, system.connection)
        yield KeyStore(key_store_packages, system.connection.smki)


def by_owner(owner: Eui, usage: KeyUsage) -> dict[str, object]:
    return {"eui": eui_octets(owner).hex("-"), "keyUsage": USAGES[usage]}


def test_dccs_key_store_finds_the_certificates_of_devices(key_store: KeyStore) -> None:
    queries = [by_owner(device, usage) for device in (METER, HUB) for usage in (DS, KA)]

    answers = key_store.ask(*queries)

    expected = [device_certificate(SEED, device, usage) for device in (METER, HUB) for usage in (DS, KA)]
    assert [[row["certificate"] for row in rows] for rows in answers] == [
        [octets.hex()] for octets in expected
    ]
    assert [rows[0]["serial"] for rows in answers] == [str(serial_number_of(octets)) for octets in expected]
    assert {rows[0]["role"] for rows in answers} == {None}
    assert {rows[0]["eui"] for rows in answers} == {eui_octets(device).hex() for device in (METER, HUB)}


def test_dccs_key_store_finds_certificates_by_serial_number(key_store: KeyStore) -> None:
    certificates = [
        device_certificate(SEED, METER, KA),
        organisation_certificate(SEED, OTHER_USER, "7F", DS),
        organisation_certificate(SEED, OTHER_USER, "87", KeyUsage.XML_SIGNING),
    ]

    answers = key_store.ask(*({"serial": str(serial_number_of(octets))} for octets in certificates))

    assert [rows[0]["certificate"] for rows in answers] == [octets.hex() for octets in certificates]
    assert [rows[0]["role"] for rows in answers] == [None, 0x7F, 0x87]


def test_dccs_key_store_finds_one_certificate_of_an_organisation_for_each_usage(key_store: KeyStore) -> None:
    answers = key_store.ask(by_owner(OTHER_USER, DS), by_owner(OTHER_USER, KA))

    expected = [organisation_certificate(SEED, OTHER_USER, "7F", usage) for usage in (DS, KA)]
    assert [[row["certificate"] for row in rows] for rows in answers] == [
        [octets.hex()] for octets in expected
    ]


def test_dccs_key_store_is_told_when_there_is_nothing(key_store: KeyStore) -> None:
    nobody = Eui("00-DB-12-34-99-99-99-99")

    assert key_store.ask(by_owner(nobody, DS), {"serial": "7"}) == [None, None]


def test_dccs_published_keys_are_imported_as_its_clients_use_them(
    key_store_file: Path, tmp_path: Path
) -> None:
    said = imported_into(tmp_path, key_store_file)

    given = StateFolder(tmp_path).given
    assert {use: serial_number_of(given.certificates[use]) for use in PUBLISHED} == PUBLISHED
    assert given.private_keys.keys() == given.certificates.keys()
    assert len(given.certificates) == 23
    assert said.count("left out: Z1b-") == 10


async def test_the_published_supplier_reads_a_firmware_version(
    key_store_packages: Path, key_store_file: Path, tmp_path: Path
) -> None:
    async with published_system(tmp_path, key_store_file) as connection:
        async with connection.user(SUPPLIER) as supplier:
            sent = await supplier.send("11.2", METER)
            checked = await supplier.response_to(sent.request_id)
        served = KeyStore(key_store_packages, connection.smki).ask(
            by_owner(METER, KA), by_owner(SUPPLIER, DS)
        )

    assert (sent.response_code, checked.response.response_code) == ("I99", "I0")
    assert checked.verified.holds is True, checked.verified.what
    held = read_certificate_file(StateFolder(tmp_path).certificates, SUPPLIER, DS)
    assert serial_number_of(held) == PUBLISHED[SUPPLIER, DS]
    assert held.hex() in {row["certificate"] for row in served[1]}  # DCC's key store has it by itself
    assert served[0][0]["certificate"] == device_certificate(SEED, METER, KA).hex()
