"""Makes a world what a plan says."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from dsp.core.effects import Refusal
from dsp.core.inputs import AdministrationLoaded, CplEntryAdded, Input
from dsp.rules.releases import LATEST, rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.switching import switches_from
from smets.fleet.launching import cpl_entries
from smets.fleet.model import FleetModel
from smets.fleet.planning import FleetPlan
from smets.world.settings import WorldSettings
from smets.world.world import World

RECORDS_TOGETHER = 2_000

T = TypeVar("T")


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


def launch(plan: FleetPlan) -> World:
    """A new world in which the fleet stands. Firmware that the DSP cannot read is not in its store."""
    fleet = plan.fleet
    world = World(
        WorldSettings(
            rules=rules_of(fleet),
            epoch=fleet.epoch,
            organisations=plan.organisations,
            seed=fleet.seed,
            given=plan.given,
        )
    )
    _told(world, AdministrationLoaded(parties=plan.parties))
    for entry in cpl_entries(plan, plan.premises):
        _told(world, CplEntryAdded(entry=entry))
    for premises in plan.premises:
        for registrations in _together(premises.registrations()):
            _told(world, AdministrationLoaded(registrations=registrations))
        for devices in _together(premises.loaded_devices()):
            _told(world, AdministrationLoaded(devices=devices))
    world.launch(premises.template for premises in plan.premises)
    world.set_faults(*plan.faults)
    for firmware in plan.firmware:
        world.upload(firmware.octets)
    return world


def _told(world: World, event: Input) -> None:
    """A plan is whole: the DSP takes it."""
    reply = world.give(event)
    assert not isinstance(reply, Refusal), reply


def _together(rows: Iterable[T]) -> Iterator[tuple[T, ...]]:
    rest = iter(rows)
    while batch := tuple(islice(rest, RECORDS_TOGETHER)):
        yield batch
