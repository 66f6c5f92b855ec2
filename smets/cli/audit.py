"""`smets audit`: the Service Audit Trail of a User."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State, UserName
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smets.client.records import AuditRecord


def audit(
    device: Annotated[
        str,
        typer.Option("--device", envvar="SMETS_DEVICE", help="Only of this Device: an EUI or a part of it."),
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", envvar="SMETS_LIMIT", min=1, help="At most so many records.")
    ] = 100,
    user: UserName = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Show a User's own records of the Service Audit Trail, newest first."""

    async def work(screen: Screen) -> None:
        from smart_metering.instants import format_instant
        from smets.cli.lookups import find_device, find_party
        from smets.local_system.connection import read_connection

        records: list[AuditRecord] = []
        async with read_connection(state).administration() as administration:
            party = await find_party(administration, user)
            device_id = await find_device(administration, device) if device else None
            async for record in administration.audit_trail(party.eui, device_id=device_id):
                if len(records) == limit:
                    break
                records.append(record)
        screen.data(records)
        screen.table(
            ("record", "at", "message", "SRV", "title", "Device", "code"),
            (
                (
                    str(record.record),
                    format_instant(record.at),
                    record.message_kind,
                    record.service_reference_variant,
                    record.title,
                    record.device_id,
                    record.response_code,
                )
                for record in records
            ),
        )

    run(work, json_output=json_output)
