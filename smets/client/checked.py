"""What a User received, with what it can say of it: who vouches for it, what a Device says in it, whom it is about."""

from dataclasses import dataclass

from smart_metering.duis.service_responses import (
    ChangeOfSupplier,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    FirmwareUpgradeRequested,
    ServiceResponse,
    UpdateHanDeviceLogResult,
)
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_request_id
from smets.client.outcomes import Outcome
from smets.client.verification import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedResponse:
    """A Service Response, who vouches for it, and what the Device says in it, if a Device does."""

    response: ServiceResponse
    verified: Verified
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedResponse(CheckedResponse):
    """A Service Response at its `position` in the User's stream: to go on beyond it, begin after that."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedAlert:
    """A DCC Alert or a Device Alert at its `position` in the User's stream. `code`: N29, or 8F66 (four hex digits).

    `devices` are those that it is about; `verified` and `outcome` are of a Device Alert: who vouches, and what it says.
    """

    position: int
    alert: DccAlert | DeviceAlert
    code: str
    devices: tuple[Eui, ...]
    verified: Verified
    outcome: Outcome | None


def code_of(alert: DccAlert | DeviceAlert) -> str:
    """As people write it."""
    return f"{alert.alert_code:04X}" if isinstance(alert, DeviceAlert) else alert.dcc_alert_code.value


def devices_of(alert: DccAlert | DeviceAlert) -> tuple[Eui, ...]:
    """The Devices that an alert is about; with them the hub, where it is the hub that says so."""
    if isinstance(alert, DeviceAlert):
        return (parse_request_id(alert.response_id).originator,)
    match alert.body:
        case CspFirmwareDeliveryStatus(comms_hub_device_id=hub, target_device_id=device):
            found: tuple[Eui | None, ...] = (device, hub)
        case CommsHubAlert(comms_hub_device_id=hub, device_id=device):
            found = (device, hub)
        case FirmwareUpgradeRequested(device_list=devices):
            found = devices
        case ChangeOfSupplier(
            device_change_of_supplier=changed, change_of_supplier_service_request_id=request
        ):
            found = (changed.device_id if changed is not None else _target(request),)
        case UpdateHanDeviceLogResult(update_han_device_log_service_request_id=request):
            found = (_target(request),)
        case body:
            found = (body.device_id,)
    return tuple(device for device in dict.fromkeys(found) if device)


def device_of(response: ServiceResponse) -> Eui | None:
    """The Device that was asked; of a non-device request the Access Control Broker. None: not a RequestID."""
    return _target(response.request_id)


def _target(request_id: str) -> Eui | None:
    try:
        return parse_request_id(request_id).target
    except InvalidIdentifier:
        return None
