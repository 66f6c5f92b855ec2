"""The Gas Proxy Function: it answers GCS38 from its mirror of the gas meter, and takes no firmware of its own here."""

from device_emulator.devices.answering import GbcsAnswering, S1spAnswering
from device_emulator.devices.handlers import READ_MIRROR
from device_emulator.devices.profile import DeviceProfile, Handler
from smart_metering.device_types import DeviceType, Generation
from smart_metering.use_cases import UseCase

_HANDLERS: dict[int, Handler] = {UseCase.GCS38: READ_MIRROR}

GPF = {
    Generation.SMETS2: DeviceProfile(
        device_type=DeviceType.GPF, answering=GbcsAnswering(), handlers=_HANDLERS
    ),
    Generation.SMETS1: DeviceProfile(
        device_type=DeviceType.GPF, answering=S1spAnswering(), handlers=_HANDLERS
    ),
}
