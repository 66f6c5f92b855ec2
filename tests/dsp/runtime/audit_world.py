"""A DSP's engine in hand, its state in a file, and the desk at which Users look into the Service Audit Trail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dsp.core.audit_titles import TitleRecord
from dsp.core.own_records import OwnRecord
from dsp.core.records import AuditRecord
from dsp.core.state import State
from dsp.rules.choices import Switches
from dsp.rules.modifications.service_audit_trail_titles import service_audit_trail_titles
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from dsp.runtime.audit_desk import AuditDesk
from dsp.runtime.clock import VirtualClock
from dsp.runtime.hosts import Hosts
from dsp.runtime.records_desk import Page, RecordsDesk, Tally
from dsp.runtime.runtime import Runtime
from dsp.runtime.user_streams import UserStreams
from ledger.group_commit import GroupCommit
from ledger.sqlite_store import SqliteStore
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, parse_instant
from tests.support.dsp_premises import OTHER_USER
from tests.support.dsp_world import DspWorld, premises

ALL = Page(limit=1_000)


def before_titles() -> RuleSet:
    """No modification in force."""
    return rules_with(())


def with_titles(switches: Switches | None = None) -> RuleSet:
    """The modification of the Service Audit Trail alone."""
    return service_audit_trail_titles(rules_with((), switches=switches))


@dataclass
class Looking:
    """`world` is driven by a test as ever; whoever looks, looks at its present time."""

    world: DspWorld
    runtime: Runtime
    records: RecordsDesk
    desk: AuditDesk

    def at(self, moment: str) -> None:
        """Time passes until this midnight."""
        self.world.advance(parse_instant(f"{moment}T00:00:00Z") - self.world.now)

    async def own(self, user: Eui, device: Eui | None = None, page: Page = ALL) -> list[AuditRecord]:
        """The User's own records, without their contents."""
        return [own.record for own in await self.whole(user, device, page)]

    async def whole(self, user: Eui, device: Eui | None = None, page: Page = ALL) -> list[OwnRecord]:
        """The same whole."""
        await self._catch_up()
        return await self.desk.own_records(user, device, page)

    async def titles(self, user: Eui, device: Eui, page: Page = ALL) -> list[TitleRecord]:
        """What the User sees of others."""
        await self._catch_up()
        return await self.desk.titles(user, device, page)

    async def busiest(self, user: Eui, page: Page = ALL) -> list[Tally]:
        """Its Devices."""
        await self._catch_up()
        return await self.desk.busiest_devices(user, page)

    async def srvs(self, user: Eui, device: Eui) -> set[str]:
        """The SRVs of the titles that the User sees."""
        return {title.srv for title in await self.titles(user, device)}

    async def _catch_up(self) -> None:
        self.runtime.clock.move_to(self.world.now)
        await self.runtime.flush()


@asynccontextmanager
async def looking(folder: Path, rules: RuleSet) -> AsyncIterator[Looking]:
    """A world of one premises, and the desk."""
    store = SqliteStore(folder / "dsp.sqlite3")
    store.load(State().ledger)  # makes the tables; the world's own books are ahead of the file
    world = premises(rules)
    records = RecordsDesk(world.engine.state, store)
    runtime = Runtime(
        engine=world.engine,
        commit=GroupCommit(store),
        clock=VirtualClock(Instant(world.now), rate=0),
        hosts=Hosts(),
        streams=UserStreams(records.read_messages),
    )
    runtime.start()
    try:
        yield Looking(world, runtime, records, AuditDesk(runtime, records))
    finally:
        await runtime.close()
        records.close()
        store.close()


def read_log(world: DspWorld, device: Eui, by: Eui = OTHER_USER) -> None:
    """An 8.9, to which the Device says nothing: E21 comes after half a minute."""
    world.devices[device].silent = True
    world.ask("8.9", ReadDeviceLog(), by=by, target=device, variant=CommandVariant.SEND)
    world.advance(60_000)
    world.devices[device].silent = False
