"""Alerts about firmware: receipt by a meter (00CE, 00CF), transfer (CCS08), activation by a PPMID (CS09).

Layouts: Reference Test Data Set 4.5.0 (certain). What a receipt says of an image that failed is likely only.
"""

from dataclasses import dataclass
from enum import IntEnum

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets, version_octets
from smart_metering.gbcs import der, dlms, gbz
from smart_metering.gbcs.alert_codes import alert_code, read_alert_code
from smart_metering.gbcs.cursor import Cursor
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.instants import Instant
from smart_metering.use_cases import UseCase

_EUI_SIZE = 8
_VERSION_SIZE = 4


class FirmwareTransferCode(IntEnum):
    """What became of a transfer from the Comms Hub to a Device; DUIS 5.4 has the names."""

    FILE_TRANSFER_SUCCESS = 0
    IMAGE_DISCARDED = 1
    HARDWARE_VERSION_MISMATCH = 2
    FILE_TRANSFER_FAILURE = 3


class PpmidActivationCode(IntEnum):
    """What became of the activation that a PPMID does by itself."""

    SUCCESS = 0
    FAILURE = 1


@dataclass(frozen=True, slots=True)
class FirmwareReceipt:
    """A meter received an image whole; `calculated_hash` is its own SHA-256 of the Manufacturer Image."""

    alert_code: DeviceAlertCode
    at: Instant
    calculated_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareTransfer:
    """A Comms Hub tells the outcome of its transfer to `target`; `version` is the image's."""

    alert_code: DeviceAlertCode
    at: Instant
    target: Eui
    version: FirmwareVersion
    code: FirmwareTransferCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PpmidActivation:
    """A PPMID tells the outcome of activating an image; `version` is the one that runs."""

    alert_code: DeviceAlertCode
    at: Instant
    version: FirmwareVersion
    code: PpmidActivationCode


def encode_firmware_receipt(use_case: UseCase, receipt: FirmwareReceipt, counter: int) -> bytes:
    """For 00CE in DLMS, with the invoke id of the alert's `counter`; for 00CF in GBZ."""
    if use_case is UseCase.GSME_FIRMWARE_RECEIPT:
        return gbz.encode_alert(receipt.alert_code, receipt.at, receipt.calculated_hash)
    assert use_case is UseCase.ESME_FIRMWARE_RECEIPT, use_case
    return dlms.encode_alert(counter, receipt.alert_code, receipt.at, receipt.calculated_hash)


def decode_firmware_receipt(use_case: UseCase, payload: bytes, counter: int | None = None) -> FirmwareReceipt:
    """With a `counter` the invoke id of 00CE is checked too."""
    if use_case is UseCase.GSME_FIRMWARE_RECEIPT:
        code, at, calculated_hash = gbz.decode_alert(payload)
        return FirmwareReceipt(alert_code(use_case, code, gbz.ALERT_CODE_OFFSET), at, calculated_hash)
    assert use_case is UseCase.ESME_FIRMWARE_RECEIPT, use_case
    code, at, calculated_hash = dlms.decode_alert(payload, counter)
    return FirmwareReceipt(alert_code(use_case, code, dlms.ALERT_CODE_OFFSET), at, calculated_hash)


def encode_firmware_transfer(transfer: FirmwareTransfer) -> bytes:
    return der.encode(
        der.SEQUENCE,
        der.encode_integer(transfer.alert_code)
        + der.encode_time(transfer.at)
        + der.encode(der.OCTET_STRING, eui_octets(transfer.target))
        + der.encode(der.OCTET_STRING, version_octets(transfer.version))
        + der.encode_integer(transfer.code),
    )


def decode_firmware_transfer(payload: bytes) -> FirmwareTransfer:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "firmware transfer alert")
    transfer = FirmwareTransfer(
        alert_code=read_alert_code(cursor, UseCase.CCS08),
        at=der.read_time(cursor, "time of the transfer"),
        target=eui_from_octets(der.read_octet_string(cursor, _EUI_SIZE, "target")),
        version=version_from_octets(der.read_octet_string(cursor, _VERSION_SIZE, "firmware version")),
        code=FirmwareTransferCode(der.read_integer(cursor, max(FirmwareTransferCode), "transfer code")),
    )
    cursor.finish()
    return transfer


def encode_ppmid_activation(activation: PpmidActivation) -> bytes:
    return der.encode(
        der.SEQUENCE,
        der.encode_integer(activation.alert_code)
        + der.encode_time(activation.at)
        + der.encode(der.OCTET_STRING, version_octets(activation.version))
        + der.encode_integer(activation.code),
    )


def decode_ppmid_activation(payload: bytes) -> PpmidActivation:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "PPMID activation alert")
    activation = PpmidActivation(
        alert_code=read_alert_code(cursor, UseCase.CS09),
        at=der.read_time(cursor, "time of the activation"),
        version=version_from_octets(der.read_octet_string(cursor, _VERSION_SIZE, "firmware version")),
        code=PpmidActivationCode(der.read_integer(cursor, max(PpmidActivationCode), "activation code")),
    )
    cursor.finish()
    return activation
