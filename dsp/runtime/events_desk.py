"""What happens at the DSP, for who watches: changes of the SMI and messages of Users, read from the durable logs.

A follower has a position in each of the two logs. It is given what follows, batch by batch as fast as it takes them;
then it waits for the next commit, and looks again after a moment, so that a busy DSP is asked a few times a second.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TypeVar

from dsp.core.records import AuditRecord, SmiChange, SmiDevice
from dsp.core.service_audit_trail import KIND_NUMBERS
from dsp.core.state import State
from dsp.rules.audit_visibility import MessageKind
from dsp.runtime.records_desk import RecordsDesk
from ledger.bell import Bell
from smart_metering.identifiers import Eui

BATCH = 500
WINDOW = 20_000  # records looked through at a time, for the few of the kinds that are asked for
REST_SECONDS = 0.05

SMI = "SMI"
USUAL_KINDS = (SMI, MessageKind.DCC_ALERT, MessageKind.DEVICE_ALERT)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """The last of each log that was told."""

    smi_changes: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """A record at its position in its log. `device` is the Device of a change as the SMI has it now."""

    position: int
    record: SmiChange | AuditRecord
    device: SmiDevice | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Events by time, and the position after them. The version is another one when Devices came or went."""

    events: list[Event]
    position: Position
    devices_version: int


@dataclass(frozen=True, slots=True)
class States:
    """Devices as the SMI has them, in the order of their ids; begin at the position to follow what changes."""

    devices: list[SmiDevice]
    position: Position
    devices_version: int


class UnknownKind(ValueError):
    """There is no event of this kind; the text names those that there are."""


class EventsDesk:
    """Reads by the records desk, in its thread."""

    def __init__(
        self, state: State, records: RecordsDesk, bell: Bell, *, rest_seconds: float = REST_SECONDS
    ) -> None:
        self._rest_seconds = rest_seconds
        self._state = state
        self._records = records
        self._bell = bell

    async def follow(
        self, after: Position, kinds: Iterable[str] = (), *, until_now: bool = False
    ) -> AsyncIterator[Batch]:
        """A first batch at once; then those with events, or when Devices came or went. Raises UnknownKind."""
        wanted = _checked(kinds)
        position, version = after, -1
        with self._bell.listening() as news:
            while True:
                news.clear()
                head = await self._records.heads()
                batch = await self._read(position, Position(*head), wanted)
                is_behind = batch.position != Position(*head)
                position = batch.position
                if batch.events or batch.devices_version != version or (until_now and not is_behind):
                    version = batch.devices_version
                    yield batch
                if is_behind:
                    continue
                if until_now:
                    return
                await news.wait()
                await asyncio.sleep(self._rest_seconds)

    async def states(self) -> AsyncIterator[States]:
        """All Devices of the SMI, in batches; the first may be empty."""
        position = Position(*await self._records.heads())
        version = self._state.devices_version
        devices = self._state.devices
        ids = sorted(devices)
        for start in range(0, len(ids), BATCH) or [0]:
            some = ids[start : start + BATCH]
            found = [device for it in some if (device := devices.get(it)) is not None]
            yield States(found, position, version)
            await asyncio.sleep(0)

    async def _read(self, after: Position, head: Position, wanted: tuple[str, ...]) -> Batch:
        changes: list[tuple[int, SmiChange]] = []
        if SMI in wanted:
            changes = await self._records.read_smi_changes(after.smi_changes, BATCH)
        numbers = tuple(KIND_NUMBERS[MessageKind(kind)] for kind in wanted if kind != SMI)
        last = min(head.messages, after.messages + WINDOW)
        messages: list[tuple[int, AuditRecord]] = []
        if numbers and last > after.messages:
            messages = await self._records.read_kinds(numbers, after.messages, last, BATCH)
        events = [
            *(Event(position, change, self._device(change.device)) for position, change in changes),
            *(Event(position, record) for position, record in messages),
        ]
        position = Position(
            _position_after(changes, head.smi_changes),
            _position_after(messages, max(last, after.messages)),
        )
        events.sort(key=lambda event: event.record.at)
        return Batch(events, position, self._state.devices_version)

    def _device(self, device: Eui) -> SmiDevice | None:
        return self._state.devices.get(device)


def _position_after(rows: list[tuple[int, T]], end: int) -> int:
    """A full batch may have followers before the end."""
    return rows[-1][0] if len(rows) >= BATCH else max(end, rows[-1][0] if rows else 0)


def _checked(kinds: Iterable[str]) -> tuple[str, ...]:
    known = (SMI, *MessageKind)
    wanted = tuple(dict.fromkeys(kinds)) or USUAL_KINDS
    for kind in wanted:
        if kind not in known:
            raise UnknownKind(f"kinds: {kind!r}: expected {', '.join(known)}")
    return wanted
