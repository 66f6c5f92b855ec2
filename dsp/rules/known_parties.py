"""Which parties a Device knows: their commands go to it directly, all others through the Access Control Broker."""

from dataclasses import dataclass

from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole


@dataclass(frozen=True, slots=True)
class KnownParties:
    """Devices of this type know Users in `roles`; with `use_cases` only for those."""

    device_type: DeviceType
    roles: frozenset[UserRole]
    use_cases: frozenset[UseCase] | None
    source: str
    mark: Mark


_ELECTRICITY = frozenset({UserRole.IS, UserRole.ED})
_GAS = frozenset({UserRole.GS, UserRole.GT})

KNOWN_PARTIES = (
    # Device Type                   roles                       use cases                    source                mark
    KnownParties(DeviceType.ESME,   _ELECTRICITY,               None,                        "ground rules, keys", Mark.LIKELY),
    KnownParties(DeviceType.GSME,   _GAS,                       None,                        "ground rules, keys", Mark.LIKELY),
    KnownParties(DeviceType.GPF,    _GAS,                       None,                        "ground rules, keys", Mark.LIKELY),
    KnownParties(DeviceType.HCALCS, frozenset({UserRole.IS}),   frozenset({UseCase.CS06}),   "ground rules, keys", Mark.LIKELY),
)  # fmt: skip


def is_known(device_type: DeviceType, role: UserRole, use_case: UseCase) -> bool:
    """Whether such a Device knows a User in this role, for this use case."""
    return any(
        row.device_type is device_type
        and role in row.roles
        and (row.use_cases is None or use_case in row.use_cases)
        for row in KNOWN_PARTIES
    )
