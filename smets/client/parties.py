"""Which party is meant by a name, an EUI or a part of one."""

from collections.abc import Iterable
from difflib import get_close_matches

from smart_metering.administration import Party
from smart_metering.identifiers import Eui
from smets.client.errors import UnknownParty


def party_called(parties: Iterable[Party], text: str) -> Party:
    """A whole name goes before a part of an EUI. Raises UnknownParty, which says whom there is."""
    parties = tuple(parties)
    named = [party for party in parties if text.lower() == party.name.lower()]
    found = named or [party for party in parties if is_part_of(text, party.eui)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{party.name!r} {party.eui}" for party in parties) or "none is loaded"
    what = f"means {len(found)} parties" if found else "is no party"
    near = get_close_matches(text, [party.name for party in parties], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UnknownParty(f"user {text!r} {what}{hint}; expected one of: {known}")


def is_hex(text: str) -> bool:
    """Whether it could be a part of an EUI."""
    plain = text.replace("-", "")
    return bool(plain) and all(character in "0123456789abcdefABCDEF" for character in plain)


def is_part_of(text: str, eui: Eui) -> bool:
    """Whether the EUI begins or ends so, with dashes or without."""
    plain, whole = text.replace("-", "").upper(), eui.replace("-", "")
    return is_hex(text) and (whole.startswith(plain) or whole.endswith(plain))
