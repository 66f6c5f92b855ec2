"""The load control switch: activated by CS06, read by CS08 through the ACB; the hub's CCS08 proves receipt."""

from device_emulator.devices.answering import GbcsAnswering
from device_emulator.devices.handlers import (
    ACTIVATE,
    READ_CREDENTIALS,
    READ_DEVICE_LOG_FOR_ACB,
    READ_OWN_FOR_ACB,
    REPLACE_SUPPLIER,
)
from device_emulator.devices.profile import DeviceProfile
from device_emulator.firmware.activation import TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

HCALCS = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.HCALCS,
        answering=GbcsAnswering(),
        handlers={
            UseCase.CS02A: READ_CREDENTIALS,
            UseCase.CS02B: REPLACE_SUPPLIER,
            UseCase.CS06: ACTIVATE,
            UseCase.CS07: READ_DEVICE_LOG_FOR_ACB,
            UseCase.CS08: READ_OWN_FOR_ACB,
        },
        activation=TwoStepActivation(),
        transfer_reported=True,
        has_clock=True,
    ),
}
