"""DSP schedules: what 5.1 takes and refuses, runs at their times and judged again, 5.2 and 5.3, what owners learn."""

from collections.abc import Callable

import pytest

from dsp.core.schedules import remove_for_device
from dsp.rules.schedules import MOST_SCHEDULES, Removal
from smart_metering.duis.inventory_requests import (
    DeleteSchedule,
    ReadSchedule,
)
from smart_metering.duis.service_responses import (
    DccAlert,
    DspScheduleId,
    DspScheduleRemoval,
    DspSchedulesRead,
    NotEmulated,
    ServiceResponse,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GSME,
    IMPORT_MPAN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    SUPPLIER,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.scheduled_reads import (
    DAILY_AT_THREE,
    TODAY,
    YESTERDAY,
    create,
    created,
    heard,
    silent,
)


def read(
    world: DspWorld, *, by: Eui = SUPPLIER, schedule: int = 0, device: Eui | None = None
) -> ServiceResponse:
    return world.ask("5.2", ReadSchedule(dsp_schedule_id=schedule, device_id=device), by=by)


def delete(
    world: DspWorld, *, by: Eui = SUPPLIER, schedule: int = 0, device: Eui | None = None
) -> ServiceResponse:
    return world.ask("5.3", DeleteSchedule(dsp_schedule_id=schedule, device_id=device), by=by)


def ids(answer: ServiceResponse) -> list[int]:
    assert isinstance(answer.body, DspSchedulesRead), answer
    return [shown.dsp_schedule_id for shown in answer.body.dsp_schedules]


# --- 5.1


def test_a_schedule_is_created_and_answered_with_an_id_that_rises() -> None:
    world = premises()

    answer = create(world)

    assert answer.response_code is ResponseCode.I0
    assert answer.body == DspScheduleId(dsp_schedule_id=1)
    assert created(world, by=DISTRIBUTOR) == 2
    assert delete(world, schedule=1).response_code is ResponseCode.I0
    assert created(world) == 3, "an id is never given twice"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dsp_scheduled_service_reference_variant": "11.2", "read_log_period_offset": None}, "E050101"),
        ({"dsp_scheduled_service_reference_variant": "1.2.3.4"}, "E050101"),
        ({"schedule_frequency": "Hourly"}, "E050102"),
        ({"schedule_frequency": ""}, "E050102"),
        ({"schedule_start_date": Instant(TODAY - DAY_MS)}, "E050103"),
        ({"schedule_start_date": Instant(-(10**15) * DAY_MS)}, "E050103"),
        ({"schedule_end_date": Instant(TODAY - DAY_MS)}, "E050105"),
        ({"schedule_end_date": TODAY, "schedule_execution_start_time": HOUR_MS}, "E050105"),
        ({"read_log_period_offset": changed(YESTERDAY, start_date_offset=0)}, "E050107"),
        ({"read_log_period_offset": changed(YESTERDAY, start_time=DAY_MS - 1)}, "E050107"),
        ({"ka_public_security_credential": b"no certificate"}, "E050109"),
        ({"ka_public_security_credential": party(OTHER_USER).digital_signing_certificate}, "E050109"),
        ({"dsp_scheduled_service_reference": "4.2"}, "E100"),
        ({"schedule_start_date": Instant(TODAY + 1)}, "E100"),
        ({"schedule_end_date": Instant(TODAY + HOUR_MS)}, "E100"),
        ({"schedule_start_date": CANCELLATION}, "E100"),
        ({"schedule_end_date": Instant(10**15 * DAY_MS)}, "E100"),
        ({"schedule_execution_start_time": DAY_MS}, "E100"),
        ({"schedule_execution_start_time": -1}, "E100"),
        ({"read_log_period_offset": None}, "E100"),
        ({"read_log_period_offset": changed(YESTERDAY, start_date_offset=-401)}, "E100"),
        ({"read_log_period_offset": changed(YESTERDAY, end_date_offset=1)}, "E100"),
        ({"read_log_period_offset": changed(YESTERDAY, end_time=DAY_MS)}, "E100"),
        ({"dsp_scheduled_service_reference_variant": "4.16"}, "E100"),
        ({"device_id": NOWHERE}, "E19"),
        ({"device_id": GSME}, "E4"),
        ({"device_id": CHF}, "E11"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_and_leaves_nothing(
    changes: dict[str, object], code: str
) -> None:
    world = premises()

    answer = world.ask("5.1", changed(DAILY_AT_THREE, **changes))

    assert (answer.response_code, answer.body) == (code, None)
    assert answer.decision is not None
    assert answer.decision.code == code
    assert len(world.engine.state.schedules) == 0
    assert world.engine.next_deadline() is None


def test_today_is_not_past_until_midnight_and_a_run_that_is_due_now_is_made() -> None:
    world = silent()
    assert (
        create(world, schedule_execution_start_time=2 * HOUR_MS, schedule_end_date=TODAY).response_code
        == "I0"
    )
    world.advance(22 * HOUR_MS - 1)
    weekly = {"schedule_frequency": "Weekly", "schedule_start_date": TODAY}
    assert world.ask("5.1", changed(DAILY_AT_THREE, **weekly)).response_code is ResponseCode.I0
    world.advance(1)

    assert world.ask("5.1", changed(DAILY_AT_THREE, **weekly)).response_code is ResponseCode.E050103


def test_whoever_may_not_send_the_read_may_not_schedule_it() -> None:
    world = premises()

    assert create(world, by=EXPORT_SUPPLIER).response_code is ResponseCode.E2
    assert create(world, by=OTHER_SUPPLIER).response_code is ResponseCode.E4
    assert create(world, by=OTHER_USER).response_code is ResponseCode.I0


def test_responsibility_is_asked_of_the_first_run() -> None:
    world = premises()
    tomorrow = Instant(TODAY + DAY_MS)
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=tomorrow), party=OTHER_SUPPLIER)
    world.load(registrations=[gained])

    assert create(world, by=OTHER_SUPPLIER).response_code is ResponseCode.E4
    assert create(world, by=OTHER_SUPPLIER, schedule_start_date=tomorrow).response_code is ResponseCode.I0
    assert create(world, by=SUPPLIER).response_code is ResponseCode.I0
    assert create(world, by=SUPPLIER, schedule_start_date=tomorrow).response_code is ResponseCode.E4


@pytest.mark.parametrize("status", [SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN])
def test_a_device_that_left_the_service_is_not_scheduled(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})

    assert create(world).response_code is ResponseCode.E5


def test_a_read_that_is_not_emulated_is_said_to_be_so() -> None:
    world = premises()

    answer = create(world, dsp_scheduled_service_reference_variant="4.17")

    assert answer.response_code is None
    assert answer.body == NotEmulated(service_reference_variant="4.17")
    assert len(world.engine.state.schedules) == 0


def test_a_user_has_no_more_schedules_for_a_device_than_5_2_can_show() -> None:
    world = premises()
    for _ in range(MOST_SCHEDULES):
        created(world)

    assert create(world).response_code is ResponseCode.E050108
    assert len(ids(read(world, device=ESME))) == MOST_SCHEDULES
    assert created(world, by=DISTRIBUTOR)


# --- 5.2 and 5.3


def test_a_user_sees_its_own_schedules_whole_and_no_other_s() -> None:
    world = premises()
    mine, theirs, gas = (
        created(world),
        created(world, by=DISTRIBUTOR),
        created(world, by=GAS_SUPPLIER, device_id=GSME),
    )
    another = created(world, schedule_frequency="Weekly")

    answer = read(world, schedule=mine)

    assert answer.response_code is ResponseCode.I0
    assert isinstance(answer.body, DspSchedulesRead)
    (shown,) = answer.body.dsp_schedules
    assert shown.dsp_schedule_details == changed(DAILY_AT_THREE, dsp_scheduled_service_reference="4.8")
    assert ids(read(world, device=ESME)) == [mine, another]
    assert ids(read(world, by=DISTRIBUTOR, device=ESME)) == [theirs]
    assert ids(read(world, by=GAS_SUPPLIER, schedule=gas)) == [gas]
    assert read(world, schedule=theirs).response_code is ResponseCode.E050201
    assert read(world, schedule=99).response_code is ResponseCode.E050201
    assert read(world, by=OTHER_USER, device=ESME).response_code is ResponseCode.W050201


def test_a_user_deletes_its_own_schedules_and_no_other_s() -> None:
    world = silent()
    first, second, theirs = created(world), created(world), created(world, by=DISTRIBUTOR)

    assert delete(world, schedule=theirs).response_code is ResponseCode.E050301
    assert delete(world, by=OTHER_USER, device=ESME).response_code is ResponseCode.W050301
    assert delete(world, schedule=first).response_code is ResponseCode.I0
    assert ids(read(world, device=ESME)) == [second]
    assert delete(world, device=ESME).response_code is ResponseCode.I0
    assert delete(world, schedule=first).response_code is ResponseCode.E050301
    world.advance(HOUR_MS)
    assert [command.originator for command in heard(world)] == [DISTRIBUTOR]


@pytest.mark.parametrize("ask", [read, delete])
def test_a_search_names_a_device_of_the_smi_or_one_id(ask: Callable[..., ServiceResponse]) -> None:
    world = premises()
    number = created(world)

    assert ask(world, device=NOWHERE).response_code is ResponseCode.E19
    assert ask(world).response_code is ResponseCode.E100
    assert ask(world, schedule=number, device=ESME).response_code is ResponseCode.E100
    assert ids(read(world, device=ESME)) == [number]


# --- what ends them from outside


def remove(world: DspWorld, device: Eui, removal: Removal) -> None:
    turn = world.engine._turn(world.now)
    remove_for_device(turn, device, removal)
    world._carry_out(turn.effects)


@pytest.mark.parametrize(
    ("removal", "code"),
    [
        (Removal.DECOMMISSIONED, "N4"),
        (Removal.WITHDRAWN, "N5"),
        (Removal.NOT_IN_THE_SMI, "N17"),
        (Removal.BY_THE_DCC, "N40"),
    ],
)
def test_each_owner_is_told_of_each_schedule_that_the_dsp_removes(removal: Removal, code: str) -> None:
    world = silent(ESME, GSME)
    mine = created(world), created(world)
    created(world, by=DISTRIBUTOR)
    created(world, by=GAS_SUPPLIER, device_id=GSME)

    remove(world, ESME, removal)

    bodies = [message.body for message in world.inbox[SUPPLIER] if isinstance(message, DccAlert)]
    assert bodies == [DspScheduleRemoval(device_id=ESME, dsp_schedule_id=number) for number in mine]
    assert world.take(SUPPLIER) == [code, code]
    assert world.take(DISTRIBUTOR) == [code]
    assert world.take(GAS_SUPPLIER) == []
    world.advance(HOUR_MS)
    assert heard(world) == []
    assert len(heard(world, GSME)) == 1


def test_a_change_of_supplier_ends_what_the_former_supplier_had_scheduled() -> None:
    world = premises()
    for user in (SUPPLIER, DISTRIBUTOR, OTHER_USER):
        created(world, by=user)
    esme = world.engine.state.devices[ESME]
    world.engine.state.put_device(changed(esme, supplier_credentials=OTHER_SUPPLIER))

    remove(world, ESME, Removal.CHANGE_OF_SUPPLIER)

    assert world.take(SUPPLIER) == ["N6"]
    assert (world.take(DISTRIBUTOR), world.take(OTHER_USER)) == ([], [])
    assert [row.user for row in world.engine.state.schedules.values()] == [DISTRIBUTOR, OTHER_USER]


def test_a_schedule_does_not_outlive_its_device() -> None:
    world = premises()
    created(world, by=OTHER_USER)
    world.engine.state.devices.remove(ESME)

    world.advance(HOUR_MS)

    assert world.take(OTHER_USER) == ["N17"]
    assert world.engine.next_deadline() is None
