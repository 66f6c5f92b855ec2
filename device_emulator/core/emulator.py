"""The emulator: frames from the DSP, or the time itself, go in; effects come out. All its hubs and Devices are here."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from device_emulator.core import (
    comms_hub,
    device,
    distribution,
    engineer,
    external,
    external_inputs,
    han,
)
from device_emulator.core.agenda import Agenda, Kind, Line
from device_emulator.core.carriage import let_go
from device_emulator.core.dates import dates
from device_emulator.core.effects import Effect, HubsLaunched
from device_emulator.core.engineer_records import ByHand, device_of
from device_emulator.core.external_records import FromExternal
from device_emulator.core.fleet import Fleet, InvalidLaunch, Place, comms_hubs
from device_emulator.core.inputs import (
    DownlinkReceived,
    ExternalSpoke,
    FaultsCleared,
    FaultsSet,
    FileArrived,
    FileFailed,
    Input,
    JournalEntry,
    LocallyDelivered,
    PremisesLaunched,
    TimePassed,
    UplinksSkipped,
)
from device_emulator.core.inspection import Trace, inspect, inspect_hub, summarise_hub, trace
from device_emulator.core.keys import Keys
from device_emulator.core.state import LAST, HubDistribution, LastUplink, State, Underway
from device_emulator.core.turn import Turn
from device_emulator.devices.air import Air, Direction
from device_emulator.devices.state import is_on
from device_emulator.firmware.images import FirmwareImages
from ledger.books import Ledger
from smart_metering.administration import DeviceInside, FaultRule, HubInside, HubSummary, PremisesTemplate
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink, Uplink


class Emulator:
    """A pure object: no clock, no dice of its own, no wire. Its state is plain data in the books of `ledger`.

    `state` and the books of `air` are loaded before they are given; `images` holds the files that are at hand.
    """

    def __init__(self, state: State, air: Air, keys: Keys, images: FirmwareImages) -> None:
        self.state = state
        self.air = air
        self.keys = keys
        self.images = images
        self.fleet = Fleet(state.launches.values())
        self._now = Instant(0)
        self._agenda = Agenda()
        self._overtakable: dict[tuple[Eui, Direction], list[int]] = {}
        self._first_in_outbox = min(map(int, state.outbox), default=self.last_uplink + 1)
        for row in state.certificates.values():
            keys.hold(row.sha256, row.certificate)
        self._index()

    @property
    def ledger(self) -> Ledger:
        """The books; their changes are to be kept before the effects of a call are carried out."""
        return self.state.ledger

    @property
    def last_uplink(self) -> int:
        """The highest sequence that was given to an uplink."""
        last = self.state.last_uplink.get(LAST)
        return last.sequence if last else 0

    def launch(self, templates: Iterable[PremisesTemplate]) -> list[Effect]:
        """New premises stand; those that stand already are no fault. Takes all, or raises InvalidLaunch."""
        new = [template for template in templates if self.state.launches.get(template.name) != template]
        fleet = Fleet(self.state.launches.values())
        names = set(self.state.launches)
        faults = []
        for template in new:
            found = [*fleet.faults_of(template), *self._strangers(template)]
            if template.name in names:
                found.append("other premises stand under this name")
            names.add(template.name)
            faults += [f"premises template {template.name!r}: {fault}" for fault in found]
            if not found:
                fleet.add(template)
        if faults:
            raise InvalidLaunch("; ".join(faults))
        if new:
            self._write_down(PremisesLaunched(templates=tuple(new)), self._now)
        for template in new:
            self.state.launches.put(template)
        self.fleet = fleet
        return [HubsLaunched(template=template.name) for template in new]

    def receive(self, downlink: Downlink, now: Instant) -> list[Effect]:
        """What follows from one frame at `now`, after all that was due until then."""
        self._write_down(DownlinkReceived(downlink=downlink), now)
        effects = self._expire(now)
        turn = self._turn(now)
        comms_hub.take(turn, downlink)
        return effects + turn.close() + self._expire(now)

    def deliver_locally(self, device_id: Eui, octets: bytes, now: Instant) -> tuple[bytes, list[Effect]]:
        """A Command by a device in the premises, past the air; its answer, if any. The Device must be here."""
        self._write_down(LocallyDelivered(device=device_id, octets=octets), now)
        effects = self._expire(now)
        turn = self._turn(now)
        place = self.fleet.find(device_id)
        assert place is not None, device_id
        answer = device.hear_locally(turn, place, octets)
        return answer, effects + turn.close() + self._expire(now)

    def hear_external(self, event: FromExternal, now: Instant) -> list[Effect]:
        """What follows from what a Device outside says or does; from what it said before, nothing."""
        self._write_down(ExternalSpoke(event=event), now)
        effects = self._expire(now)
        turn = self._turn(now)
        external_inputs.take(turn, event)
        return effects + turn.close() + self._expire(now)

    def do_by_hand(self, event: ByHand, now: Instant) -> list[Effect]:
        """What follows from what is done to a Device, which must be here. Raises CannotBeDone, and nothing follows."""
        place = self.fleet.find(device_of(event))
        assert place is not None, event
        engineer.refuse(self._turn_at(now), place, event)
        self._write_down(event, now)
        effects = self._expire(now)
        turn = self._turn(now)
        engineer.carry_out(turn, place, event)
        return effects + turn.close() + self._expire(now)

    def next_deadline(self) -> Instant | None:
        """When `expire` has something to do next."""
        while (line := self._agenda.first()) is not None:
            if self._event_of(line) is not None:
                return line.due
            self._agenda.pop()
        return None

    def expire(self, now: Instant) -> list[Effect]:
        """All that is due up to `now`, each at its own instant, in the order (Instant, Device, sequence)."""
        due = self.next_deadline()
        if due is None or due > now:
            return []
        self._write_down(TimePassed(), now)
        return self._expire(now)

    def _expire(self, now: Instant) -> list[Effect]:
        effects: list[Effect] = []
        while (due := self.next_deadline()) is not None and due <= now:
            event = self._event_of(self._agenda.pop())
            assert event is not None
            turn = self._turn(due)
            event(turn)
            effects += turn.close()
        return effects

    def file_arrived(self, sha256_hex: str, octets: bytes, now: Instant) -> list[Effect]:
        """A firmware file that was wanted is here, its SHA-256 checked: what waited for it goes on."""
        try:
            self.images.hold(sha256_hex, octets)
        except DecodeError:
            return self.file_failed(sha256_hex, now)
        self._write_down(FileArrived(firmware_file=sha256_hex), now)
        return self._for_waiting(sha256_hex, distribution.file_at_hub, now)

    def file_failed(self, sha256_hex: str, now: Instant) -> list[Effect]:
        """A firmware file cannot be had, or not be read: the hubs that wait for it say so."""
        self._write_down(FileFailed(firmware_file=sha256_hex), now)
        return self._for_waiting(sha256_hex, distribution.file_failed, now)

    def wanted_files(self) -> list[str]:
        """The firmware files that hubs wait for."""
        return list(
            dict.fromkeys(row.firmware_file for row in self.state.distributions.values() if not row.at_hub)
        )

    def outbox(self, after: int, up_to: int) -> list[Uplink]:
        """The uplinks beyond `after` and up to `up_to`, in order; what the DSP has taken is not there any more."""
        first = max(after + 1, self._first_in_outbox)
        return [self.state.outbox[str(sequence)] for sequence in range(first, up_to + 1)]

    def uplinks_taken(self, sequence: int) -> None:
        """The DSP has made all uplinks up to this one durable.

        A DSP may know of more than there are here, from an emulator of the same name whose state is gone: it would
        pass over their sequences, so they are not used again.
        """
        last = self.last_uplink
        for taken in range(self._first_in_outbox, min(sequence, last) + 1):
            self.state.outbox.remove(str(taken))
        self._first_in_outbox = max(self._first_in_outbox, sequence + 1)
        if sequence > last:
            self._write_down(UplinksSkipped(sequence=sequence), self._now)
            self.state.last_uplink.put(LastUplink(sequence=sequence))

    def set_faults(self, rules: Iterable[FaultRule]) -> None:
        """The rules hold for every later message."""
        rules = tuple(rules)
        self.air.set_rules(rules)
        self._write_down(FaultsSet(rules=rules), self._now)

    def clear_faults(self, names: Iterable[str] = ()) -> None:
        """Removes the named rules; all, if none is named."""
        names = tuple(names)
        self.air.clear_rules(names)
        self._write_down(FaultsCleared(names=names), self._now)

    def faults(self) -> tuple[FaultRule, ...]:
        """The rules in force."""
        return self.air.rules()

    def comms_hubs(self, template: str | None = None) -> Iterator[Eui]:
        """All hubs, or those of one template, in order."""
        templates = self.state.launches.values() if template is None else [self.state.launches[template]]
        for row in templates:
            yield from comms_hubs(row)

    def device_ids(self, after: Eui | None, limit: int) -> list[Eui]:
        """Device IDs beyond `after`, in order."""
        return list(islice(self.fleet.device_ids(after), limit))

    def inspect(self, device_id: Eui, now: Instant) -> DeviceInside | None:
        """What a Device is and holds; looking does not touch it. None: it is not here."""
        place = self.fleet.find(device_id)
        return inspect(self._turn_at(now), place) if place is not None else None

    def inspect_hub(self, comms_hub: Eui, *, attached: bool) -> HubInside | None:
        """A Comms Hub and what waits there; `attached` is what its host knows. None: there is no such hub here."""
        place = self._hub(comms_hub)
        return inspect_hub(self._turn_at(self._now), place, attached=attached) if place is not None else None

    def summarise_hub(self, comms_hub: Eui, *, attached: bool) -> HubSummary:
        """One line about a Comms Hub, which must be here."""
        place = self._hub(comms_hub)
        assert place is not None, comms_hub
        return summarise_hub(self._turn_at(self._now), place, attached=attached)

    def comms_hubs_after(self, after: Eui | None, limit: int) -> list[Eui]:
        """Comms Hubs beyond `after`, in the order of their ids."""
        return list(islice(self.fleet.comms_hubs(after), limit))

    def trace(self) -> Trace:
        """A hash over what every touched Device lived through; equal for equal runs, at any concurrency."""
        return trace(self.state)

    def _index(self) -> None:
        """Derives the agenda, and what may be overtaken, from the books."""
        for row in self.state.devices.values():
            for kind, due in dates(row).items():
                self._agenda.put(Line(due, row.device_id, 0, kind))
        for transfer in self.state.transfers.values():
            self._agenda.put(Line(transfer.due, transfer.device, transfer.sequence, Kind.TRANSFER))
        for underway in sorted(self.state.underway.values(), key=lambda row: row.sequence):
            self._agenda.put(Line(underway.due, underway.device, underway.sequence, Kind.ARRIVAL))
            if underway.overtakable:
                key = underway.device, underway.direction
                self._overtakable.setdefault(key, []).append(underway.sequence)

    def _write_down(self, event: Input, now: Instant) -> None:
        self.state.journal.append(JournalEntry(at=now, input=event), at=now)

    def _turn(self, now: Instant) -> Turn:
        """At `now`, or at the last turn's time if that is later: what is overdue happens now, not in the past."""
        self._now = max(self._now, now)
        return self._turn_at(self._now)

    def _turn_at(self, now: Instant) -> Turn:
        return Turn(
            state=self.state,
            fleet=self.fleet,
            keys=self.keys,
            images=self.images,
            air=self.air,
            agenda=self._agenda,
            overtakable=self._overtakable,
            now=now,
        )

    def _event_of(self, line: Line) -> Callable[[Turn], None] | None:
        """What a line of the agenda stands for; None if it holds no more."""
        place = self.fleet.find(line.device)
        assert place is not None, line
        match line.kind:
            case Kind.ACTIVATION | Kind.REPLACEMENT if external.is_external(self.state, place):
                return None  # Its dates are kept outside.
            case Kind.ACTIVATION | Kind.REPLACEMENT | Kind.JOIN:
                if dates(self.state.devices[line.device]).get(line.kind) != line.due:
                    return None
                follow = _ON_DATE[line.kind]
                return lambda turn: follow(turn, place)
            case Kind.TRANSFER:
                transfer = self.state.transfers.get(line.device)
                if (
                    transfer is None
                    or transfer.sequence != line.sequence
                    or transfer.remaining_ms is not None
                ):
                    return None
                return lambda turn: distribution.finish(turn, place, transfer)
            case Kind.ARRIVAL:
                underway = self.state.underway.get(str(line.sequence))
                if underway is None or self._is_kept(underway):
                    return None
                return lambda turn: comms_hub.arrive(turn, place, let_go(turn, underway))

    def _hub(self, comms_hub: Eui) -> Place | None:
        place = self.fleet.find(comms_hub)
        return place if place is not None and place.comms_hub == comms_hub else None

    def _is_kept(self, underway: Underway) -> bool:
        """What a Device says is kept while its hub has no power."""
        hub = self.state.devices.get(underway.comms_hub)
        return underway.direction is Direction.FROM_DEVICE and hub is not None and not is_on(hub)

    def _for_waiting(
        self, firmware_file: str, follow: Callable[[Turn, HubDistribution], None], now: Instant
    ) -> list[Effect]:
        effects = self._expire(now)
        turn = self._turn(now)
        waiting = [
            row
            for row in self.state.distributions.values()
            if not row.at_hub and row.firmware_file == firmware_file
        ]
        for row in waiting:
            follow(turn, row)
        return effects + turn.close()

    def _strangers(self, template: PremisesTemplate) -> list[str]:
        """The parties of a template whose certificates are not here."""
        named = (party for row in template.devices for party in (row.supplier, row.network_operator) if party)
        return [
            f"there are no certificates of the party {party}"
            for party in dict.fromkeys(named)
            if party not in self.keys.parties
        ]


_ON_DATE: dict[Kind, Callable[[Turn, Place], None]] = {
    Kind.ACTIVATION: device.keep_date,
    Kind.REPLACEMENT: device.keep_date_of_replacement,
    Kind.JOIN: han.join,
}
