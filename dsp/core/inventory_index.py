"""The Devices of the SMI by what they are searched for: by kind, each kind in order of id, and by where they are.

A kind is what many Devices have in common, so there are few kinds, and a million Devices are counted by adding up
theirs.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dsp.core.ordered_ids import OrderedIds
from dsp.core.records import SmiDevice
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.smi_statuses import SmiStatus


class Kind(NamedTuple):
    """What Devices are counted by. A Type 2 Device has no status."""

    device_type: DeviceType
    status: SmiStatus | None
    manufacturer: str
    model: str
    firmware_version: str


class InventoryIndex:
    """Whoever writes a Device tells it what stood there before."""

    def __init__(self, devices: Mapping[str, SmiDevice] | Iterable[tuple[str, SmiDevice]] = ()) -> None:
        """With these Devices, by their ids."""
        self._kinds: dict[Kind, OrderedIds] = {}
        self._at_uprn: dict[str, list[Eui]] = {}
        self._at_post_code: dict[str, list[Eui]] = {}
        ids: dict[Kind, list[Eui]] = {}
        for _, device in sorted(devices.items() if isinstance(devices, Mapping) else devices):
            ids.setdefault(kind_of(device), []).append(device.device.device_id)
            self._put_places(device)
        self._kinds = {kind: OrderedIds(found) for kind, found in ids.items()}

    def put(self, former: SmiDevice | None, device: SmiDevice) -> None:
        """The Device stands there now, where `former` did."""
        if former is not None and _is_found_alike(former, device):
            return
        if former is not None:
            self.remove(former)
        self._kinds.setdefault(kind_of(device), OrderedIds()).add(device.device.device_id)
        self._put_places(device)

    def remove(self, device: SmiDevice) -> None:
        """The Device stands there no more."""
        kind = kind_of(device)
        self._kinds[kind].remove(device.device.device_id)
        if not self._kinds[kind]:
            del self._kinds[kind]
        for places, place in self._places(device):
            ids = places[place]
            del ids[bisect_left(ids, device.device.device_id)]
            if not ids:
                del places[place]

    @property
    def kinds(self) -> Mapping[Kind, OrderedIds]:
        """Each with its Devices; no kind is empty."""
        return self._kinds

    def at_uprn(self, uprn: str) -> list[Eui]:
        """In order."""
        return list(self._at_uprn.get(uprn, ()))

    def at_post_code(self, post_code: str) -> list[Eui]:
        """In order; however it is spaced."""
        return list(self._at_post_code.get(plain_post_code(post_code), ()))

    def _put_places(self, device: SmiDevice) -> None:
        for places, place in self._places(device):
            ids = places.setdefault(place, [])
            if not ids or ids[-1] < device.device.device_id:
                ids.append(device.device.device_id)
            elif ids[bisect_left(ids, device.device.device_id)] != device.device.device_id:
                insort(ids, device.device.device_id)

    def _places(self, device: SmiDevice) -> Iterator[tuple[dict[str, list[Eui]], str]]:
        for places, place in zip((self._at_uprn, self._at_post_code), _places_of(device), strict=True):
            if place:
                yield places, place


def kind_of(device: SmiDevice) -> Kind:
    """What it is counted by."""
    shown = device.device
    return Kind(
        shown.device_type,
        shown.device_status,
        shown.device_manufacturer,
        shown.device_model,
        shown.device_firmware_version,
    )


def plain_post_code(text: str) -> str:
    """In upper case without spaces: `bs1 6pn` and `BS16PN` are one."""
    return "".join(text.split()).upper()


def _places_of(device: SmiDevice) -> tuple[str, str]:
    shown = device.device
    post_code = plain_post_code(shown.property_filter.post_code) if shown.property_filter else ""
    return shown.uprn, post_code


def _is_found_alike(former: SmiDevice, device: SmiDevice) -> bool:
    return kind_of(former) == kind_of(device) and _places_of(former) == _places_of(device)
