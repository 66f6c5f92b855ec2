"""The DUIS body element of each Service Request body, where its record is not called the same."""

from smart_metering.duis import device_requests, inventory_requests
from smart_metering.duis.service_requests import (
    Body,
    SignedPreCommand,
    UninterpretedBody,
    UpdatePpmidFirmware,
)

_ELEMENTS: dict[type, str] = {
    UpdatePpmidFirmware: "UpdatePPMIDFirmware",
    device_requests.ReadDeviceConfigurationIdentityExcMpxn: "ReadDeviceConfigurationIdentityExcMPxN",
    device_requests.UpdateHanDeviceLog: "UpdateHANDeviceLog",
    device_requests.UpdateSecurityCredentialsCos: "UpdateSecurityCredentialsCoS",
    device_requests.RetrieveDeviceSecurityCredentialsKrp: "RetrieveDeviceSecurityCredentialsKRP",
    inventory_requests.ChfInstallSuccessSmWan: "CHFInstallSuccessSMWAN",
    inventory_requests.ChfInstallSuccessNoSmWan: "CHFInstallSuccessNoSMWAN",
    inventory_requests.ChfFaultReturn: "CHFFaultReturn",
    inventory_requests.ChfNoFaultReturn: "CHFNoFaultReturn",
    inventory_requests.DspSchedule: "CreateSchedule",
}


def body_element_of(body: Body) -> str | None:
    """The element; None for a Signed Pre-Command, which serves any Critical request, and for a body without a name."""
    if isinstance(body, SignedPreCommand):
        return None
    if isinstance(body, UninterpretedBody):
        return body.element or None
    return _ELEMENTS.get(type(body), type(body).__name__)
