"""Which Device a request is about: its target, or the one that a non-device request names in its body."""

from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    ChfInstallSuccessNoSmWan,
    ChfInstallSuccessSmWan,
    ChfNoFaultReturn,
    DecommissionDevice,
    DeleteSchedule,
    DevicePrenotification,
    DspSchedule,
    ReadInventory,
    ReadSchedule,
    ReturnLocalCommandResponse,
    UpdateInventory,
)
from smart_metering.duis.service_requests import ServiceRequest, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_request_id
from smart_metering.service_requests import definition_of

NamesOneDevice = (
    ReadInventory
    | DecommissionDevice
    | UpdateInventory
    | DevicePrenotification
    | ChfInstallSuccessSmWan
    | ChfInstallSuccessNoSmWan
    | ChfFaultReturn
    | ChfNoFaultReturn
    | DspSchedule
    | ReadSchedule
    | DeleteSchedule
)


def device_about(request: ServiceRequest) -> Eui:
    """The Device that a request is about. An 11.1 or 11.4 names many: of itself it is about its target, the ACB."""
    target, body = request.request_id.target, request.body
    definition = definition_of(request.service_reference_variant)
    if definition is None or not definition.non_device:
        return target
    if isinstance(body, NamesOneDevice):
        return body.device_id or target
    if isinstance(body, ReturnLocalCommandResponse):
        return _target_of(body.original_request_id) or target
    return target


def first_named(request: ServiceRequest) -> Eui:
    """The same, or of the Devices that an 11.1 or 11.4 lists the first: all are to be of one type."""
    body = request.body
    if isinstance(body, UpdateFirmware | UpdatePpmidFirmware) and body.device_id_list:
        return body.device_id_list[0]
    return device_about(request)


def _target_of(request_id: str) -> Eui | None:
    try:
        return parse_request_id(request_id).target
    except InvalidIdentifier:
        return None
