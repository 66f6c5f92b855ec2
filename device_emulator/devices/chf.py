"""The Communications Hub Function as a Device of its own: read by ECS52 through the ACB, the only party it knows."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import READ_OWN_FOR_ACB
from device_emulator.devices.profile import DeviceProfile, Handler
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {UseCase.ECS52: READ_OWN_FOR_ACB}

CHF = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.CHF, answering=GbcsAnswering(), handlers=_HANDLERS
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.CHF, answering=S1spAnswering(), handlers=_HANDLERS
    ),
}
