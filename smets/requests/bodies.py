"""The body of a Service Request from words: one row for each SRV that has one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from smart_metering.duis.service_requests import Body
from smets.client.administration import Administration
from smets.client.making import MakeBody
from smets.client.user import User
from smets.fleet.texts import one_of
from smets.requests import device_bodies as device
from smets.requests import firmware_bodies as firmware
from smets.requests import inventory_bodies as inventory
from smets.requests.errors import WrongRequest
from smets.requests.field_values import values_of
from smets.requests.making import Asked, Lookups, Making


@dataclass(frozen=True, slots=True)
class BodyRow:
    """`options` and, where fields can be set, `fields` that this body has room for."""

    options: str
    make: Callable[[Making], Awaitable[Body | MakeBody]]
    fields: str


async def body_of(
    asked: Asked, sender: User, administration: Administration, lookups: Lookups
) -> Body | MakeBody | None:
    """None: the body that says nothing. Raises WrongRequest for what this SRV has no room for, or lacks."""
    check(asked)
    row = ROWS.get(asked.srv)
    if row is None:
        return None
    making = Making(
        asked=asked,
        sender=sender,
        administration=administration,
        lookups=lookups,
        now=await sender.now(),
    )
    return await row.make(making)


def check(asked: Asked) -> None:
    """What can be told without asking anybody. Raises WrongRequest for what this SRV has no room for."""
    row = ROWS.get(asked.srv)
    given = {name for name in OPTIONS if getattr(asked, name)}
    if surplus := [name for name in OPTIONS if name in given - _room(row)]:
        options = ", ".join(asked.option(OPTIONS[name]) for name in surplus)
        raise WrongRequest(f"SRV {asked.srv} takes no {options}")
    for name, value in asked.fields.items():
        _check_field(asked, name, value)


def fields_of(srv: str) -> tuple[str, ...]:
    """Those that can be set."""
    row = ROWS.get(srv)
    return tuple(row.fields.split()) if row is not None else ()


def _check_field(asked: Asked, name: str, value: str) -> None:
    try:
        one_of("field", name, fields_of(asked.srv))
        if allowed := values_of(asked.srv, name):
            one_of("value", value, allowed)
    except ValueError as error:
        raise WrongRequest(f"{asked.option('set')} {name}={value}: {error}") from None


def _room(row: BodyRow | None) -> set[str]:
    if row is None:
        return set()
    return {*row.options.split(), *(("fields",) if row.fields else ())}


OPTIONS = {
    "firmware": "firmware",
    "version": "version",
    "image_hash": "hash",
    "at": "at",
    "fields": "set",
}

_POINTS = " ".join(inventory.POINTS_OF_SUPPLY)
_SCHEDULE = "srv frequency start end time from to certificate"
_CHOICES_OF_8_4 = f"status hub_status delete_device {' '.join(inventory.DETAILS)} {_POINTS}"
_HAN_DEVICE_LOG = f"device request join_time install_code {_POINTS}"
_PRENOTIFICATION = " ".join(inventory.PRENOTIFICATION)

ROWS = {
    # SRV             options                   body                              fields
    "2.2":    BodyRow("",                       device.top_up,                    "utrn"),
    "3.3":    BodyRow("",                       device.clear_event_log,           "log"),
    "4.1.1":  BodyRow("at",                     device.read_import_registers,     ""),
    "4.3":    BodyRow("at",                     device.read_prepay_values,        ""),
    "4.8.1":  BodyRow("at",                     device.read_profile,              "from to certificate"),
    "5.1":    BodyRow("",                       inventory.create_schedule,        _SCHEDULE),
    "5.2":    BodyRow("",                       inventory.read_schedule,          "id"),
    "5.3":    BodyRow("",                       inventory.delete_schedule,        "id"),
    "6.23":   BodyRow("at",                     device.change_supplier,           "import_mpxn floor top_up_floor"),
    "6.24.1": BodyRow("",                       device.retrieve_credentials,      "roles"),
    "8.1.1":  BodyRow("",                       device.commission,                "time tolerance_period"),
    "8.2":    BodyRow("",                       inventory.read_inventory,         "mpxn uprn"),
    "8.3":    BodyRow("",                       inventory.decommission,           ""),
    "8.4":    BodyRow("",                       inventory.update_inventory,       _CHOICES_OF_8_4),
    "8.7.1":  BodyRow("",                       device.join_critical,             "other"),
    "8.7.2":  BodyRow("",                       device.join_non_critical,         "other"),
    "8.9":    BodyRow("at",                     device.read_device_log,           ""),
    "8.11":   BodyRow("at",                     device.update_han_device_log,     _HAN_DEVICE_LOG),
    "8.13":   BodyRow("",                       inventory.return_local_response,  "response request"),
    "8.14.1": BodyRow("",                       inventory.hub_installed,          "install_type installed mpxn"),
    "8.14.2": BodyRow("",                       inventory.hub_without_sm_wan,     "install_type installed mpxn"),
    "8.14.3": BodyRow("",                       inventory.hub_with_fault,         "return_type reason"),
    "8.14.4": BodyRow("",                       inventory.hub_returned,           "return_type"),
    "11.1":   BodyRow("firmware version",       firmware.update_firmware,         ""),
    "11.2":   BodyRow("at",                     device.read_firmware_version,     ""),
    "11.3":   BodyRow("firmware image_hash at", firmware.activate_firmware,       ""),
    "11.4":   BodyRow("firmware version",       firmware.update_firmware,         ""),
    "12.2":   BodyRow("",                       inventory.prenotify,              _PRENOTIFICATION),
}  # fmt: skip
