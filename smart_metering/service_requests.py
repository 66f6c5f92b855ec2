"""The 129 Service Reference Variants (SRVs): what each is called, who may send it, how, to which Devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from smart_metering.command_variants import (
    CRITICAL_VARIANTS,
    NON_CRITICAL_VARIANTS,
    NON_DEVICE_VARIANTS,
    CommandVariant,
)
from smart_metering.device_types import DeviceType
from smart_metering.service_request_rows import SERVICE_REQUEST_ROWS
from smart_metering.use_case_device_types import device_types_of
from smart_metering.user_roles import UserRole


class FutureDating(StrEnum):
    """Who keeps a future-dated request until its time comes."""

    NO = "No"
    DEVICE = "Device"
    DSP = "DSP"
    DSP_AND_DEVICE = "DSP & Device"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestDefinition:
    """One SRV. `use_cases` are those of DCC's templates. `device_types` are what it may target: none for a
    non-device request, which targets the DCC."""

    srv: str
    service_reference: str
    name: str
    critical: bool
    non_device: bool
    future_dated: FutureDating
    dcc_scheduled: bool
    roles: frozenset[UserRole]
    command_variants: frozenset[CommandVariant]
    body_element: str
    use_cases: tuple[str, ...]
    device_types: frozenset[DeviceType]


_CLASS_VARIANTS = {
    "C": CRITICAL_VARIANTS,
    "N": NON_CRITICAL_VARIANTS,
    "D": NON_DEVICE_VARIANTS,
}

_FEWER_VARIANTS = {
    # Where the DUIS 5.4 schema allows less than the class does: neither can be delivered locally.
    "8.1.1": frozenset({CommandVariant.TRANSFORM, CommandVariant.SIGNED_SEND}),
    "8.5": frozenset({CommandVariant.SEND}),
}


def definition_of(srv: str) -> ServiceRequestDefinition | None:
    """The definition of a Service Reference Variant such as `11.2`; None for one that does not exist."""
    return _BY_SRV.get(srv)


def service_reference_of(srv: str) -> str:
    """The Service Reference of an SRV is its first two numbers: `6.2` of `6.2.10`."""
    return ".".join(srv.split(".")[:2])


def _define(row: tuple[str, str, str, bool, str, str, str, str]) -> ServiceRequestDefinition:
    srv, service_class, future_dated, scheduled, roles, use_cases, body_element, name = row
    non_device = service_class == "D"
    return ServiceRequestDefinition(
        srv=srv,
        service_reference=service_reference_of(srv),
        name=name,
        critical=service_class == "C",
        non_device=non_device,
        future_dated=FutureDating(future_dated),
        dcc_scheduled=scheduled,
        roles=_roles(roles),
        command_variants=_FEWER_VARIANTS.get(srv, _CLASS_VARIANTS[service_class]),
        body_element=body_element,
        use_cases=tuple(use_cases.split()),
        device_types=frozenset() if non_device else _device_types(use_cases.split()),
    )


def _roles(roles: str) -> frozenset[UserRole]:
    return frozenset(UserRole) if roles == "all" else frozenset(UserRole(role) for role in roles.split())


def _device_types(use_cases: Iterable[str]) -> frozenset[DeviceType]:
    return frozenset[DeviceType]().union(*(device_types_of(use_case) for use_case in use_cases))


SERVICE_REQUESTS = tuple(_define(row) for row in SERVICE_REQUEST_ROWS)

_BY_SRV = {definition.srv: definition for definition in SERVICE_REQUESTS}
