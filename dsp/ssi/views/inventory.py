"""The inventory as a page: a search, what it found, and where else to go from there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsp.core.inventory import shown
from dsp.core.inventory_index import InventoryIndex
from dsp.core.inventory_search import (
    NO_STATUS,
    Found,
    Search,
    device_types_in,
    is_wanted,
    model_name,
    statuses_in,
)
from dsp.core.state import State
from dsp.ssi.views.addresses import address_of, device_address
from dsp.ssi.views.badges import Badge, cpl_badge, status_badge
from smart_metering.device_types import TYPE_2
from smart_metering.identifiers import Eui

MOST_OPTIONS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of a list to choose from."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRow:
    """A Device in the list. Where a text is empty there is nothing to say."""

    device_id: Eui
    href: str
    device_type: str
    status: Badge
    model: str
    firmware_version: str
    cpl: Badge | None
    mpxn: str
    uprn: str
    comms_hub: str
    hub_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """How many Devices have a status, and the search for them."""

    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryView:
    """`words` tell what the typed text was taken for; `was_understood` is False if for nothing.

    `first` and `last` number the rows among all `count`; both are 0 where there is none. `counts` are of all Devices.
    """

    typed: str
    words: str
    was_understood: bool
    comms_hub: str
    device_types: tuple[Option, ...]
    statuses: tuple[Option, ...]
    models: tuple[Option, ...]
    versions: tuple[Option, ...]
    rows: tuple[InventoryRow, ...]
    count: int
    first: int
    last: int
    before_href: str
    after_href: str
    counts: tuple[StatusCount, ...]
    total: int


def inventory_view(
    state: State,
    index: InventoryIndex,
    search: Search | None,
    found: Found,
    *,
    asked: Mapping[str, str],
    words: str,
) -> InventoryView:
    """`asked` is what the address says of the search, which leads on with it; a `search` of None was not understood."""
    chosen = search or Search()
    ids = found.devices
    return InventoryView(
        typed=asked.get("q", ""),
        words=words,
        was_understood=search is not None,
        comms_hub=asked.get("hub", ""),
        device_types=_options("any type", ((it, it) for it in device_types_in(index)), chosen.device_type),
        statuses=_options("any status", ((it, _status_text(it)) for it in statuses_in(index)), chosen.status),
        models=_options("any model", ((it, it) for it in _models(index, chosen)), chosen.model),
        versions=_options(
            "any firmware", ((it, it) for it in _versions(index, chosen)), chosen.firmware_version
        ),
        rows=tuple(_row(state, device) for device in ids),
        count=found.count,
        first=found.first,
        last=found.first + len(ids) - 1 if ids else 0,
        before_href=address_of("/inventory", {**asked, "before": ids[0]}) if found.has_before else "",
        after_href=address_of("/inventory", {**asked, "after": ids[-1]}) if found.has_after else "",
        counts=_counts(state),
        total=len(state.devices),
    )


def _row(state: State, device_id: Eui) -> InventoryRow:
    device = state.devices[device_id]
    it = shown(state, device)
    return InventoryRow(
        device_id=device_id,
        href=device_address(device_id),
        device_type=it.device_type,
        status=status_badge(it.device_status),
        model=f"{it.device_manufacturer} {it.device_model}".strip(),
        firmware_version=it.device_firmware_version,
        cpl=None if it.device_type in TYPE_2 else cpl_badge(it.cpl_status),
        mpxn=it.import_mpxn or it.export_mpan,
        uprn=it.uprn,
        comms_hub=device.comms_hub or "",
        hub_href=address_of("/inventory", {"hub": device.comms_hub}) if device.comms_hub else "",
    )


def _counts(state: State) -> tuple[StatusCount, ...]:
    by_status: dict[str, int] = {}
    for (_, status), count in state.devices_by_status.items():
        if count:
            by_status[status or NO_STATUS] = by_status.get(status or NO_STATUS, 0) + count
    return tuple(
        StatusCount(text=_status_text(it), count=count, href=address_of("/inventory", {"status": it}))
        for it, count in sorted(by_status.items(), key=lambda row: (-row[1], row[0]))
    )


def _models(index: InventoryIndex, search: Search) -> list[str]:
    wanted = Search(device_type=search.device_type)
    return sorted({model_name(kind) for kind in index.kinds if is_wanted(wanted, kind)} - {""})


def _versions(index: InventoryIndex, search: Search) -> list[str]:
    wanted = Search(device_type=search.device_type, model=search.model)
    return sorted({kind.firmware_version for kind in index.kinds if is_wanted(wanted, kind)} - {""})


def _options(anything: str, values: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    """What is chosen stands among them even if no Device has it any more."""
    known = dict(list(values)[:MOST_OPTIONS])
    if chosen:
        known.setdefault(chosen, chosen)
    return (
        Option(value="", text=anything, is_chosen=not chosen),
        *(Option(value=value, text=text, is_chosen=value == chosen) for value, text in known.items()),
    )


def _status_text(status: str) -> str:
    return "no status" if status == NO_STATUS else status
