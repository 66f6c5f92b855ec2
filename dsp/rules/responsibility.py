"""Who is responsible for a Device: by its type, the User Roles and the point of supply they are registered for."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark
from smart_metering.user_roles import UserRole


class Supply(StrEnum):
    """Where the point of supply stands that decides for a Device."""

    OWN_IMPORT = "its own ImportMPxN"
    OWN_EXPORT = "its own ExportMPAN"
    ASSOCIATED = "the ImportMPxN of its associated meter"
    HAN = "any meter of its HAN"


@dataclass(frozen=True, slots=True)
class Responsibility:
    """A User in `role`, registered for the `supply` of a Device of `device_type`, is responsible for it."""

    device_type: DeviceType
    role: UserRole
    supply: Supply
    source: str
    mark: Mark


_E, _G, _P, _C, _H, _X = (
    DeviceType.ESME, DeviceType.GSME, DeviceType.GPF, DeviceType.CHF, DeviceType.HCALCS, DeviceType.PPMID,
)  # fmt: skip
_IS, _ES, _GS, _ED, _GT = UserRole.IS, UserRole.ES, UserRole.GS, UserRole.ED, UserRole.GT


def _row(device_type: DeviceType, role: UserRole, supply: Supply) -> Responsibility:
    return Responsibility(device_type, role, supply, "User Roles of the SEC", Mark.LIKELY)


RESPONSIBILITIES = (
    _row(_E, _IS, Supply.OWN_IMPORT),
    _row(_E, _ED, Supply.OWN_IMPORT),
    _row(_E, _ES, Supply.OWN_EXPORT),
    _row(_H, _IS, Supply.ASSOCIATED),
    _row(_H, _ED, Supply.ASSOCIATED),
    _row(_G, _GS, Supply.OWN_IMPORT),
    _row(_G, _GT, Supply.OWN_IMPORT),
    _row(_P, _GS, Supply.ASSOCIATED),
    _row(_P, _GT, Supply.ASSOCIATED),
    *(
        _row(kind, role, Supply.HAN)
        for kind in (_C, _X, DeviceType.IHD, DeviceType.CAD)
        for role in (_IS, _GS, _ED, _GT)
    ),
)

SHARED_BY_SUPPLIERS = frozenset(row.device_type for row in RESPONSIBILITIES if row.supply is Supply.HAN)
"""Types of Device that electricity and gas suppliers can both be responsible for."""

UNREGISTERED_ROLES = frozenset({UserRole.RSA, UserRole.OU})  # G9: they are asked for no responsibility


@cache  # asked several times for each request
def responsibilities(device_type: DeviceType, role: UserRole) -> tuple[Responsibility, ...]:
    """The rows by which `role` can be responsible for such a Device."""
    return tuple(row for row in RESPONSIBILITIES if row.device_type is device_type and row.role is role)
