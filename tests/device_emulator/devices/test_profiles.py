"""The tables of the Devices, whole: each profile, each use case, each party that may ask."""

import pytest

from device_emulator.devices.profiles import PROFILES
from device_emulator.devices.surroundings import KnownParty
from device_emulator.firmware.activation import OneStepActivation, TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_case_device_types import device_types_of
from smart_metering.use_cases import USE_CASE_ROWS, UseCase, reference_of

SMETS1, SMETS2 = Generation.SMETS1, Generation.SMETS2


def test_every_device_type_has_a_profile_in_every_generation_it_was_made_in() -> None:
    never_made = {(DeviceType.HCALCS, SMETS1)}

    everything = {(device_type, generation) for device_type in DeviceType for generation in Generation}
    assert set(PROFILES) == everything - never_made
    assert all(profile.device_type is device_type for (device_type, _), profile in PROFILES.items())


@pytest.mark.parametrize(
    ("device_type", "generation", "activation"),
    [
        (DeviceType.ESME, SMETS2, TwoStepActivation),
        (DeviceType.GSME, SMETS2, TwoStepActivation),
        (DeviceType.HCALCS, SMETS2, TwoStepActivation),
        (DeviceType.PPMID, SMETS2, TwoStepActivation),
        (DeviceType.ESME, SMETS1, OneStepActivation),
        (DeviceType.GSME, SMETS1, OneStepActivation),
        (DeviceType.GPF, SMETS2, type(None)),
        (DeviceType.CHF, SMETS2, type(None)),
        (DeviceType.IHD, SMETS2, type(None)),
        (DeviceType.PPMID, SMETS1, type(None)),
    ],
)
def test_a_profile_picks_its_way_of_activation(
    device_type: DeviceType, generation: Generation, activation: type
) -> None:
    assert type(PROFILES[device_type, generation].activation) is activation


def test_nobody_but_the_supplier_may_activate() -> None:
    for profile in PROFILES.values():
        handler = profile.handlers.get(UseCase.CS06)
        assert handler is None or handler.parties == {KnownParty.SUPPLIER}


NAMES = {
    # how the table of Device Types calls a use case, where it is not the member's name
    UseCase.CCS05: "CCS05CCS04",
    UseCase.CS01A: "CS01a",
    UseCase.CS01B: "CS01b",
    UseCase.CS02A: "CS02aMAC",
    UseCase.CS02B: "CS02bSupplierByTransCoS",
    UseCase.ECS15A: "ECS15a",
    UseCase.ECS17B: "ECS17b",
    UseCase.ECS22B: "ECS22b",
    UseCase.ECS26E: "ECS26e",
    UseCase.ECS70: "ECS70Commission",
    UseCase.GCS13A: "GCS13a",
    UseCase.GCS28: "GCS28Commission",
}
ALERTS = {
    UseCase.CS06_ALERT,
    UseCase.CS02B_ALERT,
    UseCase.ESME_FIRMWARE_RECEIPT,
    UseCase.GSME_FIRMWARE_RECEIPT,
    UseCase.ECS80,
    UseCase.CCS08,
    UseCase.CS09,
    UseCase.CRITICAL_ALERT,
    UseCase.NON_CRITICAL_ALERT,
}


@pytest.mark.parametrize("use_case", sorted(set(UseCase) - ALERTS), ids=lambda it: it.name)
def test_every_device_type_answers_the_use_cases_that_are_for_it(use_case: UseCase) -> None:
    answering = {
        device_type
        for (device_type, generation), profile in PROFILES.items()
        if generation is SMETS2 and use_case in profile.handlers
    }

    assert answering == device_types_of(NAMES.get(use_case, use_case.name))


@pytest.mark.parametrize("use_case", [UseCase.CS06, UseCase.CS03A1, UseCase.ECS70, UseCase.GCS28])
def test_critical_commands_are_the_suppliers(use_case: UseCase) -> None:
    parties = {
        profile.handlers[use_case].parties for profile in PROFILES.values() if use_case in profile.handlers
    }

    assert parties == {frozenset({KnownParty.SUPPLIER})}


def test_only_the_change_of_supplier_party_changes_the_supplier() -> None:
    for profile in PROFILES.values():
        for use_case, handler in profile.handlers.items():
            assert (KnownParty.CHANGE_OF_SUPPLIER in handler.parties) == (use_case == UseCase.CS02B)


def test_every_use_case_has_one_row_and_an_srv() -> None:
    assert sorted(row.use_case for row in USE_CASE_ROWS) == sorted(UseCase)
    assert reference_of(UseCase.ECS52) == "11.2"
    assert reference_of(0x0099) == ""
