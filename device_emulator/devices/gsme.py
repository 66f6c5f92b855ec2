"""The gas meter: read by GCS38, activated by CS06; 00CF tells its supplier of an image."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import ACTIVATE, READ_OWN
from device_emulator.devices.profile import DeviceProfile, Handler
from device_emulator.firmware.activation import OneStepActivation, TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {UseCase.CS06: ACTIVATE, UseCase.GCS38: READ_OWN}

GSME = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.GSME,
        answering=GbcsAnswering(),
        handlers=_HANDLERS,
        activation=TwoStepActivation(),
        receipt=UseCase.GSME_FIRMWARE_RECEIPT,
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.GSME,
        answering=S1spAnswering(),
        handlers=_HANDLERS,
        activation=OneStepActivation(),
        image_over_han=False,
    ),
}
