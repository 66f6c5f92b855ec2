"""The alerts of Devices and hubs, each with a counter of its Device's own that rises."""

from collections.abc import Callable

from device_emulator.devices.state import DeviceState, own_time
from device_emulator.firmware.outages import Outage
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import ActivationCode
from smart_metering.gbcs.firmware_alerts import (
    FirmwareReceipt,
    FirmwareTransfer,
    FirmwareTransferCode,
    PpmidActivation,
    PpmidActivationCode,
    encode_firmware_receipt,
    encode_firmware_transfer,
    encode_ppmid_activation,
)
from smart_metering.gbcs.generic_alerts import encode_generic_alert
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.supply_outage_alerts import SupplyOutage, encode_supply_outage_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS, Instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase

LONG_OUTAGE_MS = 3 * MINUTE_MS
"""From how long on an outage is a long one (GBCS alert codes)."""

Alerted = tuple[DeviceState, Message]


def alert(
    state: DeviceState, to: Eui, use_case: UseCase, payload_of: Callable[[int], bytes], now: Instant
) -> Alerted:
    """An alert with the next counter: the Device's own time in milliseconds, as in the field, but always rising."""
    counter = max(state.alert_counter + 1, own_time(state, now))
    message = Message(
        cra=CraFlag.ALERT,
        counter=counter,
        originator=state.device_id,
        target=to,
        message_code=use_case,
        payload=payload_of(counter),
    )
    return changed(state, alert_counter=counter), message


def generic_alert(
    state: DeviceState, device_type: DeviceType, to: Eui, code: DeviceAlertCode, now: Instant
) -> Alerted:
    """A code and the time; signed, so that whoever passes it on can verify it (choice G58)."""
    gas = speaks_gbz(device_type)
    return alert(
        state,
        to,
        UseCase.CRITICAL_ALERT,
        lambda counter: encode_generic_alert(gas, code, own_time(state, now), counter),
        now,
    )


def outage_code(outage: Outage) -> DeviceAlertCode:
    """8F36 of an outage of three minutes or more, 8F35 of a shorter one."""
    if outage.end - outage.start >= LONG_OUTAGE_MS:
        return DeviceAlertCode.LONG_SUPPLY_OUTAGE_RESTORED
    return DeviceAlertCode.SUPPLY_OUTAGE_RESTORED


def supply_outage(state: DeviceState, network_operator: Eui, outage: Outage, now: Instant) -> Alerted:
    """ECS80: from when until when there was no supply."""
    told = SupplyOutage(
        alert_code=outage_code(outage),
        at=own_time(state, now),
        interrupted_at=own_time(state, outage.start),
        restored_at=own_time(state, outage.end),
    )
    return alert(
        state,
        network_operator,
        UseCase.ECS80,
        lambda counter: encode_supply_outage_alert(told, counter),
        now,
    )


def speaks_gbz(device_type: DeviceType) -> bool:
    """Whether such a Device speaks ZigBee where others speak DLMS."""
    return device_type in (DeviceType.GSME, DeviceType.GPF)


def firmware_receipt(
    state: DeviceState, supplier: Eui, use_case: UseCase, image_hash: bytes, verified: bool, now: Instant
) -> Alerted:
    """00CE or 00CF: 8F72 or 8F1C, with the hash as the meter calculated it."""
    code = (
        DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL
        if verified
        else DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED
    )
    receipt = FirmwareReceipt(code, own_time(state, now), image_hash)
    return alert(
        state, supplier, use_case, lambda counter: encode_firmware_receipt(use_case, receipt, counter), now
    )


def firmware_transfer(
    comms_hub: DeviceState,
    acb: Eui,
    target: Eui,
    version: FirmwareVersion,
    code: FirmwareTransferCode,
    now: Instant,
) -> Alerted:
    """CCS08: 8F8A or 8F89 of a hub about one of its Devices."""
    success = code is FirmwareTransferCode.FILE_TRANSFER_SUCCESS
    payload = encode_firmware_transfer(
        FirmwareTransfer(
            alert_code=DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL
            if success
            else DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
            at=own_time(comms_hub, now),
            target=target,
            version=version,
            code=code,
        )
    )
    return alert(comms_hub, acb, UseCase.CCS08, lambda _counter: payload, now)


def ppmid_activation(state: DeviceState, acb: Eui, code: ActivationCode, now: Instant) -> Alerted:
    """CS09: 8F8B, success or failure, with the version that runs."""
    success = code is ActivationCode.SUCCESS
    payload = encode_ppmid_activation(
        PpmidActivation(
            alert_code=DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION,
            at=own_time(state, now),
            version=state.slots.running,
            code=PpmidActivationCode.SUCCESS if success else PpmidActivationCode.FAILURE,
        )
    )
    return alert(state, acb, UseCase.CS09, lambda _counter: payload, now)
