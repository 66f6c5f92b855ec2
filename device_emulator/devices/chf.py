"""The Communications Hub Function as a Device of its own: for the ACB, which alone it knows, it keeps the HAN."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import (
    ADD_TO_HAN,
    READ_COMMS_HUB_LOG,
    READ_CREDENTIALS,
    READ_OWN_FOR_ACB,
    REMOVE_FROM_HAN,
)
from device_emulator.devices.profile import DeviceProfile, Handler
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {
    UseCase.CCS01: ADD_TO_HAN,
    UseCase.CCS02: REMOVE_FROM_HAN,
    UseCase.CCS05: READ_COMMS_HUB_LOG,
    UseCase.CS02A: READ_CREDENTIALS,
    UseCase.ECS52: READ_OWN_FOR_ACB,
}

CHF = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.CHF, answering=GbcsAnswering(), handlers=_HANDLERS
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.CHF, answering=S1spAnswering(), handlers=_HANDLERS
    ),
}
