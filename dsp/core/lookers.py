"""Who looks at a page: what a caller is to a Device, or to a request, now; and texts that name no other party to it."""

import re
from dataclasses import dataclass

from dsp.core.asking import acts_for
from dsp.core.records import SmiDevice
from dsp.core.registrations import responsible_parties
from dsp.core.state import State
from dsp.rules.responsibility import UNREGISTERED_ROLES
from dsp.rules.self_service import Looker, Panel, PanelRow, showing
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

ANOTHER = "another User"
_EUI = re.compile(r"(?<![0-9A-F-])[0-9A-F]{2}(?:-[0-9A-F]{2}){7}(?![0-9A-F-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """`user` is the party for which a caller looks; None for an operator who is of none."""

    state: State
    user: Eui | None
    is_operator: bool
    now: Instant

    def device(self, panel: Panel, device: SmiDevice) -> PanelRow | None:
        """The row by which the caller is shown this of a Device; None: it is not."""
        responsible = {Looker.RESPONSIBLE} if self.is_responsible(device) else set()
        return showing(panel, self._always() | responsible)

    def request(self, sender: str) -> PanelRow | None:
        """The same of a request, by who sent it."""
        own = {Looker.SENDER} if self.user is not None and sender == self.user else set()
        return showing(Panel.REQUEST, self._always() | own)

    def is_responsible(self, device: SmiDevice) -> bool:
        """In whichever role; not as one of whom no registration is asked."""
        party = self.state.parties.get(self.user) if self.user is not None else None
        if party is None:
            return False
        roles = [role for role in party.roles if role not in UNREGISTERED_ROLES]
        return acts_for(self.state, party.eui, responsible_parties(self.state, device, roles, self.now))

    def told(self, text: str) -> str:
        """A text that somebody wrote down, without the names of parties that the caller is told nothing of."""
        if showing(Panel.OTHERS, self._always()) is not None:
            return text
        return _EUI.sub(lambda found: self._told_party(found[0]), text)

    def _told_party(self, eui: str) -> str:
        return ANOTHER if eui != self.user and eui in self.state.parties else eui

    def _always(self) -> set[Looker]:
        return {Looker.ANYBODY, Looker.OPERATOR} if self.is_operator else {Looker.ANYBODY}
