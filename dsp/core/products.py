"""The products of the Central Products List, and the Devices that run each: counted and listed by index."""

from collections.abc import Iterator
from heapq import merge
from itertools import islice

from dsp.core.inventory_index import InventoryIndex, Kind
from dsp.core.inventory_search import NO_STATUS, Found, following
from dsp.core.ordered_ids import OrderedIds
from dsp.core.state import Product


def product_of_kind(kind: Kind) -> Product:
    """What an entry of the list would approve for such Devices; case does not count."""
    return kind.device_type, kind.manufacturer.upper(), kind.model.upper(), kind.firmware_version


def devices_by_product(index: InventoryIndex) -> dict[Product, int]:
    """How many Devices run each."""
    counts: dict[Product, int] = {}
    for kind, ids in index.kinds.items():
        product = product_of_kind(kind)
        counts[product] = counts.get(product, 0) + len(ids)
    return counts


def statuses_of_product(index: InventoryIndex, product: Product) -> dict[str, int]:
    """How many of the Devices that run it are in each SMI Status."""
    counts: dict[str, int] = {}
    for kind, ids in _kinds(index, product):
        status = kind.status or NO_STATUS
        counts[status] = counts.get(status, 0) + len(ids)
    return counts


def devices_of_product(
    index: InventoryIndex, product: Product, status: str, *, after: str, limit: int
) -> Found:
    """Those that run it and have this status, in the order of their ids, from the one that follows `after`."""
    wanted = [ids for kind, ids in _kinds(index, product) if (kind.status or NO_STATUS) == status]
    first = following(after)
    devices = tuple(islice(merge(*(ids.upwards(first) for ids in wanted)), limit))
    start = sum(ids.before(devices[0]) for ids in wanted) if devices else 0
    return Found(devices=devices, count=sum(len(ids) for ids in wanted), first=start + 1 if devices else 0)


def _kinds(index: InventoryIndex, product: Product) -> Iterator[tuple[Kind, OrderedIds]]:
    return ((kind, ids) for kind, ids in index.kinds.items() if product_of_kind(kind) == product)
