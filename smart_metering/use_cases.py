"""GBCS use cases that the emulator speaks, by the message code each carries on the wire."""

from enum import IntEnum


class UseCase(IntEnum):
    """Members are message codes; all are certain, from the Reference Test Data Set 4.5.0."""

    CS06 = 0x0012  # Activate Firmware
    CS06_ALERT = 0x00CA  # outcome of a future-dated Activate Firmware
    CS08 = 0x0129  # Read Firmware Version from a PPMID or HCALCS
    CS09 = 0x012B  # alert: a PPMID activated firmware, or failed to
    CCS08 = 0x0128  # alert of the CHF: firmware transfer to a Device
    ECS52 = 0x0059  # Read Firmware Version from an ESME or the CHF
    GCS38 = 0x0084  # Read Firmware Version from a GSME or the GPF
    ESME_FIRMWARE_RECEIPT = 0x00CE  # alert: an ESME received and verified an image, or refused it
    GSME_FIRMWARE_RECEIPT = 0x00CF  # alert: a GSME received and verified an image, or refused it
