"""Runs of schedules: at their times, each a request of its own, judged again; and what owners learn of failed ones."""

from collections.abc import Callable

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import ReadActiveImportProfileData
from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.duis.service_responses import (
    CommandFailure,
    DccAlert,
    DspScheduledMessage,
    ServiceResponse,
)
from smart_metering.gbcs.electricity_profile import (
    ProfilePeriod,
    decode_electricity_profile_command,
    encode_electricity_profile_response,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import encode, response_to
from smart_metering.gbcs.protection import add_mac
from smart_metering.identifiers import RequestId, parse_request_id
from smart_metering.instants import DAY_MS, HOUR_MS, SECOND_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Gbcs
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    ESME,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    OTHER_USER,
    START,
    SUPPLIER,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, suspended
from tests.support.hand_made_device import secret_between
from tests.support.scheduled_reads import (
    HALF_HOUR_MS,
    TODAY,
    created,
    heard,
    silent,
)


def times_sent(world: DspWorld) -> list[int]:
    """When commands first left, in hours from TODAY."""
    first = {frame.frame: frame.at for frame in reversed(world.sent) if isinstance(frame.content, Gbcs)}
    return sorted((at - TODAY) // HOUR_MS for at in first.values())


# --- runs


def test_a_run_reads_the_period_that_its_day_gives_it() -> None:
    world = silent()
    created(world)
    world.advance(HOUR_MS - 1)
    before = list(world.sent)

    world.advance(1)

    (command,) = heard(world)
    yesterday = Instant(TODAY - DAY_MS)
    assert before == []
    assert times_sent(world) == [3]
    assert command.originator == SUPPLIER
    assert decode_electricity_profile_command(command.payload, exchange_of(command)) == ProfilePeriod(
        start=yesterday, end=Instant(TODAY - HALF_HOUR_MS)
    )


def test_the_response_to_a_run_tells_its_schedule() -> None:
    world = silent()
    number = created(world)
    world.advance(HOUR_MS)
    (command,) = heard(world)
    secret = secret_between(ESME, SUPPLIER)
    payload = encode_electricity_profile_response((), exchange_of(command), secret)
    octets = encode(add_mac(response_to(command, payload), secret))

    world.say(ESME, octets)

    response = world.last(SUPPLIER)
    assert isinstance(response, ServiceResponse)
    assert response.response_code is ResponseCode.I0
    assert response.body == DspScheduledMessage(gbcs_payload=octets, dsp_schedule_id=number)
    assert parse_request_id(response.request_id) == RequestId(SUPPLIER, ESME, command.counter)
    assert response.service_reference_variant == "4.8.1"


def test_runs_go_on_until_the_end_date_and_each_is_a_request_of_its_own() -> None:
    world = silent()
    created(world, schedule_end_date=Instant(TODAY + 2 * DAY_MS))
    world.advance(2 * DAY_MS)
    assert len(times_sent(world)) == 2

    world.advance(10 * DAY_MS)

    assert times_sent(world) == [3, 27, 51]
    assert len({command.counter for command in heard(world)}) == 3
    assert len(world.engine.state.schedules) == 0
    assert world.engine.next_deadline() is None


def test_a_first_run_whose_time_is_over_today_is_that_of_the_next_period() -> None:
    world = silent()
    created(world, schedule_execution_start_time=2 * HOUR_MS - 1, schedule_frequency="Weekly")
    created(world, schedule_execution_start_time=2 * HOUR_MS, schedule_frequency="Weekly")

    world.advance(8 * DAY_MS)

    assert times_sent(world) == [2, 7 * 24 + 1, 7 * 24 + 2]


def test_of_the_runs_missed_while_the_dsp_stood_still_one_is_made() -> None:
    world = silent()
    created(world)
    world.now = Instant(TODAY + 3 * DAY_MS + 4 * HOUR_MS)

    world._carry_out(world.engine.expire(world.now))

    (command,) = heard(world)
    assert decode_electricity_profile_command(command.payload, exchange_of(command)).start == TODAY - DAY_MS
    world.advance(DAY_MS)
    assert times_sent(world) == [3 * 24 + 4, 4 * 24 + 3]


def test_a_run_takes_no_counter_that_its_owner_has_used_or_will_use() -> None:
    world = silent()
    due = Instant(TODAY + 3 * HOUR_MS)
    created(world)
    created(world)
    used = RequestId(SUPPLIER, ESME, due - 1)
    world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=CommandVariant.SEND, request_id=used)

    world.advance(HOUR_MS)
    now = RequestId(SUPPLIER, ESME, due)
    answer = world.ask(
        "11.2", ReadFirmwareVersion(), target=ESME, variant=CommandVariant.SEND, request_id=now
    )

    assert [command.counter for command in heard(world)] == [due - 1, due - 2, due - 3, due]
    assert answer.response_code is ResponseCode.I99


def test_a_user_whom_the_device_does_not_know_gives_its_certificate_for_the_answer() -> None:
    world = silent()
    certificate = party(OTHER_USER).key_agreement_certificate
    created(world, by=OTHER_USER, ka_public_security_credential=certificate)

    world.advance(HOUR_MS)

    (command,), (row,) = heard(world), world.engine.state.outstanding.values()
    assert command.supplementary_party == OTHER_USER
    assert isinstance(row.request.body, ReadActiveImportProfileData)
    assert row.request.body.ka_public_security_credentials == certificate


def lose_responsibility(world: DspWorld) -> None:
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=START), party=OTHER_SUPPLIER)
    world.load(registrations=[changed(gained, effective_from=Instant(START + 1))])


def lose_role(world: DspWorld) -> None:
    world.load(parties=[changed(party(SUPPLIER), roles=())])


def suspend_user(world: DspWorld) -> None:
    world.load(parties=[changed(party(SUPPLIER), suspended=True)])


def suspend_device(world: DspWorld) -> None:
    world.remove_from_cpl(ESME)
    world.inbox.clear()


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [(lose_responsibility, "E4"), (lose_role, "E1"), (suspend_user, "E3"), (suspend_device, "E5")],
)
def test_a_run_is_judged_again_and_one_refused_is_told_while_the_schedule_stays(
    meanwhile: Callable[[DspWorld], None], code: str
) -> None:
    world = silent()
    number = created(world)
    meanwhile(world)

    world.advance(HOUR_MS)

    alert = world.last(SUPPLIER)
    assert heard(world) == []
    assert isinstance(alert, DccAlert)
    assert isinstance(alert.body, CommandFailure)
    assert (alert.dcc_alert_code, alert.body.dsp_schedule_id, alert.body.device_id) == ("N10", number, ESME)
    assert parse_request_id(alert.body.command_request_id) == RequestId(
        SUPPLIER, ESME, TODAY + 3 * HOUR_MS - 1
    )
    assert alert.decision is not None
    assert code in alert.decision.row
    world.advance(DAY_MS)
    assert world.take(SUPPLIER) == ["N10", "N10"]


def test_a_suspended_device_may_be_scheduled_and_is_read_once_it_is_restored() -> None:
    world = suspended(ESME)
    world.devices[ESME].silent = True
    created(world)
    world.advance(HOUR_MS)
    assert world.take(SUPPLIER) == ["N10"]
    (entry,) = [entry for entry in world.engine.state.cpl.values() if entry.entry_id == "ESME V2"]
    world.add_to_cpl(changed(entry, entry_id="ESME V1", firmware_version="00000001"))
    assert world.status(ESME) is SmiStatus.COMMISSIONED

    world.advance(DAY_MS)

    assert times_sent(world) == [27]


@pytest.mark.parametrize(("reachable", "code"), [(False, "N12"), (True, "N13")])
def test_a_run_that_no_device_answers_is_told_to_the_owner(reachable: bool, code: str) -> None:
    world = silent()
    world.devices[ESME].reachable = reachable
    created(world)

    world.advance(HOUR_MS + 30 * SECOND_MS)

    assert world.take(SUPPLIER)[-1] == code


def test_a_run_stands_in_the_service_audit_trail_as_its_owner_s_request() -> None:
    world = silent()
    created(world)
    before = world.engine.state.audit_trail.last_position

    world.advance(HOUR_MS)

    assert world.engine.state.audit_trail.last_position == before + 1
