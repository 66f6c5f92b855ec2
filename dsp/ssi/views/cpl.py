"""The Central Products List as a page, and one product of it with the Devices that run it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsp.core.inventory_search import NO_STATUS, Found
from dsp.core.products import devices_by_product, statuses_of_product
from dsp.core.state import Product, State, product_of
from dsp.ssi.views.addresses import address_of, device_address
from dsp.ssi.views.badges import Badge, Tone, status_badge
from smart_metering.administration import CplEntry
from smart_metering.smi_statuses import SmiStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CplRow:
    """An entry, and how many Devices run what it approves."""

    entry_id: str
    href: str
    device_type: str
    manufacturer: str
    model: str
    firmware_version: str
    esme_variants: str
    image_hash: str
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CplView:
    """A page of the entries that were searched for."""

    typed: str
    rows: tuple[CplRow, ...]
    count: int
    total: int
    first: int
    last: int
    newest_href: str
    next_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """How many Devices have a status, and the way to their list."""

    status: Badge
    count: int
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """One product. `entry` is None while it is not on the list; `listed` are Devices of the chosen status."""

    fields: Mapping[str, str]
    standing: Badge
    entry: CplEntry | None
    image_hash: str
    devices: int
    statuses: tuple[StatusLine, ...]
    chosen: str
    listed: tuple[tuple[str, str], ...]
    first: int
    last: int
    count: int
    next_href: str
    here: str


def cpl_view(state: State, typed: str, *, after: str, limit: int) -> CplView:
    """The entries in which each typed word stands somewhere, in the order of their ids."""
    found = sorted(_searched(state.cpl.values(), typed), key=lambda entry: entry.entry_id)
    start = next((at for at, entry in enumerate(found) if entry.entry_id > after), len(found))
    page = found[start : start + limit]
    running = devices_by_product(state.index_inventory())
    has_more = start + len(page) < len(found)
    return CplView(
        typed=typed,
        rows=tuple(_row(entry, running.get(product_of(entry), 0)) for entry in page),
        count=len(found),
        total=len(state.cpl),
        first=start + 1 if page else 0,
        last=start + len(page),
        newest_href=address_of("/cpl", {"q": typed}) if start else "",
        next_href=address_of("/cpl", {"q": typed, "after": page[-1].entry_id}) if has_more else "",
    )


def product_view(state: State, product: Product, found: Found, chosen: str) -> ProductView:
    """`found` are the Devices of the `chosen` status."""
    entry = state.cpl_entry_of(product)
    statuses = statuses_of_product(state.index_inventory(), product)
    return ProductView(
        fields=_fields(product),
        standing=Badge("on the list", Tone.GOOD) if entry else Badge("not on the list", Tone.BAD),
        entry=entry,
        image_hash=entry.manufacturer_image_hash.hex() if entry else "",
        devices=sum(statuses.values()),
        statuses=tuple(
            StatusLine(
                status=status_badge(None if it == NO_STATUS else SmiStatus(it)),
                count=count,
                href=product_address(product, status=it),
                is_here=it == chosen,
            )
            for it, count in sorted(statuses.items())
        ),
        chosen=chosen,
        listed=tuple((device, device_address(device)) for device in found.devices),
        first=found.first,
        last=found.first + len(found.devices) - 1 if found.devices else 0,
        count=found.count,
        next_href=product_address(product, status=chosen, after=found.devices[-1]) if found.has_after else "",
        here=product_address(product, status=chosen),
    )


def product_address(product: Product, *, status: str = "", after: str = "") -> str:
    """Its page."""
    return address_of("/cpl/product", {**_fields(product), "status": status, "after": after})


def _fields(product: Product) -> dict[str, str]:
    device_type, manufacturer, model, version = product
    return {"type": device_type, "manufacturer": manufacturer, "model": model, "version": version}


def _row(entry: CplEntry, devices: int) -> CplRow:
    return CplRow(
        entry_id=entry.entry_id,
        href=product_address(product_of(entry)),
        device_type=entry.device_type,
        manufacturer=entry.device_manufacturer,
        model=entry.device_model,
        firmware_version=entry.firmware_version,
        esme_variants=", ".join(entry.esme_variants) or "any",
        image_hash=entry.manufacturer_image_hash.hex()[:16],
        devices=devices,
    )


def _searched(entries: Iterable[CplEntry], typed: str) -> Iterable[CplEntry]:
    words = typed.casefold().split()
    return (entry for entry in entries if all(word in _text(entry) for word in words))


def _text(entry: CplEntry) -> str:
    parts = (entry.entry_id, *product_of(entry))
    return " ".join(parts).casefold()
