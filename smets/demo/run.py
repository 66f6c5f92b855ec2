"""Plays the story twice, each time on a new system of two processes: after SECMP0105, and before it."""

import asyncio
import json
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from smart_metering.device_types import DeviceType, Generation
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.user_roles import UserRole
from smets.client.user import User
from smets.client.user_keys import UserKeys, read_user_keys
from smets.demo.stage import Cast, Stage
from smets.demo.story import AFTER, BEFORE, Regime, tell
from smets.demo.timeline import Timeline
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import FleetPlan, plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import StateFolder

FLEET = """
cpl_of_templates: false
fleets:
  - template: smets2
  - template: smets1
"""
INTRODUCTION = """
Two processes are started for this: a DSP, the DCC's router, which keeps the Smart Metering Inventory (SMI), and an
emulator with two premises of Devices. A supplier and a network operator use them over gRPC. Time is emulated, so
nobody waits. Each answer says which row of the rules decided it, from which document, and how sure that is:
C certain, L likely, W weak, U unknown, R chosen here. A tick is an expectation that holds."""
RELEASES = {AFTER: "November 2021", BEFORE: "June 2021"}
ROLES = (UserRole.IS, UserRole.GS, UserRole.ED, UserRole.GT)


def main(*, as_json: bool = False, state: Path | None = None) -> int:
    """The exit status: 0 if every expectation holds, else 1. `state` keeps the systems' folders for a later look."""
    timeline = Timeline(None if as_json else Console(highlight=False))
    if not as_json:
        Console(highlight=False).print(" ".join(INTRODUCTION.split()))
    with tempfile.TemporaryDirectory(prefix="smets-demo-") as temporary:
        folder = state or Path(temporary)
        for regime in (AFTER, BEFORE):
            asyncio.run(_play(regime, folder / regime.name.replace(" ", "-"), timeline))
    if as_json:
        print(json.dumps({"chapters": timeline.as_data(), "failed": len(timeline.failures)}, indent=2))  # noqa: T201
    else:
        _conclude(timeline)
    return 1 if timeline.failures else 0


def _conclude(timeline: Timeline) -> None:
    console = Console(highlight=False)
    console.print()
    if not timeline.failures:
        console.print(f"[bold green]All {timeline.expectations} expectations hold.[/]")
        return
    console.print(f"[bold red]{len(timeline.failures)} of {timeline.expectations} expectations fail:[/]")
    for failure in timeline.failures:
        console.print(f"  ✗ {failure.claim}; found: {failure.found}")


async def _play(regime: Regime, folder: Path, timeline: Timeline) -> None:
    plan = plan_fleet(*read_fleet(FLEET, "the demo's fleet"))
    settings = SystemSettings(
        state=folder,
        organisations=plan.organisations,
        seed=plan.fleet.seed,
        release=RELEASES[regime],
        epoch=plan.fleet.clock.epoch,
    )
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(LocalSystem(settings))
        await launch_fleet(plan, system.connection)
        cast = await _cast(stack, system, plan)
        now = (await cast.administration.now()).now
        await tell(Stage(cast, timeline, Instant(now)), regime)


async def _cast(stack: AsyncExitStack, system: LocalSystem, plan: FleetPlan) -> Cast:
    connection = system.connection
    parties = plan.premises[0].parties
    users: dict[Eui, User] = {}
    keys: dict[Eui, UserKeys] = {}
    for eui in dict.fromkeys(parties[role] for role in ROLES):
        users[eui] = await stack.enter_async_context(connection.user(eui))
        keys[eui] = read_user_keys(StateFolder(connection.state).party(eui), eui)
    return Cast(
        administration=await stack.enter_async_context(connection.administration()),
        control=await stack.enter_async_context(connection.emulator_control()),
        users={role: users[parties[role]] for role in ROLES},
        keys={role: keys[parties[role]] for role in ROLES},
        devices=_devices(plan),
    )


def _devices(plan: FleetPlan) -> dict[tuple[Generation, DeviceType], Eui]:
    return {
        (premises.generation, device.device_type): eui_from_number(eui_number(premises.eui_from) + position)
        for premises in plan.premises
        for position, device in enumerate(premises.devices)
    }
