"""All profiles, by Device Type and generation. There was no SMETS1 HCALCS."""

from device_emulator.devices.chf import CHF
from device_emulator.devices.esme import ESME
from device_emulator.devices.gpf import GPF
from device_emulator.devices.gsme import GSME
from device_emulator.devices.hcalcs import HCALCS
from device_emulator.devices.ppmid import PPMID
from device_emulator.devices.profile import DeviceProfile
from device_emulator.devices.type_2 import CAD, IHD
from smart_metering.device_types import DeviceType, Generation

PROFILES: dict[tuple[DeviceType, Generation], DeviceProfile] = {
    (profile.device_type, generation): profile
    for by_generation in (ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD)
    for generation, profile in by_generation.items()
}
