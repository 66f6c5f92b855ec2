"""The pages of the Central Products List, for operators: search it, add to it, and take from it what Devices run."""

from starlette.responses import Response

from dsp.core.effects import Refusal
from dsp.core.inputs import CplEntryAdded, CplEntryRemoved
from dsp.core.products import devices_of_product
from dsp.core.state import Product, product_of
from dsp.ssi.forms import Fields
from dsp.ssi.refusing import bad_request, not_found
from dsp.ssi.views.cpl import cpl_view, product_address, product_view
from dsp.ssi.visits import Visit
from smart_metering.administration import CplChange, CplEntry
from smart_metering.device_types import ESME_VARIANTS, TYPE_1, DeviceType
from smart_metering.firmware_versions import InvalidFirmwareVersion, parse_firmware_version
from smart_metering.smi_statuses import SmiStatus

PAGE_SIZE = 50
LONGEST_TEXT = 100
TYPES = tuple(kind for kind in DeviceType if kind in TYPE_1)


async def cpl(visit: Visit) -> Response:
    """The list, searched."""
    typed, after = _short(visit.query, "q"), visit.query.text("after")
    await visit.desks.runtime.flush()
    view = cpl_view(visit.desks.runtime.engine.state, typed, after=after, limit=PAGE_SIZE)
    return visit.page("cpl.html", "Central Products List", view=view, types=TYPES, longest=LONGEST_TEXT)


async def product(visit: Visit) -> Response:
    """One product, on the list or not: who runs it, and which of them are Suspended."""
    chosen = visit.query.text("status") or SmiStatus.SUSPENDED
    asked = _product(visit.query)
    await visit.desks.runtime.flush()
    state = visit.desks.runtime.engine.state
    found = devices_of_product(
        state.index_inventory(), asked, chosen, after=visit.query.text("after").upper(), limit=PAGE_SIZE
    )
    view = product_view(state, asked, found, chosen)
    if view.entry is None and not view.devices:
        raise not_found("The Central Products List has no such product, and no Device runs it.")
    suspended, restored = (visit.query.number(name, most=10**9) for name in ("suspended", "restored"))
    return visit.page(
        "cpl_product.html",
        f"{asked[0]} {asked[2]} {asked[3]}",
        view=view,
        suspended=suspended,
        restored=restored,
        was_changed=bool(visit.query.text("changed")),
    )


async def add(visit: Visit) -> Response:
    """A new entry; Suspended Devices that run it are restored."""
    form = visit.form
    try:
        entry = CplEntry(
            entry_id=_short(form, "entry_id"),
            device_type=_device_type(form),
            device_manufacturer=_short(form, "manufacturer"),
            device_model=_short(form, "model"),
            firmware_version=parse_firmware_version(form.text("version")),
            manufacturer_image_hash=bytes.fromhex(form.text("image_hash")),
            esme_variants=_variants(form.text("esme_variants")),
        )
    except InvalidFirmwareVersion as error:
        raise bad_request(str(error)) from None
    except ValueError:
        raise bad_request("image_hash: expected 64 hexadecimal digits, or nothing") from None
    return await _changed(visit, CplEntryAdded(entry=entry))


async def remove(visit: Visit) -> Response:
    """An entry off the list: Devices that run it are Suspended in the same moment."""
    return await _changed(visit, CplEntryRemoved(entry_id=visit.form.text("entry_id")))


async def _changed(visit: Visit, event: CplEntryAdded | CplEntryRemoved) -> Response:
    reply = await visit.desks.runtime.submit(event)
    if isinstance(reply, Refusal):
        raise not_found("; ".join(reply.faults)) if reply.unknown else bad_request("; ".join(reply.faults))
    assert isinstance(reply, CplChange), reply
    address = product_address(product_of(reply.entry))
    counts = f"&changed=1&suspended={reply.devices_suspended}&restored={reply.devices_restored}"
    return visit.lead_to(address + counts)


def _product(fields: Fields) -> Product:
    named = tuple(_short(fields, name) for name in ("type", "manufacturer", "model", "version"))
    device_type, manufacturer, model, version = named
    return device_type, manufacturer.upper(), model.upper(), version


def _device_type(form: Fields) -> DeviceType:
    chosen = form.one_of("type", TYPES)
    if not chosen:
        raise bad_request(f"type: expected one of {', '.join(TYPES)}")
    return DeviceType(chosen)


def _variants(text: str) -> tuple[str, ...]:
    found = tuple(text.replace(",", " ").upper().split())
    for variant in found:
        if variant not in ESME_VARIANTS:
            raise bad_request(f"esme_variants: {variant[:20]!r}, expected some of {', '.join(ESME_VARIANTS)}")
    return found


def _short(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if len(text) > LONGEST_TEXT:
        raise bad_request(f"{name}: more than {LONGEST_TEXT} characters")
    return text
