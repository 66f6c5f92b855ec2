"""`smets audit`: the Service Audit Trail as a User sees it, and who looked into it."""

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from smets.cli.options import DEFAULT_STATE, Json, State, user_option
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.instants import Instant
    from smets.client.records import AuditRecord, BusyDevice, LookUp, TitleRecord

R = TypeVar("R")

WHEN = "2021-11-05T02:00:00Z, a day, or -2h for two hours ago."


def audit(
    device: Annotated[
        str,
        typer.Option("--device", envvar="SMETS_DEVICE", help="Only of this Device: an EUI or a part of it."),
    ] = "",
    titles: Annotated[
        bool,
        typer.Option(
            "--titles", envvar="SMETS_TITLES", help="What others exchanged with the --device, by title."
        ),
    ] = False,
    busiest: Annotated[
        bool,
        typer.Option(
            "--busiest", envvar="SMETS_BUSIEST", help="The User's Devices, those with most titles first."
        ),
    ] = False,
    look_ups: Annotated[
        bool,
        typer.Option(
            "--look-ups", envvar="SMETS_LOOK_UPS", help="Who looked: the DCC's view; of all, or of --user."
        ),
    ] = False,
    since: Annotated[
        str, typer.Option("--from", envvar="SMETS_FROM", help=f"Not older than {WHEN}", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option("--to", envvar="SMETS_TO", help=f"Older than {WHEN}", show_default=False)
    ] = "",
    before: Annotated[
        int,
        typer.Option(
            "--before", envvar="SMETS_BEFORE", min=0, help="Only before this record: the next page."
        ),
    ] = 0,
    limit: Annotated[
        int, typer.Option("--limit", envvar="SMETS_LIMIT", min=1, help="At most so many.")
    ] = 100,
    user: Annotated[str, user_option("the first party of the fleet file")] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Show a User's own records of the Service Audit Trail, newest first; or titles, busy Devices, who looked."""

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_device, find_party
        from smets.client.self_service import THE_BEGINNING
        from smets.local_system.connection import read_connection
        from smets.moments import moment

        _check(device, titles=titles, busiest=busiest, look_ups=look_ups)
        async with read_connection(state).administration() as administration:
            now = (await administration.now()).now
            first = moment(since, now) if since else THE_BEGINNING
            end = moment(until, now) if until else None
            party = await find_party(administration, user)
            device_id = await find_device(administration, device) if device else None
            desk = administration.self_service(party.eui)
            if look_ups:
                of = party.eui if user else None
                looks = desk.look_ups(user=of, device_id=device_id, since=first, until=end, before=before)
                _show_look_ups(screen, await _first(limit, looks))
                return
            screen.say(f"as {party.name or party.eui}")
            if titles:
                assert device_id is not None
                found = desk.titles(device_id, since=first, until=end, before=before)
                _show_titles(screen, await _first(limit, found))
            elif busiest:
                _show_devices(screen, await desk.busiest_devices(since=first, until=end, limit=limit))
            else:
                records = desk.audit_trail(device_id=device_id, since=first, until=end, before=before)
                _show_records(screen, await _first(limit, records))

    run(work, json_output=json_output)


def _check(device: str, *, titles: bool, busiest: bool, look_ups: bool) -> None:
    from smets.cli.exits import Misuse

    if titles + busiest + look_ups > 1:
        raise Misuse("expected at most one of --titles, --busiest and --look-ups")
    if titles and not device:
        raise Misuse("--titles needs a --device")
    if busiest and device:
        raise Misuse("--busiest is of all Devices of the User: expected no --device")


async def _first(limit: int, records: AsyncIterator[R]) -> list[R]:
    found: list[R] = []
    async for record in records:
        found.append(record)
        if len(found) == limit:
            break
    return found


def _show_records(screen: Screen, records: "list[AuditRecord]") -> None:
    columns = ("record", "at", "message", "SRV", "title", "Device", "code")
    rows = (
        (
            str(row.record),
            _at(row.at),
            row.message_kind,
            row.service_reference_variant,
            row.title,
            row.device_id,
            row.response_code,
        )
        for row in records
    )
    _show(screen, records, columns, rows, empty="this User sent and received nothing in this time")


def _show_titles(screen: Screen, titles: "list[TitleRecord]") -> None:
    columns = ("record", "at", "message", "SRV", "title", "Device", "asked as", "code")
    rows = (
        (
            str(row.record),
            _at(row.at),
            row.message_kind,
            row.service_reference_variant,
            row.title,
            row.device_id,
            row.originator_role or "",
            row.response_code,
        )
        for row in titles
    )
    empty = "nothing was exchanged with the Device in this time while this User was responsible for it"
    _show(screen, titles, columns, rows, empty=empty)


def _show_devices(screen: Screen, devices: "list[BusyDevice]") -> None:
    rows = ((row.device_id, row.device_type or "", str(row.titles), str(row.by_others)) for row in devices)
    empty = "this User is responsible for no Device"
    _show(screen, devices, ("Device", "type", "titles", "by others"), rows, empty=empty)


def _show_look_ups(screen: Screen, look_ups: "list[LookUp]") -> None:
    rows = (
        (
            str(row.record),
            _at(row.at),
            row.user,
            row.what,
            row.device_id or "",
            "refused" if row.refused else "",
        )
        for row in look_ups
    )
    columns = ("record", "at", "user", "what", "Device", "")
    _show(screen, look_ups, columns, rows, empty="nobody looked into the Service Audit Trail in this time")


def _show(
    screen: Screen,
    records: object,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    *,
    empty: str,
) -> None:
    """Without the last column where no row has anything in it: an Acknowledgement's code, a refusal."""
    screen.data(records)
    shown = list(rows)
    width = len(columns) if any(row[-1] for row in shown) else len(columns) - 1
    screen.table(columns[:width], (row[:width] for row in shown), empty=empty)


def _at(instant: "Instant") -> str:
    from smart_metering.instants import format_instant

    return format_instant(instant)
