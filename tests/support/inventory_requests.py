"""What Users ask of the inventory, and what the SMI keeps of a Device, for the tests of the DSP's core."""

from dsp.core.records import SmiDevice
from smart_metering.duis.inventory_requests import DeviceDetails, ReadInventory, UpdateInventory
from smart_metering.duis.service_responses import DspInventory, InventoryDevice, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from tests.support.dsp_premises import ESME, SUPPLIER
from tests.support.dsp_world import DspWorld


def amend(
    world: DspWorld, details: dict[str, str], device: Eui = ESME, *, by: Eui = SUPPLIER
) -> ServiceResponse:
    """An 8.4 with these details."""
    return world.ask(
        "8.4", UpdateInventory(device_id=device, update_device_details=DeviceDetails(**details)), by=by
    )


def prenotified_by(world: DspWorld, device: Eui, user: Eui) -> None:
    """As if the User had pre-notified the Device, which stands in the SMI in some status."""
    world.engine.state.put_device(changed(kept(world, device), pre_notifying_user=user))


def kept(world: DspWorld, device: Eui) -> SmiDevice:
    """The Device with all that the SMI keeps of it."""
    return world.engine.state.devices[device]


def seen_by_8_2(world: DspWorld, device: Eui, *, by: Eui = SUPPLIER) -> InventoryDevice:
    """The Device as 8.2 shows it."""
    body = world.ask("8.2", ReadInventory(device_id=device), by=by).body
    assert isinstance(body, DspInventory)
    return body.devices[0]
