"""What a measured system is loaded with: premises of a Comms Hub and an ESME each, and firmware for the meters."""

from collections.abc import Iterator
from dataclasses import dataclass

from smart_metering.administration import (
    CplEntry,
    DeviceTemplate,
    LoadedDevice,
    Party,
    PremisesTemplate,
    Registration,
)
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.ota.making import FirmwareRecipe, make_firmware
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.local_system.state_folder import Organisation

SEED = "development"
SUPPLIER = Organisation(eui=Eui("90-B3-D5-1F-30-01-00-00"), roles=(UserRole.IS,))
DISTRIBUTOR = Organisation(eui=Eui("90-B3-D5-1F-30-02-00-00"), roles=(UserRole.ED,))
ORGANISATIONS = (SUPPLIER, DISTRIBUTOR)
SUPPLIER_SIGNS = derive_private_key(SEED.encode(), SUPPLIER.eui, KeyUsage.DIGITAL_SIGNING)

DEVICES_PER_PREMISES = 2
_EUIS_PER_PREMISES = 16
_FIRST_HUB = eui_number(Eui("00-DB-12-34-56-00-00-00"))
_MANUFACTURER, _MODEL = "106C", "433100AC"
_FIRST_VERSION = FirmwareVersion("00000001")


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """So many premises, all Commissioned and on the same firmware."""

    premises: int

    @property
    def meters(self) -> list[Eui]:
        """The ESME of each premises."""
        return [_device(number, DeviceType.ESME) for number in range(self.premises)]

    @property
    def template(self) -> PremisesTemplate:
        """As the emulator launches them."""
        return PremisesTemplate(
            name="benchmark",
            count=self.premises,
            eui_from=_device(0, DeviceType.CHF),
            generation=Generation.SMETS2,
            devices=(_template(DeviceType.CHF), _template(DeviceType.ESME)),
        )

    def registrations(self) -> Iterator[Registration]:
        """Each meter's supplier and distributor."""
        for number in range(self.premises):
            for party in ORGANISATIONS:
                (role,) = party.roles
                yield Registration(mpxn=_mpan(number), role=role, party=party.eui, effective_from=Instant(0))

    def devices(self) -> Iterator[LoadedDevice]:
        """As the SMI loads them."""
        for number in range(self.premises):
            hub = _device(number, DeviceType.CHF)
            yield LoadedDevice(device=_shown(hub, DeviceType.CHF), comms_hub=hub)
            meter = _device(number, DeviceType.ESME)
            shown = _shown(meter, DeviceType.ESME, import_mpxn=_mpan(number), esme_variant="AD")
            yield LoadedDevice(device=shown, comms_hub=hub)


def parties() -> list[Party]:
    """The supplier and the distributor, with their certificates."""
    return [_party(organisation) for organisation in ORGANISATIONS]


def version_of_round(number: int) -> FirmwareVersion:
    """Each round brings the meters a newer version than they have."""
    return FirmwareVersion(f"{number + 1:08X}")


def meter_firmware(version: FirmwareVersion) -> bytes:
    """A firmware file for the meters, signed by their supplier."""
    recipe = FirmwareRecipe(
        device_type=DeviceType.ESME,
        manufacturer_code=_MANUFACTURER,
        hardware_minimum=_MODEL[4:],
        hardware_maximum=_MODEL[4:],
        version=version,
        esme_variants=("AD",),
    )
    return make_firmware(recipe, SUPPLIER_SIGNS)


def meter_cpl_entry(version: FirmwareVersion) -> CplEntry:
    """The entry that approves this version for the meters."""
    return CplEntry(
        entry_id=f"meters {version}",
        device_type=DeviceType.ESME,
        device_manufacturer=_MANUFACTURER,
        device_model=_MODEL,
        firmware_version=version,
    )


def _device(premises: int, device_type: DeviceType) -> Eui:
    place = (DeviceType.CHF, DeviceType.ESME).index(device_type)
    return eui_from_number(_FIRST_HUB + premises * _EUIS_PER_PREMISES + place)


def _mpan(premises: int) -> str:
    return f"12{premises:011d}"


def _shown(
    device: Eui, device_type: DeviceType, *, import_mpxn: str = "", esme_variant: str = ""
) -> InventoryDevice:
    return InventoryDevice(
        device_id=device,
        device_type=device_type,
        device_status=SmiStatus.COMMISSIONED,
        device_manufacturer=_MANUFACTURER,
        device_model=_MODEL,
        device_firmware_version=_FIRST_VERSION,
        import_mpxn=import_mpxn,
        esme_variant=esme_variant,
    )


def _template(device_type: DeviceType) -> DeviceTemplate:
    return DeviceTemplate(
        device_type=device_type,
        device_manufacturer=_MANUFACTURER,
        device_model=_MODEL,
        firmware_version=_FIRST_VERSION,
        esme_variant="AD" if device_type is DeviceType.ESME else "",
        supplier=SUPPLIER.eui,
        network_operator=DISTRIBUTOR.eui,
    )


def _party(organisation: Organisation) -> Party:
    credentials = DevelopmentPki(SEED.encode()).organisation(organisation.eui, organisation.smki_role)
    return Party(
        eui=organisation.eui,
        roles=organisation.roles,
        digital_signing_certificate=credentials[KeyUsage.DIGITAL_SIGNING].certificate,
        key_agreement_certificate=credentials[KeyUsage.KEY_AGREEMENT].certificate,
    )
