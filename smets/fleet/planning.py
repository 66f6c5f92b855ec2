"""Draws up the plan of a fleet file, or names what its parts make impossible together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.administration import CplEntry, FaultRule, Party
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.ota.making import UNSIGNED_TYPES, Defect, FirmwareRecipe
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.fleet.defaults import FIRST_EUI, PARTIES, TEMPLATES
from smets.fleet.fault_presets import BY_NAME
from smets.fleet.lines import Fault, Lines, spoken
from smets.fleet.lines import Path as Place
from smets.fleet.model import (
    CplModel,
    DeviceModel,
    FaultModel,
    FirmwareModel,
    FleetModel,
    PartyModel,
    PremisesModel,
    TemplateModel,
)
from smets.fleet.plan import PremisesPlan
from smets.fleet.points_of_supply import INDEXES, premises_index
from smets.fleet.reading import FleetFileError
from smets.fleet.texts import one_of
from smets.local_system.state_folder import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePlan:
    """A firmware file to make, who signs and uploads it, and its model on the CPL, if it is to be there."""

    name: str
    recipe: FirmwareRecipe
    supplier: Eui
    device_model: str
    defect: Defect | None
    on_cpl: bool

    @property
    def is_signed(self) -> bool:
        return self.recipe.device_type not in UNSIGNED_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """`cpl` are the file's own entries, beside those of its templates."""

    fleet: FleetModel
    parties: tuple[Party, ...]
    organisations: tuple[Organisation, ...]
    premises: tuple[PremisesPlan, ...]
    cpl: tuple[CplEntry, ...]
    firmware: tuple[FirmwarePlan, ...]
    faults: tuple[FaultRule, ...]


def plan_fleet(fleet: FleetModel, lines: Lines | None = None, name: str = "fleet") -> FleetPlan:
    """Raises FleetFileError with every fault; `lines` are those of the file, `name` what it is called."""
    drawing = _Drawing(fleet, lines or Lines())
    plan = FleetPlan(
        fleet=fleet,
        parties=tuple(drawing.parties()),
        organisations=tuple(
            Organisation(eui=party.eui, roles=party.roles) for party in drawing.known_parties.values()
        ),
        premises=tuple(drawing.premises()),
        cpl=tuple(drawing.cpl_entries()),
        firmware=tuple(drawing.firmware()),
        faults=tuple(drawing.fault_rules()),
    )
    drawing.compare(plan.premises)
    if drawing.faults:
        raise FleetFileError(name, drawing.faults)
    return plan


@dataclass
class _Drawing:
    """The file as it is read, part by part, and what was found wrong so far."""

    fleet: FleetModel
    lines: Lines
    faults: list[Fault] = field(default_factory=list)

    @property
    def known_parties(self) -> dict[str, PartyModel]:
        return self.fleet.parties or PARTIES

    @property
    def templates(self) -> dict[str, TemplateModel]:
        return {**TEMPLATES, **self.fleet.templates}

    def fault(self, place: Place, what: str) -> None:
        self.faults.append(Fault(self.lines.nearest(place), spoken(place), what))

    def parties(self) -> Iterator[Party]:
        pki = DevelopmentPki(self.fleet.seed.encode())
        first: dict[Eui, str] = {}
        for name, party in self.known_parties.items():
            if party.eui in first:
                self.fault(("parties", name, "eui"), f"{party.eui} is the EUI of {first[party.eui]!r}")
            first.setdefault(party.eui, name)
            organisation = Organisation(eui=party.eui, roles=party.roles)
            credentials = pki.organisation(party.eui, organisation.smki_role)
            yield Party(
                eui=party.eui,
                name=name,
                roles=party.roles,
                digital_signing_certificate=credentials[KeyUsage.DIGITAL_SIGNING].certificate,
                key_agreement_certificate=credentials[KeyUsage.KEY_AGREEMENT].certificate,
                suspended=party.suspended,
            )

    def premises(self) -> Iterator[PremisesPlan]:
        next_free = eui_number(FIRST_EUI)
        names: set[str] = set()
        for index, premises in enumerate(self.fleet.premises):
            place: Place = ("premises", index)
            name = premises.name or _unused(premises.template, names)
            if name in names:
                self.fault((*place, "name"), f"other premises have the name {name!r}")
            names.add(name)
            start = next_free if premises.eui_from is None else eui_number(premises.eui_from)
            if premises.eui_from is None:
                next_free += premises.count * EUIS_PER_PREMISES
            if start + premises.count * EUIS_PER_PREMISES > 2**64:
                self.fault((*place, "count"), "the last premises would be beyond the last EUI")
                continue
            yield self._plan_premises(place, premises, name, eui_from_number(start))

    def cpl_entries(self) -> Iterator[CplEntry]:
        for index, entry in enumerate(self.fleet.cpl):
            product = self._product(("cpl", index), entry)
            if product is not None:
                yield CplEntry(
                    entry_id=entry.entry_id,
                    device_type=entry.device_type,
                    device_manufacturer=product[0],
                    device_model=product[1],
                    firmware_version=entry.firmware_version,
                    manufacturer_image_hash=bytes.fromhex(entry.manufacturer_image_hash or ""),
                    esme_variants=entry.esme_variants,
                )

    def firmware(self) -> Iterator[FirmwarePlan]:
        for name, firmware in self.fleet.firmware.items():
            device = self._template_device(("firmware", name), firmware.template, firmware.device_type)
            if device is not None:
                yield self._plan_firmware(name, firmware, device)

    def fault_rules(self) -> Iterator[FaultRule]:
        names: set[str] = set()
        for index, fault in enumerate(self.fleet.faults):
            rule = self._rule(("faults", index), fault, index)
            if rule is None:
                continue
            if rule.name in names:
                self.fault(("faults", index), f"another rule has the name {rule.name!r}")
            names.add(rule.name)
            yield rule

    def compare(self, plans: Iterable[PremisesPlan]) -> None:
        """Premises must not share Device IDs, nor points of supply."""
        taken: list[tuple[str, int, int]] = []
        for index, plan in enumerate(plans):
            start = eui_number(plan.eui_from)
            end = start + plan.count * EUIS_PER_PREMISES
            for other, other_start, other_end in taken:
                if start < other_end and other_start < end:
                    self.fault(("premises", index), f"its Device IDs are also those of {other!r}")
                elif _meet(start, end, other_start, other_end):
                    self.fault(("premises", index), f"its MPxNs are also those of {other!r}")
            taken.append((plan.name, start, end))

    def _plan_premises(self, place: Place, premises: PremisesModel, name: str, eui_from: Eui) -> PremisesPlan:
        template = self.templates[premises.template]
        types = {device.device_type for device in template.devices}
        for device_type in premises.firmware:
            if device_type not in types:
                self.fault(
                    (*place, "firmware", device_type),
                    f"template {premises.template!r} has no {device_type}",
                )
        before = premises.status_before_suspension
        if premises.status is SmiStatus.SUSPENDED and before is None:
            before = SmiStatus.COMMISSIONED
        return PremisesPlan(
            name=name,
            count=premises.count,
            eui_from=eui_from,
            generation=template.generation,
            devices=tuple(_as_in(premises, device) for device in template.devices),
            status=premises.status,
            status_before_suspension=before,
            parties=self._registered_parties(place, premises, types),
            commissioned=self.fleet.epoch,
        )

    def _registered_parties(
        self, place: Place, premises: PremisesModel, types: set[DeviceType]
    ) -> dict[UserRole, Eui]:
        rows = (
            (UserRole.IS, "supplier", premises.supplier, DeviceType.ESME),
            (UserRole.ED, "network_operator", premises.network_operator, DeviceType.ESME),
            (UserRole.GS, "gas_supplier", premises.gas_supplier or premises.supplier, DeviceType.GSME),
            (
                UserRole.GT,
                "gas_transporter",
                premises.gas_transporter or premises.network_operator,
                DeviceType.GSME,
            ),
        )
        for role, key, party, device_type in rows:
            if device_type in types and role not in self.known_parties[party].roles:
                roles = " ".join(self.known_parties[party].roles)
                self.fault((*place, key), f"{party!r} is to be {role}, but its roles are {roles}")
        return {role: self.known_parties[party].eui for role, _, party, _ in rows}

    def _product(self, place: Place, entry: CplModel) -> tuple[str, str] | None:
        if entry.manufacturer is not None and entry.model is not None:
            return entry.manufacturer, entry.model
        device = self._template_device(place, entry.template, entry.device_type)
        if device is None:
            return None
        return entry.manufacturer or device.manufacturer, entry.model or device.model

    def _template_device(self, place: Place, template: str, device_type: DeviceType) -> DeviceModel | None:
        for device in self.templates[template].devices:
            if device.device_type is device_type:
                return device
        self.fault((*place, "device_type"), f"template {template!r} has no {device_type}")
        return None

    def _plan_firmware(self, name: str, firmware: FirmwareModel, device: DeviceModel) -> FirmwarePlan:
        hardware = device.model[-4:]
        recipe = FirmwareRecipe(
            device_type=firmware.device_type,
            manufacturer_code=device.manufacturer,
            hardware_minimum=hardware,
            hardware_maximum=hardware,
            version=firmware.version,
            esme_variants=firmware.esme_variants,
            lowest_version=firmware.lowest_version,
            resulting_variant=firmware.resulting_variant,
            size_octets=firmware.size_octets,
            seed=self.fleet.seed.encode(),
        )
        return FirmwarePlan(
            name=name,
            recipe=recipe,
            supplier=self.known_parties[firmware.signed_by].eui,
            device_model=device.model,
            defect=firmware.defect,
            on_cpl=firmware.on_cpl,
        )

    def _rule(self, place: Place, fault: FaultModel, index: int) -> FaultRule | None:
        if fault.preset is not None:
            try:
                preset = BY_NAME[one_of("preset", fault.preset, BY_NAME)].rule
            except ValueError as error:
                self.fault((*place, "preset"), str(error))
                return None
            return changed(
                preset, name=fault.name or preset.name, device=fault.device, comms_hub=fault.comms_hub
            )
        assert fault.fate is not None
        return FaultRule(
            name=fault.name or f"fault {index + 1}",
            direction=fault.direction or "",
            comms_hub=fault.comms_hub,
            device=fault.device,
            references=fault.srvs,
            fate=fault.fate,
            next=fault.next or 0,
            one_in=fault.one_in or 0,
            delay=fault.delay,
        )


def _as_in(premises: PremisesModel, device: DeviceModel) -> DeviceModel:
    """The template's Device, with what these premises say of its type."""
    changes: dict[str, object] = {}
    if device.device_type in premises.firmware:
        changes["firmware_version"] = premises.firmware[device.device_type]
    if device.device_type is DeviceType.ESME and premises.esme_variant:
        changes["esme_variant"] = premises.esme_variant
    return device.model_copy(update=changes)


def _unused(stem: str, names: set[str]) -> str:
    if stem not in names:
        return stem
    return next(name for number in range(2, len(names) + 3) if (name := f"{stem} {number}") not in names)


def _meet(start: int, end: int, other_start: int, other_end: int) -> bool:
    """Whether two runs of premises have a point of supply in common: indexes go round."""
    first, other = (premises_index(eui_from_number(at)) for at in (start, other_start))
    count, other_count = (
        (stop - at) // EUIS_PER_PREMISES for at, stop in ((start, end), (other_start, other_end))
    )
    return (other - first) % INDEXES < count or (first - other) % INDEXES < other_count
