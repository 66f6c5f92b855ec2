"""Points of supply by arithmetic: a premises' index gives its MPAN and its MPRN, so that nobody has to list them."""

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, eui_number
from smets.fleet.defaults import FIRST_EUI

DISTRIBUTOR = "10"  # of the MPAN's first two digits: Eastern England
MPRN_BEGINS = "74"
INDEXES = 10**8  # what is left of an MPRN's ten digits; three times the premises of Great Britain

_PRIMES = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)  # weights of an MPAN's check digit (MRA, core MPAN)


def premises_index(comms_hub: Eui) -> int:
    """Counted from FIRST_EUI on, and round again: premises whose indexes meet are a fault of the plan."""
    return (eui_number(comms_hub) - eui_number(FIRST_EUI)) // EUIS_PER_PREMISES % INDEXES


def mpxn_of(device_type: DeviceType, comms_hub: Eui) -> str:
    """The point of supply of a meter at the premises of this hub; empty for what is none."""
    supply = {DeviceType.ESME: mpan, DeviceType.GSME: mprn}.get(device_type)
    return supply(premises_index(comms_hub)) if supply else ""


def mpan(index: int) -> str:
    """Thirteen digits, the last of them the check digit."""
    digits = f"{DISTRIBUTOR}{index:010d}"
    check = sum(int(digit) * prime for digit, prime in zip(digits, _PRIMES, strict=True)) % 11 % 10
    return f"{digits}{check}"


def mprn(index: int) -> str:
    """Ten digits."""
    return f"{MPRN_BEGINS}{index:08d}"
