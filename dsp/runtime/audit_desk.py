"""The desk where Users look into the Service Audit Trail: what each may see at that moment; and each look is kept."""

from dataclasses import replace

from dsp.core.audit_titles import TitleRecord, kinds_of_own_records, rows_of_titles, show_titles
from dsp.core.inputs import LookedUp, LookUpKind
from dsp.core.own_records import OwnRecord
from dsp.core.records import AuditRecord, LookUp
from dsp.rules.audit_visibility import MessageKind, Shown, VisibilityRow, oldest_shown
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.records_desk import Page, RecordsDesk, Tally
from smart_metering.identifiers import Eui

NO_TITLES = (
    "no modification in force shows titles: before the modification of the Service Audit Trail a record is available "
    "only to the User that sent or received it"
)


Kinds = frozenset[MessageKind]
ALL_KINDS: Kinds = frozenset(MessageKind)


class UnknownDevice(LookupError):
    """The SMI does not know the Device."""


class NotForThisUser(Exception):
    """What was asked for is not for this User to see; the text says why."""


class AuditDesk:
    """Asks the core who may see what, and the records desk for it. A look is durable before it is answered."""

    def __init__(self, runtime: EngineRoom, records: RecordsDesk) -> None:
        self._runtime = runtime
        self._records = records
        self._engine = runtime.engine

    async def own_records(
        self, user: Eui, device: Eui | None, page: Page, only: Kinds = ALL_KINDS
    ) -> list[OwnRecord]:
        """What the User sent and received, whole, newest first, as far back as it is shown; `only` of these kinds."""
        await self._note(LookUpKind.OWN_RECORDS, user, device, page)
        kinds = kinds_of_own_records(self._engine.rules) & only
        return await self._records.read_own_records(user, device, kinds, self._shown(page))

    async def own_list(
        self, user: Eui, device: Eui | None, page: Page, only: Kinds = ALL_KINDS
    ) -> list[tuple[int, AuditRecord]]:
        """The same without contents, each under its number."""
        await self._note(LookUpKind.OWN_RECORDS, user, device, page)
        kinds = kinds_of_own_records(self._engine.rules) & only
        return await self._records.read_audit_trail(user, device, kinds, self._shown(page))

    async def own_record(self, user: Eui, number: int) -> OwnRecord | None:
        """One of them; None: the User has none of this number, or it is older than is shown."""
        page = self._shown(Page(before=number + 1, limit=1))
        kinds = kinds_of_own_records(self._engine.rules)
        found = await self._records.read_own_record(user, number, kinds, page)
        await self._note(
            LookUpKind.OWN_RECORDS, user, found.record.device if found else None, page, refused=not found
        )
        return found

    def why_titles(self, user: Eui, device: Eui) -> tuple[VisibilityRow, ...]:
        """The rows by which the User sees titles of others' messages about the Device now."""
        state, known = self._engine.state, self._engine.state.devices.get(device)
        if known is None:
            return ()
        return rows_of_titles(state, self._engine.rules, user, known, self._runtime.clock.now())

    async def titles(self, user: Eui, device: Eui, page: Page, only: Kinds = ALL_KINDS) -> list[TitleRecord]:
        """Titles of others' messages about the Device, newest first; none where the User is not responsible for it now.

        Raises UnknownDevice; NotForThisUser where it also has no record of its own of the Device, or where the rules
        in force show no titles.
        """
        await self._runtime.flush()
        try:
            kinds = await self._kinds_of_titles(user, device)
        except (UnknownDevice, NotForThisUser):
            await self._note(LookUpKind.TITLES, user, device, page, refused=True)
            raise
        await self._note(LookUpKind.TITLES, user, device, page)
        kinds &= only
        if not kinds:
            return []
        switches = self._engine.rules.switches
        return await self._records.read_titles(user, device, kinds, switches, self._shown(page))

    async def busiest_devices(self, user: Eui, page: Page) -> list[Tally]:
        """The Devices that the User is responsible for now, those with the most titles first.

        Raises NotForThisUser where the rules in force show no titles.
        """
        refused = not show_titles(self._engine.rules)
        await self._note(LookUpKind.BUSIEST_DEVICES, user, None, page, refused=refused)
        if refused:
            raise NotForThisUser(NO_TITLES)
        kinds = {row.kind for row in self._engine.rules.audit_visibility if row.shown is Shown.TITLE}
        return await self._records.tally_titles(
            user,
            kinds,
            self._engine.rules.switches,
            lambda device: bool(self._titled(user, device)),
            self._shown(page),
        )

    async def look_ups(self, user: Eui | None, device: Eui | None, page: Page) -> list[tuple[int, LookUp]]:
        """Numbers and looks, newest first; None: by any User, at any Device. For the DCC, and not a look itself."""
        await self._runtime.flush()
        return await self._records.read_look_ups(user, device, page)

    async def _kinds_of_titles(self, user: Eui, device: Eui) -> frozenset[MessageKind]:
        if not show_titles(self._engine.rules):
            raise NotForThisUser(NO_TITLES)
        if device not in self._engine.state.devices:
            raise UnknownDevice(f"the SMI does not know {device}")
        kinds = self._titled(user, device)
        if not kinds and not await self._touched(user, device):
            raise NotForThisUser(
                f"{user} is neither Responsible Supplier nor Responsible Network Operator of {device} at this moment, "
                "and exchanged no message about it"
            )
        return kinds

    def _titled(self, user: Eui, device: Eui) -> frozenset[MessageKind]:
        return frozenset(row.kind for row in self.why_titles(user, device))

    async def _touched(self, user: Eui, device: Eui) -> bool:
        kinds, page = kinds_of_own_records(self._engine.rules), self._shown(Page(limit=1))
        return bool(await self._records.read_audit_trail(user, device, kinds, page))

    async def _note(
        self, what: LookUpKind, user: Eui, device: Eui | None, page: Page, *, refused: bool = False
    ) -> None:
        look = LookedUp(user=user, what=what, device=device, since=page.since, to=page.to, refused=refused)
        await self._runtime.submit(look)

    def _shown(self, page: Page) -> Page:
        oldest = oldest_shown(self._runtime.clock.now())
        return replace(page, since=max(page.since, oldest))
