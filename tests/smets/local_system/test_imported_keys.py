"""Imported keys: each goes where it is needed and nowhere else, and a whole system works with them, on and on."""

import stat
from pathlib import Path

import pytest

from smart_metering.duis.service_requests import ActivateFirmware
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import Issuer, issuer_certificate, read_certificate
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.pki.key_folders import KeyFolderError, read_certificate_file, read_private_keys
from smart_metering.pki.keys import private_key_to_pem
from smart_metering.user_roles import UserRole
from smets.client.user_keys import Repository, read_user_keys
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import Organisation, StateFolder, StateFolderError
from smets.world.simulation import simulate
from tests.smart_metering.pki.certified import (
    ACB,
    COS,
    DS,
    ELSEWHERE,
    KA,
    NETWORK_OPERATOR,
    SUPPLIER,
    XML,
    elsewhere,
)

ISSUER = issuer_certificate(ELSEWHERE, Issuer.OF_ORGANISATIONS)
METER = Eui("00-DB-12-34-00-00-00-02")
FLEET = "fleets: [{template: smets2}]"
PARTIES = (
    Organisation(eui=SUPPLIER, roles=(UserRole.IS, UserRole.GS)),
    Organisation(eui=NETWORK_OPERATOR, roles=(UserRole.ED,)),
)


def brought(*parties: Eui, without_keys: tuple[Eui, ...] = ()) -> GivenKeys:
    """All that another PKI has of these parties."""
    rows = {(party, usage): row for party in parties for usage, row in elsewhere(party).items()}
    return GivenKeys(
        certificates={use: row.certificate for use, row in rows.items()},
        private_keys={use: row.private_key for use, row in rows.items() if use[0] not in without_keys},
        issuers=(ISSUER,),
    )


EVERYONE = brought(SUPPLIER, NETWORK_OPERATOR, ACB, COS)


def prepared(path: Path, keys: GivenKeys) -> StateFolder:
    folder = StateFolder(path)
    folder.give(keys)
    folder.prepare("a seed", ACB, PARTIES)
    return folder


def test_what_is_imported_stands_in_place_of_what_is_derived(tmp_path: Path) -> None:
    folder = prepared(tmp_path, brought(SUPPLIER))

    mine = read_user_keys(folder.party(SUPPLIER), SUPPLIER)
    others = read_user_keys(folder.party(NETWORK_OPERATOR), NETWORK_OPERATOR)

    assert mine.key_agreement.private_numbers() == elsewhere(SUPPLIER)[KA].private_key.private_numbers()
    derived = DevelopmentPki(b"a seed").private_key(NETWORK_OPERATOR, DS)
    assert others.digital_signing.private_numbers() == derived.private_numbers()
    assert read_certificate_file(folder.certificates, SUPPLIER, DS) == elsewhere(SUPPLIER)[DS].certificate


def test_the_dsp_gets_its_own_keys_and_no_others(tmp_path: Path) -> None:
    folder = prepared(tmp_path, EVERYONE)

    assert set(read_private_keys(folder.dcc / "keys")) == {(ACB, KA), (ACB, XML), (COS, DS)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder.dcc / "keys").iterdir()} == {0o600}


def test_a_party_whose_keys_are_with_somebody_else_has_none_here(tmp_path: Path) -> None:
    prepared(tmp_path, GivenKeys())

    folder = prepared(tmp_path, brought(SUPPLIER, without_keys=(SUPPLIER,)))

    assert [*folder.party(SUPPLIER).iterdir()] == []
    with pytest.raises(KeyFolderError, match=f"cannot read the ds private key of {SUPPLIER}"):
        read_user_keys(folder.party(SUPPLIER), SUPPLIER)


def test_a_key_that_the_dsp_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        StateFolderError, match=f"the ka certificate of {ACB} was imported without its private key"
    ):
        prepared(tmp_path, brought(ACB, without_keys=(ACB,)))


def test_what_is_imported_later_is_added(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.give(brought(SUPPLIER))

    folder.give(brought(NETWORK_OPERATOR))

    assert {party for party, _ in folder.given.certificates} == {SUPPLIER, NETWORK_OPERATOR}


def test_an_import_that_fails_leaves_the_former_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = StateFolder(tmp_path)
    folder.give(brought(SUPPLIER))
    monkeypatch.setattr("smart_metering.pki.pki_folders.write_issuers", _no_room)

    with pytest.raises(OSError, match="No space left"):
        folder.give(brought(NETWORK_OPERATOR))

    assert {party for party, _ in folder.given.certificates} == {SUPPLIER}


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_path_of_a_certificate_leads_to_who_issued_it(tmp_path: Path) -> None:
    folder = prepared(tmp_path, brought(SUPPLIER))
    repository = Repository(folder.certificates, b"a seed")

    assert repository.certification_path(SUPPLIER) == (ISSUER,)
    own = issuer_certificate(b"a seed", Issuer.OF_ORGANISATIONS)
    assert repository.certification_path(NETWORK_OPERATOR) == (own,)


def test_the_parties_of_a_plan_have_the_imported_certificates() -> None:
    plan = plan_fleet(*read_fleet(FLEET), given=EVERYONE)

    (supplier,) = (party for party in plan.parties if party.eui == SUPPLIER)

    assert supplier.digital_signing_certificate == elsewhere(SUPPLIER)[DS].certificate


async def test_a_system_works_with_imported_keys_on_and_on(tmp_path: Path) -> None:
    plan = plan_fleet(*read_fleet(FLEET), given=EVERYONE)
    StateFolder(tmp_path).give(EVERYONE)
    settings = SystemSettings(state=tmp_path, organisations=plan.organisations)

    for _ in range(2):  # the second time on the same state, after both have stopped
        async with LocalSystem(settings) as system:
            await launch_fleet(plan, system.connection)
            async with system.connection.remembering_user(SUPPLIER) as user:
                sent = await user.send("11.2", METER)
                checked = await user.response_to(sent.request_id)
                system.connection.remember(user)
            assert checked.verified.holds is True, checked.verified.what
    held = read_user_keys(StateFolder(tmp_path).party(SUPPLIER), SUPPLIER).key_agreement
    assert private_key_to_pem(held) == private_key_to_pem(elsewhere(SUPPLIER)[KA].private_key)


async def test_a_critical_command_is_signed_with_imported_keys(tmp_path: Path) -> None:
    plan = plan_fleet(*read_fleet(FLEET), given=EVERYONE)
    StateFolder(tmp_path).give(EVERYONE)

    async with LocalSystem(SystemSettings(state=tmp_path, organisations=plan.organisations)) as system:
        await launch_fleet(plan, system.connection)
        async with system.connection.user(SUPPLIER) as user:
            sent = await user.send("11.3", METER, ActivateFirmware(firmware_hash=bytes(32)))
            checked = await user.response_to(sent.request_id)

    assert sent.response_code == "I99"
    assert checked.verified.holds is True, checked.verified.what


async def test_a_simulation_works_with_imported_keys_and_what_goes_on_from_it_too(tmp_path: Path) -> None:
    plan = plan_fleet(*read_fleet(FLEET), given=EVERYONE)
    async with simulate(plan) as simulation:
        known = simulation.world.emulator.keys.parties[SUPPLIER]
        assert known.key_agreement == read_certificate(elsewhere(SUPPLIER)[KA].certificate).public_key
        supplier = simulation.system.user("supplier")
        checked = await supplier.response_to((await supplier.send("11.2", METER)).request_id)
        simulation.world.save(tmp_path / "saved")

    assert checked.verified.holds is True, checked.verified.what
    saved = StateFolder(tmp_path / "saved")
    assert saved.given.certificates == dict(EVERYONE.certificates)
    assert set(read_private_keys(saved.dcc / "keys")) == {(ACB, KA), (ACB, XML), (COS, DS)}


async def test_a_plan_that_knows_nothing_of_imported_keys_takes_none_away(tmp_path: Path) -> None:
    StateFolder(tmp_path).give(EVERYONE)
    plan = plan_fleet(*read_fleet(FLEET))

    async with LocalSystem(SystemSettings(state=tmp_path, organisations=plan.organisations)) as system:
        await launch_fleet(plan, system.connection)
        async with system.connection.user(SUPPLIER) as user:
            sent = await user.send("11.3", METER, ActivateFirmware(firmware_hash=bytes(32)))

    assert sent.response_code == "I99", sent
