"""What the registers of a Device show at a moment, to whoever looks inside it, under the names of the catalogue."""

from collections.abc import Callable

from device_emulator.devices import decoded_content
from device_emulator.devices.profile import Content
from device_emulator.devices.purses import balance, prepayment_registers
from device_emulator.devices.registers import electricity_registers, gas_register, remaining_battery_days
from device_emulator.devices.state import DeviceState, outages
from device_emulator.devices.surroundings import Surroundings
from device_emulator.firmware.slots import mirror_refreshed
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.supply_status import SupplyState, SupplyStatus
from smart_metering.instants import Instant


def readings(device_type: DeviceType, state: DeviceState, around: Surroundings, now: Instant) -> Content:
    """Nothing for a Device without registers."""
    show = _SHOWN.get(device_type)
    return show(state, around, now) if show is not None else ()


def _electricity(state: DeviceState, around: Surroundings, now: Instant) -> Content:
    return (
        *decoded_content.of_electricity_registers(electricity_registers(around.seed, state, now)),
        *decoded_content.of_prepayment_registers(prepayment_registers(around.seed, state, now)),
        *decoded_content.of_supply_status(SupplyStatus(supply_state=SupplyState.ENABLED)),
    )


def _gas(state: DeviceState, around: Surroundings, now: Instant) -> Content:
    status = SupplyStatus(
        supply_state=SupplyState.ENABLED, remaining_battery_days=remaining_battery_days(now)
    )
    return (
        *decoded_content.of_gas_register(gas_register(around.seed, state.device_id, now, outages(state))),
        *decoded_content.of_meter_balance(balance(around.seed, state, DeviceType.GSME, now)),
        *decoded_content.of_supply_status(status),
    )


def _mirror(_state: DeviceState, around: Surroundings, now: Instant) -> Content:
    meter = around.gas_meter()
    if meter is None:
        return ()
    refreshed = mirror_refreshed(now, around.mirror_breaks())
    return decoded_content.of_gas_register(
        gas_register(around.seed, meter, refreshed, around.gas_meter_outages())
    )


_SHOWN: dict[DeviceType, Callable[[DeviceState, Surroundings, Instant], Content]] = {
    DeviceType.ESME: _electricity,
    DeviceType.GSME: _gas,
    DeviceType.GPF: _mirror,
}
