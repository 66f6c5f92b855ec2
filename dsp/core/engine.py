"""The engine: an input, or the time itself, goes in; effects come out. All that the DSP decides, it decides here."""

from dsp.core import (
    central_products_list,
    firmware_distribution,
    installation,
    inventory,
    operator,
    receive_response,
    requests,
    responses,
    service_audit_trail,
)
from dsp.core.deadlines import DEADLINES, lines_of
from dsp.core.effects import Effect
from dsp.core.inputs import (
    AdministrationLoaded,
    Administrative,
    CplEntryAdded,
    CplEntryRemoved,
    DeviceCorrected,
    EngineStarted,
    FirmwareUploaded,
    HubsClaimed,
    Input,
    JournalEntry,
    LookedUp,
    MessageParked,
    MessagePushed,
    ReceiveAddressSet,
    RecoveryChanged,
    RequestReceived,
    TimePassed,
    UplinkReceived,
)
from dsp.core.records import ClockRecord
from dsp.core.secrets import Secrets
from dsp.core.state import State
from dsp.core.timetable import Due, Timetable
from dsp.core.turn import AccessControlBroker, ChangeOfSupplierParty, Turn
from dsp.rules.rule_set import RuleSet
from ledger.books import Ledger
from smart_metering.instants import Instant
from smart_metering.records import changed


class Engine:
    """The DSP as a pure object: no clock, no dice, no wire. Its state is plain data in the books of `ledger`."""

    def __init__(
        self,
        state: State,
        rules: RuleSet,
        acb: AccessControlBroker,
        change_of_supplier: ChangeOfSupplierParty,
    ) -> None:
        self.state = state
        self.rules = rules
        self.acb = acb
        self.change_of_supplier = change_of_supplier
        self._secrets = Secrets(acb.key_agreement)
        self._timetable = Timetable()
        state.index()
        for line in lines_of(state):
            self._timetable.put(*line)

    @property
    def ledger(self) -> Ledger:
        """The books; their changes are to be kept before the effects of a turn are carried out."""
        return self.state.ledger

    def start(self, now: Instant) -> None:
        """Writes down under which rules all goes on from here."""
        started = EngineStarted(
            acb=self.acb.eui,
            change_of_supplier=self.change_of_supplier.eui,
            modifications=self.rules.modifications,
            switches=self.rules.switches,
            times=self.rules.times,
        )
        self._write_down(started, now)

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
                    installation.hub_connected(turn, comms_hub)
                    firmware_distribution.hub_claimed(turn, comms_hub)
            case FirmwareUploaded(sha256=sha256, octets=octets):
                firmware_distribution.upload(turn, sha256, octets)
            case LookedUp():
                service_audit_trail.note_look_up(turn, event)
            case ReceiveAddressSet() | MessagePushed() | MessageParked():
                receive_response.receive(turn, event)
            case TimePassed() | EngineStarted():
                raise AssertionError("time passes by expire, and an engine is started by start")
            case _:
                _administer(turn, event)
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
            if self._is_due(kind, key, at):  # It may have moved since the line was written.
                turn.cause = ""
                DEADLINES[kind].expire(turn, key, at)
        return turn.effects

    def clock_moved(self, now: Instant) -> None:
        """The time is a part of the state: a restart goes on where it was."""
        self.state.clock.put(ClockRecord(now=now))

    def _is_due(self, kind: Due, key: str, at: Instant) -> bool:
        return DEADLINES[kind].due_of(self.state, key) == at

    def _turn(self, now: Instant) -> Turn:
        return Turn(
            state=self.state,
            rules=self.rules,
            acb=self.acb,
            change_of_supplier=self.change_of_supplier,
            secrets=self._secrets,
            timetable=self._timetable,
            now=now,
        )

    def _write_down(self, event: Input, now: Instant) -> None:
        kept = changed(event, octets=b"") if isinstance(event, FirmwareUploaded) else event
        self.state.journal.append(JournalEntry(at=now, input=kept), at=now)


def _administer(turn: Turn, event: Administrative) -> None:
    match event:
        case CplEntryAdded(entry=entry):
            central_products_list.add(turn, entry)
        case CplEntryRemoved(entry_id=entry_id):
            central_products_list.remove(turn, entry_id)
        case AdministrationLoaded():
            inventory.load(turn, event)
        case DeviceCorrected(correction=correction):
            operator.correct(turn, correction)
        case RecoveryChanged(change=change):
            operator.change_recovery(turn, change)
