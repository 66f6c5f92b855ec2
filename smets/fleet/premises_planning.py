"""The parties and premises of a fleet file, drawn up, and what they make impossible together."""

from collections.abc import Iterable, Iterator

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.administration import Party
from smart_metering.device_types import DeviceType, Generation
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.fleet.defaults import FIRST_EUI
from smets.fleet.drawing import Drawing
from smets.fleet.lines import Path as Place
from smets.fleet.model import DeviceModel, PremisesModel
from smets.fleet.plan import PremisesPlan
from smets.fleet.points_of_supply import INDEXES, premises_index
from smets.local_system.state_folder import Organisation


def parties(drawing: Drawing) -> Iterator[Party]:
    """With their certificates: imported ones, else those of the development PKI."""
    first: dict[Eui, str] = {}
    for name, party in drawing.known_parties.items():
        if party.eui in first:
            drawing.fault(("parties", name, "eui"), f"{party.eui} is the EUI of {first[party.eui]!r}")
        first.setdefault(party.eui, name)
        organisation = Organisation(eui=party.eui, roles=party.roles)
        certificates = drawing.pki.certificates(party.eui, organisation.smki_role)
        yield Party(
            eui=party.eui,
            name=name,
            organisation=party.organisation,
            roles=party.roles,
            digital_signing_certificate=certificates[KeyUsage.DIGITAL_SIGNING],
            key_agreement_certificate=certificates[KeyUsage.KEY_AGREEMENT],
            suspended=party.suspended,
        )


def premises(drawing: Drawing) -> Iterator[PremisesPlan]:
    """Those without an `eui_from` one after the other, from FIRST_EUI on."""
    next_free = eui_number(FIRST_EUI)
    names: set[str] = set()
    for index, premises in enumerate(drawing.fleet.fleets):
        place: Place = ("fleets", index)
        name = premises.name or _unused(premises.template, names)
        if name in names:
            drawing.fault((*place, "name"), f"other premises have the name {name!r}")
        names.add(name)
        start = next_free if premises.eui_from is None else eui_number(premises.eui_from)
        if premises.eui_from is None:
            next_free += premises.count * EUIS_PER_PREMISES
        if start + premises.count * EUIS_PER_PREMISES > 2**64:
            drawing.fault((*place, "count"), "the last premises would be beyond the last EUI")
            continue
        yield _plan_premises(drawing, place, premises, name, eui_from_number(start))


def compare(drawing: Drawing, plans: Iterable[PremisesPlan]) -> None:
    """Premises must not share Device IDs, nor points of supply. `plans` are of all premises of the file."""
    taken: list[tuple[str, int, int]] = []
    for index, plan in enumerate(plans):
        start = eui_number(plan.eui_from)
        end = start + plan.count * EUIS_PER_PREMISES
        for other, other_start, other_end in taken:
            if start < other_end and other_start < end:
                drawing.fault(("fleets", index), f"its Device IDs are also those of {other!r}")
            elif _meet(start, end, other_start, other_end):
                drawing.fault(("fleets", index), f"its MPxNs are also those of {other!r}")
        taken.append((plan.name, start, end))


def _plan_premises(
    drawing: Drawing, place: Place, premises: PremisesModel, name: str, eui_from: Eui
) -> PremisesPlan:
    template = drawing.templates[premises.template]
    types = {device.device_type for device in template.devices}
    for device_type in premises.firmware:
        if device_type not in types:
            drawing.fault(
                (*place, "firmware", device_type),
                f"template {premises.template!r} has no {device_type}",
            )
    for index, device_type in enumerate(premises.awaiting_installation):
        if device_type not in types:
            drawing.fault(
                (*place, "awaiting_installation", index),
                f"template {premises.template!r} has no {device_type}",
            )
    for index, device_type in enumerate(premises.external):
        if device_type not in types:
            drawing.fault((*place, "external", index), f"template {premises.template!r} has no {device_type}")
        elif template.generation is Generation.SMETS1:
            what = "SMETS1 Devices are reached through an S1SP, not by GBCS: none is external"
            drawing.fault((*place, "external", index), what)
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
        parties=_registered_parties(drawing, place, premises, types),
        commissioned=drawing.fleet.clock.epoch,
        next_suppliers=tuple(_next_suppliers(drawing, place, premises, types)),
        labels=premises.labels,
        emulated=premises.emulated,
    )


def _registered_parties(
    drawing: Drawing, place: Place, premises: PremisesModel, types: set[DeviceType]
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
        if device_type in types and role not in drawing.known_parties[party].roles:
            roles = " ".join(drawing.known_parties[party].roles)
            drawing.fault((*place, key), f"{party!r} is to be {role}, but its roles are {roles}")
    return {role: drawing.known_parties[party].eui for role, _, party, _ in rows}


FUELS = {
    "electricity": (UserRole.IS,),
    "gas": (UserRole.GS,),
    "both": (UserRole.IS, UserRole.GS),
}
METER_OF = {UserRole.IS: DeviceType.ESME, UserRole.GS: DeviceType.GSME}


def _next_suppliers(
    drawing: Drawing, place: Place, premises: PremisesModel, types: set[DeviceType]
) -> Iterator[tuple[UserRole, Eui, Instant]]:
    for index, change in enumerate(premises.next_suppliers):
        party = drawing.known_parties[change.supplier]
        for role in FUELS[change.fuel]:
            if METER_OF[role] not in types:
                continue
            if role not in party.roles:
                drawing.fault(
                    (*place, "next_suppliers", index, "supplier"),
                    f"{change.supplier!r} is to be {role}, but its roles are {' '.join(party.roles)}",
                )
            yield role, party.eui, change.since


def _as_in(premises: PremisesModel, device: DeviceModel) -> DeviceModel:
    """The template's Device, with what these premises say of its type."""
    changes: dict[str, object] = {}
    if device.device_type in premises.firmware:
        changes["firmware_version"] = premises.firmware[device.device_type]
    if device.device_type is DeviceType.ESME and premises.esme_variant:
        changes["esme_variant"] = premises.esme_variant
    if device.device_type in premises.awaiting_installation:
        changes["awaits_installation"] = True
    if device.device_type in premises.external:
        changes["external"] = True
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
