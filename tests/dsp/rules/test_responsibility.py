"""Who is responsible: every Device Type with every User Role, against the rule said again here."""

import pytest

from dsp.rules.responsibility import RESPONSIBILITIES, UNREGISTERED_ROLES, Supply, responsibilities
from smart_metering.device_types import DeviceType
from smart_metering.user_roles import UserRole

HAN = dict.fromkeys((UserRole.IS, UserRole.GS, UserRole.ED, UserRole.GT), Supply.HAN)
EXPECTED: dict[DeviceType, dict[UserRole, Supply]] = {
    DeviceType.ESME: {
        UserRole.IS: Supply.OWN_IMPORT,
        UserRole.ED: Supply.OWN_IMPORT,
        UserRole.ES: Supply.OWN_EXPORT,
    },
    DeviceType.HCALCS: {UserRole.IS: Supply.ASSOCIATED, UserRole.ED: Supply.ASSOCIATED},
    DeviceType.GSME: {UserRole.GS: Supply.OWN_IMPORT, UserRole.GT: Supply.OWN_IMPORT},
    DeviceType.GPF: {UserRole.GS: Supply.ASSOCIATED, UserRole.GT: Supply.ASSOCIATED},
    DeviceType.CHF: HAN,
    DeviceType.PPMID: HAN,
    DeviceType.IHD: HAN,
    DeviceType.CAD: HAN,
}


@pytest.mark.parametrize("role", UserRole)
@pytest.mark.parametrize("device_type", DeviceType)
def test_each_role_is_responsible_for_each_device_type_by_its_supply(
    device_type: DeviceType, role: UserRole
) -> None:
    rows = responsibilities(device_type, role)

    expected = EXPECTED[device_type].get(role)
    assert [row.supply for row in rows] == ([] if expected is None else [expected])


def test_the_table_has_no_row_beside_these() -> None:
    assert len(RESPONSIBILITIES) == sum(map(len, EXPECTED.values()))


def test_an_agent_and_an_other_user_hold_no_registration() -> None:
    assert set(UNREGISTERED_ROLES) == {UserRole.RSA, UserRole.OU}
    assert not any(row.role in UNREGISTERED_ROLES for row in RESPONSIBILITIES)
