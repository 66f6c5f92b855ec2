"""Reads of a meter, and of a GPF as of its last look at the gas meter: registers, profile, balance, supply, identity.

SR 4.1.1, 4.3, 4.8.1, 7.4 and 6.2.4. Payloads that cannot be read raise DecodeError.
"""

from collections.abc import Callable
from dataclasses import dataclass

from device_emulator.devices import decoded_content
from device_emulator.devices.profile import Answer, Content, Handled, Hearing
from device_emulator.devices.purses import prepayment_registers
from device_emulator.devices.readership import Readership, readership_of
from device_emulator.devices.registers import (
    electricity_profile,
    electricity_registers,
    gas_profile,
    gas_register,
    remaining_battery_days,
)
from device_emulator.devices.state import outages
from device_emulator.firmware.outages import Outage
from device_emulator.firmware.slots import mirror_refreshed
from smart_metering.gbcs.electricity_identity import (
    Identity,
    SupplyTamperState,
    decode_electricity_identity_command,
    encode_electricity_identity_response,
)
from smart_metering.gbcs.electricity_profile import (
    decode_electricity_profile_command,
    encode_electricity_profile_response,
)
from smart_metering.gbcs.exchange import Exchange, exchange_of
from smart_metering.gbcs.gas_profile import (
    GasProfileRefusal,
    decode_gas_profile_command,
    encode_gas_profile_response,
)
from smart_metering.gbcs.gas_registers import (
    GasRegister,
    decode_gas_register_command,
    encode_gas_register_response,
)
from smart_metering.gbcs.import_registers import (
    decode_electricity_registers_command,
    encode_electricity_registers_response,
)
from smart_metering.gbcs.prepayment_registers import (
    decode_prepayment_registers_command,
    encode_prepayment_registers_response,
)
from smart_metering.gbcs.supply_status import (
    SupplyState,
    SupplyStatus,
    decode_supply_status_command,
    encode_supply_status_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.use_cases import UseCase

_UNREADABLE = GasRegister(consumption=None, multiplier=None, divisor=None, unit=None)


@dataclass(frozen=True, slots=True)
class GasView:
    """The gas meter whose registers are shown, and as of when: itself now, or in the mirror of a GPF. `breaks` are its
    outages."""

    meter: Eui
    at: Instant
    breaks: tuple[Outage, ...]


Seen = Callable[[Hearing], GasView | None]


def own_gas(hearing: Hearing) -> GasView:
    return GasView(hearing.state.device_id, hearing.now, outages(hearing.state))


def mirrored_gas(hearing: Hearing) -> GasView | None:
    """Nothing where there is no GSME on the HAN."""
    around = hearing.around
    meter = around.gas_meter()
    if meter is None:
        return None
    return GasView(meter, mirror_refreshed(hearing.now, around.mirror_breaks()), around.gas_meter_outages())


# --- electricity --------------------------------------------------------------------------------------------


def read_electricity_registers(hearing: Hearing) -> Handled:
    decode_electricity_registers_command(hearing.command.payload, exchange_of(hearing.command))
    registers = electricity_registers(hearing.around.seed, hearing.state, hearing.now)
    return _encrypted(
        hearing,
        lambda exchange, secret: encode_electricity_registers_response(registers, exchange, secret),
        lambda: decoded_content.of_electricity_registers(registers),
    )


def read_prepayment_registers(hearing: Hearing) -> Handled:
    decode_prepayment_registers_command(hearing.command.payload, exchange_of(hearing.command))
    registers = prepayment_registers(hearing.around.seed, hearing.state, hearing.now)
    return _encrypted(
        hearing,
        lambda exchange, secret: encode_prepayment_registers_response(registers, exchange, secret),
        lambda: decoded_content.of_prepayment_registers(registers),
    )


def read_electricity_profile(hearing: Hearing) -> Handled:
    period = decode_electricity_profile_command(hearing.command.payload, exchange_of(hearing.command))
    entries = electricity_profile(hearing.around.seed, hearing.state, period, hearing.now)
    return _encrypted(
        hearing,
        lambda exchange, secret: encode_electricity_profile_response(entries, exchange, secret),
        lambda: decoded_content.of_electricity_profile(entries),
    )


def read_electricity_identity(hearing: Hearing) -> Handled:
    exchange = exchange_of(hearing.command)
    decode_electricity_identity_command(hearing.command.payload, exchange)
    template = hearing.around.template
    identity = Identity(
        device=hearing.state.device_id,
        meter_variant=hearing.state.slots.esme_variant,
        model_type=template.device_model,
        manufacturer_identifier=template.device_manufacturer,
        supply_tamper_state=SupplyTamperState.UNCHANGED,
    )
    return _plain(
        hearing,
        lambda: encode_electricity_identity_response(identity, exchange),
        lambda: decoded_content.of_identity(identity),
    )


def read_electricity_supply(hearing: Hearing) -> Handled:
    """The supply is never disabled here."""
    exchange = exchange_of(hearing.command)
    decode_supply_status_command(UseCase.ECS45, hearing.command.payload, exchange)
    return _plain(
        hearing,
        lambda: encode_supply_status_response(UseCase.ECS45, SupplyState.ENABLED, exchange),
        lambda: decoded_content.of_supply_status(SupplyStatus(supply_state=SupplyState.ENABLED)),
    )


# --- gas ----------------------------------------------------------------------------------------------------


def read_gas_register(seen: Seen) -> Callable[[Hearing], Handled]:
    """A mirror that never saw a meter has nothing that could be read."""

    def read(hearing: Hearing) -> Handled:
        decode_gas_register_command(hearing.command.payload, exchange_of(hearing.command))
        view = seen(hearing)
        register = (
            gas_register(hearing.around.seed, view.meter, view.at, view.breaks) if view else _UNREADABLE
        )
        return _encrypted(
            hearing,
            lambda exchange, secret: encode_gas_register_response(register, exchange, secret),
            lambda: decoded_content.of_gas_register(register),
            success=view is not None,
        )

    return read


def read_gas_profile(seen: Seen) -> Callable[[Hearing], Handled]:
    def read(hearing: Hearing) -> Handled:
        period = decode_gas_profile_command(hearing.command.payload, exchange_of(hearing.command))
        view = seen(hearing)
        profile = (
            gas_profile(hearing.around.seed, view.meter, period, view.at, view.breaks)
            if view
            else GasProfileRefusal.HARDWARE_FAILURE
        )
        return _encrypted(
            hearing,
            lambda exchange, secret: encode_gas_profile_response(profile, exchange, secret),
            lambda: decoded_content.of_gas_profile(profile),
            success=not isinstance(profile, GasProfileRefusal),
        )

    return read


def read_gas_supply(hearing: Hearing) -> Handled:
    """Of the GPF what its meter says, or would say if there were one (chosen here)."""
    exchange = exchange_of(hearing.command)
    decode_supply_status_command(UseCase.GCS33, hearing.command.payload, exchange)
    days = remaining_battery_days(hearing.now)
    status = SupplyStatus(supply_state=SupplyState.ENABLED, remaining_battery_days=days)
    return _plain(
        hearing,
        lambda: encode_supply_status_response(UseCase.GCS33, SupplyState.ENABLED, exchange, days),
        lambda: decoded_content.of_supply_status(status),
    )


# --- answers ------------------------------------------------------------------------------------------------


def _plain(hearing: Hearing, payload: Callable[[], bytes], content: Callable[[], Content]) -> Handled:
    return Handled(state=hearing.state, answer=hearing.answer(Answer(payload=payload, content=content)))


def _encrypted(
    hearing: Hearing,
    payload: Callable[[Exchange, bytes], bytes],
    content: Callable[[], Content],
    success: bool = True,
) -> Handled:
    reader: Readership = readership_of(hearing)
    answer = Answer(
        payload=lambda: payload(reader.exchange, reader.secret),
        content=content,
        success=success,
        own_counter=reader.own_counter,
    )
    return Handled(state=reader.state, answer=hearing.answer(answer))
