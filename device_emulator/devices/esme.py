"""The electricity meter; 00CE tells its supplier of an image, 8F53 of a Command that was none of its own."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import (
    ACTIVATE,
    CLEAR_EVENT_LOG,
    COMMISSION,
    JOIN_CRITICAL,
    JOIN_NON_CRITICAL,
    READ_CREDENTIALS,
    READ_DEVICE_LOG,
    READ_ELECTRICITY_IDENTITY,
    READ_ELECTRICITY_PROFILE,
    READ_ELECTRICITY_REGISTERS,
    READ_ELECTRICITY_SUPPLY,
    READ_OWN,
    READ_PREPAYMENT_REGISTERS,
    REPLACE_SUPPLIER,
    TOP_UP,
)
from device_emulator.devices.profile import DeviceProfile, Handler
from device_emulator.devices.tampers import OF_AN_ESME
from device_emulator.firmware.activation import OneStepActivation, TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {
    UseCase.CS01A: TOP_UP,
    UseCase.CS02A: READ_CREDENTIALS,
    UseCase.CS02B: REPLACE_SUPPLIER,
    UseCase.CS03A1: JOIN_CRITICAL,
    UseCase.CS03B: JOIN_NON_CRITICAL,
    UseCase.CS06: ACTIVATE,
    UseCase.CS07: READ_DEVICE_LOG,
    UseCase.ECS15A: CLEAR_EVENT_LOG,
    UseCase.ECS17B: READ_ELECTRICITY_REGISTERS,
    UseCase.ECS19: READ_PREPAYMENT_REGISTERS,
    UseCase.ECS22B: READ_ELECTRICITY_PROFILE,
    UseCase.ECS26E: READ_ELECTRICITY_IDENTITY,
    UseCase.ECS45: READ_ELECTRICITY_SUPPLY,
    UseCase.ECS52: READ_OWN,
    UseCase.ECS70: COMMISSION,
}

ESME = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.ESME,
        answering=GbcsAnswering(),
        handlers=_HANDLERS,
        activation=TwoStepActivation(),
        receipt=UseCase.ESME_FIRMWARE_RECEIPT,
        tells_failed_authentication=True,
        tells_outages=True,
        has_clock=True,
        tampers=OF_AN_ESME,
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.ESME,
        answering=S1spAnswering(),
        handlers=_HANDLERS,
        activation=OneStepActivation(),
        image_over_han=False,
        has_clock=True,
    ),
}
