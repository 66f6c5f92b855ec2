"""What makes a Device model, as commands name it: by type and template, or in so many words."""

from dataclasses import dataclass

from smart_metering.device_types import DeviceType
from smets.cli.exits import Misuse
from smets.fleet.defaults import TEMPLATES
from smets.fleet.texts import one_of


@dataclass(frozen=True, slots=True)
class Product:
    """`model` ends with the hardware version."""

    device_type: DeviceType
    manufacturer: str
    model: str


def find_product(device_type: str, template: str, manufacturer: str, model: str) -> Product:
    """Manufacturer and model are the template's Device's unless both are given. Raises Misuse."""
    kind = read_device_type(device_type)
    try:
        devices = TEMPLATES[one_of("template", template, TEMPLATES)].devices
    except ValueError as error:
        raise Misuse(str(error)) from None
    if manufacturer and model:
        return Product(kind, manufacturer.upper(), model.upper())
    for device in devices:
        if device.device_type is kind:
            return Product(
                kind, (manufacturer or device.manufacturer).upper(), (model or device.model).upper()
            )
    raise Misuse(f"template {template!r} has no {kind}: give --manufacturer and --model")


def read_device_type(text: str) -> DeviceType:
    """Either case. Raises Misuse."""
    try:
        return DeviceType(one_of("Device Type", text.upper(), [kind.value for kind in DeviceType]))
    except ValueError as error:
        raise Misuse(str(error)) from None
