"""`smets explain`: what became of a request, hop by hop, and which row of which table decided."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State, user_option
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.decisions import Decision
    from smart_metering.drawn_faults import DrawnFault
    from smart_metering.identifiers import Eui, RequestId
    from smart_metering.instants import Instant
    from smart_metering.marks import Mark
    from smets.client.administration import Administration
    from smets.client.explanation import Explained
    from smets.client.records import AuditRecord, Hop

LAST = "last"
SEARCHED = 1_000
"""Records of a party among which its newest request is looked for."""

PLACE_WIDTH = 16
INDENT = " " * 8
REQUESTS = ("ServiceRequest", "SignedPreCommand")
GRANTED, NOT_ASKED = "granted", "not asked"
MARKS = {"C": "certain", "L": "likely", "W": "weak", "U": "unknown", "R": "choice"}
UNCERTAIN = "likely of this request: its Device, its SRV, its time; the message itself does not name it"


def explain(
    request_id: Annotated[
        str,
        typer.Argument(metavar="REQUEST_ID|last", help="As 'smets send' shows it; or the newest request."),
    ] = LAST,
    user: Annotated[str, user_option("all parties that sent from this state folder")] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Explain a request: what was checked, which row decided, what changed, who was told, which fault was drawn.

    The last request is the newest of --user, or of all parties that sent from this state folder.
    """

    async def work(screen: Screen) -> None:
        from smets.client.errors import NotThere
        from smets.local_system.system import connect

        async with connect(state) as system:
            asked = await _request(system.administration, request_id, user, state)
            try:
                explained = await system.explain(asked)
            except NotThere:
                raise NotThere(f"no request {asked} ever arrived") from None
            names = {str(party.eui): party.name for party in system.parties}
        screen.data(explained)
        _say(screen, explained, names)

    run(work, json_output=json_output)


async def _request(administration: "Administration", text: str, user: str, state: Path) -> "RequestId":
    """What the text means. Raises InvalidIdentifier and Misuse."""
    from smart_metering.identifiers import parse_request_id
    from smets.cli.exits import Misuse
    from smets.cli.lookups import find_party
    from smets.local_system.state_folder import StateFolder

    if text != LAST:
        return parse_request_id(text)
    parties = [await find_party(administration, user)] if user else await administration.parties()
    folder = StateFolder(state)
    remembered = [party for party in parties if (folder.party(party.eui) / "counters.json").exists()]
    newest: AuditRecord | None = None
    for party in remembered if remembered and not user else parties:
        found = await _newest_request(administration, party.eui)
        if found is not None and (newest is None or found.record > newest.record):
            newest = found
    if newest is None:
        who = repr(user) if user else "anybody"
        raise Misuse(f"no request of {who} stands in the Service Audit Trail; expected a RequestID")
    return parse_request_id(newest.request_id)


async def _newest_request(administration: "Administration", party: "Eui") -> "AuditRecord | None":
    searched = 0
    async for record in administration.audit_trail(party):
        if record.message_kind in REQUESTS:
            return record
        searched += 1
        if searched == SEARCHED:
            break
    return None


def _say(screen: Screen, explained: "Explained", names: dict[str, str]) -> None:
    from smart_metering.drawn_faults import DrawnFault

    srv = explained.service_reference_variant or "no longer in the Service Audit Trail"
    screen.say(("request   ", "bold"), f"{explained.request_id}  {srv}")
    for hop in explained.hops:
        if isinstance(hop, DrawnFault):
            _say_fault(screen, hop, explained.device_id)
        else:
            _say_hop(screen, hop, explained.device_id, names)


def _say_hop(screen: Screen, hop: "Hop", device_id: str, names: dict[str, str]) -> None:
    party = f"; {told_name(hop.party, names)}" if hop.party else ""
    screen.say(*opening(hop.at, hop.place), f"{hop.what}{party}{_other(hop.device_id, device_id)}")
    if hop.decision is not None:
        code = hop.decision.code
        verdict = "" if code == GRANTED or code in hop.what else f"{code}: "
        screen.say(INDENT, f"{verdict}{ruling(hop.decision)}")
    not_asked = [check.row for check in hop.checks if check.code == NOT_ASKED]
    for check in hop.checks:
        if check.code != NOT_ASKED:
            passed = check.code == GRANTED
            screen.say(
                INDENT, ("passed   " if passed else "REFUSED  ", "green" if passed else "red"), ruling(check)
            )
    if not_asked:
        screen.say(INDENT, ("not asked  ", "dim"), "; ".join(not_asked))


def _say_fault(screen: Screen, fault: "DrawnFault", device_id: str) -> None:
    fate = fault.fate
    way = {"TO_DEVICE": "to the Device", "FROM_DEVICE": "from the Device"}.get(fate.direction, fate.direction)
    about = f"message of {fate.reference} {way}" if fate.reference else f"message {way}"
    screen.say(*opening(fault.at, "fault", "red"), f"{fate.fate}: {about}{_other(fate.device_id, device_id)}")
    screen.say(INDENT, f"fault rule {fate.rule!r}")
    if not fault.certain:
        screen.say(INDENT, UNCERTAIN)


def _other(found: str, device_id: str) -> str:
    """The Device is named where it is another than the request's."""
    return f"; {found}" if found and found != device_id else ""


def opening(at: "Instant", place: str, style: str = "bold") -> tuple[str, tuple[str, str]]:
    """When and where, as each line of a hop begins."""
    from smart_metering.instants import format_instant

    return f"{format_instant(at)}  ", (f"{place:<{PLACE_WIDTH}}", style)


def ruling(decision: "Decision") -> str:
    """The row, its source, and how sure that is: `every access check; choice G14`."""
    return "; ".join(part for part in (decision.row, sureness(decision.source, decision.mark)) if part)


def sureness(source: str, mark: "Mark") -> str:
    """A choice that the source names needs no other word."""
    word = MARKS[mark]
    return source if word == "choice" and ("choice" in source or "chosen" in source) else f"{source}, {word}"


def told_name(eui: str, names: dict[str, str]) -> str:
    """A party by its name and its EUI."""
    name = names.get(eui, "")
    return f"{name} {eui}" if name else eui
