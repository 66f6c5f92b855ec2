"""The handlers of the use cases, each with the parties that may ask (likely, from the reference vectors).

A party that a Device does not know asks through the Access Control Broker, where the Service Request is open to it.
"""

from device_emulator.devices import comms_hub_log, device_logs, meter_reads
from device_emulator.devices.activating import activate_firmware
from device_emulator.devices.commissioning import commission
from device_emulator.devices.credentials import read_credentials
from device_emulator.devices.event_log import clear_event_log
from device_emulator.devices.joining import join
from device_emulator.devices.meter_reads import mirrored_gas, own_gas
from device_emulator.devices.profile import Handler
from device_emulator.devices.reading import read_mirrored_version, read_own_version
from device_emulator.devices.replacing_supplier import replace_supplier
from device_emulator.devices.surroundings import KnownParty
from device_emulator.devices.topping_up import take_utrn

_SUPPLIER = frozenset({KnownParty.SUPPLIER})
_ACB = frozenset({KnownParty.ACB})
_CHANGE_OF_SUPPLIER = frozenset({KnownParty.CHANGE_OF_SUPPLIER})
_SUPPLIER_OR_ACB = _SUPPLIER | _ACB
_ALL = _SUPPLIER_OR_ACB | {KnownParty.NETWORK_OPERATOR}

ACTIVATE = Handler(activate_firmware, _SUPPLIER)
READ_OWN = Handler(read_own_version, _ALL)
READ_OWN_FOR_ACB = Handler(read_own_version, _ACB)
READ_MIRROR = Handler(read_mirrored_version, _ALL)

READ_ELECTRICITY_REGISTERS = Handler(meter_reads.read_electricity_registers, _ALL)
READ_PREPAYMENT_REGISTERS = Handler(meter_reads.read_prepayment_registers, _SUPPLIER)
READ_ELECTRICITY_PROFILE = Handler(meter_reads.read_electricity_profile, _ALL)
READ_ELECTRICITY_IDENTITY = Handler(meter_reads.read_electricity_identity, _ALL)
READ_ELECTRICITY_SUPPLY = Handler(meter_reads.read_electricity_supply, _ALL)
READ_GAS_REGISTER = Handler(meter_reads.read_gas_register(own_gas), _ALL)
READ_MIRRORED_GAS_REGISTER = Handler(meter_reads.read_gas_register(mirrored_gas), _ALL)
READ_GAS_PROFILE = Handler(meter_reads.read_gas_profile(own_gas), _ALL)
READ_MIRRORED_GAS_PROFILE = Handler(meter_reads.read_gas_profile(mirrored_gas), _ALL)
READ_GAS_SUPPLY = Handler(meter_reads.read_gas_supply, _ALL)

TOP_UP = Handler(take_utrn, _SUPPLIER)
CLEAR_EVENT_LOG = Handler(clear_event_log, _SUPPLIER)
COMMISSION = Handler(commission, _SUPPLIER)
JOIN_CRITICAL = Handler(join, _SUPPLIER)
JOIN_NON_CRITICAL = Handler(join, _SUPPLIER_OR_ACB)
READ_DEVICE_LOG = Handler(device_logs.read_device_log, _SUPPLIER_OR_ACB)
READ_DEVICE_LOG_FOR_ACB = Handler(device_logs.read_device_log, _ACB)
READ_COMMS_HUB_LOG = Handler(device_logs.read_comms_hub_log, _ACB)
ADD_TO_HAN = Handler(comms_hub_log.add, _ACB)
REMOVE_FROM_HAN = Handler(comms_hub_log.remove, _ACB)
READ_CREDENTIALS = Handler(read_credentials, _ACB)
REPLACE_SUPPLIER = Handler(replace_supplier, _CHANGE_OF_SUPPLIER)
