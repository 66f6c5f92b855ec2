"""The engine: an input, or the time itself, goes in; effects come out. All that the DSP decides, it decides here."""

from dsp.core import central_products_list, firmware_distribution, inventory, outstanding, requests, responses
from dsp.core.effects import Effect
from dsp.core.inputs import (
    AdministrationLoaded,
    CplEntryAdded,
    CplEntryRemoved,
    FirmwareUploaded,
    HubsClaimed,
    Input,
    JournalEntry,
    RequestReceived,
    TimePassed,
    UplinkReceived,
)
from dsp.core.secrets import Secrets
from dsp.core.state import ClockRecord, State
from dsp.core.timetable import Due, Timetable
from dsp.core.turn import AccessControlBroker, Turn
from dsp.rules.rule_set import RuleSet
from ledger.books import Ledger
from smart_metering.instants import Instant
from smart_metering.records import changed


class Engine:
    """The DSP as a pure object: no clock, no dice, no wire. Its state is plain data in the books of `ledger`."""

    def __init__(self, state: State, rules: RuleSet, acb: AccessControlBroker) -> None:
        self.state = state
        self.rules = rules
        self.acb = acb
        self._secrets = Secrets(acb.key_agreement)
        self._timetable = Timetable()
        state.index()
        for key, row in state.outstanding.items():
            self._timetable.put(row.due, row.device, Due.OUTSTANDING, key)
        for key, distribution in state.distributions.items():
            self._timetable.put(distribution.due, distribution.comms_hub, Due.DISTRIBUTION, key)

    @property
    def ledger(self) -> Ledger:
        """The books; their changes are to be kept before the effects of a turn are carried out."""
        return self.state.ledger

    def receive(self, event: Input, now: Instant) -> list[Effect]:
        """What follows from one input at `now`."""
        self._write_down(event, now)
        turn = self._turn(now)
        match event:
            case RequestReceived():
                requests.receive(turn, event)
            case UplinkReceived(host=host, uplink=uplink):
                responses.take_uplink(turn, host, uplink)
            case HubsClaimed(comms_hubs=comms_hubs):
                for comms_hub in comms_hubs:
                    firmware_distribution.hub_claimed(turn, comms_hub)
            case FirmwareUploaded(sha256=sha256, octets=octets):
                firmware_distribution.upload(turn, sha256, octets)
            case CplEntryAdded(entry=entry):
                central_products_list.add(turn, entry)
            case CplEntryRemoved(entry_id=entry_id):
                central_products_list.remove(turn, entry_id)
            case AdministrationLoaded():
                inventory.load(turn, event)
            case TimePassed():
                raise AssertionError("time passes by expire")
        return turn.effects

    def next_deadline(self) -> Instant | None:
        """When `expire` has something to do next."""
        while (line := self._timetable.next()) is not None:
            at, kind, key = line
            if self._is_due(kind, key, at):
                return at
            self._timetable.pop()
        return None

    def expire(self, now: Instant) -> list[Effect]:
        """Everything that is due up to `now`, in order."""
        deadline = self.next_deadline()
        if deadline is None or deadline > now:
            return []
        self._write_down(TimePassed(), now)
        turn = self._turn(now)
        while (line := self._timetable.next()) is not None and line[0] <= now:
            at, kind, key = line
            self._timetable.pop()
            if kind is Due.OUTSTANDING:
                outstanding.expire(turn, key, at)
            else:
                firmware_distribution.expire(turn, key, at)
        return turn.effects

    def clock_moved(self, now: Instant) -> None:
        """The time is a part of the state: a restart goes on where it was."""
        self.state.clock.put(ClockRecord(now=now))

    def _is_due(self, kind: Due, key: str, at: Instant) -> bool:
        row = (
            self.state.outstanding.get(key) if kind is Due.OUTSTANDING else self.state.distributions.get(key)
        )
        return row is not None and row.due == at

    def _turn(self, now: Instant) -> Turn:
        return Turn(
            state=self.state,
            rules=self.rules,
            acb=self.acb,
            secrets=self._secrets,
            timetable=self._timetable,
            now=now,
        )

    def _write_down(self, event: Input, now: Instant) -> None:
        kept = changed(event, octets=b"") if isinstance(event, FirmwareUploaded) else event
        self.state.journal.append(JournalEntry(at=now, input=kept), at=now)
