"""What the registers of a meter show, as records of the payloads; and what a GPF shows of them, its mirror."""

from collections.abc import Iterator, Sequence

from device_emulator.devices.metering import (
    ACTIVE_IMPORT,
    GAS,
    HALF_HOUR_MS,
    IN_USE_SINCE,
    PROFILE_LOG_DAYS,
    REACTIVE_IMPORT,
    SECONDARY_ACTIVE_IMPORT,
    Load,
    half_hours,
    total,
    uncounted,
)
from device_emulator.devices.state import DeviceState, outages
from device_emulator.firmware.outages import Outage
from smart_metering.gbcs.electricity_profile import MOST_ENTRIES, ElectricityProfileEntry, ProfilePeriod
from smart_metering.gbcs.gas_profile import GasProfile, GasProfilePeriod, GasProfileRefusal
from smart_metering.gbcs.gas_registers import GasRegister
from smart_metering.gbcs.import_registers import ElectricityRegisters
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant

BATTERY_DAYS = 5_475
"""How long a GSME's battery lasts from when it came into use: 15 years (chosen here)."""


def is_twin(state: DeviceState) -> bool:
    """Whether an ESME has two elements, as its variant says: its true one."""
    return state.slots.esme_variant.startswith("B")


def counted(seed: bytes, state: DeviceState, load: Load, at: Instant) -> int:
    """What a register of this Device shows: it stands still while there is no power."""
    return _counted(seed, state.device_id, load, at, outages(state))


def electricity_registers(seed: bytes, state: DeviceState, at: Instant) -> ElectricityRegisters:
    return ElectricityRegisters(
        active_import_wh=counted(seed, state, ACTIVE_IMPORT, at),
        reactive_import_varh=counted(seed, state, REACTIVE_IMPORT, at),
        secondary_active_import_wh=counted(seed, state, SECONDARY_ACTIVE_IMPORT, at)
        if is_twin(state)
        else None,
    )


def gas_register(seed: bytes, meter: Eui, at: Instant, breaks: Sequence[Outage]) -> GasRegister:
    """`breaks` are the outages of that meter."""
    return GasRegister(consumption=_counted(seed, meter, GAS, at, breaks))


def remaining_battery_days(at: Instant) -> int:
    return max(0, BATTERY_DAYS - max(0, at - IN_USE_SINCE) // DAY_MS)


def electricity_profile(
    seed: bytes, state: DeviceState, period: ProfilePeriod, at: Instant
) -> tuple[ElectricityProfileEntry, ...]:
    """The half hours that ended in the period, up to `at` and as far back as the log goes; the oldest if there are more
    than one message holds."""
    device, start = state.device_id, max(period.start, oldest_entry(at))
    end = Instant(min(period.end, at, start + (MOST_ENTRIES - 1) * HALF_HOUR_MS))
    breaks = outages(state)
    primary = _half_hours(seed, device, ACTIVE_IMPORT, start, end, breaks)
    if not is_twin(state):
        return tuple(ElectricityProfileEntry(at=ended, active_import_wh=used) for ended, used in primary)
    secondary = _half_hours(seed, device, SECONDARY_ACTIVE_IMPORT, start, end, breaks)
    return tuple(
        ElectricityProfileEntry(at=ended, active_import_wh=used, secondary_active_import_wh=other)
        for (ended, used), (_, other) in zip(primary, secondary, strict=True)
    )


def gas_profile(
    seed: bytes, meter: Eui, period: GasProfilePeriod, at: Instant, breaks: Sequence[Outage]
) -> GasProfile | GasProfileRefusal:
    """As of an ESME; without a single half hour in the period there is nothing to be found."""
    first = -(-period.start // HALF_HOUR_MS) * HALF_HOUR_MS
    last = min(first + (period.samples - 1) * HALF_HOUR_MS, at)
    start = Instant(max(first, oldest_entry(at)))
    entries = tuple(_half_hours(seed, meter, GAS, start, Instant(last), breaks))
    if not entries:
        return GasProfileRefusal.NOT_FOUND
    return GasProfile(start=entries[0][0], samples=tuple(used for _, used in entries))


def oldest_entry(at: Instant) -> Instant:
    """From when on a profile log holds half hours."""
    return Instant(at - PROFILE_LOG_DAYS * DAY_MS + 1)


def _counted(seed: bytes, device: Eui, load: Load, at: Instant, breaks: Sequence[Outage]) -> int:
    missed = uncounted(seed, device, load, breaks, since=Instant(0), until=at)
    return total(seed, device, load, at) - missed


def _half_hours(
    seed: bytes, device: Eui, load: Load, start: Instant, end: Instant, breaks: Sequence[Outage]
) -> Iterator[tuple[Instant, int]]:
    """A half hour without power stands in the log, with nothing in it (choice G97)."""
    for ended, used in half_hours(seed, device, load, start, end):
        since = Instant(ended - HALF_HOUR_MS)
        yield ended, used - uncounted(seed, device, load, breaks, since=since, until=ended)
