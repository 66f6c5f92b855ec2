"""The tables of the Devices, whole: each profile, each use case, each party that may ask."""

import pytest

from device_emulator.devices.profile import KnownParty
from device_emulator.devices.profiles import PROFILES
from device_emulator.firmware.activation import OneStepActivation, TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
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


def test_every_use_case_has_one_row_and_an_srv() -> None:
    assert sorted(row.use_case for row in USE_CASE_ROWS) == sorted(UseCase)
    assert reference_of(UseCase.ECS52) == "11.2"
    assert reference_of(0x0099) == ""
