"""A read that is scheduled, for the tests of the DSP's core."""

from smart_metering.duis.inventory_requests import (
    DspSchedule,
    ReadLogPeriodOffset,
)
from smart_metering.duis.service_responses import (
    DspScheduleId,
    ServiceResponse,
)
from smart_metering.gbcs.message import Message, decode
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from smart_metering.records import changed
from tests.support.dsp_premises import (
    ESME,
    START,
    SUPPLIER,
)
from tests.support.dsp_world import DspWorld, premises

TODAY = Instant(START - START % DAY_MS)  # START is two o'clock
HALF_HOUR_MS = 30 * MINUTE_MS
YESTERDAY = ReadLogPeriodOffset(start_date_offset=-1, end_date_offset=-1, end_time=DAY_MS - HALF_HOUR_MS)
DAILY_AT_THREE = DspSchedule(
    schedule_frequency="Daily",
    schedule_start_date=TODAY,
    schedule_execution_start_time=3 * HOUR_MS,
    dsp_scheduled_service_reference_variant="4.8.1",
    device_id=ESME,
    read_log_period_offset=YESTERDAY,
)


def create(world: DspWorld, *, by: Eui = SUPPLIER, **changes: object) -> ServiceResponse:
    """5.1 for DAILY_AT_THREE with these changes."""
    return world.ask("5.1", changed(DAILY_AT_THREE, **changes), by=by)


def created(world: DspWorld, *, by: Eui = SUPPLIER, **changes: object) -> int:
    """The id of a schedule that is accepted."""
    answer = create(world, by=by, **changes)
    assert isinstance(answer.body, DspScheduleId), answer
    return answer.body.dsp_schedule_id


def silent(*devices: Eui) -> DspWorld:
    """A world whose Devices hear and say nothing."""
    world = premises()
    for device in devices or (ESME,):
        world.devices[device].silent = True
    return world


def heard(world: DspWorld, device: Eui = ESME) -> list[Message]:
    """The commands that the Device heard, without those that repeat one."""
    return [decode(octets) for octets in dict.fromkeys(world.devices[device].heard)]
