"""11.1 and 11.4: what they check, and the firmware's way to the hubs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from dsp.core.asking import Asking
from dsp.core.dcc_alerts import alert
from dsp.core.effects import Refusal
from dsp.core.listed_devices import Listed, judge, leave_out_inapplicable
from dsp.core.outcomes import Outcome, refused
from dsp.core.outstanding import ask_for_certificates
from dsp.core.records import Distribution, FirmwareFileRecord, SmiDevice
from dsp.core.state import distribution_key
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from dsp.rules.firmware_device_types import device_types_of
from dsp.rules.responsibility import SHARED_BY_SUPPLIERS
from dsp.rules.update_firmware import UPDATE_FIRMWARE, DeviceFault, RequestFault, UpdateFirmwareRules
from smart_metering.administration import FirmwareFile
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DspUpdateFirmwareWarning,
    FirmwareUpgradeRequested,
)
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.ota.image import decode as decode_firmware_file
from smart_metering.records import changed
from smart_metering.sm_wan import Downlink, FirmwareForDevices


def upload(turn: Turn, sha256: str, octets: bytes) -> None:
    """A firmware file stands in the firmware store: its header is read and remembered."""
    try:
        file = decode_firmware_file(octets)
    except DecodeError as error:
        turn.answer(Refusal(faults=(f"not a firmware file: {error}",)))
        return
    record = FirmwareFileRecord(
        sha256=sha256,
        size=len(octets),
        version=file.version,
        manufacturer_image_hash=file.manufacturer_image_hash,
    )
    turn.state.firmware_files.put(record)
    turn.answer(
        FirmwareFile(
            sha256=sha256,
            size=record.size,
            firmware_version=record.version,
            manufacturer_image_hash=record.manufacturer_image_hash,
        )
    )


def update_firmware(turn: Turn, asking: Asking) -> Outcome:
    """Checks the request, then each Device; what passes is distributed, what does not is listed in the warning."""
    body = asking.received.request.body
    assert isinstance(body, UpdateFirmware | UpdatePpmidFirmware)
    rules = UPDATE_FIRMWARE[asking.definition.srv]
    file = turn.state.firmware_files.get(body.firmware_file)
    if file is None:
        return _refused(rules, RequestFault.UNREADABLE)
    if len(body.device_id_list) > MAXIMUM_DEVICE_IDS:
        return _refused(rules, RequestFault.NONE_LEFT, f"more than {MAXIMUM_DEVICE_IDS} Devices")
    if body.firmware_version != file.version and turn.rules.switches.firmware_version_must_match_header:
        return _refused(rules, RequestFault.VERSION)
    listed = judge(asking, body.device_id_list)
    fault = _request_fault(turn, asking, file, list(listed.accepted.values()))
    if fault is None:
        fault = _leave_out_inapplicable(turn, file, listed)
    if fault is not None:
        return replace(_refused(rules, fault), listed=listed.told())
    accepted = tuple(listed.accepted.values())
    _distribute(turn, asking, file, accepted)
    _tell_other_suppliers(turn, asking, file, accepted)
    return replace(_accepted(turn, rules, listed.faults), accepted=accepted, listed=listed.told())


def at_hub(turn: Turn, comms_hub: Eui, request_id: str, success: bool) -> None:
    """The hub holds the file whole, or could not get it: N60 or N61 for each Device."""
    distribution = turn.state.distributions.get(f"{request_id}|{comms_hub}")
    if distribution is not None:
        _finish(turn, distribution, success)


def expire(turn: Turn, key: str, due: Instant) -> None:
    """A distribution is due: it goes to the hub, again if the hub has not answered, until it is given up."""
    distribution = turn.state.distributions.get(key)
    if distribution is None or distribution.due != due:
        return
    if turn.now >= distribution.give_up_at:
        _finish(turn, distribution, success=False)
        return
    again = min(Instant(turn.now + turn.rules.times.distribution_retry_ms), distribution.give_up_at)
    distribution = changed(distribution, due=again, sent=True)
    _put(turn, distribution)
    _send(turn, distribution)


def hub_claimed(turn: Turn, comms_hub: Eui) -> None:
    """A hub is there again: what it was already sent or asked, it is sent or asked once more."""
    for device in turn.state.han.get(comms_hub, ()):
        if device in turn.state.held_uplinks:
            ask_for_certificates(turn, turn.state.devices[device])
        for key in turn.state.distributing.get(device, ()):
            distribution = turn.state.distributions[key]
            if distribution.sent and distribution.devices[0] == device:
                _send(turn, distribution)


def _request_fault(
    turn: Turn, asking: Asking, file: FirmwareFileRecord, accepted: list[SmiDevice]
) -> RequestFault | None:
    """What refuses the request whole, judged on the Devices that are left."""
    if not accepted:
        return RequestFault.NONE_LEFT
    kinds = {
        (row.device.device_type, row.device.device_manufacturer, row.device.device_model) for row in accepted
    }
    served = device_types_of(turn.rules.firmware_device_types, asking.definition)
    if len(kinds) > 1 or accepted[0].device.device_type not in served:
        return RequestFault.MIXED
    entry = turn.state.cpl_entry_for(accepted[0].device, file.version)
    if entry is None:
        return RequestFault.NOT_ON_CPL
    if entry.manufacturer_image_hash and entry.manufacturer_image_hash != file.manufacturer_image_hash:
        return RequestFault.HASH
    return None


def _leave_out_inapplicable(turn: Turn, file: FirmwareFileRecord, listed: Listed) -> RequestFault | None:
    entry = turn.state.cpl_entry_for(next(iter(listed.accepted.values())).device, file.version)
    assert entry is not None, file
    leave_out_inapplicable(listed, entry, file.version)
    return None if listed.accepted else RequestFault.NONE_LEFT


def _distribute(turn: Turn, asking: Asking, file: FirmwareFileRecord, accepted: Sequence[SmiDevice]) -> None:
    by_hub: dict[Eui, list[Eui]] = defaultdict(list)
    for device in accepted:
        assert device.comms_hub is not None, device
        by_hub[device.comms_hub].append(device.device.device_id)
    times = turn.rules.times
    for comms_hub, devices in by_hub.items():
        _put(
            turn,
            Distribution(
                request_id=asking.received.request.request_id,
                srv=asking.definition.srv,
                comms_hub=comms_hub,
                devices=tuple(devices),
                firmware_file=file.sha256,
                version=file.version,
                due=Instant(turn.now + times.distribution_ms),
                give_up_at=Instant(turn.now + times.distribution_deadline_ms),
            ),
        )


def _tell_other_suppliers(
    turn: Turn, asking: Asking, file: FirmwareFileRecord, accepted: Sequence[SmiDevice]
) -> None:
    """N59: whoever else is responsible for a Device that suppliers share learns what was asked for it."""
    for device in accepted:
        kind, device_id = device.device.device_type, device.device.device_id
        if kind in SHARED_BY_SUPPLIERS:
            body = FirmwareUpgradeRequested(
                device_type=kind, firmware_version=file.version, device_list=(device_id,)
            )
            alert(turn, DccAlertCode.N59, device, body, requester=asking.received.caller)


def _put(turn: Turn, distribution: Distribution) -> None:
    turn.state.put_distribution(distribution)
    turn.timetable.put(
        distribution.due, distribution.comms_hub, Due.DISTRIBUTION, distribution_key(distribution)
    )


def _send(turn: Turn, distribution: Distribution) -> None:
    content = FirmwareForDevices(
        request_id=str(distribution.request_id),
        firmware_file=distribution.firmware_file,
        devices=distribution.devices,
    )
    turn.send(
        Downlink(
            frame=f"firmware|{distribution_key(distribution)}",
            comms_hub=distribution.comms_hub,
            device=distribution.comms_hub,
            at=turn.now,
            content=content,
        )
    )


def _finish(turn: Turn, distribution: Distribution, success: bool) -> None:
    turn.cause = str(distribution.request_id)
    turn.state.remove_distribution(distribution)
    code = DccAlertCode.N60 if success else DccAlertCode.N61
    for device_id in distribution.devices:
        device = turn.state.devices.get(device_id)
        if device is None:
            continue  # It has left the SMI meanwhile.
        body = CspFirmwareDeliveryStatus(
            update_firmware_request_id=str(distribution.request_id),
            comms_hub_device_id=distribution.comms_hub,
            target_device_id=device_id,
            firmware_version=distribution.version,
            time_stamp=turn.now,
            comms_hub_transfer_status="Success" if success else "Failure",
        )
        alert(turn, code, device, body, requester=distribution.request_id.originator)


def _refused(rules: UpdateFirmwareRules, fault: RequestFault, what: str = "") -> Outcome:
    return refused(rules.codes[fault], what or fault, rules.source, rules.mark)


def _accepted(turn: Turn, rules: UpdateFirmwareRules, faults: dict[DeviceFault, list[Eui]]) -> Outcome:
    lists = {fault: tuple(devices) for fault, devices in faults.items() if devices}
    if not lists:
        code = turn.rules.switches.non_device_empty_answer
        decision = Decision(code=code, row="every Device passes", source=rules.source, mark=rules.mark)
        return Outcome(code=code, decision=decision)
    row = f"left out: {', '.join(fault.value for fault in DeviceFault if fault in lists)}"
    warning = DspUpdateFirmwareWarning(**{fault.value: devices for fault, devices in lists.items()})
    decision = Decision(code=rules.warning, row=row, source=rules.source, mark=rules.mark)
    return Outcome(code=rules.warning, body=warning, decision=decision)
