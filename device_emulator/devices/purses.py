"""The money in a meter: a household that pays each week for what it used, and whatever was topped up by UTRN.

Amounts are in thousandths of a penny. Without top-ups the balance is a function of what the registers show: on Monday
it stands where the household keeps it, and falls until Sunday.
"""

from device_emulator.devices.metering import ACTIVE_IMPORT, GAS, SECONDARY_ACTIVE_IMPORT, Load, draw
from device_emulator.devices.registers import counted, is_twin
from device_emulator.devices.state import DeviceState, Purse
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.prepayment_registers import PrepaymentRegisters
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import changed

PENNY = 1_000
POUND = 100 * PENNY

LEAST_TOP_UP, TOP_UP_STEP, TOP_UP_STEPS = 5 * POUND, 5 * POUND, 10
"""A UTRN is worth 5 to 50 pounds; its digits alone say how much (chosen here)."""

UTRNS_REMEMBERED = 100
"""As many as a GBCS meter remembers at least (likely)."""

_EMERGENCY_CREDIT = 5 * POUND
_LEAST_KEPT, _KEPT_STEPS = 60 * POUND, 40
_WEEK_MS = 7 * DAY_MS
_THURSDAY_TO_MONDAY = 3 * DAY_MS  # 1970 began on a Thursday

_PRICES: dict[DeviceType, tuple[tuple[Load, int], ...]] = {
    #                                  load and its price: per Wh, per thousandth of a cubic metre
    DeviceType.ESME: ((ACTIVE_IMPORT, 30), (SECONDARY_ACTIVE_IMPORT, 15)),
    DeviceType.GSME: ((GAS, 78),),
}


def balance(seed: bytes, state: DeviceState, device_type: DeviceType, at: Instant) -> int:
    """The Meter Balance of an ESME or GSME."""
    device = state.device_id
    monday = Instant(at - (at + _THURSDAY_TO_MONDAY) % _WEEK_MS)
    used = sum(
        price * (counted(seed, state, load, at) - counted(seed, state, load, monday))
        for load, price in _PRICES[device_type]
        if load is not SECONDARY_ACTIVE_IMPORT or is_twin(state)
    )
    kept = _LEAST_KEPT + draw(seed, device, "kept in the purse") % _KEPT_STEPS * POUND
    return kept + state.life.purse.topped_up - used


def prepayment_registers(seed: bytes, state: DeviceState, at: Instant) -> PrepaymentRegisters:
    """Of an ESME whose household owes nothing but what it uses."""
    return PrepaymentRegisters(
        meter_balance=balance(seed, state, DeviceType.ESME, at),
        emergency_credit_balance=_EMERGENCY_CREDIT,
        accumulated_debt_register=0,
        payment_debt_register=0,
        time_debt_register_1=0,
        time_debt_register_2=0,
    )


def worth(utrn: str) -> int:
    """What a UTRN adds to the balance."""
    return LEAST_TOP_UP + draw(b"", utrn) % TOP_UP_STEPS * TOP_UP_STEP


def top_up(purse: Purse, utrn: str, counter: int) -> Purse | None:
    """The purse with this UTRN in it; None: it was used before, by another Command than that with this counter."""
    for used, by in purse.utrns:
        if used == utrn:
            return purse if by == counter else None
    utrns = (*purse.utrns, (utrn, counter))[-UTRNS_REMEMBERED:]
    return changed(purse, topped_up=purse.topped_up + worth(utrn), utrns=utrns)
