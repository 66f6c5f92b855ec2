"""An Identity as a test holds it: two parties, a clock in its hand, and a folder if something is to be kept."""

from dataclasses import dataclass, field
from pathlib import Path

from dsp.identity.identity import Identity, IdentitySettings
from dsp.identity.records import IdentityState
from dsp.identity.store import IdentityStore, InMemory, Keeping
from ledger.books import Book, Ledger
from smart_metering.administration import Party
from smart_metering.instants import Instant, parse_instant
from tests.support.dsp_premises import DISTRIBUTOR, SUPPLIER, party

PASSWORD = "a password of the tests"
ADDRESS = "127.0.0.1"
BEGINNING = parse_instant("2026-11-21T12:00:00Z")


def parties() -> Book[Party]:
    """The supplier and the network operator."""
    book = Ledger().book("party", Party, lambda it: it.eui)
    for eui in (SUPPLIER, DISTRIBUTOR):
        book.put(party(eui))
    return book


@dataclass
class Hands:
    """The machine's clock."""

    now: Instant = BEGINNING

    def __call__(self) -> Instant:
        return self.now

    def wait(self, by: int) -> None:
        self.now = Instant(self.now + by)


@dataclass
class Entrance:
    """An Identity and what it stands on."""

    settings: IdentitySettings = field(default_factory=IdentitySettings)
    clock: Hands = field(default_factory=Hands)
    folder: Path | None = None

    def __post_init__(self) -> None:
        self.state = IdentityState()
        self.store = IdentityStore(self.folder, self.state) if self.folder is not None else None
        keeping: Keeping = self.store or InMemory(self.state)
        self.identity = Identity(parties(), self.state, keeping, self.settings, self.clock)

    async def close(self) -> None:
        self.identity.close()
        if self.store is not None:
            await self.store.close()
