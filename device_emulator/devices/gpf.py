"""The Gas Proxy Function: it answers from its mirror of the gas meter, and takes no firmware of its own here."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import (
    JOIN_NON_CRITICAL,
    READ_CREDENTIALS,
    READ_DEVICE_LOG,
    READ_GAS_SUPPLY,
    READ_MIRROR,
    READ_MIRRORED_GAS_PROFILE,
    READ_MIRRORED_GAS_REGISTER,
    REPLACE_SUPPLIER,
)
from device_emulator.devices.profile import DeviceProfile, Handler
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {
    UseCase.CS02A: READ_CREDENTIALS,
    UseCase.CS02B: REPLACE_SUPPLIER,
    UseCase.CS03B: JOIN_NON_CRITICAL,
    UseCase.CS07: READ_DEVICE_LOG,
    UseCase.GCS13A: READ_MIRRORED_GAS_REGISTER,
    UseCase.GCS17: READ_MIRRORED_GAS_PROFILE,
    UseCase.GCS33: READ_GAS_SUPPLY,
    UseCase.GCS38: READ_MIRROR,
}

GPF = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.GPF, answering=GbcsAnswering(), handlers=_HANDLERS
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.GPF, answering=S1spAnswering(), handlers=_HANDLERS
    ),
}
