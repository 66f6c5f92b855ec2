"""What premises of a plan come to, in words: which Devices await installation or are outside, who supplies next."""

from collections.abc import Iterator, Mapping

from smart_metering.device_types import TYPE_2
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant, format_instant
from smart_metering.user_roles import UserRole
from smets.fleet.plan import PremisesPlan
from smets.fleet.planning import FleetPlan
from smets.fleet.premises_planning import METER_OF

FUELS = {frozenset({UserRole.IS}): "electricity ", frozenset({UserRole.GS}): "gas "}


def awaiting_count(premises: PremisesPlan) -> int:
    """How many Devices are at the premises, but not on the HAN."""
    return premises.count * sum(device.awaits_installation for device in premises.devices)


def premises_texts(plan: FleetPlan) -> Iterator[tuple[str, str]]:
    """The name and the words of those premises of which there is something to say."""
    names = {party.eui: party.name for party in plan.parties}
    for row in plan.premises:
        if text := premises_text(row, names):
            yield row.name, text


def premises_text(premises: PremisesPlan, names: Mapping[Eui, str]) -> str:
    """`5 Commissioned, 1 awaiting installation; next supplier 'second supplier' from 2021-11-06`.

    Empty where the SMI Status says all.
    """
    awaiting = awaiting_count(premises)
    parts = []
    if awaiting:
        known = premises.count * sum(
            not device.awaits_installation and device.device_type not in TYPE_2 for device in premises.devices
        )
        parts.append(f"{known} {premises.status}, {awaiting} awaiting installation")
    if outside := [device.device_type for device in premises.devices if device.external]:
        parts.append(f"{' '.join(outside)} outside the emulator")
    if not premises.emulated:
        parts.append("not emulated: for a hub that attaches itself")
    changes: dict[tuple[Eui, Instant], set[UserRole]] = {}
    for role, party, since in premises.next_suppliers:
        changes.setdefault((party, since), set()).add(role)
    types = {device.device_type for device in premises.devices}
    all_roles = {role for role, meter in METER_OF.items() if meter in types}
    for (party, since), roles in changes.items():
        fuel = "" if roles == all_roles else FUELS.get(frozenset(roles), "")
        parts.append(f"next {fuel}supplier {names.get(party, party)!r} from {_day(since)}")
    return "; ".join(parts)


def _day(at: Instant) -> str:
    """An instant; a midnight is its day."""
    text = format_instant(at)
    return text if at % DAY_MS else text[:10]
