"""Responsibility: which Users a Device is the business of, at a moment."""

from collections.abc import Iterable

from dsp.core.records import SmiDevice
from dsp.core.state import State
from dsp.rules.responsibility import Responsibility, Supply, responsibilities
from smart_metering.device_types import METERS, DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.user_roles import NETWORK_OPERATORS, SUPPLIERS, UserRole

SUPPLIER_ROLES = tuple(role for role in UserRole if role in SUPPLIERS and role is not UserRole.ES)


def supply_role(meter: DeviceType) -> UserRole:
    """The role in which the supplier of such a meter is registered for its import point of supply."""
    return UserRole.GS if meter is DeviceType.GSME else UserRole.IS


def registered_party(state: State, mpxn: str, role: UserRole, at: Instant) -> Eui | None:
    """The party registered for this point of supply in this role at `at`."""
    rows = state.registered.get((mpxn, role), ())
    return next((row.party for row in reversed(rows) if row.effective_from <= at), None)


def responsible_parties(state: State, device: SmiDevice, roles: Iterable[UserRole], at: Instant) -> list[Eui]:
    """Who is responsible for the Device in these roles at `at`: no duplicates, in the order of the roles."""
    found: dict[Eui, None] = {}
    for role in roles:
        for row in responsibilities(device.device.device_type, role):
            for mpxn in _points_of_supply(state, device, row):
                party = registered_party(state, mpxn, role, at)
                if party is not None:
                    found[party] = None
    return list(found)


def responsible_suppliers(state: State, device: SmiDevice, at: Instant) -> list[Eui]:
    """The Responsible Suppliers: import and gas."""
    return responsible_parties(state, device, SUPPLIER_ROLES, at)


def responsible_network_operators(state: State, device: SmiDevice, at: Instant) -> list[Eui]:
    """The Responsible Network Operators."""
    return responsible_parties(state, device, [r for r in UserRole if r in NETWORK_OPERATORS], at)


def supplier_on_device(state: State, device: SmiDevice) -> Eui | None:
    """The supplier whose credentials the Device holds: known, or the one that was registered when it became known."""
    if device.supplier_credentials is not None or not device.history:
        return device.supplier_credentials
    found = responsible_parties(state, device, SUPPLIER_ROLES, device.history[0].at)
    return found[0] if found else None


def _points_of_supply(state: State, device: SmiDevice, row: Responsibility) -> list[str]:
    shown = device.device
    match row.supply:
        case Supply.OWN_IMPORT:
            return [shown.import_mpxn] if shown.import_mpxn else []
        case Supply.OWN_EXPORT:
            return [shown.export_mpan] if shown.export_mpan else []
        case Supply.ASSOCIATED:
            meter = state.devices.get(device.associated_device) if device.associated_device else None
            return [meter.device.import_mpxn] if meter and meter.device.import_mpxn else []
        case Supply.HAN:
            return [
                meter.device.import_mpxn for meter in meters_of_han(state, device) if meter.device.import_mpxn
            ]


def meters_of_han(state: State, device: SmiDevice) -> list[SmiDevice]:
    """The meters on the Device's HAN."""
    if device.comms_hub is None:
        return []
    neighbours = (state.devices[neighbour] for neighbour in state.han.get(device.comms_hub, ()))
    return [neighbour for neighbour in neighbours if neighbour.device.device_type in METERS]
