"""Whom one may be by development sign-in: the parties that are loaded, by name."""

from dataclasses import dataclass

from dsp.core.state import State
from smart_metering.identifiers import Eui

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentUser:
    """A party to pick."""

    eui: Eui
    name: str
    roles: str


def development_users(state: State) -> tuple[DevelopmentUser, ...]:
    """The first MOST_SHOWN of them."""
    users = [
        DevelopmentUser(
            eui=party.eui, name=party.name or party.eui, roles=", ".join(party.roles) or "no role"
        )
        for party in state.parties.values()
    ]
    return tuple(sorted(users, key=lambda user: (user.name.casefold(), user.eui))[:MOST_SHOWN])
