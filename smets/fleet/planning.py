"""Draws up the plan of a fleet file, or names what its parts make impossible together."""

from dataclasses import dataclass
from pathlib import Path

from smart_metering.administration import CplEntry, FaultRule, Party
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys
from smets.fleet import extras, premises_planning
from smets.fleet.comparing import compare
from smets.fleet.drawing import Drawing
from smets.fleet.extras import FirmwarePlan
from smets.fleet.lines import Lines
from smets.fleet.model import FleetModel
from smets.fleet.plan import PremisesPlan
from smets.fleet.reading import FleetFileError
from smets.local_system.state_folder import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """`cpl` are the file's own entries, beside those of its templates; `given` the keys that are not derived."""

    fleet: FleetModel
    parties: tuple[Party, ...]
    organisations: tuple[Organisation, ...]
    premises: tuple[PremisesPlan, ...]
    cpl: tuple[CplEntry, ...]
    firmware: tuple[FirmwarePlan, ...]
    faults: tuple[FaultRule, ...]
    given: GivenKeys = NOTHING_GIVEN


def plan_fleet(
    fleet: FleetModel, lines: Lines | None = None, name: str = "fleet", given: GivenKeys = NOTHING_GIVEN
) -> FleetPlan:
    """Raises FleetFileError with every fault; `lines` are those of the file, `name` what it is called."""
    drawing = Drawing(fleet, lines or Lines(), Path(name).parent, given)
    plan = draw_up(drawing)
    if drawing.faults:
        raise FleetFileError(name, drawing.faults)
    return plan


def draw_up(drawing: Drawing) -> FleetPlan:
    """What is wrong with it is noted in the drawing."""
    fleet = drawing.fleet
    drawn = list(premises_planning.premises(drawing))
    compare(drawing, drawn)
    return FleetPlan(
        fleet=fleet,
        parties=tuple(premises_planning.parties(drawing)),
        organisations=tuple(
            Organisation(eui=party.eui, roles=party.roles) for party in drawing.known_parties.values()
        ),
        premises=tuple(row.plan for row in drawn),
        cpl=tuple(extras.cpl_entries(drawing)),
        firmware=tuple(extras.firmware(drawing)),
        faults=tuple(extras.fault_rules(drawing, ("faults",), fleet.faults)),
        given=drawing.given,
    )
