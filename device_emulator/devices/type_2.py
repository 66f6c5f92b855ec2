"""In-home displays and consumer access devices: on the HAN, without credentials, so no Command reaches them."""

from device_emulator.devices.profile import DeviceProfile
from smart_metering.device_types import DeviceType, Generation

IHD = {generation: DeviceProfile(device_type=DeviceType.IHD) for generation in Generation}
CAD = {generation: DeviceProfile(device_type=DeviceType.CAD) for generation in Generation}
