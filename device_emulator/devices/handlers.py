"""The handlers of the firmware use cases, each with the parties that may ask (likely, from the reference vectors)."""

from device_emulator.devices.activating import activate_firmware
from device_emulator.devices.profile import Handler, KnownParty
from device_emulator.devices.reading import read_mirrored_version, read_own_version

_SUPPLIER = frozenset({KnownParty.SUPPLIER})
_ACB = frozenset({KnownParty.ACB})
_ALL = frozenset(KnownParty)

ACTIVATE = Handler(activate_firmware, _SUPPLIER)
READ_OWN = Handler(read_own_version, _ALL)
READ_OWN_FOR_ACB = Handler(read_own_version, _ACB)
READ_MIRROR = Handler(read_mirrored_version, _ALL)
