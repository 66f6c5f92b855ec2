"""Which alert codes each firmware alert may carry."""

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.use_cases import UseCase

ALERT_CODES = {
    # 8F1C and 8F89 are likely, after MMC 5.4; the others stand in the Reference Test Data Set 4.5.0.
    UseCase.CS06_ALERT: (
        DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL,
        DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED,
    ),
    UseCase.ESME_FIRMWARE_RECEIPT: (
        DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL,
        DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED,
    ),
    UseCase.GSME_FIRMWARE_RECEIPT: (
        DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL,
        DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED,
    ),
    UseCase.CCS08: (
        DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL,
        DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
    ),
    UseCase.CS09: (DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION,),
}


def alert_code(use_case: UseCase, code: int, offset: int) -> DeviceAlertCode:
    """The code as a Device Alert of this use case; raises DecodeError at `offset` on any other."""
    if code not in ALERT_CODES[use_case]:
        raise DecodeError(offset, f"alert code {code:04X} is not one of {use_case.name}")
    return DeviceAlertCode(code)


def read_alert_code(cursor: Cursor, use_case: UseCase) -> DeviceAlertCode:
    """A DER INTEGER that is an alert code of this use case."""
    start = cursor.offset
    return alert_code(use_case, der.read_integer(cursor, 0xFFFF, "alert code"), start)
