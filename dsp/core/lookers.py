"""Who looks at a page: what a caller is to a Device, or to a request, now; and texts that name no other party to it."""

import re
from dataclasses import dataclass

from dsp.core.asking import acts_for
from dsp.core.audit_titles import rows_of_titles
from dsp.core.records import SmiDevice
from dsp.core.registrations import responsible_parties
from dsp.core.state import State
from dsp.rules.responsibility import UNREGISTERED_ROLES
from dsp.rules.rule_set import RuleSet
from dsp.rules.self_service import Looker, Panel, PanelRow, showing
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

ANOTHER = "another User"
_EUI = r"[0-9A-F]{2}(?:-[0-9A-F]{2}){7}"
_NAMED = re.compile(rf"(?<![0-9A-F-])({_EUI})(?::({_EUI}):[0-9]+)?(?![0-9A-F-])", re.IGNORECASE)
"""An EUI; or a RequestID or ResponseID, which hold two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """`user` is the party for which a caller looks; None for an operator who is of none."""

    state: State
    rules: RuleSet
    user: Eui | None
    is_operator: bool
    now: Instant

    def device(self, panel: Panel, device: SmiDevice) -> PanelRow | None:
        """The row by which the caller is shown this of a Device; None: it is not."""
        is_one = self.lookers()
        if self.is_responsible(device):
            is_one.add(Looker.RESPONSIBLE)
        if self.user is not None and rows_of_titles(self.state, self.rules, self.user, device, self.now):
            is_one.add(Looker.TITLED)
        return showing(panel, is_one)

    def cause(self, device: SmiDevice, request_id: str) -> bool:
        """Whether the caller is told how this request, if it was one, led to a change of the Device."""
        sender = request_id.partition(":")[0]
        own_or_nobodys = not request_id or self.request(sender) is not None
        return own_or_nobodys or self.device(Panel.CAUSES, device) is not None

    def request(self, sender: str) -> PanelRow | None:
        """The same of a request, by who sent it."""
        own = {Looker.SENDER} if self.user is not None and sender == self.user else set()
        return showing(Panel.REQUEST, self.lookers() | own)

    def is_responsible(self, device: SmiDevice) -> bool:
        """In whichever role; not as one of whom no registration is asked."""
        party = self.state.parties.get(self.user) if self.user is not None else None
        if party is None:
            return False
        roles = [role for role in party.roles if role not in UNREGISTERED_ROLES]
        return acts_for(self.state, party.eui, responsible_parties(self.state, device, roles, self.now))

    def told(self, text: str) -> str:
        """A text that somebody wrote down, without the names of parties that the caller is told nothing of."""
        if showing(Panel.OTHERS, self.lookers()) is not None:
            return text
        return _NAMED.sub(self._told_name, text)

    def lookers(self) -> set[Looker]:
        """What the caller is to every Device and request."""
        return {Looker.ANYBODY, Looker.OPERATOR} if self.is_operator else {Looker.ANYBODY}

    def _told_name(self, found: re.Match[str]) -> str:
        is_of_another = any(
            eui is not None and eui.upper() != self.user and eui.upper() in self.state.parties
            for eui in found.groups()
        )
        return ANOTHER if is_of_another else found[0]
