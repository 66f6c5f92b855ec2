"""Bodies of Service Requests to the DCC itself: about the inventory, hubs, schedules, and local answers."""

import re

import msgspec

from dsp.rules.schedules import READ_A_LOG
from smart_metering.duis import inventory_requests as duis
from smart_metering.duis.inventory_requests import DeviceDetails, UpdateInventory, UpdateMpxn
from smart_metering.duis.service_requests import Body
from smart_metering.identifiers import parse_eui
from smart_metering.instants import HOUR_MS, MINUTE_MS
from smart_metering.service_requests import service_reference_of
from smets.requests.device_bodies import own_key
from smets.requests.errors import WrongRequest
from smets.requests.making import Making

DETAILS = tuple(row.name for row in msgspec.structs.fields(DeviceDetails))
POINTS_OF_SUPPLY = tuple(row.name for row in msgspec.structs.fields(UpdateMpxn))
PRENOTIFICATION = tuple(
    row.name for row in msgspec.structs.fields(duis.DevicePrenotification) if row.name != "device_id"
)

_CHOICES = "status, hub_status, device details, delete_device=yes, or a point of supply"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


async def read_inventory(making: Making) -> Body:
    making.needs_one("mpxn", "uprn")
    return duis.ReadInventory(
        device_id=making.device_if_any,
        mpxn=making.fields.get("mpxn", ""),
        uprn=making.fields.get("uprn", ""),
    )


async def decommission(making: Making) -> Body:
    return duis.DecommissionDevice(device_id=making.device)


async def update_inventory(making: Making) -> Body:
    """Exactly one of the five choices of 8.4."""
    device, fields = making.device, making.fields
    details = {name: fields[name] for name in DETAILS if name in fields}
    points = {name: fields[name] for name in POINTS_OF_SUPPLY if name in fields}
    choices: list[UpdateInventory] = []
    if "status" in fields:
        choices.append(UpdateInventory(device_id=device, update_device_status_except_ch=fields["status"]))
    if "hub_status" in fields:
        choices.append(UpdateInventory(device_id=device, update_device_status_ch=fields["hub_status"]))
    if details:
        choices.append(UpdateInventory(device_id=device, update_device_details=DeviceDetails(**details)))
    if making.is_set("delete_device"):
        choices.append(UpdateInventory(device_id=device, delete_device=True))
    if len(points) == 1:
        choices.append(UpdateInventory(device_id=device, update_mpxn=UpdateMpxn(**points)))
    if len(points) > 1 or len(choices) != 1:
        option = making.asked.option("set")
        raise WrongRequest(
            f"SRV 8.4 makes one change at a time; expected {option} of exactly one of: {_CHOICES}"
        )
    return choices[0]


async def prenotify(making: Making) -> Body:
    making.needs("device_manufacturer", "device_model", "device_type")
    fields = dict(making.fields)
    gpf = fields.pop("associated_gpf_device_id", "")
    return duis.DevicePrenotification(
        device_id=making.device,
        device_manufacturer=fields.pop("device_manufacturer"),
        device_model=fields.pop("device_model"),
        device_type=fields.pop("device_type"),
        associated_gpf_device_id=parse_eui(gpf) if gpf else None,
        **fields,
    )


async def return_local_response(making: Making) -> Body:
    making.needs("response")
    return duis.ReturnLocalCommandResponse(
        original_request_id=making.fields.get("request", ""), device_gbcs_response=making.octets("response")
    )


async def hub_installed(making: Making) -> Body:
    return duis.ChfInstallSuccessSmWan(
        device_id=making.device,
        chf_install_type=making.fields.get("install_type", ""),
        install_date_time=making.moment("installed", making.now),
        mpxn=making.fields.get("mpxn", ""),
    )


async def hub_without_sm_wan(making: Making) -> Body:
    return duis.ChfInstallSuccessNoSmWan(
        device_id=making.device,
        chf_install_type=making.fields.get("install_type", ""),
        install_date_time=making.moment("installed", making.now),
        mpxn=making.fields.get("mpxn", ""),
    )


async def hub_with_fault(making: Making) -> Body:
    return duis.ChfFaultReturn(
        device_id=making.device,
        chf_fault_return_type=making.fields.get("return_type", ""),
        chf_fault_reason=making.fields.get("reason", ""),
    )


async def hub_returned(making: Making) -> Body:
    return duis.ChfNoFaultReturn(
        device_id=making.device, chf_no_fault_return_type=making.fields.get("return_type", "")
    )


async def create_schedule(making: Making) -> Body:
    """From today on, each day at midnight, unless the fields say otherwise; a log is read for the day before."""
    srv = making.fields.get("srv", "4.8.1")
    start = making.day("start")
    return duis.DspSchedule(
        schedule_frequency=making.fields.get("frequency", "Daily"),
        schedule_start_date=making.today if start is None else start,
        schedule_end_date=making.day("end"),
        schedule_execution_start_time=_time_of_day(making),
        ka_public_security_credential=own_key(making),
        dsp_scheduled_service_reference=service_reference_of(srv),
        dsp_scheduled_service_reference_variant=srv,
        device_id=making.device,
        read_log_period_offset=_period(making) if srv in READ_A_LOG else None,
    )


def _period(making: Making) -> duis.ReadLogPeriodOffset:
    """Whole days from the day of the run: from=-1 to=0 is the day before it, midnight to midnight."""
    return duis.ReadLogPeriodOffset(
        start_date_offset=making.number("from", -1), end_date_offset=making.number("to", 0)
    )


def _time_of_day(making: Making) -> int:
    parts = _TIME.fullmatch(making.fields.get("time", "00:00"))
    if parts is None:
        raise making.wrong("time", "expected hours and minutes, like 02:30")
    return int(parts[1]) * HOUR_MS + int(parts[2]) * MINUTE_MS


async def read_schedule(making: Making) -> Body:
    making.needs_one("id")
    return duis.ReadSchedule(dsp_schedule_id=making.number("id", 0), device_id=making.device_if_any)


async def delete_schedule(making: Making) -> Body:
    making.needs_one("id")
    return duis.DeleteSchedule(dsp_schedule_id=making.number("id", 0), device_id=making.device_if_any)
