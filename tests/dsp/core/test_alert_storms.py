"""Alert storms: the first alerts go out, the rest are counted, and the newest tells of them when the storm is over."""

import pytest

from dsp.core.alert_admission import admit
from dsp.rules.alert_storms import HELD_BACK_ROWS, may_be_held_back
from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    CommandFailure,
    DccAlert,
    DeviceAlert,
    DeviceStatusChangeEvent,
    PpmidAlert,
    ServiceResponse,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.firmware_alerts import FirmwareReceipt, encode_firmware_receipt
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS, SECOND_MS, Instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    PPMID,
    START,
    SUPPLIER,
    V2,
    image_hash,
)
from tests.support.dsp_world import DspWorld, premises

SUCCESSFUL = DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL
FAILED = DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED
LIMIT, WINDOW_MS = Times().alerts_before_storm, Times().alert_storm_window_ms


def shout(
    world: DspWorld,
    times: int,
    *,
    device: Eui = ESME,
    user: Eui = SUPPLIER,
    code: DeviceAlertCode = SUCCESSFUL,
) -> None:
    """The meter sends so many alerts that differ in nothing but their counter."""
    hand_made = world.devices[device]
    use_case = UseCase.GSME_FIRMWARE_RECEIPT if device == GSME else UseCase.ESME_FIRMWARE_RECEIPT
    for _ in range(times):
        payload = encode_firmware_receipt(
            use_case, FirmwareReceipt(code, START, image_hash(V2)), hand_made.alert_counter + 1
        )
        world.say(device, hand_made.alert(use_case, user, payload))


def throttled(world: DspWorld, user: Eui = SUPPLIER) -> list[tuple[int | None, int | None]]:
    """Sequence id and count of what the User got, which is then gone."""
    return [
        (message.throttled_alert_sequence_id, message.throttled_alert_count)
        for message in world.inbox.pop(user, [])
        if not isinstance(message, ServiceResponse)
    ]


def test_as_many_alerts_as_make_no_storm_go_out_as_they_are() -> None:
    world = premises()

    shout(world, LIMIT)

    assert throttled(world) == [(None, None)] * LIMIT
    assert world.engine.next_deadline() is None


def test_further_ones_are_held_back_and_the_newest_goes_out_at_the_end_with_their_count() -> None:
    world = premises()
    shout(world, LIMIT)
    world.inbox.clear()
    world.advance(MINUTE_MS)
    shout(world, 3)
    newest = world.devices[ESME].alert_counter

    world.advance(WINDOW_MS - MINUTE_MS - 1)
    before = throttled(world)
    world.advance(1)

    alert = world.last(SUPPLIER)
    assert before == []
    assert isinstance(alert, DeviceAlert)
    assert alert.response_id == f"{ESME}:{SUPPLIER}:{newest}"
    assert alert.response_date_time == START + WINDOW_MS
    assert throttled(world) == [(1, 3)]
    assert world.engine.next_deadline() is None


def test_storms_of_one_alert_are_counted() -> None:
    world = premises()
    for _ in range(2):
        shout(world, LIMIT + 2)
        world.advance(WINDOW_MS)

    assert throttled(world) == ([(None, None)] * LIMIT + [(1, 2)]) + ([(None, None)] * LIMIT + [(2, 2)])


def test_a_window_begins_with_its_first_alert_and_is_over_at_its_end() -> None:
    world = premises()
    shout(world, LIMIT)
    world.advance(WINDOW_MS - 1)
    shout(world, 1)
    assert throttled(world) == [(None, None)] * LIMIT, "one too many"
    world.advance(1)
    assert throttled(world) == [(1, 1)]

    shout(world, LIMIT)

    assert throttled(world) == [(None, None)] * LIMIT, "another window, and no storm in it"


def test_quiet_windows_are_no_storms() -> None:
    world = premises()
    for _ in range(3):
        shout(world, LIMIT)
        world.advance(WINDOW_MS)

    assert throttled(world) == [(None, None)] * 3 * LIMIT
    shout(world, LIMIT + 1)
    world.advance(WINDOW_MS)
    assert throttled(world)[-1] == (1, 1)


def test_what_comes_at_the_very_end_before_the_storm_was_told_belongs_to_it() -> None:
    world = premises()
    shout(world, LIMIT + 1)
    world.inbox.clear()
    world.now = Instant(START + WINDOW_MS)

    shout(world, 1)
    world.advance(0)

    assert throttled(world) == [(1, 2)]


def test_other_codes_devices_and_users_have_storms_of_their_own() -> None:
    world = premises()
    shout(world, LIMIT)
    world.inbox.clear()

    shout(world, 1, code=FAILED)
    shout(world, 1, user=DISTRIBUTOR)
    shout(world, 1, device=GSME, user=GAS_SUPPLIER)

    assert [throttled(world, user) for user in (SUPPLIER, DISTRIBUTOR, GAS_SUPPLIER)] == [[(None, None)]] * 3


def test_the_limit_and_the_window_are_settings() -> None:
    world = premises(rules_as_of(times=Times(alerts_before_storm=1, alert_storm_window_ms=10 * SECOND_MS)))

    shout(world, 4)
    world.advance(10 * SECOND_MS)

    assert throttled(world) == [(None, None), (1, 3)]


def test_only_what_is_delivered_stands_in_the_service_audit_trail() -> None:
    world = premises()
    shout(world, LIMIT)
    before = world.engine.state.audit_trail.last_position

    shout(world, 5)
    held_back = world.engine.state.audit_trail.last_position
    world.advance(WINDOW_MS)

    assert (held_back, world.engine.state.audit_trail.last_position) == (before, before + 1)


# --- which alerts


ACTIVATED = PpmidAlert(
    device_id=PPMID,
    device_alert_code=0x8F8B,
    time_stamp=START,
    firmware_version=FirmwareVersion("00000002"),
    activation_success=True,
)
PPMID_ACTIVATED = DccAlert(dcc_alert_code=DccAlertCode.N39, response_date_time=START, body=ACTIVATED)
SUSPENDED = changed(
    PPMID_ACTIVATED,
    dcc_alert_code=DccAlertCode.N28,
    body=DeviceStatusChangeEvent(device_id=PPMID, device_status_change="DeviceSuspended"),
)
FAILURE = changed(
    PPMID_ACTIVATED,
    dcc_alert_code=DccAlertCode.N10,
    body=CommandFailure(command_request_id="", dsp_schedule_id=1, device_id=PPMID),
)


@pytest.mark.parametrize(
    ("alert", "delivered"), [(PPMID_ACTIVATED, LIMIT), (SUSPENDED, 2 * LIMIT), (FAILURE, 2 * LIMIT)]
)
def test_what_a_device_repeats_is_held_back_and_what_the_dcc_says_once_is_not(
    alert: DccAlert, delivered: int
) -> None:
    world = premises()
    turn = world.engine._turn(world.now)

    admitted = [admit(turn, SUPPLIER, alert, PPMID) for _ in range(2 * LIMIT)]

    assert admitted == [alert] * delivered + [None] * (2 * LIMIT - delivered)


def test_service_responses_are_never_counted() -> None:
    world = premises()

    for _ in range(2 * LIMIT):
        world.read_version(ESME)

    assert world.take(SUPPLIER) == ["I0"] * 2 * LIMIT
    assert len(world.engine.state.alert_storms) == 0


def test_the_rows_say_what_may_be_held_back() -> None:
    assert len({row.kind for row in HELD_BACK_ROWS}) == len(HELD_BACK_ROWS)
    assert may_be_held_back(PPMID_ACTIVATED)
    assert not may_be_held_back(SUSPENDED)
