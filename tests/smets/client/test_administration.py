"""Who runs a DSP: what it loads, lists, moves and reads."""

import pytest

from smart_metering.administration import CplEntry, LoadedDevice, Party, Registration
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import DecommissionDevice
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import GbcsPayload, InventoryDevice, ServiceResponse
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import MINUTE_MS, Instant
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.client.administration import Administration
from smets.client.errors import NotThere, Refused, Unreachable
from tests.smets.running_system import ESME, RunningSystem

NEWCOMER = Eui("90-B3-D5-1F-30-77-00-00")
FIRST_NEW = 0x00DB_5678_0000_0000


def _hubs(count: int) -> list[LoadedDevice]:
    ids = [eui_from_number(FIRST_NEW + 16 * number) for number in range(count)]
    return [
        LoadedDevice(
            device=InventoryDevice(
                device_id=device_id, device_type=DeviceType.CHF, device_status=SmiStatus.PENDING
            ),
            comms_hub=device_id,
        )
        for device_id in ids
    ]


async def test_what_is_loaded_in_many_batches_is_counted_whole(world: RunningSystem) -> None:
    party = Party(eui=NEWCOMER, name="newcomer", roles=(UserRole.ES,))
    registration = Registration(mpxn="1", role=UserRole.ES, party=NEWCOMER, effective_from=Instant(0))

    summary = await world.administration.load([party], [registration], _hubs(4_500))

    assert (summary.parties, summary.registrations, summary.devices) == (1, 1, 4_500)
    assert party in await world.administration.parties()


async def test_a_load_that_cannot_be_is_refused_with_its_faults(world: RunningSystem) -> None:
    registration = Registration(mpxn="1", role=UserRole.ES, party=NEWCOMER, effective_from=Instant(0))

    with pytest.raises(Refused, match=f"registrations.0..party: {NEWCOMER} is no party"):
        await world.administration.load(registrations=[registration])


async def test_devices_are_listed_page_after_page_and_by_what_they_are(world: RunningSystem) -> None:
    await world.administration.load(devices=_hubs(2_500))

    everything = [row.device.device_id async for row in world.administration.devices()]
    pending = [row async for row in world.administration.devices(status=SmiStatus.PENDING)]
    meters = [row.device.device_id async for row in world.administration.devices(device_type=DeviceType.ESME)]
    beyond = [row async for row in world.administration.devices(after=everything[-2])]

    assert len(everything) == 2_500 + 12
    assert everything == sorted(everything)
    assert len(pending) == 2_500
    assert meters == list(world.meters())
    assert len(beyond) == 1


async def test_a_device_is_read_with_its_history(world: RunningSystem) -> None:
    device = await world.administration.read_device(world.device(ESME))

    assert device.device.device_type is DeviceType.ESME
    assert [row.cause for row in device.status_history] == ["loaded"]
    with pytest.raises(NotThere, match="the SMI does not know"):
        await world.administration.read_device(NEWCOMER)


async def test_the_cpl_suspends_and_restores(world: RunningSystem) -> None:
    entry = CplEntry(
        device_type=DeviceType.ESME,
        device_manufacturer="AB01",
        device_model="010A030B",
        firmware_version=FirmwareVersion("00000001"),
    )
    (known,) = [
        row
        for row in await world.administration.cpl_entries()
        if row.device_type is DeviceType.ESME and row.firmware_version == "00000001"
    ]

    removed = await world.administration.remove_cpl_entry(known.entry_id)
    added = await world.administration.add_cpl_entry(entry)

    assert (removed.devices_suspended, added.devices_restored) == (2, 2)
    with pytest.raises(NotThere, match="no entry 'none'"):
        await world.administration.remove_cpl_entry("none")


async def test_the_clock_is_read_advanced_run_and_stopped(world: RunningSystem) -> None:
    clock = world.administration
    start = (await clock.now()).now

    advanced = await clock.advance(MINUTE_MS)
    nothing = await clock.run_to_next_event(Instant(start + 2 * MINUTE_MS))
    running = await clock.set_rate(1_000)
    with pytest.raises(Refused, match="set the rate to 0"):
        await clock.advance(1)
    stopped = await clock.set_rate(0)

    assert advanced.now == start + MINUTE_MS
    assert (nothing.now, nothing.event) == (start + 2 * MINUTE_MS, False)
    assert running.rate == 1_000
    assert stopped.rate == 0
    with pytest.raises(Refused, match="time never goes back"):
        await clock.advance(-1)


async def test_time_passes_whether_it_is_stepped_or_runs(world: RunningSystem) -> None:
    clock = world.administration.clock
    start = (await clock.now()).now

    await clock.pass_time(MINUTE_MS)
    stepped = (await clock.now()).now
    await clock.set_rate(600)
    await clock.pass_time(MINUTE_MS)
    ran = (await clock.now()).now

    assert stepped == start + MINUTE_MS
    assert ran >= stepped + MINUTE_MS


async def test_the_audit_trail_is_the_users_own_newest_first(world: RunningSystem) -> None:
    await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)

    records = [row async for row in world.administration.audit_trail(world.supplier.eui)]
    of_another = [row async for row in world.administration.audit_trail(world.network_operator.eui)]
    own = [row async for row in world.supplier.self_service.audit_trail(device_id=world.device(ESME))]

    assert [row.message_kind for row in records] == ["ServiceResponse", "Acknowledgement", "ServiceRequest"]
    assert of_another == []
    assert own == records
    response, acknowledgement, request = records
    assert isinstance(response.content, ServiceResponse)
    assert isinstance(response.content.body, GbcsPayload)
    assert isinstance(request.content, ServiceRequest)
    assert str(request.content.request_id) == request.request_id
    assert min(row.size for row in (response, acknowledgement, request)) > 0


async def test_the_dcc_corrects_a_model_by_hand_and_keeps_why(world: RunningSystem) -> None:
    meter = world.device(ESME)

    corrected = await world.administration.correct_device(
        meter, model="010A030C", reason="the label was misread"
    )

    entry = (await world.administration.status_history(meter))[-1]
    assert (corrected.device_model, corrected.device_manufacturer) == ("010A030C", "AB01")
    assert "the label was misread" in entry.cause
    assert entry.status is SmiStatus.COMMISSIONED


async def test_a_correction_of_nothing_is_refused_and_says_what_was_expected(world: RunningSystem) -> None:
    with pytest.raises(Refused, match=r"expected at least one.*reason: expected why"):
        await world.administration.correct_device(world.device(ESME), reason="")
    with pytest.raises(NotThere, match="the SMI does not know"):
        await world.administration.correct_device(NEWCOMER, model="010A030C", reason="none")


async def test_a_recovery_moves_the_smi_status_step_by_step(world: RunningSystem) -> None:
    meter, steps = world.device(ESME), ("Started", "CredentialsPlaced", "SupplierRestored")

    moved = [
        (await world.administration.change_recovery(meter, step, "a compromise")).device_status
        for step in steps
    ]

    assert len(set(moved)) == len(steps)
    assert moved[-1] is SmiStatus.COMMISSIONED
    with pytest.raises(Refused, match="event: SupplierRestored of a Device that is Commissioned"):
        await world.administration.change_recovery(meter, "SupplierRestored", "again")
    with pytest.raises(Refused, match="expected one of Started, CredentialsPlaced, SupplierRestored"):
        await world.administration.change_recovery(meter, "Begun", "a compromise")


async def test_a_history_names_the_requests_of_every_party(world: RunningSystem) -> None:
    meter = world.device(ESME)
    answer = await world.supplier.send("8.3", body=DecommissionDevice(device_id=meter))

    history = await world.administration.status_history(meter)
    shown = await world.network_operator.self_service.read_device(meter)

    assert [row.request_id for row in history] == ["", answer.request_id]
    assert [row.request_id for row in shown.status_history] == ["", ""]  # another's request is not told
    assert history[-1].status is SmiStatus.DECOMMISSIONED


async def test_where_nobody_answers_nothing_is_read() -> None:
    async with Administration("127.0.0.1:1") as administration:
        with pytest.raises(Unreachable):
            await administration.read_device(NEWCOMER)
