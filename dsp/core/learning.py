"""What the SMI learns from a Device's word on its firmware: a version, a status restored, a mismatch to report."""

from dsp.core.central_products_list import restore
from dsp.core.dcc_alerts import alert
from dsp.core.records import SmiDevice
from dsp.core.turn import Turn
from dsp.rules.firmware_evidence import evidence
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import FirmwareVersionMismatch
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.records import Record, changed
from smart_metering.user_roles import NETWORK_OPERATORS, UserRole

LEARNED = "learned"
NOT_LEARNED = "not learned"

FIRMWARE_CHANGE = "firmware version"
"""How a change in the SMI begins that is one of its firmware version."""


class Shown(Record, frozen=True, kw_only=True):
    """What a Response to `srv` shows. `verified`: the DSP could check who says so; `role`: who had asked."""

    srv: str
    version: FirmwareVersion | None
    success: bool
    verified: bool = True
    role: UserRole | None = None


def judge(turn: Turn, device: SmiDevice, shown: Shown) -> Decision:
    """Whether the SMI learns from it, and by which row, whoever asked."""
    kind, switches = device.device.device_type, turn.rules.switches
    row = evidence(turn.rules.evidence, shown.srv, kind, shown.success)
    if shown.version is None:
        return _not_learned("the Response shows no version", "SECMP0105 report", Mark.CERTAIN)
    if row is None:
        without = "" if shown.success else " without success"
        in_force = ", ".join(turn.rules.modifications) or "no modification"
        what = f"Response to {shown.srv}{without} from {kind}, with {in_force} in force"
        return _not_learned(what, "SECMP0105 report", Mark.CERTAIN)
    if not shown.verified and not switches.unverified_response_teaches:
        return _not_learned("only the User can verify it", "choice G5, switched", Mark.CHOICE)
    if (
        shown.srv == "11.2"
        and shown.role in NETWORK_OPERATORS
        and not switches.network_operator_read_restores
    ):
        return _not_learned("a network operator asked", "choice Q11, switched", Mark.CHOICE)
    if shown.version == device.device.device_firmware_version:
        return _not_learned("the SMI has this version already", "choice Q7", Mark.CHOICE)
    return Decision(
        code=LEARNED, row=f"Response to {shown.srv} from {kind}", source=row.source, mark=row.mark
    )


def learn(turn: Turn, device: SmiDevice, version: FirmwareVersion, decision: Decision) -> None:
    """Writes the version; a Suspended Device is restored by it, if the CPL has it."""
    former = device.device.device_firmware_version or "none"
    shown = changed(device.device, device_firmware_version=version)
    device = turn.change(changed(device, device=shown), f"{FIRMWARE_CHANGE} {former} -> {version}", decision)
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
    alert(turn, DccAlertCode.N52, meter, body, requester=requester)


def _not_learned(row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=NOT_LEARNED, row=row, source=source, mark=mark)
