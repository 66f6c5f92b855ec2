"""The fields of a body whose values DUIS lists, each with those values: what any other text is told at once."""

from dataclasses import dataclass

from dsp.rules.inventory_updates import STATUS_UPDATES
from dsp.rules.schedules import Frequency


@dataclass(frozen=True, slots=True)
class FieldValues:
    """What the field may be with these SRVs."""

    srvs: tuple[str, ...]
    field: str
    values: tuple[str, ...]


INSTALL_TYPES = ("New CHF Install", "Replacement CHF Install", "CHF Install - no SM WAN")
FAULT_RETURN_TYPES = ("Fault identified prior to installation", "Fault identified post installation")
NO_FAULT_RETURN_TYPES = (
    "No Fault Return (general)",
    "No Fault Return (non-dom opt out)",
    "No Fault Return (dual supplier HAN variant replacement)",
    "No Fault Return (SM WAN variant replacement requested by DCC)",
    "Lost or Stolen Hub",
)
FAULT_REASONS = (
    "Damaged case",
    "Damaged Connector",
    "Illegal interference or missing seals",
    "Environmental conditions exceeded",
    "SM WAN Fault",
    "SMHAN Interface Fault",
    "LED Fault",
    "Aerial fault",
    "Manufacturing defect",
)


def _statuses(field: str) -> tuple[str, ...]:
    return tuple(row.status.value for row in STATUS_UPDATES if row.field == field)


FIELD_VALUES = (
    #           SRVs                  field           values (DUIS 5.4 schema)
    FieldValues(("3.3",),             "log",          ("ESME", "ALCS")),
    FieldValues(("4.8.1", "5.1"),     "certificate",  ("yes", "no")),
    FieldValues(("5.1",),             "frequency",    tuple(row.value for row in Frequency)),
    FieldValues(("8.4",),             "status",       _statuses("update_device_status_except_ch")),
    FieldValues(("8.4",),             "hub_status",   _statuses("update_device_status_ch")),
    FieldValues(("8.4",),             "delete_device", ("yes", "no")),
    FieldValues(("8.11",),            "request",      ("Add", "Remove")),
    FieldValues(("8.14.1", "8.14.2"), "install_type", INSTALL_TYPES),
    FieldValues(("8.14.3",),          "return_type",  FAULT_RETURN_TYPES),
    FieldValues(("8.14.3",),          "reason",       FAULT_REASONS),
    FieldValues(("8.14.4",),          "return_type",  NO_FAULT_RETURN_TYPES),
)  # fmt: skip


def values_of(srv: str, field: str) -> tuple[str, ...]:
    """What the field may be; empty: any text, as far as is known here."""
    return next((row.values for row in FIELD_VALUES if srv in row.srvs and row.field == field), ())
