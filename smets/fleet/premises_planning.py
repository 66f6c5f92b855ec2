"""The parties and premises of a fleet file, drawn up, and what they make impossible together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.administration import Party
from smart_metering.device_types import DeviceType, Generation
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.fleet.comparing import Drawn
from smets.fleet.defaults import FIRST_EUI
from smets.fleet.drawing import Drawing
from smets.fleet.lines import Fault
from smets.fleet.lines import Path as Place
from smets.fleet.lists import FIRMWARE, ListedPremisesModel, Row, read_list, runs
from smets.fleet.model import DeviceModel, PremisesModel
from smets.fleet.plan import PremisesPlan
from smets.local_system.state_folder import Organisation

BEYOND = "the last premises would be beyond the last EUI"


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


def premises(drawing: Drawing) -> Iterator[Drawn]:
    """Those without an `eui_from` one after the other, from FIRST_EUI on."""
    next_free = eui_number(FIRST_EUI)
    names: set[str] = set()
    for index, premises in enumerate(drawing.fleet.fleets):
        place: Place = ("fleets", index)
        name = premises.name or _unused(_stem(premises), names)
        if name in names:
            drawing.fault((*place, "name"), f"other premises have the name {name!r}")
        names.add(name)
        start = next_free if premises.eui_from is None else eui_number(premises.eui_from)
        if premises.list is None:
            end, drawn = _counted(drawing, place, premises, name, start)
        else:
            end, drawn = _listed(drawing, place, premises, name, start)
        if premises.eui_from is None:
            next_free = end
        yield from drawn


def _counted(
    drawing: Drawing, place: Place, premises: PremisesModel, name: str, start: int
) -> tuple[int, Iterable[Drawn]]:
    """With where they end."""
    end = start + premises.count * EUIS_PER_PREMISES
    if end > 2**64:
        drawing.fault((*place, "count"), BEYOND)
        return end, ()
    return end, (Drawn(_plan_premises(drawing, place, premises, name, eui_from_number(start)), place),)


def _listed(
    drawing: Drawing, place: Place, premises: PremisesModel, name: str, start: int
) -> tuple[int, Iterable[Drawn]]:
    """The same of premises whose rows stand in a list; those without an EUI lie one after the other."""
    found = read_list(drawing.folder / (premises.list or ""))
    for fault in found.faults:
        drawing.note(fault)
    types = {device.device_type for device in drawing.templates[premises.template].devices}
    for device_type, line in found.firmware_columns:
        if device_type not in types:
            what = f"template {premises.template!r} has no {device_type}"
            drawing.note(Fault(line, f"{device_type}{FIRMWARE}", what, found.file))
    end, placed = start, []
    for row in found.rows:
        own = row.premises.eui_from
        first = end if own is None else eui_number(own)
        end += EUIS_PER_PREMISES if own is None else 0
        if first + EUIS_PER_PREMISES > 2**64:
            drawing.note(Fault(row.line, "eui_from", BEYOND, found.file))
        else:
            placed.append((first, row))
    return end, _in_runs(drawing, place, premises, name, found.file, placed)


def _in_runs(
    drawing: Drawing,
    place: Place,
    premises: PremisesModel,
    name: str,
    file: str,
    rows: Iterable[tuple[int, Row]],
) -> Iterator[Drawn]:
    """A plan for all rows that are alike and side by side."""
    plans: dict[str, PremisesPlan] = {}
    before = 0
    for first, run in runs(rows, EUIS_PER_PREMISES):
        says = run[0].says
        if says not in plans:
            alike = _as_listed(drawing, premises, run[0].premises)
            plans[says] = _plan_premises(drawing, place, alike, name, FIRST_EUI)
        last = before + len(run)
        numbers = f"{last}" if len(run) == 1 else f"{before + 1}-{last}"
        plan = replace(
            plans[says],
            name=f"{name} {numbers}",
            count=len(run),
            eui_from=eui_from_number(first),
            before=before,
        )
        yield Drawn(plan, place, file, run[0].line)
        before = last


def _as_listed(drawing: Drawing, premises: PremisesModel, row: ListedPremisesModel) -> PremisesModel:
    """What a row leaves out is as the entry says; of Devices that the template has not, the list was told before."""
    types = {device.device_type for device in drawing.templates[premises.template].devices}
    firmware = {kind: version for kind, version in row.firmware.items() if kind in types}
    status = row.status or premises.status
    return premises.model_copy(
        update={
            "status": status,
            "status_before_suspension": premises.status_before_suspension
            if status is premises.status
            else None,
            "esme_variant": row.esme_variant or premises.esme_variant,
            "labels": (*premises.labels, *row.labels),
            "firmware": {**premises.firmware, **firmware},
        }
    )


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
        fleet=name,
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


def _stem(premises: PremisesModel) -> str:
    return Path(premises.list).stem if premises.list is not None else premises.template
