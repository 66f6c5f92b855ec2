"""Tables of the Service Requests themselves: SRVs, use cases and Command Variants."""

from smart_metering.command_variants import COMMAND_VARIANTS
from smart_metering.marks import Mark
from smart_metering.service_requests import SERVICE_REQUESTS, FutureDating, ServiceRequestDefinition
from smart_metering.use_case_device_types import USE_CASE_DEVICE_TYPES, row_of
from smets.tables.cells import NOTHING, class_of, in_order, least_sure, yes
from smets.tables.page import Table
from smets.tables.rows import cell


def service_requests() -> Table:
    return Table(
        "Service Requests",
        "All 129 Service Reference Variants: who may send each (E2 refuses the others), in which Command Variants "
        "(E12), to which Device Types (E11), and who keeps it until a later date. The last mark is of the Device "
        "Types, which follow from the use cases and are as sure as the least sure of them.",
        (
            "SRV",
            "Name",
            "Class",
            "User Roles",
            "CVs",
            "Dated by",
            "DSP schedule",
            "Body element",
            "Source",
            "Mark",
            "Use cases",
            "Device Types",
            "Mark",
        ),
        [_service_request(definition) for definition in SERVICE_REQUESTS],
    )


def use_cases() -> Table:
    return Table(
        "Device Types of use cases",
        "Which Device Types each GBCS use case is for: it is looked up whole, then by its family, then by its series.",
        ("Use case, family or series", "Device Types", "Source", "Mark"),
        [(row.use_cases, cell(row.device_types), row.source, row.mark) for row in USE_CASE_DEVICE_TYPES],
    )


def command_variants() -> Table:
    return Table(
        "Command Variants",
        "What a User hands over, what becomes of it, and the service that takes it (any other answers E13).",
        (
            "CV",
            "Critical",
            "A Signed Pre-Command",
            "Sent to the Device",
            "Returned for local delivery",
            "May be dated",
            "Service",
            "Source",
            "Mark",
        ),
        [
            (
                f"{row.variant:d}",
                *(yes(value) for value in (row.critical, row.signed, row.sent, row.local, row.future_dated)),
                row.service,
                "DUIS 5.4 schema",
                Mark.CERTAIN,
            )
            for row in COMMAND_VARIANTS
        ],
    )


def _service_request(definition: ServiceRequestDefinition) -> tuple[str, ...]:
    marks = [row_of(use_case).mark for use_case in definition.use_cases]
    return (
        definition.srv,
        definition.name,
        class_of(definition),
        cell(definition.roles),
        cell(definition.command_variants),
        NOTHING if definition.future_dated is FutureDating.NO else definition.future_dated,
        yes(definition.dcc_scheduled),
        f"`{definition.body_element}`",
        "DCC's request matrix and templates; DUIS 5.4 schema",
        Mark.CERTAIN,
        in_order(definition.use_cases),
        cell(definition.device_types),
        least_sure(marks) if definition.device_types else NOTHING,
    )
