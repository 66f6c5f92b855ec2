"""A search of the SMI: what a typed text may mean, which Devices are meant, and a page of them with their count.

Where the search names a place (a hub, a point of supply, a property) its few Devices are looked at one by one; else
whole kinds of Devices are taken, so that nothing is looked at but what is shown.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from heapq import merge
from itertools import islice

from dsp.core.inventory_index import InventoryIndex, Kind, kind_of, plain_post_code
from dsp.core.state import State
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus

NO_STATUS = "none"
"""How a search asks for Devices without an SMI Status: those of Type 2."""

BEYOND = "\x7f"
"""Follows every character of an id."""

_ID_BEGINS = re.compile(r"[0-9A-F]{2}(-[0-9A-F]{2}){0,7}(-[0-9A-F]?)?")
_PLAIN_ID_BEGINS = re.compile(r"[0-9A-F]{1,16}")
_POST_CODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}")


class Search(Record, frozen=True, kw_only=True):
    """What is empty is not asked for. `device_id` is how the id begins."""

    device_id: str = ""
    mpxn: str = ""
    uprn: str = ""
    post_code: str = ""
    comms_hub: str = ""
    device_type: str = ""
    status: str = ""
    model: str = ""
    firmware_version: str = ""

    @property
    def names_a_place(self) -> bool:
        """Whether it is for the few Devices that are somewhere."""
        return bool(self.mpxn or self.uprn or self.post_code or self.comms_hub)


class Understood(Record, frozen=True, kw_only=True):
    """A typed text as a search, and in words; `search` is None for what can be no identifier at all."""

    search: Search | None
    words: str


class Found(Record, frozen=True, kw_only=True):
    """A page: `first` is the number of its first Device among all `count`, from 1; 0 where there is none."""

    devices: tuple[Eui, ...]
    count: int
    first: int

    @property
    def has_before(self) -> bool:
        """Whether others come before the page."""
        return self.first > 1

    @property
    def has_after(self) -> bool:
        """Whether others follow."""
        return bool(self.devices) and self.first + len(self.devices) - 1 < self.count


def understand(text: str, state: State, index: InventoryIndex) -> Understood:
    """A point of supply or a property that is known, a post code, or how a Device ID begins: the first that fits."""
    plain = text.strip().upper()
    if not plain:
        return Understood(search=Search(), words="")
    if plain.isascii() and plain.isdecimal():
        if state.supply_points.get(plain):
            return Understood(search=Search(mpxn=plain), words=f"MPxN {plain}")
        if index.at_uprn(plain):
            return Understood(search=Search(uprn=plain), words=f"UPRN {plain}")
    if _POST_CODE.fullmatch(plain_post_code(plain)):
        return Understood(search=Search(post_code=plain), words=f"postcode {plain}")
    beginning = beginning_of_id(plain)
    if beginning is None:
        return Understood(search=None, words="")
    return Understood(search=Search(device_id=beginning), words=f"Device ID from {beginning}")


def beginning_of_id(text: str) -> str | None:
    """How an EUI begins, with its hyphens, whether they were typed or not; None: no EUI begins so."""
    plain = text.strip().upper()
    if _PLAIN_ID_BEGINS.fullmatch(plain):
        return "-".join(plain[at : at + 2] for at in range(0, len(plain), 2))
    return plain if _ID_BEGINS.fullmatch(plain) and len(plain) <= len("00-00-00-00-00-00-00-00") else None


def devices_at(search: Search, state: State, index: InventoryIndex) -> list[Eui]:
    """The Devices of the place that the search names, in order; what else it asks for is not looked at."""
    hub = search.comms_hub.upper()
    asked: list[tuple[str, Callable[[], Iterable[Eui]]]] = [
        (search.mpxn, lambda: state.supply_points.get(search.mpxn, ())),
        (search.uprn, lambda: index.at_uprn(search.uprn)),
        (search.post_code, lambda: index.at_post_code(search.post_code)),
        (hub, lambda: state.han.get(Eui(hub), ())),
    ]
    found = [set(devices()) for text, devices in asked if text]
    return sorted(set.intersection(*found))


def matches(search: Search, state: State, device_id: Eui) -> bool:
    """Whether the Device is what the search asks for beside the place."""
    return device_id.startswith(search.device_id) and is_wanted(search, kind_of(state.devices[device_id]))


def is_wanted(search: Search, kind: Kind) -> bool:
    """Whether the search asks for such Devices."""
    return (
        (not search.device_type or search.device_type == kind.device_type)
        and (not search.status or search.status == (kind.status or NO_STATUS))
        and (not search.model or search.model == model_name(kind))
        and (not search.firmware_version or search.firmware_version == kind.firmware_version)
    )


def model_name(kind: Kind) -> str:
    """Manufacturer and model: a model alone is not unique."""
    return f"{kind.manufacturer} {kind.model}".strip()


def page_of(found: list[Eui], *, after: str = "", before: str = "", limit: int) -> Found:
    """Of Devices that were found, in order: those that follow `after`, or come before `before`."""
    if before:
        upto = bisect_left(found, before)
        start = max(upto - limit, 0)
        return _found(found[start:upto], len(found), start)
    start = bisect_left(found, following(after))
    return _found(found[start : start + limit], len(found), start)


def page_of_kinds(
    search: Search, index: InventoryIndex, *, after: str = "", before: str = "", limit: int
) -> Found:
    """The same of all Devices of the kinds that are wanted."""
    beginning, end = search.device_id, search.device_id + BEYOND
    wanted = [ids for kind, ids in index.kinds.items() if is_wanted(search, kind)]
    skipped = sum(ids.before(beginning) for ids in wanted)
    count = sum(ids.before(end) for ids in wanted) - skipped
    if before:
        below = min(before, end)
        down = merge(*(ids.downwards(below) for ids in wanted), reverse=True)
        devices = [device for device in islice(down, limit) if device >= beginning][::-1]
    else:
        first = max(following(after), beginning)
        up = merge(*(ids.upwards(first) for ids in wanted))
        devices = [device for device in islice(up, limit) if device < end]
    start = sum(ids.before(devices[0]) for ids in wanted) - skipped if devices else 0
    return _found(devices, count, start)


def following(text: str) -> str:
    """What comes next after this text; empty for none."""
    return f"{text}\0" if text else ""


def statuses_in(index: InventoryIndex) -> list[str]:
    """Those that some Device has, in the order of the SMI's life cycle."""
    found = {kind.status for kind in index.kinds}
    return [*(status for status in SmiStatus if status in found), *([NO_STATUS] if None in found else [])]


def device_types_in(index: InventoryIndex) -> list[str]:
    """Those of which there is a Device."""
    found = {kind.device_type for kind in index.kinds}
    return [kind for kind in DeviceType if kind in found]


def _found(devices: Iterable[Eui], count: int, start: int) -> Found:
    page = tuple(devices)
    return Found(devices=page, count=count, first=start + 1 if page else 0)
