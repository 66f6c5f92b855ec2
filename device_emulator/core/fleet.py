"""The fleet by arithmetic: a template says what a million premises hold, and a Device ID says where it stands.

Nothing is made for a Device before a message or a file reaches it.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from device_emulator.devices.profile import DeviceProfile
from device_emulator.devices.profiles import PROFILES
from smart_metering.administration import DeviceTemplate, PremisesTemplate
from smart_metering.device_types import DeviceType, Generation
from smart_metering.identifiers import Eui, eui_from_number, eui_number

EUIS_PER_PREMISES = 16
_LAST_EUI = 2**64 - 1


class InvalidLaunch(ValueError):
    """Templates that cannot stand; the text names each, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a Device stands: its template, its profile, its hub."""

    device_id: Eui
    comms_hub: Eui
    premises: PremisesTemplate
    template: DeviceTemplate
    profile: DeviceProfile


class Fleet:
    """All premises that were launched."""

    def __init__(self, templates: Iterable[PremisesTemplate] = ()) -> None:
        self._starts: list[int] = []
        self._templates: dict[int, PremisesTemplate] = {}
        for template in templates:
            self.add(template)

    def add(self, template: PremisesTemplate) -> None:
        """Takes a template that `faults_of` found nothing wrong with."""
        start = eui_number(template.eui_from)
        insort(self._starts, start)
        self._templates[start] = template

    def find(self, device_id: Eui) -> Place | None:
        """The Device with this id; None: it is not here."""
        number = eui_number(device_id)
        template = self._at_or_before(number)
        if template is None:
            return None
        start = eui_number(template.eui_from)
        premises, position = divmod(number - start, EUIS_PER_PREMISES)
        if premises >= template.count or position >= len(template.devices):
            return None
        comms_hub = device_id if position == 0 else eui_from_number(number - position)
        return _place(template, position, device_id, comms_hub)

    def sibling(self, place: Place, device_type: DeviceType) -> Place | None:
        """The first Device of this type on the same HAN."""
        for position, device in enumerate(place.premises.devices):
            if device.device_type is device_type:
                device_id = eui_from_number(eui_number(place.comms_hub) + position)
                return _place(place.premises, position, device_id, place.comms_hub)
        return None

    def premises_of(self, place: Place) -> Iterator[Place]:
        """Every Device of the same premises, in the order of their ids."""
        first = eui_number(place.comms_hub)
        for position in range(len(place.premises.devices)):
            yield _place(place.premises, position, eui_from_number(first + position), place.comms_hub)

    def device_ids(self, after: Eui | None = None) -> Iterator[Eui]:
        """All Device IDs beyond `after`, in order."""
        beyond = -1 if after is None else eui_number(after)
        for start in self._starts:
            template = self._templates[start]
            first = max(0, (beyond - start) // EUIS_PER_PREMISES)
            for premises in range(first, template.count):
                base = start + premises * EUIS_PER_PREMISES
                for number in range(max(base, beyond + 1), base + len(template.devices)):
                    yield eui_from_number(number)

    def comms_hubs(self, after: Eui | None = None) -> Iterator[Eui]:
        """All Comms Hubs beyond `after`, in order."""
        beyond = -1 if after is None else eui_number(after)
        for start in self._starts:
            first = max(0, (beyond - start) // EUIS_PER_PREMISES + 1)
            for premises in range(first, self._templates[start].count):
                yield eui_from_number(start + premises * EUIS_PER_PREMISES)

    def faults_of(self, template: PremisesTemplate) -> list[str]:
        """What is wrong with a template beside those that stand; nothing, and it may be added."""
        types = [device.device_type for device in template.devices]
        start = eui_number(template.eui_from)
        claims = (
            (bool(template.name), "it needs a name"),
            (template.count > 0, f"count {template.count}: expected 1 or more"),
            (types[:1] == [DeviceType.CHF], "the first Device of a premises is its CHF"),
            (types.count(DeviceType.CHF) <= 1, "a premises has one CHF"),
            (
                not any(map(_awaits_as_a_part_of_the_hub, template.devices)),
                "a CHF or GPF awaits no installation",
            ),
            (
                not any(_is_external_as_a_part_of_the_hub(device) for device in template.devices),
                "a CHF or GPF is the hub itself: it is not external",
            ),
            (
                template.generation is not Generation.SMETS1
                or not any(row.external for row in template.devices),
                "a SMETS1 Device is reached through its S1SP, not by GBCS: it is not external",
            ),
            (
                len(types) <= EUIS_PER_PREMISES,
                f"{len(types)} Devices: a premises has {EUIS_PER_PREMISES} at most",
            ),
            (_end(template) <= _LAST_EUI, "its last premises are beyond the last EUI"),
            (not self._overlaps(start, _end(template)), "its EUIs are taken by premises that stand"),
            *(
                ((kind, template.generation) in PROFILES, f"there is no {template.generation} {kind}")
                for kind in dict.fromkeys(types)
            ),
        )
        return [fault for holds, fault in claims if not holds]

    def _overlaps(self, start: int, end: int) -> bool:
        last = self._at_or_before(end)
        return last is not None and _end(last) >= start

    def _at_or_before(self, number: int) -> PremisesTemplate | None:
        index = bisect_right(self._starts, number)
        return self._templates[self._starts[index - 1]] if index else None


def _awaits_as_a_part_of_the_hub(device: DeviceTemplate) -> bool:
    return device.awaits_installation and device.device_type in (DeviceType.CHF, DeviceType.GPF)


def _is_external_as_a_part_of_the_hub(device: DeviceTemplate) -> bool:
    return device.external and device.device_type in (DeviceType.CHF, DeviceType.GPF)


def comms_hubs(template: PremisesTemplate) -> Iterator[Eui]:
    """The hubs of a template's premises, in order."""
    start = eui_number(template.eui_from)
    for premises in range(template.count):
        yield eui_from_number(start + premises * EUIS_PER_PREMISES)


def _place(premises: PremisesTemplate, position: int, device_id: Eui, comms_hub: Eui) -> Place:
    template = premises.devices[position]
    return Place(
        device_id=device_id,
        comms_hub=comms_hub,
        premises=premises,
        template=template,
        profile=PROFILES[template.device_type, premises.generation],
    )


def _end(template: PremisesTemplate) -> int:
    """The last EUI that a template reserves."""
    return eui_number(template.eui_from) + template.count * EUIS_PER_PREMISES - 1
