"""Plays a run again, input by input, and compares what the two sides say to each other with what they said then.

What came from outside is given again. What one side sent to the other is not: it is made again, and must be what the
journal of the other side says it got, to the octet. So a replay needs no clock, and it does not matter how the run was
spread over processes, streams and threads.
"""

from collections import defaultdict, deque

from device_emulator.core import inputs as emulated
from dsp.core import inputs
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink, Uplink
from smets.replay.divergence import Divergence, difference
from smets.replay.run import Run, settings_after
from smets.world.world import HOST, World


class Replay(World):
    """A world in which a run happens again, up to an event; then it goes on as any other world does."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.settings, start=False)
        self.run = run
        self.event = 0
        self.files |= run.files()
        self._emulator_entries = run.emulator_entries()
        self._sent: dict[str, deque[Downlink]] = defaultdict(deque)
        self._said: dict[int, Uplink] = {}
        self._is_live = False

    def play(self, until: int | None = None) -> None:
        """Up to and with event `until` of the DSP; all of it, if that is None. Raises Divergence."""
        for number, entry in self.run.dsp_entries():
            if until is not None and number > until:
                break
            self.event = number
            self.now = max(self.now, entry.at)
            self._again(entry)
        if until is None:
            self._emulator_plays_to(None)
            noted = self.run.dsp.clock.get("now")
            self.now = max(self.now, noted.now if noted else self.now)
        else:
            self._emulator_takes_what_was_sent()

    def go_live(self) -> None:
        """What was under way between the two sides arrives, and from here on all goes its own ways."""
        self._is_live = True
        self._down([row for frame in self._sent.values() for row in frame if row.at == self.now])
        self._sent.clear()
        self._uplinks.extend(self._said[sequence] for sequence in sorted(self._said))
        self._up()
        self._said.clear()

    # --- the DSP

    def _again(self, entry: inputs.JournalEntry) -> None:
        event = entry.input
        match event:
            case inputs.EngineStarted():
                self.restart(settings_after(self.settings, event))
            case inputs.TimePassed():
                self._carry_out(self.engine.expire(entry.at))
            case inputs.UplinkReceived(host=host, uplink=uplink):
                if host == HOST:
                    self._compare(uplink)
                self.give(event)
            case inputs.FirmwareUploaded(sha256=name):
                if name not in self.files:
                    raise Divergence("DSP", self.event, f"firmware file {name} is not in the run's folder")
                self.give(inputs.FirmwareUploaded(sha256=name, octets=self.files[name]))
            case _:
                self.give(event)

    def _compare(self, uplink: Uplink) -> None:
        """The emulator is let catch up until it has said this."""
        self._emulator_plays_to(uplink.sequence)
        said = self._said.pop(uplink.sequence, None)
        if said is None:
            raise Divergence("DSP", self.event, f"uplink {uplink.sequence} was never sent in the replay")
        if said != uplink:
            raise Divergence("DSP", self.event, f"uplink {uplink.sequence}: {difference(uplink, said)}")

    def _down(self, downlinks: list[Downlink]) -> None:
        if self._is_live:
            super()._down(downlinks)
            return
        for downlink in downlinks:
            self._sent[downlink.frame].append(downlink)

    # --- the emulator

    def _emulator_plays_to(self, sequence: int | None) -> None:
        while sequence is None or sequence not in self._said:
            following = next(self._emulator_entries, None)
            if following is None:
                return
            number, entry = following
            self._emulator_again(number, entry)

    def _emulator_takes_what_was_sent(self) -> None:
        """What follows the last of that in the journal, faults that were set say, belongs to what came later."""
        ahead: list[tuple[int, emulated.JournalEntry]] = []
        for number, entry in self._emulator_entries:
            ahead.append((number, entry))
            event = entry.input
            if isinstance(event, emulated.DownlinkReceived):
                if event.downlink not in self._sent[event.downlink.frame]:
                    return
            elif not isinstance(event, emulated.PremisesLaunched):
                continue
            for row in ahead:
                self._emulator_again(*row)
            ahead.clear()

    def _emulator_again(self, number: int, entry: emulated.JournalEntry) -> None:
        at, event = entry.at, entry.input
        match event:
            case emulated.PremisesLaunched(templates=templates):
                self._follow(self.emulator.launch(templates))
            case emulated.DownlinkReceived(downlink=downlink):
                self._expect(number, downlink)
                self._follow(self.emulator.receive(downlink, at))
            case emulated.LocallyDelivered(device=device, octets=octets):
                self._follow(self.emulator.deliver_locally(device, octets, at)[1])
            case emulated.ExternalSpoke(event=said):
                self._follow(self.emulator.hear_external(said, at))
            case emulated.FileArrived() | emulated.FileFailed():
                self._file_again(event, at)
            case emulated.FaultsSet(rules=rules):
                self.emulator.set_faults(rules)
            case emulated.FaultsCleared(names=names):
                self.emulator.clear_faults(names)
            case emulated.UplinksSkipped(sequence=skipped):
                self.emulator.uplinks_taken(skipped)
            case emulated.TimePassed():
                self._follow(self.emulator.expire(at))
            case _:
                self._follow(self.emulator.do_by_hand(event, at))

    def _file_again(self, event: emulated.FileArrived | emulated.FileFailed, at: Instant) -> None:
        name = event.firmware_file
        if isinstance(event, emulated.FileFailed):
            self._follow(self.emulator.file_failed(name, at))
        else:
            self._follow(self.emulator.file_arrived(name, self.files[name], at))

    def _expect(self, number: int, downlink: Downlink) -> None:
        """The DSP must have sent this; what it sent before that under the same name never arrived."""
        sent = self._sent[downlink.frame]
        latest = None
        while sent:
            latest = sent.popleft()
            if latest == downlink:
                return
        what = f"frame {downlink.frame} was never sent in the replay"
        if latest is not None:
            what = f"frame {downlink.frame}: {difference(downlink, latest)}"
        raise Divergence("emulator", number, what)

    def _up(self) -> None:
        if self._is_live:
            super()._up()
            return
        while self._uplinks:
            uplink = self._uplinks.popleft()
            self._said[uplink.sequence] = uplink

    def _wanted(self, name: str) -> None:
        if self._is_live:
            super()._wanted(name)

    def _attach(self, template: str | None = None) -> None:
        if self._is_live:
            super()._attach(template)
