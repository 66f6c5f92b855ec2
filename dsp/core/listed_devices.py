"""The Devices that an 11.1 or 11.4 lists: each is judged by itself, and goes on or is left out, by one row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dsp.core.asking import Asking, holds
from dsp.core.authorisation import let_in_by, status_permits
from dsp.core.records import ListedDevices, SmiDevice
from dsp.rules.update_firmware import DeviceFault
from smart_metering.administration import CplEntry
from smart_metering.decisions import Decision
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode

MOST_NAMED = 5
"""Of the Devices on which one row decided alike, so many are told by name: an 11.1 may list 50,000."""

LEFT_OUT = "left out"

LeftOut = tuple[DeviceFault, Decision]


@dataclass(slots=True)
class Listed:
    """The Devices of one request as far as they are judged, and the row that decided on each."""

    accepted: dict[Eui, SmiDevice] = field(default_factory=dict)
    faults: dict[DeviceFault, list[Eui]] = field(default_factory=lambda: defaultdict(list))
    _passed: dict[Eui, Decision] = field(default_factory=dict)
    _left_out: dict[Decision, list[Eui]] = field(default_factory=lambda: defaultdict(list))

    def accept(self, device: SmiDevice, by: Decision) -> None:
        """It goes on, as far as this row is asked."""
        self.accepted[device.device.device_id] = device
        self._passed[device.device.device_id] = by

    def leave_out(self, device_id: Eui, why: LeftOut) -> None:
        """It does not, or no longer."""
        fault, decision = why
        self.faults[fault].append(device_id)
        self._left_out[decision].append(device_id)
        if fault is DeviceFault.NOT_APPLICABLE:
            del self.accepted[device_id], self._passed[device_id]

    def told(self) -> tuple[ListedDevices, ...]:
        """For who explains: each row that decided, those that let Devices pass first; how many, and the first few."""
        rows: dict[Decision, list[Eui]] = defaultdict(list)
        for device_id, decision in self._passed.items():
            rows[decision].append(device_id)
        return tuple(
            ListedDevices(decision=decision, count=len(devices), first=tuple(devices[:MOST_NAMED]))
            for decision, devices in (*rows.items(), *self._left_out.items())
        )


def judge(asking: Asking, device_ids: Iterable[Eui]) -> Listed:
    """Each by access control, as if it were asked alone; and only one firmware is on its way to a Device."""
    listed = Listed()
    for device_id in device_ids:
        device = asking.state.devices.get(device_id)
        if device is None:
            listed.leave_out(device_id, _UNKNOWN)
        elif why := _fault(asking, listed, device):
            listed.leave_out(device_id, why)
        else:
            listed.accept(device, let_in_by(asking, device))
    return listed


def leave_out_inapplicable(listed: Listed, entry: CplEntry, version: FirmwareVersion) -> None:
    """Leaves out the Devices that run this version already, or whose variant the CPL entry does not name."""
    for device_id, device in list(listed.accepted.items()):
        if device.device.device_firmware_version == version:
            listed.leave_out(device_id, _chosen(DeviceFault.NOT_APPLICABLE, "it runs this version already"))
        elif entry.esme_variants and device.device.esme_variant not in entry.esme_variants:
            what = f"the CPL entry is not for ESME Variant {device.device.esme_variant or 'none'}"
            listed.leave_out(device_id, _chosen(DeviceFault.NOT_APPLICABLE, what))


def _fault(asking: Asking, listed: Listed, device: SmiDevice) -> LeftOut | None:
    device_id = device.device.device_id
    if device_id in listed.accepted:
        return _chosen(DeviceFault.INVALID, "it is listed more than once")
    if not any(holds(asking, device, role) for role in asking.roles):
        what = f"not responsible for it as {' or '.join(asking.roles)}"
        return _invalid(ResponseCode.E4, what, "User Roles of the SEC", Mark.LIKELY)
    if not device.comms_hub:
        return _invalid(ResponseCode.E20, "the SMI has it on no HAN", "DUIS; choice G39", Mark.CHOICE)
    if refusal := status_permits(asking, device):
        return DeviceFault.NOT_COMMISSIONED, refusal
    if asking.state.distributing.get(device_id):
        return _chosen(DeviceFault.IN_PROGRESS, "other firmware is on its way to it")
    return None


def _invalid(code: ResponseCode, row: str, source: str, mark: Mark) -> LeftOut:
    return DeviceFault.INVALID, Decision(code=code, row=row, source=source, mark=mark)


def _chosen(fault: DeviceFault, row: str) -> LeftOut:
    source = "list of DUIS 5.4, meaning chosen here"
    return fault, Decision(code=LEFT_OUT, row=row, source=source, mark=Mark.CHOICE)


_UNKNOWN = _invalid(ResponseCode.E19, "it is not in the SMI", "DUIS", Mark.CERTAIN)
