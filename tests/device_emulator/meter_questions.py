"""Questions to a meter, asked by a party that it knows, and their answers decrypted."""

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.electricity_profile import (
    ElectricityProfileEntry,
    ProfilePeriod,
    decode_electricity_profile_response,
    encode_electricity_profile_command,
)
from smart_metering.gbcs.gas_profile import (
    GasProfile,
    GasProfileRefusal,
    decode_gas_profile_response,
    encode_gas_profile_command,
    gas_profile_period,
)
from smart_metering.gbcs.gas_registers import (
    GasRegister,
    decode_gas_register_response,
    encode_gas_register_command,
)
from smart_metering.gbcs.import_registers import (
    ElectricityRegisters,
    decode_electricity_registers_response,
    encode_electricity_registers_command,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    SUPPLIER,
    Bench,
    secret,
)
from tests.device_emulator.commands import Asked, ask


def registers(bench: Bench, by: Eui = SUPPLIER) -> ElectricityRegisters:
    meter = bench.device(DeviceType.ESME)
    asked = ask(bench, UseCase.ECS17B, meter, encode_electricity_registers_command, by=by)
    return decode_electricity_registers_response(asked.response.payload, asked.exchange, secret(meter, by))


def gas_register(bench: Bench, device_type: DeviceType, by: Eui = SUPPLIER) -> GasRegister:
    device = bench.device(device_type)
    asked = ask(bench, UseCase.GCS13A, device, encode_gas_register_command, by=by)
    return decode_gas_register_response(asked.response.payload, asked.exchange, secret(device, by))


def profile(bench: Bench, start: Instant, end: Instant) -> tuple[ElectricityProfileEntry, ...]:
    meter = bench.device(DeviceType.ESME)
    asked = ask_profile(bench, start, end)
    return decode_electricity_profile_response(
        asked.response.payload, asked.exchange, secret(meter, SUPPLIER)
    )


def ask_profile(bench: Bench, start: Instant, end: Instant) -> Asked:
    period = ProfilePeriod(start=start, end=end)
    return ask(
        bench,
        UseCase.ECS22B,
        bench.device(DeviceType.ESME),
        lambda exchange: encode_electricity_profile_command(period, exchange),
    )


def gas_profile(
    bench: Bench, device_type: DeviceType, start: Instant, end: Instant
) -> GasProfile | GasProfileRefusal:
    device, period = bench.device(device_type), gas_profile_period(start, end)
    asked = ask(bench, UseCase.GCS17, device, lambda exchange: encode_gas_profile_command(period, exchange))
    return decode_gas_profile_response(asked.response.payload, asked.exchange, secret(device, SUPPLIER))


def shown(bench: Bench, device_type: DeviceType) -> dict[str, str]:
    return {reading.name: reading.value for reading in bench.inside(device_type).readings}
