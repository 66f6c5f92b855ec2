"""The plan of a fleet: the DSP and the emulator are told of the same Devices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_emulator.core.fleet import Fleet
from smart_metering.device_types import DeviceType, Generation
from smart_metering.identifiers import eui_from_number, eui_number
from smart_metering.instants import parse_instant
from smart_metering.ota.image import decode
from smart_metering.pki.certificates import read_certificate
from smart_metering.user_roles import UserRole
from smets.fleet.defaults import FIRST_EUI, TEMPLATES
from smets.fleet.planning import FleetPlan, plan_fleet
from smets.fleet.points_of_supply import INDEXES, mpan, mprn, premises_index
from smets.fleet.reading import FleetFileError, read_fleet

MIXED = "fleets:\n  - {count: 3}\n  - {count: 2, template: smets1, supplier: second supplier}\n"


def _plan(text: str = MIXED) -> FleetPlan:
    fleet, lines = read_fleet(text)
    return plan_fleet(fleet, lines)


def test_both_sides_count_the_same_devices() -> None:
    plan = _plan()
    emulated = Fleet(premises.template for premises in plan.premises)

    loaded = [device for premises in plan.premises for device in premises.loaded_devices()]

    assert [row.device.device_id for row in loaded] == list(emulated.device_ids())
    for row in loaded:
        place = emulated.find(row.device.device_id)
        assert place is not None
        assert place.comms_hub == row.comms_hub
        assert place.template.device_type is row.device.device_type
        assert place.template.firmware_version == row.device.device_firmware_version


def test_the_emulator_finds_no_fault_in_a_planned_template() -> None:
    fleet = Fleet()

    for premises in _plan().premises:
        assert fleet.faults_of(premises.template) == []
        fleet.add(premises.template)


def test_the_last_device_is_the_last_that_is_loaded() -> None:
    for premises in _plan().premises:
        *_, last = premises.loaded_devices()
        assert last.device.device_id == premises.last_device


def test_a_meter_knows_the_parties_that_are_registered_for_it() -> None:
    plan = _plan()
    second_supplier = plan.parties[2].eui

    smets1 = plan.premises[1]
    meter = next(row for row in smets1.template.devices if row.device_type is DeviceType.ESME)
    registered = {row.role: row.party for row in smets1.registrations()}

    assert meter.supplier == registered[UserRole.IS] == second_supplier
    assert meter.network_operator == registered[UserRole.ED] == plan.parties[1].eui


def test_who_knows_whom_follows_the_ground_rules_of_keys() -> None:
    by_type = {row.device_type: row for row in _plan().premises[0].template.devices}

    assert {kind for kind, row in by_type.items() if row.supplier} == {
        DeviceType.ESME,
        DeviceType.GSME,
        DeviceType.GPF,
        DeviceType.HCALCS,
    }
    assert {kind for kind, row in by_type.items() if row.network_operator} == {
        DeviceType.ESME,
        DeviceType.GSME,
        DeviceType.GPF,
    }


def test_every_registration_is_of_a_meter_that_is_loaded() -> None:
    plan = _plan()
    mpxns = {
        device.device.import_mpxn
        for premises in plan.premises
        for device in premises.loaded_devices()
        if device.device.import_mpxn
    }

    registered = {row.mpxn for premises in plan.premises for row in premises.registrations()}

    assert registered == mpxns
    assert len(mpxns) == 2 * (3 + 2)


def test_smets1_is_told_by_its_service_provider_and_its_region() -> None:
    devices = [row.device for row in _plan().premises[1].loaded_devices()]

    assert all(device.s1sp and device.csp_region == "SMETS1" for device in devices)
    assert TEMPLATES["smets1"].generation is Generation.SMETS1


def test_devices_are_associated_across_the_han() -> None:
    first = [*_plan().premises[0].loaded_devices()][:6]
    by_type = {row.device.device_type: row for row in first}

    assert by_type[DeviceType.GPF].associated_device == by_type[DeviceType.GSME].device.device_id
    assert by_type[DeviceType.GSME].associated_device == by_type[DeviceType.GPF].device.device_id
    assert by_type[DeviceType.HCALCS].associated_device == by_type[DeviceType.ESME].device.device_id


def test_the_templates_make_their_own_firmware_legal() -> None:
    premises = _plan().premises[0]

    assert [(row.device_type, row.firmware_version) for row in premises.cpl_entries()] == [
        (row.device_type, row.firmware_version) for row in premises.devices
    ]


def test_parties_have_their_certificates() -> None:
    for party in _plan().parties:
        assert read_certificate(party.digital_signing_certificate).entity == party.eui
        assert read_certificate(party.key_agreement_certificate).entity == party.eui


def test_firmware_is_made_for_the_templates_device() -> None:
    plan = _plan("firmware:\n  v2: {device_type: ESME, version: 00000002}\n")

    (firmware,) = plan.firmware
    file = decode(firmware.octets)

    assert file.version == "00000002"
    assert file.header.manufacturer == "AB01"
    assert file.header.permits_hardware(0x030B)
    assert firmware.cpl_entry is not None
    assert firmware.cpl_entry.manufacturer_image_hash == file.manufacturer_image_hash


def test_the_same_file_makes_the_same_plan() -> None:
    assert _plan() == _plan()


def test_premises_without_a_place_follow_one_another() -> None:
    starts = [eui_number(premises.eui_from) for premises in _plan().premises]

    assert starts == [eui_number(FIRST_EUI), eui_number(FIRST_EUI) + 3 * 16]


@pytest.mark.parametrize(
    ("index", "expected"), [(0, "1000000000003"), (1, "1000000000016"), (99_999_999, "1000999999990")]
)
def test_an_mpan_ends_with_its_check_digit(index: int, expected: str) -> None:
    digits = [int(digit) for digit in expected[:-1]]
    primes = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
    check = sum(digit * prime for digit, prime in zip(digits, primes, strict=True)) % 11 % 10

    assert mpan(index)[:-1] == expected[:-1]
    assert mpan(index)[-1] == str(check)


@given(st.integers(0, INDEXES - 1))
def test_points_of_supply_have_the_length_of_the_schema(index: int) -> None:
    assert len(mpan(index)) == 13
    assert len(mprn(index)) == 10
    assert (mpan(index) + mprn(index)).isdigit()


@given(st.integers(0, 2**64 - 16), st.integers(1, INDEXES - 1))
def test_two_premises_of_one_run_never_share_an_index(first: int, apart: int) -> None:
    second = first + 16 * apart
    if second < 2**64:
        assert premises_index(eui_from_number(first)) != premises_index(eui_from_number(second))


AWAITING = "fleets: [{count: 2, awaiting_installation: [ESME, HCALCS]}]"


def test_what_awaits_installation_is_at_the_premises_and_not_in_the_smi() -> None:
    (premises,) = _plan(AWAITING).premises

    loaded = [row.device.device_type for row in premises.loaded_devices()]

    assert loaded == 2 * [DeviceType.CHF, DeviceType.GPF, DeviceType.GSME, DeviceType.PPMID]
    assert {row.device_type for row in premises.template.devices if row.awaits_installation} == {
        DeviceType.ESME,
        DeviceType.HCALCS,
    }
    assert len([*premises.registrations()]) == 2 * 4
    *_, last = premises.loaded_devices()
    assert last.device.device_id == premises.last_device


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("fleets: [{awaiting_installation: [GPF]}]", "a GPF comes with its hub"),
        ("fleets: [{template: smets1, awaiting_installation: [HCALCS]}]", "'smets1' has no HCALCS"),
    ],
)
def test_what_cannot_be_installed_awaits_no_installation(text: str, fault: str) -> None:
    with pytest.raises(FleetFileError, match=fault):
        _plan(text)


def test_devices_outside_are_in_the_smi_and_told_to_the_emulator() -> None:
    (premises,) = _plan("fleets: [{external: [ESME, PPMID]}]").premises

    assert {row.device_type for row in premises.template.devices if row.external} == {
        DeviceType.ESME,
        DeviceType.PPMID,
    }
    assert len([*premises.loaded_devices()]) == 6


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("fleets: [{external: [CHF]}]", "a CHF is the hub itself"),
        ("fleets: [{template: smets1, external: [ESME]}]", "SMETS1 Devices are reached through an S1SP"),
        ("fleets: [{template: smets1, external: [HCALCS]}]", "'smets1' has no HCALCS"),
        ("fleets: [{emulated: false, external: [ESME]}]", "premises that are not emulated"),
    ],
)
def test_what_cannot_be_outside_is_refused(text: str, fault: str) -> None:
    with pytest.raises(FleetFileError, match=fault):
        _plan(text)


CHANGES = """
fleets:
  - count: 2
    next_suppliers:
      - {supplier: second supplier, since: 2021-12-01T00:00:00Z}
      - {supplier: supplier, since: 2022-01-01T00:00:00Z, fuel: gas}
"""


def test_suppliers_to_come_are_registered_from_their_day_on() -> None:
    plan = _plan(CHANGES)
    first, second = plan.parties[0].eui, plan.parties[2].eui
    december, january = parse_instant("2021-12-01T00:00:00Z"), parse_instant("2022-01-01T00:00:00Z")

    registered = [
        (row.role, row.party, row.effective_from)
        for row in plan.premises[0].registrations()
        if row.mpxn in (mpan(0), mprn(0)) and row.role in (UserRole.IS, UserRole.GS)
    ]

    assert sorted(registered, key=str) == sorted(
        [
            (UserRole.IS, first, 0),
            (UserRole.IS, second, december),
            (UserRole.GS, first, 0),
            (UserRole.GS, second, december),
            (UserRole.GS, first, january),
        ],
        key=str,
    )


def test_a_supplier_to_come_supplies_that_fuel() -> None:
    text = "fleets: [{next_suppliers: [{supplier: other user, since: 2021-12-01T00:00:00Z}]}]"

    with pytest.raises(FleetFileError) as refused:
        _plan(text)

    assert "'other user' is to be IS, but its roles are OU" in str(refused.value)


def test_parties_name_the_organisation_they_are_of() -> None:
    text = """
parties:
  north: {eui: 90-B3-D5-1F-30-01-00-00, roles: [IS, GS], organisation: Energy}
  south: {eui: 90-B3-D5-1F-30-03-00-00, roles: [IS, GS], organisation: Energy}
"""

    assert [party.organisation for party in _plan(text).parties] == ["Energy", "Energy"]
