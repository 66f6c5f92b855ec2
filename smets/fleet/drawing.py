"""A fleet file as its plan is drawn up: what it defines, and what was found wrong so far."""

from dataclasses import dataclass, field
from pathlib import Path

from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys
from smets.fleet.defaults import PARTIES, TEMPLATES
from smets.fleet.lines import Fault, Lines, spoken
from smets.fleet.lines import Path as Place
from smets.fleet.model import FleetModel, PartyModel, TemplateModel


@dataclass(slots=True)
class Drawing:
    """`faults` grows while the parts of a plan are drawn up; a plan with faults is none. `folder`: that of the file."""

    fleet: FleetModel
    lines: Lines
    folder: Path = Path()
    given: GivenKeys = NOTHING_GIVEN
    faults: list[Fault] = field(default_factory=list)

    @property
    def pki(self) -> DevelopmentPki:
        """Where the keys of its parties come from."""
        return DevelopmentPki(self.fleet.seed.encode(), self.given)

    @property
    def known_parties(self) -> dict[str, PartyModel]:
        """By the names that premises use."""
        return self.fleet.parties or PARTIES

    @property
    def templates(self) -> dict[str, TemplateModel]:
        """Those that are always there, and the file's own, which may take their place."""
        return {**TEMPLATES, **self.fleet.templates}

    def fault(self, place: Place, what: str) -> None:
        """Notes what is wrong, with its line; the same is noted once."""
        self.note(Fault(self.lines.nearest(place), spoken(place), what))

    def note(self, fault: Fault) -> None:
        """Also of another file."""
        if fault not in self.faults:
            self.faults.append(fault)
