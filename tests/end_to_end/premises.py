"""The premises of the end-to-end tests: a hub, a GPF and an ESME in each; and the certificates of the parties."""

from collections.abc import Iterable

from smart_metering.administration import (
    DeviceTemplate,
    LoadedDevice,
    PremisesTemplate,
)
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_responses import (
    InventoryDevice,
)
from smart_metering.identifiers import Eui
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    MANUFACTURER,
    MODEL,
    ROLES,
    SUPPLIER,
    V1,
)
from tests.support.hand_made_device import ACB, SEED
from tests.support.world_premises import POINTS_OF_SUPPLY, eui_of

TYPES = (DeviceType.CHF, DeviceType.GPF, DeviceType.ESME)  # GPF: so that ESMEs have the ids of `eui_of`


def meter(premises: int = 0) -> Eui:
    """The ESME of the premises with this number."""
    return eui_of(DeviceType.ESME, premises)


def comms_hub(premises: int = 0) -> Eui:
    """The hub of the premises with this number."""
    return eui_of(DeviceType.CHF, premises)


def template(premises: int, generation: Generation = Generation.SMETS2) -> PremisesTemplate:
    """A hub, a GPF and an ESME in each."""
    devices = tuple(
        DeviceTemplate(
            device_type=device_type,
            device_manufacturer=MANUFACTURER,
            device_model=MODEL,
            firmware_version=V1,
            esme_variant="AD" if device_type is DeviceType.ESME else "",
            supplier=SUPPLIER,
            network_operator=DISTRIBUTOR,
        )
        for device_type in TYPES
    )
    return PremisesTemplate(
        name="premises", count=premises, eui_from=comms_hub(), generation=generation, devices=devices
    )


def certified() -> Iterable[Credential]:
    pki = DevelopmentPki(SEED)
    for eui in (*ROLES, ACB):
        yield from pki.organisation(
            eui, "04" if eui == ACB else "02" if UserRole.IS in ROLES[eui] else "03"
        ).values()


def loaded_premises(premises: int, generation: Generation) -> Iterable[LoadedDevice]:
    for device_type in TYPES:
        shown = InventoryDevice(
            device_id=eui_of(device_type, premises),
            device_type=device_type,
            device_status=SmiStatus.COMMISSIONED,
            device_manufacturer=MANUFACTURER,
            device_model=MODEL,
            device_firmware_version=V1,
            import_mpxn=POINTS_OF_SUPPLY.get(device_type, ""),
            esme_variant="AD" if device_type is DeviceType.ESME else "",
            csp_region="SMETS1" if generation is Generation.SMETS1 else "North",
        )
        yield LoadedDevice(device=shown, comms_hub=comms_hub(premises))
