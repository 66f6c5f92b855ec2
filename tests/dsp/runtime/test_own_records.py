"""Own records whole: the very message, its date, its schedule; and nothing of that for anybody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from dsp.core.own_records import OwnRecord
from smart_metering.duis.inventory_requests import DspSchedule, ReadInventory, ReadLogPeriodOffset
from smart_metering.duis.service_requests import (
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UninterpretedBody,
    UpdateFirmware,
)
from smart_metering.duis.service_responses import (
    DspInventory,
    DspUpdateFirmwareWarning,
    PreCommand,
    ServiceResponse,
)
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from tests.dsp.runtime.audit_world import Looking, looking, with_titles
from tests.support.dsp_premises import DISTRIBUTOR, ESME, NOWHERE, START, SUPPLIER


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Looking]:
    """Titles in force."""
    async with looking(tmp_path, with_titles()) as world:
        yield world


def of_kind(found: list[OwnRecord], kind: str) -> list[OwnRecord]:
    return [own for own in found if own.record.message_kind == kind]


async def test_a_read_is_shown_with_request_acknowledgement_and_response_as_they_were(
    world: Looking,
) -> None:
    at = Instant(START + HOUR_MS)
    answer = world.world.read_version(ESME, at=at)
    world.world.advance(2 * HOUR_MS)

    response, acknowledgement, request = await world.whole(SUPPLIER)

    assert isinstance(request.content, ServiceRequest)
    assert str(request.content.request_id) == answer.request_id
    assert request.content.body == ReadFirmwareVersion(execution_date_time=at)
    assert (request.execution_date_time, acknowledgement.execution_date_time) == (at, None)
    assert acknowledgement.content == answer
    assert response.content == world.world.inbox[SUPPLIER][0]


async def test_a_signed_pre_command_is_shown_with_the_date_that_was_signed(world: Looking) -> None:
    at = Instant(START + DAY_MS)
    world.world.activate(ESME, at=at)

    found = await world.whole(SUPPLIER)

    (signed,) = of_kind(found, "SignedPreCommand")
    (pre_command,) = of_kind(found, "PreCommand")
    assert isinstance(signed.content, ServiceRequest)
    assert isinstance(signed.content.body, SignedPreCommand)
    assert signed.execution_date_time == at
    assert isinstance(pre_command.content, ServiceResponse)
    assert isinstance(pre_command.content.body, PreCommand)


async def test_what_was_answered_at_once_is_shown_whole(world: Looking) -> None:
    answer = world.world.ask("8.2", ReadInventory(device_id=ESME))
    world.world.ask("99.9", UninterpretedBody(content=b"nonsense"))

    refusal, nonsense, response, _ = await world.whole(SUPPLIER)

    assert isinstance(answer.body, DspInventory)
    assert response.content == answer
    assert isinstance(nonsense.content, ServiceRequest)
    assert nonsense.content.body == UninterpretedBody(content=b"nonsense")
    assert isinstance(refusal.content, ServiceResponse)
    assert refusal.content.response_code == "E100"


async def test_an_alert_is_shown_as_it_was_received(world: Looking) -> None:
    world.world.remove_from_cpl(ESME)

    (alert,) = await world.whole(SUPPLIER)

    assert alert.content == world.world.inbox[SUPPLIER][0]


async def test_an_11_1_is_shown_whole_beside_each_device_as_well(world: Looking) -> None:
    answer = world.world.update_firmware([ESME, NOWHERE])

    response, request = await world.whole(SUPPLIER, ESME)

    assert isinstance(request.content, ServiceRequest)
    assert isinstance(request.content.body, UpdateFirmware)
    assert isinstance(answer.body, DspUpdateFirmwareWarning)
    assert response.content == answer


async def test_runs_of_a_schedule_say_which_it_is_and_only_their_responses_have_content(
    world: Looking,
) -> None:
    offset = ReadLogPeriodOffset(start_date_offset=-1, end_date_offset=-1, end_time=DAY_MS - 30 * MINUTE_MS)
    body = DspSchedule(
        schedule_frequency="Daily",
        schedule_start_date=Instant(START - START % DAY_MS),
        schedule_execution_start_time=3 * HOUR_MS,
        dsp_scheduled_service_reference_variant="4.8.1",
        device_id=ESME,
        read_log_period_offset=offset,
    )
    world.world.devices[ESME].silent = True
    world.world.ask("5.1", body)
    world.world.advance(2 * HOUR_MS)

    found = [own for own in await world.whole(SUPPLIER) if own.record.srv in ("4.8.1", "5.1", "")]

    (run,) = [own for own in found if own.record.srv == "4.8.1"]
    (created,) = [own for own in of_kind(found, "ServiceResponse") if own.record.srv == "5.1"]
    (failed,) = of_kind(found, "DCCAlert")
    assert run.content is None
    assert run.schedule_id == created.schedule_id == failed.schedule_id == 1


# --- not for anybody else


async def test_of_none_of_it_anything_can_be_found_in_a_title(world: Looking) -> None:
    world.world.ask("8.2", ReadInventory(device_id=ESME), by=SUPPLIER)
    world.world.activate(ESME, by=SUPPLIER, at=Instant(START + DAY_MS))
    world.world.update_firmware([ESME, NOWHERE])
    own = await world.whole(SUPPLIER)

    titles = await world.titles(DISTRIBUTOR, ESME)

    secrets = {text for record in own for text in texts_of(record)}
    shown = {str(value) for title in titles for value in msgspec.to_builtins(title, enc_hook=str).values()}
    assert len(titles) >= 6
    assert len(secrets) >= 20
    assert shown & secrets == set()
    assert {name for title in titles for name in msgspec.structs.asdict(title)} == {
        *("record", "at", "device", "device_type", "message_kind", "srv", "title"),
        *("originator_role", "response_code"),
    }


def texts_of(own: OwnRecord) -> set[str]:
    """Every octet string, number and text of the content that a title has no business with."""
    body = msgspec.to_builtins(getattr(own.content, "body", None), enc_hook=str, builtin_types=(bytes,))
    found = {value.hex() for value in walk(body) if isinstance(value, bytes) and value}
    found |= {str(value) for value in walk(body) if isinstance(value, int | str) and len(str(value)) > 7}
    return found - {ESME, "Commissioned"}


def walk(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for name, part in value.items() if name != "type" for inner in walk(part)]
    if isinstance(value, list | tuple):
        return [inner for part in value for inner in walk(part)]
    return [value]
