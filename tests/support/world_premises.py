"""The premises of a world: which Devices stand there, with which firmware, and how they are loaded."""

from functools import cache

from smart_metering.administration import CplEntry, DeviceTemplate, LoadedDevice
from smart_metering.device_types import TYPE_2, DeviceType, Generation
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.ota.image import decode as decode_firmware
from smart_metering.ota.making import Defect, FirmwareRecipe, make_firmware
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    MANUFACTURER,
    MODEL,
    REGISTRATIONS,
    SUPPLIER,
    UPRN,
    V1,
)
from tests.support.hand_made_device import SEED

GAS = frozenset({DeviceType.GSME, DeviceType.GPF})
ORDER = (
    DeviceType.CHF,
    DeviceType.GPF,
    DeviceType.ESME,
    DeviceType.GSME,
    DeviceType.HCALCS,
    DeviceType.PPMID,
)
ASSOCIATED = {
    DeviceType.GPF: DeviceType.GSME,
    DeviceType.GSME: DeviceType.GPF,
    DeviceType.HCALCS: DeviceType.ESME,
}
POINTS_OF_SUPPLY = {DeviceType.ESME: REGISTRATIONS[0].mpxn, DeviceType.GSME: REGISTRATIONS[3].mpxn}
EUIS_PER_PREMISES = 16


def eui_of(device_type: DeviceType, premises: int = 0) -> Eui:
    """The Device of this type in the premises with this number."""
    return eui_from_number(eui_number(CHF) + premises * EUIS_PER_PREMISES + ORDER.index(device_type))


def supplier_of(device_type: DeviceType) -> Eui:
    """The Responsible Supplier of such a Device; of a shared one, the electricity supplier."""
    return GAS_SUPPLIER if device_type in GAS else SUPPLIER


@cache
def firmware(
    device_type: DeviceType,
    version: FirmwareVersion,
    defect: Defect | None = None,
    *,
    variants: tuple[str, ...] | None = None,
    result: str | None = None,
) -> bytes:
    """A firmware file for such a Device, signed by its supplier unless it is a PPMID's. An ESME's is for `variants`
    (AD alone, if none are named), and makes it one of variant `result`, if that is named."""
    esme = device_type is DeviceType.ESME
    recipe = FirmwareRecipe(
        device_type=device_type,
        manufacturer_code=MANUFACTURER,
        hardware_minimum=MODEL[4:],
        hardware_maximum=MODEL[4:],
        version=version,
        esme_variants=(variants or ("AD",)) if esme else (),
        resulting_variant=result,
    )
    signer = derive_private_key(SEED, supplier_of(device_type), KeyUsage.DIGITAL_SIGNING)
    return make_firmware(recipe, None if device_type is DeviceType.PPMID else signer, defect)


def image_hash(device_type: DeviceType, version: FirmwareVersion, defect: Defect | None = None) -> bytes:
    """What 11.3 carries for that file."""
    return decode_firmware(firmware(device_type, version, defect)).manufacturer_image_hash


def template_of(device_type: DeviceType, variant: str, awaits_installation: bool) -> DeviceTemplate:
    gas = device_type in GAS
    return DeviceTemplate(
        device_type=device_type,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        firmware_version=V1,
        esme_variant=variant if device_type is DeviceType.ESME else "",
        supplier=GAS_SUPPLIER if gas else SUPPLIER,
        network_operator=GAS_TRANSPORTER if gas else DISTRIBUTOR,
        awaits_installation=awaits_installation,
    )


def loaded_device_of(
    device_type: DeviceType, premises: int, status: SmiStatus, generation: Generation, variant: str
) -> LoadedDevice:
    smets1 = generation is Generation.SMETS1
    associated = ASSOCIATED.get(device_type)
    shown = InventoryDevice(
        device_id=eui_of(device_type, premises),
        device_type=device_type,
        device_status=None if device_type in TYPE_2 else status,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        device_firmware_version=V1,
        import_mpxn=POINTS_OF_SUPPLY.get(device_type, ""),
        esme_variant=variant if device_type is DeviceType.ESME else "",
        uprn=UPRN,
        s1sp="S1SP" if smets1 else "",
        csp_region="SMETS1" if smets1 else "North",
    )
    return LoadedDevice(
        device=shown,
        comms_hub=eui_of(DeviceType.CHF, premises),
        associated_device=eui_of(associated, premises) if associated else None,
    )


def cpl_entry(device_type: DeviceType, version: FirmwareVersion) -> CplEntry:
    """The entry that approves this version for such Devices."""
    return CplEntry(
        entry_id=f"{device_type} v{int(version, 16)}",
        device_type=device_type,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        firmware_version=version,
    )
