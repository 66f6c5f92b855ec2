"""What a fleet file comes to: what the DSP is told and what the emulator launches, of the same Devices.

Both count Device IDs the same way: sixteen EUIs to a premises, the CHF first, then in the order of the template. What
the DSP is told is drawn up premises by premises as it is read, so a million premises need no more room than one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from device_emulator.core.fleet import EUIS_PER_PREMISES, comms_hubs
from smart_metering.administration import (
    CplEntry,
    DeviceTemplate,
    LoadedDevice,
    PremisesTemplate,
    Registration,
)
from smart_metering.device_types import TYPE_2, DeviceType, Generation
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.fleet.model import DeviceModel
from smets.fleet.points_of_supply import mpan, mprn, premises_index

SINCE_EVER = Instant(0)

SUPPLIER_KNOWN_BY = {
    # Device Type      the supplier it knows, the network operator it knows   (likely, from the reference vectors)
    DeviceType.ESME:   (UserRole.IS, UserRole.ED),
    DeviceType.GSME:   (UserRole.GS, UserRole.GT),
    DeviceType.GPF:    (UserRole.GS, UserRole.GT),
    DeviceType.HCALCS: (UserRole.IS, None),
}  # fmt: skip

ASSOCIATED_WITH = {
    DeviceType.GPF: DeviceType.GSME,
    DeviceType.GSME: DeviceType.GPF,
    DeviceType.HCALCS: DeviceType.ESME,
}

GBCS_VERSION = "4.2"
SMETS1_REGION, SMETS2_REGION = "SMETS1", "Central"
SMETS1_SERVICE_PROVIDER = "S1SP"


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisesPlan:
    """`count` premises alike. `parties` are who supplies them and who runs their networks, by role. Those that are
    not `emulated` are not launched.

    `fleet` is the name under which a scenario has them, and `before` how many premises it has under it before these:
    of a list, those that are alike and side by side are one plan.
    """

    name: str
    fleet: str
    before: int = 0
    count: int
    eui_from: Eui
    generation: Generation
    devices: tuple[DeviceModel, ...]
    status: SmiStatus
    status_before_suspension: SmiStatus | None
    parties: Mapping[UserRole, Eui]
    commissioned: Instant
    next_suppliers: tuple[tuple[UserRole, Eui, Instant], ...] = ()
    labels: tuple[str, ...] = ()
    emulated: bool = True

    @property
    def template(self) -> PremisesTemplate:
        """What the emulator launches."""
        return PremisesTemplate(
            name=self.name,
            count=self.count,
            eui_from=self.eui_from,
            generation=self.generation,
            devices=tuple(self._device_template(device) for device in self.devices),
        )

    @property
    def last_device(self) -> Eui:
        """The last that is loaded: where the SMI knows it, it knows them all."""
        last_hub = eui_number(self.eui_from) + (self.count - 1) * EUIS_PER_PREMISES
        last = max(at for at, device in enumerate(self.devices) if not device.awaits_installation)
        return eui_from_number(last_hub + last)

    @property
    def device_count(self) -> int:
        return self.count * len(self.devices)

    def registrations(self) -> Iterator[Registration]:
        """Of each point of supply: its supplier and its network operator, since ever; then its suppliers to come."""
        types = {device.device_type for device in self.devices}
        for comms_hub in comms_hubs(self.template):
            index = premises_index(comms_hub)
            if DeviceType.ESME in types:
                yield from self._registered(mpan(index), UserRole.IS, UserRole.ED)
            if DeviceType.GSME in types:
                yield from self._registered(mprn(index), UserRole.GS, UserRole.GT)

    def loaded_devices(self) -> Iterator[LoadedDevice]:
        """What the SMI says of each Device that does not await installation, a premises at a time, its hub first."""
        for comms_hub in comms_hubs(self.template):
            yield from self._loaded_premises(comms_hub)

    def cpl_entries(self) -> Iterator[CplEntry]:
        """What makes the firmware legal that the Devices run."""
        for device in self.devices:
            if device.device_type not in TYPE_2:
                yield CplEntry(
                    device_type=device.device_type,
                    device_manufacturer=device.manufacturer,
                    device_model=device.model,
                    firmware_version=device.firmware_version,
                )

    def _device_template(self, device: DeviceModel) -> DeviceTemplate:
        supplier, network_operator = SUPPLIER_KNOWN_BY.get(device.device_type, (None, None))
        return DeviceTemplate(
            device_type=device.device_type,
            device_manufacturer=device.manufacturer,
            device_model=device.model,
            firmware_version=device.firmware_version,
            esme_variant=device.esme_variant or "",
            supplier=self.parties[supplier] if supplier else None,
            network_operator=self.parties[network_operator] if network_operator else None,
            awaits_installation=device.awaits_installation,
            external=device.external,
        )

    def _registered(self, mpxn: str, *roles: UserRole) -> Iterator[Registration]:
        for role in roles:
            yield Registration(mpxn=mpxn, role=role, party=self.parties[role], effective_from=SINCE_EVER)
        for role, party, since in self.next_suppliers:
            if role in roles:
                yield Registration(mpxn=mpxn, role=role, party=party, effective_from=since)

    def _loaded_premises(self, comms_hub: Eui) -> Iterator[LoadedDevice]:
        first, index = eui_number(comms_hub), premises_index(comms_hub)
        of_type = {
            device.device_type: eui_from_number(first + position)
            for position, device in reversed([*enumerate(self.devices)])
            if not device.awaits_installation
        }
        for position, device in enumerate(self.devices):
            if device.awaits_installation:
                continue
            associated = ASSOCIATED_WITH.get(device.device_type)
            is_type_2 = device.device_type in TYPE_2
            yield LoadedDevice(
                device=self._inventory_device(device, eui_from_number(first + position), index),
                comms_hub=comms_hub,
                associated_device=of_type.get(associated) if associated else None,
                status_before_suspension=None if is_type_2 else self.status_before_suspension,
            )

    def _inventory_device(self, device: DeviceModel, device_id: Eui, index: int) -> InventoryDevice:
        kind, smets1 = device.device_type, self.generation is Generation.SMETS1
        is_type_2 = kind in TYPE_2
        supply = {DeviceType.ESME: mpan, DeviceType.GSME: mprn}.get(kind)
        is_commissioned = SmiStatus.COMMISSIONED in (self.status, self.status_before_suspension)
        return InventoryDevice(
            device_id=device_id,
            device_type=kind,
            device_status=None if is_type_2 else self.status,
            device_manufacturer=device.manufacturer,
            device_model=device.model,
            smets_chts_version=device.smets_chts_version,
            device_firmware_version=""
            if is_type_2
            else device.smi.firmware_version or device.firmware_version,
            date_commissioned=self.commissioned if is_commissioned and not is_type_2 else None,
            import_mpxn=supply(index) if supply else "",
            esme_variant=device.smi.esme_variant or device.esme_variant or "",
            uprn=str(index + 1),
            csp_region=SMETS1_REGION if smets1 else SMETS2_REGION,
            device_gbcs_version="" if smets1 or is_type_2 else GBCS_VERSION,
            han_variant="Single Band" if kind is DeviceType.CHF else "",
            s1sp=SMETS1_SERVICE_PROVIDER if smets1 else "",
            connectivity="Cellular" if kind is DeviceType.CHF else "",
        )
