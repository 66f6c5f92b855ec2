"""What happened to one Device, told from all sides in the order of time: as failures and reports show it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from smart_metering.administration import Fate, Party
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_alerts import definition_of as device_alert
from smart_metering.duis.service_requests import SignedPreCommand
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    PreCommand,
    ServiceResponse,
)
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant, format_instant
from smart_metering.pki.key_folders import KeyFolderError
from smart_metering.response_codes import ResponseCode
from smart_metering.response_codes import definition_of as response_code
from smets.client.dcc_alert_texts import dcc_alert_text
from smets.client.errors import NotThere
from smets.client.outcomes import Outcome, outcome_of
from smets.client.records import AuditRecord, StatusHistoryEntry
from smets.local_system.system import System

MOST = 200
"""Of each User's records about the Device, the newest so many."""


class Side(StrEnum):
    """Where it happened, or who said it."""

    USER = "User"
    DSP = "DSP"
    SMI = "SMI"
    DEVICE = "Device"
    AIR = "air"


class Kind(StrEnum):
    """What kind of thing; a `beginning` is how the SMI first knew the Device, a `change` was seen by looking."""

    BEGINNING = "beginning"
    REQUEST = "request"
    ANSWER = "answer"
    FAULT = "fault"
    RESPONSE = "response"
    STATUS = "status"
    ALERT = "alert"
    CHANGE = "change"


_ORDER = {
    Kind.BEGINNING: -1,
    Kind.REQUEST: 0,
    Kind.ANSWER: 0,  # Requests of one instant and their answers stand as they were noted.
    Kind.FAULT: 1,
    Kind.RESPONSE: 2,
    Kind.CHANGE: 3,
    Kind.STATUS: 4,
    Kind.ALERT: 5,
}
"""How they follow one another at one instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`code` is that of an answer, a Response or an alert; `users` sent it or received it; `request_id` is that of the
    request it is of, empty where none is known. `is_bad`: a refusal, a failure, a fault."""

    at: Instant
    side: Side
    kind: Kind
    text: str
    code: str = ""
    users: tuple[str, ...] = ()
    request_id: str = ""
    is_bad: bool = False

    def __str__(self) -> str:
        """A line: `2021-11-06T00:00:30.000Z  SMI     status Suspended: ...`."""
        return f"{format_instant(self.at)}  {self.side:<6}  {self.text}"


async def timeline(system: System, device: Eui, most: int = MOST) -> list[Event]:
    """Oldest first: what Users sent and were sent, what the SMI changed and why, which faults were drawn.

    Read as each User reads its Service Audit Trail, which notes who looked. Raises SmetsError; a Device that one side
    does not know has the events of the other.
    """
    records = [
        (row, event) for party in system.parties async for row, event in _sent(system, party, device, most)
    ]
    records.sort(key=lambda pair: pair[0].record)
    events = _joined(event for _, event in records)
    with suppress(NotThere):
        history = await system.administration.status_history(device)
        events += [
            _status_change(row, Kind.STATUS if place else Kind.BEGINNING) for place, row in enumerate(history)
        ]
    with suppress(NotThere):
        events += [_fault(fate) async for fate in system.emulator.fates(device)]
    return in_order(events)


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time; at one instant what may have led to the other is first."""
    return sorted(events, key=lambda event: (event.at, _ORDER[event.kind]))


async def _sent(
    system: System, party: Party, device: Eui, most: int
) -> AsyncIterator[tuple[AuditRecord, Event]]:
    count = 0
    async for row in system.administration.audit_trail(party.eui, device_id=device):
        yield row, _event(system, party, row)
        count += 1
        if count == most:
            return


def _joined(events: Iterable[Event]) -> list[Event]:
    """What several Users were told alike stands once."""
    users: dict[Event, list[str]] = {}
    for event in events:
        users.setdefault(replace(event, users=()), []).extend(event.users)
    return [replace(event, users=tuple(dict.fromkeys(names))) for event, names in users.items()]


def _event(system: System, party: Party, row: AuditRecord) -> Event:
    name = party.name or party.eui
    match row.content:
        case ServiceResponse() as response:
            return replace(_response(system, party, row, response), users=(name,))
        case DeviceAlert() as alert:
            said = _says(system, party, alert)
            named = said.text if said else ""
            if alert.alert_code in tuple(DeviceAlertCode):
                named = device_alert(DeviceAlertCode(alert.alert_code)).name
            return Event(
                at=row.at,
                side=Side.DEVICE,
                kind=Kind.ALERT,
                code=row.title,
                text=f"Device Alert {row.title} {named}".rstrip(),
                users=(name,),
                is_bad=said is not None and said.success is False,
            )
        case DccAlert() as dcc_alert:
            return Event(
                at=row.at,
                side=Side.DSP,
                kind=Kind.ALERT,
                code=row.title,
                text=f"DCC Alert {row.title}: {dcc_alert_text(dcc_alert.body)}",
                users=(name,),
            )
        case content:
            signed = content is not None and isinstance(content.body, SignedPreCommand)
            what = "Signed Pre-Command" if signed else "SR"
            by_schedule = f", a run of schedule {row.schedule_id}" if row.schedule_id else ""
            return Event(
                at=row.at,
                side=Side.DSP if row.schedule_id else Side.USER,
                kind=Kind.REQUEST,
                text=f"{what} {row.service_reference_variant} '{row.title}'{by_schedule}",
                users=(name,),
                request_id=row.request_id,
            )


def _response(system: System, party: Party, row: AuditRecord, response: ServiceResponse) -> Event:
    """Acknowledgements and Pre-Commands are answers; a Device's own word is in a payload, else the DSP speaks."""
    is_answer = row.message_kind == "Acknowledgement" or isinstance(response.body, PreCommand)
    said = _says(system, party, response)
    code = row.response_code
    meaning = f" {response_code(ResponseCode(code)).meaning}".rstrip() if code else ""
    of = "Pre-Command" if isinstance(response.body, PreCommand) else "answer" if is_answer else "Response"
    words = f": {said.text}" if said is not None else ""
    decided = response.decision
    is_refused = code.startswith("E")
    why = f" (because: {decided.row})" if is_refused and decided is not None else ""
    return Event(
        at=row.at,
        side=Side.DEVICE if said is not None else Side.DSP,
        kind=Kind.ANSWER if is_answer else Kind.RESPONSE,
        code=code,
        text=f"{of} to {row.service_reference_variant}: {code}{meaning}{words}{why}",
        request_id=row.request_id,
        is_bad=is_refused or (said is not None and said.success is False),
    )


def _says(system: System, party: Party, message: ServiceResponse | DeviceAlert) -> Outcome | None:
    """Read with the User's keys, if they are at hand; else what anybody can read."""
    with suppress(KeyFolderError):
        return system.user(party.eui).outcome_of(message)
    return outcome_of(message)


def _status_change(row: StatusHistoryEntry, kind: Kind) -> Event:
    return Event(
        at=row.at,
        side=Side.SMI,
        kind=kind,
        code=row.status or "none",
        text=f"SMI Status {row.status or 'none'}{f': {row.cause}' if row.cause else ''}",
        request_id=row.request_id,
    )


def _fault(fate: Fate) -> Event:
    way = "to the Device" if fate.direction == "TO_DEVICE" else "from the Device"
    what = f"message of {fate.reference}" if fate.reference else "message"
    request_id = ""
    if fate.originator not in (None, fate.device_id):
        assert fate.originator is not None
        request_id = str(RequestId(originator=fate.originator, target=fate.device_id, counter=fate.counter))
    return Event(
        at=fate.at,
        side=Side.AIR,
        kind=Kind.FAULT,
        code=fate.rule,
        text=f"fault {fate.rule!r} {fate.fate}s a {what} {way}",
        request_id=request_id,
        is_bad=True,
    )
