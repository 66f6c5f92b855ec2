"""What a fleet file says beside its premises, drawn up: CPL entries, firmware files to make, faults on the link."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from smart_metering.administration import CplEntry, FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.ota.image import decode
from smart_metering.ota.making import UNSIGNED_TYPES, FirmwareRecipe, RecipeError, make_firmware
from smart_metering.pki.given_keys import MissingPrivateKey
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smets.fleet.drawing import Drawing
from smets.fleet.fault_presets import BY_NAME
from smets.fleet.lines import Path as Place
from smets.fleet.model import CplModel, DeviceModel, FaultModel, FirmwareModel
from smets.fleet.texts import one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePlan:
    """A firmware file as it was made, who signed and uploads it, and its entry for the CPL, if it is to be there."""

    name: str
    octets: bytes
    supplier: Eui
    cpl_entry: CplEntry | None


def cpl_entries(drawing: Drawing) -> Iterator[CplEntry]:
    for index, asked in enumerate(drawing.fleet.cpl):
        entry = cpl_entry(drawing, ("cpl", index), asked)
        if entry is not None:
            yield entry


def cpl_entry(drawing: Drawing, place: Place, asked: CplModel) -> CplEntry | None:
    """None: something is wrong with it."""
    product = product_of(drawing, place, asked)
    if product is None:
        return None
    return CplEntry(
        entry_id=asked.entry_id,
        device_type=asked.device_type,
        device_manufacturer=product[0],
        device_model=product[1],
        firmware_version=asked.firmware_version,
        manufacturer_image_hash=bytes.fromhex(asked.manufacturer_image_hash or ""),
        esme_variants=asked.esme_variants,
    )


def firmware(drawing: Drawing) -> Iterator[FirmwarePlan]:
    for name, asked in drawing.fleet.firmware.items():
        device = _template_device(drawing, ("firmware", name), asked.template, asked.device_type)
        if device is None:
            continue
        try:
            yield _make(drawing, name, asked, device)
        except (MissingPrivateKey, RecipeError) as error:
            drawing.fault(("firmware", name), str(error))


def fault_rules(drawing: Drawing, place: Place, asked: Iterable[FaultModel]) -> Iterator[FaultRule]:
    """`place` is where the list of them stands."""
    names: set[str] = set()
    for index, fault in enumerate(asked):
        rule = _rule(drawing, (*place, index), fault, index)
        if rule is None:
            continue
        if rule.name in names:
            drawing.fault((*place, index), f"another rule has the name {rule.name!r}")
        names.add(rule.name)
        yield rule


class Product(Protocol):
    """What is said of a product on the CPL."""

    @property
    def device_type(self) -> DeviceType: ...
    @property
    def template(self) -> str: ...
    @property
    def manufacturer(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...


def product_of(drawing: Drawing, place: Place, entry: Product) -> tuple[str, str] | None:
    """Manufacturer and model. None: the template has no such Device."""
    if entry.manufacturer is not None and entry.model is not None:
        return entry.manufacturer, entry.model
    device = _template_device(drawing, place, entry.template, entry.device_type)
    if device is None:
        return None
    return entry.manufacturer or device.manufacturer, entry.model or device.model


def _template_device(
    drawing: Drawing, place: Place, template: str, device_type: DeviceType
) -> DeviceModel | None:
    for device in drawing.templates[template].devices:
        if device.device_type is device_type:
            return device
    drawing.fault((*place, "device_type"), f"template {template!r} has no {device_type}")
    return None


def _make(drawing: Drawing, name: str, asked: FirmwareModel, device: DeviceModel) -> FirmwarePlan:
    """Raises RecipeError, and MissingPrivateKey."""
    hardware = device.model[-4:]
    recipe = FirmwareRecipe(
        device_type=asked.device_type,
        manufacturer_code=device.manufacturer,
        hardware_minimum=hardware,
        hardware_maximum=hardware,
        version=asked.version,
        esme_variants=asked.esme_variants,
        lowest_version=asked.lowest_version,
        resulting_variant=asked.resulting_variant,
        size_octets=asked.size_octets,
        seed=drawing.fleet.seed.encode(),
    )
    supplier = drawing.known_parties[asked.signed_by].eui
    is_signed = asked.device_type not in UNSIGNED_TYPES
    key = drawing.pki.private_key(supplier, KeyUsage.DIGITAL_SIGNING) if is_signed else None
    octets = make_firmware(recipe, key, asked.defect)
    return FirmwarePlan(
        name=name,
        octets=octets,
        supplier=supplier,
        cpl_entry=_cpl_entry_of(asked, device, octets) if asked.on_cpl else None,
    )


def _cpl_entry_of(asked: FirmwareModel, device: DeviceModel, octets: bytes) -> CplEntry:
    return CplEntry(
        device_type=asked.device_type,
        device_manufacturer=device.manufacturer,
        device_model=device.model,
        firmware_version=asked.version,
        manufacturer_image_hash=_hash_if_readable(octets),
        esme_variants=asked.esme_variants,
    )


def _hash_if_readable(octets: bytes) -> bytes:
    """Of a file with a defect there may be none; the CPL then checks no hash."""
    try:
        return decode(octets).manufacturer_image_hash
    except DecodeError:
        return b""


def unnamed(index: int) -> str:
    """What a fault without a name is called, by its place in its list."""
    return f"fault {index + 1}"


def _rule(drawing: Drawing, place: Place, fault: FaultModel, index: int) -> FaultRule | None:
    if fault.preset is not None:
        try:
            preset = BY_NAME[one_of("preset", fault.preset, BY_NAME)].rule
        except ValueError as error:
            drawing.fault((*place, "preset"), str(error))
            return None
        return changed(preset, name=fault.name or preset.name, device=fault.device, comms_hub=fault.comms_hub)
    assert fault.fate is not None
    return FaultRule(
        name=fault.name or unnamed(index),
        direction=fault.direction or "",
        comms_hub=fault.comms_hub,
        device=fault.device,
        references=fault.srvs,
        fate=fault.fate,
        next=fault.next or 0,
        one_in=fault.one_in or 0,
        delay=fault.delay,
    )
