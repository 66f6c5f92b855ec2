"""What may be done to a Device by hand that it notices, and the alert that GBCS has for each."""

from enum import StrEnum

from smart_metering.device_alerts import DeviceAlertCode


class Tamper(StrEnum):
    """What is opened, or held to the Device."""

    COVER = "cover"
    TERMINAL_COVER = "terminal-cover"
    SECOND_TERMINAL_COVER = "second-terminal-cover"
    BATTERY_COVER = "battery-cover"
    MAGNET = "magnet"
    OTHER = "other"


OF_AN_ESME = {
    # what is done                 alert (which Device Type has which: choice G94)
    Tamper.COVER:                  DeviceAlertCode.METER_COVER_REMOVED,
    Tamper.TERMINAL_COVER:         DeviceAlertCode.TERMINAL_COVER_REMOVED,
    Tamper.SECOND_TERMINAL_COVER:  DeviceAlertCode.SECOND_TERMINAL_COVER_REMOVED,
    Tamper.MAGNET:                 DeviceAlertCode.STRONG_MAGNETIC_FIELD,
    Tamper.OTHER:                  DeviceAlertCode.UNAUTHORISED_PHYSICAL_ACCESS,
}  # fmt: skip

OF_A_GSME = {
    # what is done                 alert
    Tamper.COVER:                  DeviceAlertCode.METER_COVER_REMOVED,
    Tamper.BATTERY_COVER:          DeviceAlertCode.BATTERY_COVER_REMOVED,
    Tamper.MAGNET:                 DeviceAlertCode.STRONG_MAGNETIC_FIELD,
    Tamper.OTHER:                  DeviceAlertCode.UNAUTHORISED_PHYSICAL_ACCESS,
}  # fmt: skip
