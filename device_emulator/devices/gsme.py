"""The gas meter; 00CF tells its supplier of an image."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import (
    ACTIVATE,
    COMMISSION,
    JOIN_CRITICAL,
    JOIN_NON_CRITICAL,
    READ_CREDENTIALS,
    READ_DEVICE_LOG,
    READ_GAS_PROFILE,
    READ_GAS_REGISTER,
    READ_GAS_SUPPLY,
    READ_OWN,
    REPLACE_SUPPLIER,
    TOP_UP,
)
from device_emulator.devices.profile import DeviceProfile, Handler
from device_emulator.devices.tampers import OF_A_GSME
from device_emulator.firmware.activation import OneStepActivation, TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {
    UseCase.CS01B: TOP_UP,
    UseCase.CS02A: READ_CREDENTIALS,
    UseCase.CS02B: REPLACE_SUPPLIER,
    UseCase.CS03A1: JOIN_CRITICAL,
    UseCase.CS03B: JOIN_NON_CRITICAL,
    UseCase.CS06: ACTIVATE,
    UseCase.CS07: READ_DEVICE_LOG,
    UseCase.GCS13A: READ_GAS_REGISTER,
    UseCase.GCS17: READ_GAS_PROFILE,
    UseCase.GCS28: COMMISSION,
    UseCase.GCS33: READ_GAS_SUPPLY,
    UseCase.GCS38: READ_OWN,
}

GSME = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.GSME,
        answering=GbcsAnswering(),
        handlers=_HANDLERS,
        activation=TwoStepActivation(),
        receipt=UseCase.GSME_FIRMWARE_RECEIPT,
        has_clock=True,
        tampers=OF_A_GSME,
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.GSME,
        answering=S1spAnswering(),
        handlers=_HANDLERS,
        activation=OneStepActivation(),
        image_over_han=False,
        has_clock=True,
    ),
}
