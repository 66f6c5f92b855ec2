"""A world: the DSP's engine and the device emulator's, joined by hand, on virtual time.

Nothing is patched and nothing is played: the octets that the DSP makes reach the emulated Devices, and their answers
come back. Only sockets, disks and clocks are missing. All that happens is written into the same books that the servers
keep, so that a world can be saved for them, and go on from where one of them was.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from device_emulator.core import effects as emulated
from device_emulator.core.emulator import Emulator
from device_emulator.core.engineer_records import ByHand
from device_emulator.core.external_records import FromExternal
from device_emulator.core.state import State as EmulatorState
from device_emulator.faults.link import Link
from device_emulator.firmware.images import FirmwareImages
from device_emulator.runtime.firmware_folder import FirmwareFolder
from dsp.core.effects import Answer, Deliver, Effect, Observe, Reply, Send
from dsp.core.engine import Engine
from dsp.core.inputs import FirmwareUploaded, HubsClaimed, Input, UplinkReceived
from dsp.core.state import State as DspState
from ledger.books import Change
from smart_metering.administration import FaultRule, FirmwareFile, PremisesTemplate
from smart_metering.duis.service_responses import Message, ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.ota.image import file_digest
from smart_metering.sm_wan import Downlink, Uplink
from smets.local_system.state_folder import StateFolder
from smets.world.books import Books
from smets.world.settings import WorldSettings

HOST = "emulator"
FIRMWARE = "firmware"
HUBS_TOGETHER = 5_000


class World:
    """One system. `inbox` holds what each User was sent here, oldest first; `observed` what a log would tell.

    A `former` state folder is where it goes on from; it is only read.
    """

    def __init__(
        self, settings: WorldSettings, *, former: StateFolder | None = None, start: bool = True
    ) -> None:
        self.settings = settings
        self.inbox: dict[Eui, list[Message]] = defaultdict(list)
        self.observed: list[tuple[Eui, str]] = []
        self.followers: list[Callable[[Eui, ReceivedMessage], None]] = []
        dsp, emulated_state = DspState(), EmulatorState()
        link = Link(emulated_state.ledger, settings.dice_seed or settings.seed)
        self.fates = link.fates
        self.books = Books(dsp, emulated_state, former)
        self.files = files_of(former.dsp) if former is not None else {}
        self.engine: Engine = settings.engine(dsp)
        self.emulator: Emulator = settings.emulator(emulated_state, link, _images(former))
        noted = dsp.clock.get("now")
        self.now = noted.now if noted else settings.epoch
        self._uplinks: deque[Uplink] = deque()
        self._taking = False
        if start:
            self._start()

    def close(self) -> None:
        """Its books are gone, unless they were saved."""
        self.books.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what reaches the DSP, and what reaches the emulator

    def give(self, event: Input) -> Reply | None:
        """One input to the DSP, and all that follows from it on both sides."""
        return self._carry_out(self.engine.receive(event, self.now))

    def upload(self, octets: bytes) -> Reply | None:
        """A file for the firmware store: a FirmwareFile or a Refusal."""
        name = file_digest(octets)
        reply = self.give(FirmwareUploaded(sha256=name, octets=octets))
        if isinstance(reply, FirmwareFile):
            self.files[name] = octets
        return reply

    def launch(self, templates: Iterable[PremisesTemplate]) -> None:
        """New premises stand, their hubs attached. Raises InvalidLaunch."""
        self._follow(self.emulator.launch(templates))

    def set_faults(self, *rules: FaultRule) -> None:
        """The rules hold for every later message. Raises InvalidFaultRule."""
        self.emulator.set_faults(rules)

    def clear_faults(self, *names: str) -> None:
        """The named rules, or all, hold no more."""
        self.emulator.clear_faults(names)

    def deliver_locally(self, device: Eui, octets: bytes) -> bytes:
        """What a Device answers to a Command past the air; empty if it stays silent."""
        answer, effects = self.emulator.deliver_locally(device, octets, self.now)
        self._follow(effects)
        return answer

    def do_by_hand(self, event: ByHand) -> None:
        """What a test engineer does to a Device, and all that follows. Raises CannotBeDone."""
        self._follow(self.emulator.do_by_hand(event, self.now))

    def hear_external(self, event: FromExternal) -> None:
        """Something comes from a Device outside."""
        self._follow(self.emulator.hear_external(event, self.now))

    def restart(self, settings: WorldSettings) -> None:
        """The DSP is stopped, and started again: what was only in memory is gone, and other rules may hold."""
        self._note()
        state = DspState()
        state.ledger.take_over(self.engine.ledger)
        self.settings = settings
        self.books.go_on_with(state)
        self.engine = settings.engine(state)
        self._start()

    # --- time

    def next_event(self) -> Instant | None:
        """When something happens next, on either side."""
        deadlines = (self.engine.next_deadline(), self.emulator.next_deadline())
        return min((at for at in deadlines if at is not None), default=None)

    def advance(self, milliseconds: int) -> None:
        """Time passes; every event of either side happens at its own instant, the hubs' first."""
        self.advance_to(Instant(self.now + milliseconds))

    def advance_to(self, end: Instant) -> None:
        """The same, up to and with an instant that is not past."""
        assert end >= self.now, (end, self.now)
        while (due := self.next_event()) is not None and due <= end:
            self.now = max(self.now, due)
            self._follow(self.emulator.expire(self.now))
            self._carry_out(self.engine.expire(self.now))
        self.now = end

    # --- copies

    def save(self, folder: Path) -> None:
        """As the state folder of a system that was stopped here: the servers, or another world, go on from it."""
        assert not self._uplinks, "something is under way between the two sides"
        state = StateFolder(folder)
        state.give(self.settings.given)
        state.prepare(self.settings.seed, self.settings.acb, self.settings.organisations)
        self.engine.clock_moved(self.now)
        self._note()
        self.books.copy_to(state)
        stored, held = (FirmwareFolder(side / FIRMWARE) for side in (state.dsp, state.emulator))
        for name, octets in self.files.items():
            stored.keep(name, octets)
            if name in self.emulator.images:
                held.keep(name, octets)

    def fork(self) -> "World":
        """Another world, to which all the same has happened."""
        with TemporaryDirectory(prefix="smets-fork-") as folder:
            self.save(Path(folder))
            other = World(self.settings, former=StateFolder(Path(folder)))
        other.inbox.update({user: list(messages) for user, messages in self.inbox.items()})
        other.observed += self.observed
        return other

    # --- how the two sides are joined

    def delivered(self, user: Eui, message: Message) -> None:
        """A message reached a User."""
        self.inbox[user].append(message)

    def changed(self, changes: list[Change]) -> None:
        """What the DSP wrote into its books."""

    def _carry_out(self, effects: list[Effect]) -> Reply | None:
        answer: Reply | None = None
        downlinks: list[Downlink] = []
        for effect in effects:
            match effect:
                case Answer(reply=reply):
                    answer = reply
                case Send(downlink=downlink):
                    downlinks.append(downlink)
                case Deliver(user=user, message=received):
                    self.delivered(user, received.message)
                    for follow in self.followers:
                        follow(user, received)
                case Observe(device=device, what=what):
                    self.observed.append((device, what))
        self._note()
        self._down(downlinks)
        return answer

    def _down(self, downlinks: list[Downlink]) -> None:
        """What the DSP sends, the hubs take."""
        for downlink in downlinks:
            self._follow(self.emulator.receive(downlink, self.now))

    def _up(self) -> None:
        """What the hubs send, the DSP takes, one whole before the next; what follows from one waits its turn."""
        if self._taking:
            return
        self._taking = True
        try:
            while self._uplinks:
                uplink = self._uplinks.popleft()
                self.give(UplinkReceived(host=HOST, uplink=uplink))
                self.emulator.uplinks_taken(uplink.sequence)
        finally:
            self._taking = False

    def _wanted(self, name: str) -> None:
        """A hub wants a firmware file."""
        self._follow(self.emulator.file_arrived(name, self.files[name], self.now))

    def _start(self) -> None:
        """The DSP is up, and the hubs that stand attach to it, as to any DSP that was not there before."""
        self.engine.start(self.now)
        self._attach()

    def _attach(self, template: str | None = None) -> None:
        """Those of a template, or all."""
        hubs = list(self.emulator.comms_hubs(template))
        for start in range(0, len(hubs), HUBS_TOGETHER):
            some = tuple(hubs[start : start + HUBS_TOGETHER])
            self.give(HubsClaimed(host=HOST, comms_hubs=some))

    def _follow(self, effects: list[emulated.Effect]) -> None:
        for effect in effects:
            match effect:
                case emulated.Send(uplink=uplink):
                    self._uplinks.append(uplink)
                case emulated.FileWanted(firmware_file=name):
                    self._wanted(name)
                case emulated.Observe(device=device, what=what):
                    self.observed.append((device, what))
                case emulated.HubsLaunched(template=template):
                    self._attach(template)
                case _:
                    pass  # Post to Devices outside.
        self._note()
        self._up()

    def _note(self) -> None:
        self.changed(self.books.take())


def files_of(side: Path) -> dict[str, bytes]:
    """The firmware files of one side."""
    return dict(FirmwareFolder(side / FIRMWARE).files()) if (side / FIRMWARE).is_dir() else {}


def _images(former: StateFolder | None) -> FirmwareImages:
    """What the emulator held."""
    images = FirmwareImages()
    if former is not None:
        for name, octets in files_of(former.emulator).items():
            images.hold(name, octets)
    return images
