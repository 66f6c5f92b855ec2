"""Makes a running system what a plan says, once: what stands there already is left as it has become.

Premises stand if the SMI knows their last Device; they are then neither loaded nor registered again, which would undo
what has happened to them since. The emulator is told of all that it is to have, and knows which are new.
"""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from smart_metering.administration import CplEntry, FirmwareFile, Party
from smart_metering.identifiers import Eui
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotThere, Refused
from smets.fleet.extras import FirmwarePlan
from smets.fleet.lines import Fault
from smets.fleet.plan import PremisesPlan
from smets.fleet.planning import FleetPlan
from smets.fleet.reading import FleetFileError
from smets.local_system.connection import SystemConnection
from smets.local_system.state_folder import StateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """`standing` premises were there before. `uploaded` are firmware files by their names in the fleet file."""

    premises: int
    devices: int
    standing: tuple[str, ...]
    cpl_entries: int
    faults: tuple[str, ...]
    uploaded: dict[str, FirmwareFile]
    refused_firmware: dict[str, str]


async def launch_fleet(plan: FleetPlan, connection: SystemConnection) -> Launched:
    """CPL entries, firmware and faults belong to the first launch: with premises that stand they are not repeated.

    Raises FleetFileError before anything is done, and SmetsError.
    """
    async with connection.administration() as administration, connection.emulator_control() as emulator:
        await administration.load(parties=_with_imported_certificates(plan.parties, connection.state))
        standing: list[PremisesPlan] = []
        new: list[PremisesPlan] = []
        for row in plan.premises:
            (standing if await _stands(administration, emulator, row) else new).append(row)
        is_first = not standing
        entries = list(cpl_entries(plan, new, standing))
        for entry in entries:
            await administration.add_cpl_entry(entry)
        await administration.load(
            registrations=(known for row in new for known in row.registrations()),
            devices=(device for row in new for device in row.loaded_devices()),
        )
        await emulator.launch(row.template for row in plan.premises if row.emulated)
        if is_first and plan.faults:
            await emulator.set_faults(plan.faults)
    uploaded, refused = await _upload(plan.firmware if is_first else (), connection)
    return Launched(
        premises=sum(row.count for row in new),
        devices=sum(row.device_count for row in new),
        standing=tuple(row.name for row in standing),
        cpl_entries=len(entries),
        faults=tuple(rule.name for rule in plan.faults) if is_first else (),
        uploaded=uploaded,
        refused_firmware=refused,
    )


def _with_imported_certificates(parties: Iterable[Party], state: Path) -> list[Party]:
    """A plan may have been drawn up without what was imported into the system that it comes to."""
    given = StateFolder(state).given.certificates
    return [
        changed(
            party,
            digital_signing_certificate=given.get(
                (party.eui, KeyUsage.DIGITAL_SIGNING), party.digital_signing_certificate
            ),
            key_agreement_certificate=given.get(
                (party.eui, KeyUsage.KEY_AGREEMENT), party.key_agreement_certificate
            ),
        )
        for party in parties
    ]


async def _stands(administration: Administration, emulator: EmulatorControl, premises: PremisesPlan) -> bool:
    """Premises that were loaded in part and never launched do not: a former launch was cut short.

    Raises FleetFileError for others that stand in part: to load them again would undo what happened to them.
    """
    first = await _is_there(administration.read_device(premises.eui_from))
    if first == await _is_there(administration.read_device(premises.last_device)):
        return first
    if not await _is_there(emulator.inspect(premises.eui_from)):
        return False
    what = f"{premises.name!r} stand with another count; give the new ones an entry of their own"
    raise FleetFileError("fleet", [Fault(0, "fleets", what)])


async def _is_there(looking: Awaitable[object]) -> bool:
    try:
        await looking
    except NotThere:
        return False
    return True


def cpl_entries(
    plan: FleetPlan, new: Iterable[PremisesPlan], standing: Sequence[PremisesPlan] = ()
) -> Iterable[CplEntry]:
    """Each product once. The file's own come last, so that they may say more of the same product.

    What premises that stand had on the CPL is not put there again: it may have been removed since.
    """
    own = [*(row.cpl_entry for row in plan.firmware if row.cpl_entry), *plan.cpl] if not standing else []
    of_templates = (
        [entry for row in new for entry in row.cpl_entries()] if plan.fleet.cpl_of_templates else []
    )
    entries = {_product(entry): entry for entry in (*of_templates, *own)}
    for row in standing:
        for entry in row.cpl_entries():
            entries.pop(_product(entry), None)
    return entries.values()


def _product(entry: CplEntry) -> tuple[str, ...]:
    return entry.device_type, entry.device_manufacturer, entry.device_model, entry.firmware_version


async def _upload(
    firmware: Iterable[FirmwarePlan], connection: SystemConnection
) -> tuple[dict[str, FirmwareFile], dict[str, str]]:
    """Writes each file, and hands it to the DSP as its supplier; what the DSP cannot read is refused there."""
    uploaded: dict[str, FirmwareFile] = {}
    refused: dict[str, str] = {}
    folder = StateFolder(connection.state).firmware
    for row in firmware:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row.name}.ota").write_bytes(row.octets)
        try:
            uploaded[row.name] = await _upload_as(row.supplier, row.octets, connection)
        except Refused as error:
            refused[row.name] = str(error)
    return uploaded, refused


async def _upload_as(supplier: Eui, octets: bytes, connection: SystemConnection) -> FirmwareFile:
    async with connection.user(supplier) as user:
        return await user.upload_firmware(octets)
