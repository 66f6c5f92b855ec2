"""The Devices of a fleet as a scenario speaks of them: by type, fleet, premises and label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.user_roles import UserRole
from smets.fleet.plan import SUPPLIER_KNOWN_BY, PremisesPlan
from smets.fleet.points_of_supply import mpan, mprn, premises_index
from smets.scenarios.selectors import SelectorModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One Device. `premises` counts from 1 within its `fleet`."""

    device_id: Eui
    device_type: DeviceType
    fleet: PremisesPlan
    premises: int
    comms_hub: Eui

    @property
    def supplier(self) -> Eui:
        """Its Responsible Supplier when the fleet is launched; of a Device of no meter, that of the electricity."""
        role, _ = SUPPLIER_KNOWN_BY.get(self.device_type, (UserRole.IS, None))
        return self.fleet.parties[role]

    @property
    def mpxn(self) -> str:
        """Of a meter; empty for other Devices."""
        supply = {DeviceType.ESME: mpan, DeviceType.GSME: mprn}.get(self.device_type)
        return supply(premises_index(self.comms_hub)) if supply is not None else ""

    def __str__(self) -> str:
        return f"{self.device_type} {self.device_id}"


@dataclass(frozen=True, slots=True)
class Cast:
    """All Devices of a plan. The `seed` draws samples."""

    fleets: Sequence[PremisesPlan]
    seed: str

    def devices(self, selector: SelectorModel) -> list[Member]:
        """In the order of the file; empty where nothing fits."""
        fitting = (
            member
            for fleet in self.fleets
            if selector.fleet in (None, fleet.fleet)
            and (selector.label is None or selector.label in fleet.labels)
            for member in _members(fleet, selector.premises_range)
            if selector.type in (None, member.device_type) and selector.device in (None, member.device_id)
        )
        if selector.first is not None:
            return list(islice(fitting, selector.first))
        members = list(fitting)
        return members if selector.sample is None else self._sample(members, selector.sample)

    def beside(self, member: Member, device_type: DeviceType) -> Member | None:
        """The first of a type at the same premises."""
        here = range(member.premises, member.premises + 1)
        return next((it for it in _members(member.fleet, here) if it.device_type is device_type), None)

    def _sample(self, members: list[Member], count: int) -> list[Member]:
        drawn = set(sorted(range(len(members)), key=lambda at: self._lot(members[at].device_id))[:count])
        return [member for at, member in enumerate(members) if at in drawn]

    def _lot(self, device_id: Eui) -> bytes:
        return blake2b(f"{self.seed}/sample/{device_id}".encode(), digest_size=8).digest()


def _members(fleet: PremisesPlan, wanted: range | None) -> Iterator[Member]:
    first, beyond = fleet.before + 1, fleet.before + fleet.count + 1
    if wanted is not None:
        first, beyond = max(first, wanted.start), min(beyond, wanted.stop)
    hub = eui_number(fleet.eui_from) + (first - fleet.before - 1) * EUIS_PER_PREMISES
    for number in range(first, beyond):
        for position, device in enumerate(fleet.devices):
            yield Member(
                device_id=eui_from_number(hub + position),
                device_type=device.device_type,
                fleet=fleet,
                premises=number,
                comms_hub=eui_from_number(hub),
            )
        hub += EUIS_PER_PREMISES
