"""Which parties a Device knows: every Device Type, User Role and use case, against the rule said again here."""

import pytest

from dsp.rules.known_parties import is_known
from smart_metering.device_types import DeviceType
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole

ALWAYS: dict[DeviceType, set[UserRole]] = {
    DeviceType.ESME: {UserRole.IS, UserRole.ED},
    DeviceType.GSME: {UserRole.GS, UserRole.GT},
    DeviceType.GPF: {UserRole.GS, UserRole.GT},
}


@pytest.mark.parametrize("role", UserRole)
@pytest.mark.parametrize("device_type", DeviceType)
def test_a_device_knows_its_own_supplier_and_network_operator_alone(
    device_type: DeviceType, role: UserRole
) -> None:
    for use_case in UseCase:
        only_to_activate = (
            device_type is DeviceType.HCALCS and role is UserRole.IS and use_case is UseCase.CS06
        )
        expected = role in ALWAYS.get(device_type, ()) or only_to_activate

        assert is_known(device_type, role, use_case) is expected, use_case
