"""What the SMI learns from a Device's word on its firmware: a version, a status restored, a mismatch to report."""

from dsp.core.central_products_list import alert, restore
from dsp.core.state import SmiDevice
from dsp.core.turn import Turn
from dsp.rules.firmware_evidence import evidence
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import FirmwareVersionMismatch
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.user_roles import NETWORK_OPERATORS, UserRole


def learn(
    turn: Turn,
    device: SmiDevice,
    srv: str,
    version: FirmwareVersion | None,
    *,
    success: bool,
    role: UserRole | None,
) -> None:
    """Takes the version if a row of evidence grants it, whoever asked; restores a Suspended Device if it is new."""
    row = evidence(turn.rules.evidence, srv, device.device.device_type, success)
    if version is None or row is None or version == device.device.device_firmware_version:
        return
    if srv == "11.2" and role in NETWORK_OPERATORS and not turn.rules.switches.network_operator_read_restores:
        return
    device = turn.state.put_device(
        changed(device, device=changed(device.device, device_firmware_version=version))
    )
    approved = turn.state.cpl_entry_for(device.device, version) is not None
    if approved or not turn.rules.switches.restore_needs_active_cpl:
        restore(turn, device, SmiEvent.NEW_FIRMWARE_SHOWN)


def compare_mirror(turn: Turn, proxy: SmiDevice, version: FirmwareVersion | None, requester: Eui) -> None:
    """N52: a GPF shows another version of its GSME than the SMI has. Nothing in the SMI changes."""
    meter = turn.state.devices.get(proxy.associated_device) if proxy.associated_device else None
    if meter is None or version is None or version == meter.device.device_firmware_version:
        return
    body = FirmwareVersionMismatch(
        device_id=meter.device.device_id,
        device_type=DeviceType.GSME,
        firmware_version_smi=meter.device.device_firmware_version,
        firmware_version_device=version,
    )
    alert(turn, DccAlertCode.N52, meter, body, requester)
