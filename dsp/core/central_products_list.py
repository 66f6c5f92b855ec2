"""The Central Products List and its hold over the SMI: what leaves it Suspends, what returns to it restores."""

from dsp.core.dcc_alerts import alert, status_change
from dsp.core.effects import Refusal
from dsp.core.inventory import move
from dsp.core.records import SmiDevice
from dsp.core.state import product_of, product_with
from dsp.core.turn import Turn
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.administration import CplChange, CplEntry
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus

_HUB_TYPES = frozenset({DeviceType.CHF, DeviceType.GPF})


def add(turn: Turn, entry: CplEntry) -> None:
    """Adds or replaces an entry; Suspended Devices that run its firmware are restored."""
    if not entry.entry_id:
        model = f"{entry.device_manufacturer}-{entry.device_model}".upper()
        entry = changed(entry, entry_id=f"{entry.device_type}-{model}-{entry.firmware_version}")
    faults = _faults(turn, entry)
    if faults:
        turn.answer(Refusal(faults=tuple(faults)))
        return
    turn.state.put_cpl_entry(entry)
    restored = [
        device for device in _running(turn, entry) if restore(turn, device, SmiEvent.CPL_ENTRY_REINSTATED)
    ]
    turn.answer(CplChange(entry=entry, devices_restored=len(restored)))


def remove(turn: Turn, entry_id: str) -> None:
    """Removes an entry; Devices that run its firmware are Suspended, and those who answer for them are told (N28)."""
    entry = turn.state.cpl.get(entry_id)
    if entry is None:
        turn.answer(Refusal(faults=(f"the CPL has no entry {entry_id!r}",), unknown=True))
        return
    turn.state.remove_cpl_entry(entry)
    suspended = [
        device for device in _running(turn, entry) if suspend(turn, device, SmiEvent.CPL_ENTRY_REMOVED)
    ]
    turn.answer(CplChange(entry=entry, devices_suspended=len(suspended)))


def restore(turn: Turn, device: SmiDevice, event: SmiEvent) -> bool:
    """Gives a Suspended Device the status it held before, and tells those who answer for it (N29)."""
    if device.device.device_status is not SmiStatus.SUSPENDED:
        return False
    restored = move(turn, device, event)
    assert restored is not None, device
    alert(turn, DccAlertCode.N29, restored, status_change(restored, "DeviceRestored"))
    return True


def suspend(turn: Turn, device: SmiDevice, event: SmiEvent) -> bool:
    """Suspends a Device, if its status and type are among those that are, and tells those who answer for it (N28)."""
    switches = turn.rules.switches
    if device.device.device_status not in switches.suspendable:
        return False
    if device.device.device_type in _HUB_TYPES and not switches.communications_hubs_are_suspended:
        return False
    suspended = move(turn, device, event)
    assert suspended is not None, device
    alert(turn, DccAlertCode.N28, suspended, status_change(suspended, "DeviceSuspended"))
    return True


def _running(turn: Turn, entry: CplEntry) -> list[SmiDevice]:
    """The Devices that the entry is about, in the order of their ids."""
    product = product_of(entry)
    found = [
        device
        for device in turn.state.devices.values()
        if device.device.device_firmware_version == entry.firmware_version
        and product_with(device.device, entry.firmware_version) == product
    ]
    return sorted(found, key=lambda device: device.device.device_id)


def _faults(turn: Turn, entry: CplEntry) -> list[str]:
    faults = []
    standing = turn.state.cpl_entry_of(product_of(entry))
    if standing is not None and standing.entry_id != entry.entry_id:
        faults.append(f"entry_id: the CPL has this model and version already, as {standing.entry_id!r}")
    former = turn.state.cpl.get(entry.entry_id)
    if former is not None and product_of(former) != product_of(entry):
        faults.append(f"entry_id: {entry.entry_id!r} stands for another model or version; remove it first")
    if entry.device_type not in TYPE_1:
        faults.append(
            f"device_type: {entry.device_type} is not on the CPL; expected one of {', '.join(sorted(TYPE_1))}"
        )
    if not entry.device_manufacturer or not entry.device_model:
        faults.append("device_manufacturer, device_model: expected both")
    if entry.manufacturer_image_hash and len(entry.manufacturer_image_hash) != 32:
        faults.append(
            f"manufacturer_image_hash: {len(entry.manufacturer_image_hash)} octets, expected 32 or none"
        )
    return faults
