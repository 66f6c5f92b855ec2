"""Transform: from a Service Request to GBCS. A row says which use case serves an SRV for a Device Type."""

from dsp.core.state import Outstanding, SmiDevice
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ActivateFirmware, ServiceRequest
from smart_metering.gbcs.activate_firmware import ActivateFirmwareCommand, encode_activate_firmware_command
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.read_firmware_version import encode_read_command
from smart_metering.identifiers import Eui, RequestId
from smart_metering.use_cases import UseCase

USE_CASES: dict[tuple[str, DeviceType], UseCase] = {
    ("11.2", DeviceType.ESME): UseCase.ECS52,
    ("11.2", DeviceType.CHF): UseCase.ECS52,
    ("11.2", DeviceType.GSME): UseCase.GCS38,
    ("11.2", DeviceType.GPF): UseCase.GCS38,
    ("11.2", DeviceType.PPMID): UseCase.CS08,
    ("11.2", DeviceType.HCALCS): UseCase.CS08,
    ("11.3", DeviceType.ESME): UseCase.CS06,
    ("11.3", DeviceType.GSME): UseCase.CS06,
    ("11.3", DeviceType.HCALCS): UseCase.CS06,
}  # gbcs 4.11

DEFAULT_GBCS_VERSION = "4.2"


def use_case_of(srv: str, device_type: DeviceType) -> UseCase | None:
    """The use case that serves the SRV for such a Device; None where it is not emulated yet."""
    return USE_CASES.get((srv, device_type))


def pre_command(request: ServiceRequest, body: ActivateFirmware) -> Message:
    """The Pre-Command of 11.3: CS06, from the User to the Device, unsigned."""
    request_id = request.request_id
    payload = encode_activate_firmware_command(
        ActivateFirmwareCommand(
            manufacturer_image_hash=body.firmware_hash,
            originator_counter=request_id.counter,
            execution_time=body.execution_date_time,
        )
    )
    return _command(request_id, UseCase.CS06, payload)


def read_command(outstanding: Outstanding, device: SmiDevice, acb: Eui) -> Message:
    """The command of 11.2: from the User where the Device knows the User, else from the ACB on the User's behalf."""
    use_case = USE_CASES["11.2", device.device.device_type]
    command = outstanding.command
    payload = encode_read_command(use_case, command.counter)
    if command.originator != acb:
        return _command(command, use_case, payload)
    return Message(
        cra=CraFlag.COMMAND,
        counter=command.counter,
        originator=acb,
        target=command.target,
        message_code=use_case,
        payload=payload,
        supplementary_party=outstanding.user,
        supplementary_counter=outstanding.request.request_id.counter,
        signature=b"",
    )


def _command(command: RequestId, use_case: UseCase, payload: bytes) -> Message:
    return Message(
        cra=CraFlag.COMMAND,
        counter=command.counter,
        originator=command.originator,
        target=command.target,
        message_code=use_case,
        payload=payload,
        signature=None if use_case is UseCase.CS06 else b"",
    )
