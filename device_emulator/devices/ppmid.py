"""The prepayment interface: it activates unsigned images by itself (SR 11.4) and tells the ACB by CS09."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import READ_CREDENTIALS, READ_DEVICE_LOG_FOR_ACB, READ_OWN_FOR_ACB
from device_emulator.devices.profile import DeviceProfile, Handler
from device_emulator.firmware.activation import TwoStepActivation
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {
    UseCase.CS02A: READ_CREDENTIALS,
    UseCase.CS07: READ_DEVICE_LOG_FOR_ACB,
    UseCase.CS08: READ_OWN_FOR_ACB,
}

PPMID = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.PPMID,
        answering=GbcsAnswering(),
        handlers=_HANDLERS,
        activation=TwoStepActivation(),
        signature_required=False,
        transfer_reported=True,
        activates_by_itself=True,
        has_clock=True,
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.PPMID, answering=S1spAnswering(), handlers=_HANDLERS
    ),
}
