"""Device Alert codes of GBCS that the emulator raises or knows by name."""

from dataclasses import dataclass
from enum import IntEnum

from smart_metering.marks import Mark


class DeviceAlertCode(IntEnum):
    DEVICE_JOINED_SMHAN = 0x8183
    METROLOGY_FIRMWARE_VERIFICATION_FAILED = 0x81AD
    CREDIT_BELOW_DISABLEMENT_THRESHOLD = 0x8F0F
    CHF_DEVICE_LOG_CHANGED = 0x8F12
    FIRMWARE_VERIFICATION_FAILED_AT_POWER_ON = 0x8F1B
    FIRMWARE_VERIFICATION_FAILED = 0x8F1C
    LIMITED_DUTY_CYCLE = 0x8F20
    SUPPLY_OUTAGE_RESTORED = 0x8F35
    LONG_SUPPLY_OUTAGE_RESTORED = 0x8F36
    EXECUTING_FIRMWARE_VERSION_CHANGED = 0x8F43
    EVENT_LOG_CLEARED = 0x8F52
    FAILED_AUTHENTICATION = 0x8F53
    SUPPLY_INTERRUPTED = 0x8F57
    FUTURE_DATED_COMMAND_SUCCESSFUL = 0x8F66
    FUTURE_DATED_COMMAND_FAILED = 0x8F67
    FIRMWARE_VERIFICATION_SUCCESSFUL = 0x8F72
    BATTERY_COVER_REMOVED = 0x8F73
    METER_COVER_REMOVED = 0x8F74
    STRONG_MAGNETIC_FIELD = 0x8F75
    TERMINAL_COVER_REMOVED = 0x8F76
    SECOND_TERMINAL_COVER_REMOVED = 0x8F77
    UNAUTHORISED_PHYSICAL_ACCESS = 0x8F78
    REMOTE_PARTY_MESSAGE_NOT_DELIVERED_TO_ESME = 0x8F84
    FIRMWARE_TRANSFER_FAILED = 0x8F89
    FIRMWARE_TRANSFER_SUCCESSFUL = 0x8F8A
    PPMID_FIRMWARE_ACTIVATION = 0x8F8B


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAlertDefinition:
    """`mark` is of the name; that the code exists is certain."""

    code: DeviceAlertCode
    name: str
    mark: Mark


_ROWS = (
    (0x8183, "Device Joined SMHAN",                                           Mark.CERTAIN),
    (0x81AD, "Error Metrology Firmware Verification Failure",                 Mark.LIKELY),
    (0x8F0F, "Credit Below Disablement Threshold",                            Mark.CERTAIN),
    (0x8F12, "CHF Device Log Changed",                                        Mark.CERTAIN),
    (0x8F1B, "Firmware Verification Failed At Power On",                      Mark.CERTAIN),
    (0x8F1C, "Firmware Verification Failed",                                  Mark.CERTAIN),
    (0x8F20, "Limited Duty Cycle",                                            Mark.CERTAIN),
    (0x8F35, "Supply Outage Restored",                                        Mark.CERTAIN),
    (0x8F36, "Supply Outage Restored - Outage >= 3 minutes",                  Mark.CERTAIN),
    (0x8F43, "Change in Executing Firmware",                                  Mark.CERTAIN),
    (0x8F52, "Event Log Cleared",                                             Mark.CERTAIN),
    (0x8F53, "Failed Authentication",                                         Mark.CERTAIN),
    (0x8F57, "Supply interrupted",                                            Mark.CERTAIN),
    (0x8F66, "Future-dated Command Actioned",                                 Mark.CERTAIN),
    (0x8F67, "Future-dated Command Not Actioned",                             Mark.CERTAIN),
    (0x8F72, "Firmware Verification Successful",                              Mark.CERTAIN),
    (0x8F73, "Unauthorised Physical Access - Battery Cover Removed",          Mark.CERTAIN),
    (0x8F74, "Unauthorised Physical Access - Meter Cover Removed",            Mark.CERTAIN),
    (0x8F75, "Unauthorised Physical Access - Strong Magnetic field",          Mark.CERTAIN),
    (0x8F76, "Unauthorised Physical Access - Terminal Cover Removed",         Mark.CERTAIN),
    (0x8F77, "Unauthorised Physical Access - Second Terminal Cover Removed",  Mark.CERTAIN),
    (0x8F78, "Unauthorised Physical Access - Other",                          Mark.CERTAIN),
    (0x8F84, "Failure To Deliver Remote Party Message to ESME",               Mark.CERTAIN),
    (0x8F89, "Firmware Transfer Alert: Fail",                                 Mark.LIKELY),
    (0x8F8A, "Firmware Transfer Alert: Success",                              Mark.CERTAIN),
    (0x8F8B, "PPMID Firmware Activation Alert",                               Mark.CERTAIN),
)  # fmt: skip

DEVICE_ALERTS = tuple(
    DeviceAlertDefinition(code=DeviceAlertCode(code), name=name, mark=mark) for code, name, mark in _ROWS
)

_BY_CODE = {definition.code: definition for definition in DEVICE_ALERTS}


def definition_of(code: DeviceAlertCode) -> DeviceAlertDefinition:
    return _BY_CODE[code]
