"""The world that a plan asks for, before anything stands in it."""

from dsp.rules.releases import LATEST, rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.switching import switches_from
from smets.fleet.model import FleetModel
from smets.fleet.planning import FleetPlan
from smets.world.settings import WorldSettings


def rules_of(fleet: FleetModel) -> RuleSet:
    """The rules that a fleet is to run under."""
    switches = switches_from(fleet.switch_texts)
    if fleet.modifications is not None:
        return rules_with(fleet.modifications, switches=switches)
    return rules_as_of(
        fleet.release or LATEST,
        with_modifications=fleet.with_modifications,
        without_modifications=fleet.without_modifications,
        switches=switches,
    )


def settings_of(plan: FleetPlan) -> WorldSettings:
    """Its rules, its clock, and whose certificates Devices may hold."""
    fleet = plan.fleet
    return WorldSettings(
        rules=rules_of(fleet),
        epoch=fleet.clock.epoch,
        organisations=plan.organisations,
        seed=fleet.seed,
        given=plan.given,
    )
