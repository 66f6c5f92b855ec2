"""What others see of a request: no title where it was refused, by whatever check; and the true role of who asked."""

from collections.abc import Callable

import pytest

from dsp.core.audit_titles import kinds_of_titles
from dsp.core.records import AuditRecord
from dsp.rules.releases import rules_as_of
from ledger.books import Append
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    DecommissionDevice,
    DeviceDetails,
    DspSchedule,
    ReadLogPeriodOffset,
    UpdateInventory,
)
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.gbcs.comms_hub_device_log import encode_read_log_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.generic_alerts import encode_generic_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, MINUTE_MS, Instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole
from tests.support.device_answers import last_command, response
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GSME,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    PPMID,
    START,
    SUPPLIER,
    V2,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.explaining import explained, places
from tests.support.hand_made_device import ACB


def written(world: DspWorld) -> list[AuditRecord]:
    """The records of the Service Audit Trail since the last look, in their order."""
    appended = [it for it in world.engine.ledger.take_changes() if isinstance(it, Append)]
    in_order = sorted(appended, key=lambda it: it.position)
    return [it.record for it in in_order if isinstance(it.record, AuditRecord)]


def seen(world: DspWorld, user: Eui, device: Eui) -> list[AuditRecord]:
    """Those of the Device whose titles the User may see."""
    kinds = kinds_of_titles(
        world.engine.state, rules_as_of(), user, world.engine.state.devices[device], world.now
    )
    return [
        record
        for record in written(world)
        if record.device == device
        and record.user != user
        and record.message_kind in kinds
        and not record.refused
    ]


@pytest.fixture
def world() -> DspWorld:
    world = premises()
    world.engine.ledger.take_changes()
    return world


# --- refused, and so without a title

SCHEDULE = DspSchedule(
    schedule_frequency="Daily",
    schedule_start_date=Instant(START - START % DAY_MS),
    dsp_scheduled_service_reference_variant="4.8.1",
    device_id=ESME,
    read_log_period_offset=ReadLogPeriodOffset(
        start_date_offset=-1, end_date_offset=-1, end_time=DAY_MS - 30 * MINUTE_MS
    ),
)
DETAILS = UpdateInventory(device_id=ESME, update_device_details=DeviceDetails(device_model="433100AC"))

Sends = Callable[[DspWorld], ServiceResponse]

REFUSED: tuple[tuple[str, Eui, Sends], ...] = (
    # code     about  what a second supplier sends
    ("E4",      ESME, lambda w: w.ask("8.4", DETAILS, by=OTHER_SUPPLIER)),
    ("E4",      ESME, lambda w: w.ask("8.3", DecommissionDevice(device_id=ESME), by=OTHER_SUPPLIER)),
    ("E4",      CHF,  lambda w: w.ask("8.14.3", ChfFaultReturn(device_id=CHF), by=OTHER_SUPPLIER)),
    ("E4",      ESME, lambda w: w.ask("5.1", SCHEDULE, by=OTHER_SUPPLIER)),
    ("E110103", ESME, lambda w: w.update_firmware([ESME], by=OTHER_SUPPLIER)),
    ("E4",      ESME, lambda w: w.read_version(ESME, by=OTHER_SUPPLIER)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "device", "send"), REFUSED, ids=["8.4", "8.3", "8.14.3", "5.1", "11.1", "11.2"]
)
def test_what_was_refused_leaves_no_title_wherever_it_was_refused(
    world: DspWorld, code: str, device: Eui, send: Sends
) -> None:
    answer = send(world)

    assert answer.response_code == code
    assert seen(world, SUPPLIER, device) == []


def test_what_was_accepted_leaves_the_titles_of_request_and_response(world: DspWorld) -> None:
    world.ask("8.3", DecommissionDevice(device_id=ESME), by=SUPPLIER)

    assert [record.message_kind for record in seen(world, DISTRIBUTOR, ESME)] == [
        "ServiceRequest",
        "ServiceResponse",
    ]


def test_the_request_stands_before_what_followed_from_it(world: DspWorld) -> None:
    answer = world.ask("8.3", DecommissionDevice(device_id=ESME))

    kinds = [record.message_kind for record in written(world)]

    assert answer.response_code == "I0"
    assert (kinds[0], kinds[-1]) == ("ServiceRequest", "ServiceResponse")
    assert "DCCAlert" in kinds[1:-1]


# --- the role of who asked


def dual_fuel() -> DspWorld:
    """One supplier of both fuels, import named first; the gas meter is its as gas supplier."""
    world = premises()
    world.load(
        parties=[changed(party(SUPPLIER), roles=(UserRole.IS, UserRole.GS))],
        registrations=[changed(registration(MPRN, SUPPLIER), role=UserRole.GS)],
    )
    world.engine.ledger.take_changes()
    return world


AMENDED = DeviceDetails(device_manufacturer="106D")


@pytest.mark.parametrize(
    ("srv", "send"),
    [
        (
            "8.4",
            lambda w: w.ask("8.4", UpdateInventory(device_id=GSME, update_device_details=AMENDED)),
        ),
        ("8.3", lambda w: w.ask("8.3", DecommissionDevice(device_id=GSME))),
        ("11.1", lambda w: w.update_firmware([GSME])),
    ],
)
def test_the_role_is_the_one_that_the_named_device_is_its_in(srv: str, send: Sends) -> None:
    world = dual_fuel()

    send(world)

    roles = {(record.srv, record.user_role) for record in written(world) if record.srv}
    assert roles == {(srv, UserRole.GS)}


def test_where_no_role_is_responsible_it_is_the_first_eligible_one() -> None:
    world = dual_fuel()

    world.ask("8.3", DecommissionDevice(device_id=NOWHERE))

    assert {record.user_role for record in written(world)} == {UserRole.IS}


# --- 11.1: request and response beside each Device


def test_beside_each_device_of_an_11_1_stand_its_request_and_its_response(world: DspWorld) -> None:
    answer = world.update_firmware([ESME, NOWHERE])

    beside = [record for record in written(world) if record.device == ESME]

    assert [record.message_kind for record in beside] == ["ServiceRequest", "ServiceResponse"]
    assert beside[1].response_code == answer.response_code == "W110101"
    assert beside[1].body is None, "the list of all Devices is kept once"
    assert {record.user_role for record in beside} == {UserRole.IS}


def test_each_device_of_an_11_4_has_them_in_the_role_that_it_is_theirs_in() -> None:
    world = dual_fuel()

    world.update_firmware([PPMID], srv="11.4", version=V2)

    beside = [record.user_role for record in written(world) if record.device == PPMID and record.srv]
    assert beside == [UserRole.IS, UserRole.IS]


# --- the DCC's own


def log_changed(world: DspWorld) -> None:
    """The hub's alert 8F12, for the ACB; it says no more by itself."""
    world.devices[CHF].silent = True
    counter = world.devices[CHF].alert_counter + 1
    payload = encode_generic_alert(False, DeviceAlertCode.CHF_DEVICE_LOG_CHANGED, world.now, counter)
    world.say(CHF, world.devices[CHF].alert(UseCase.CRITICAL_ALERT, ACB, payload))


def log_read(world: DspWorld) -> None:
    """The hub answers with an empty log."""
    command = last_command(world, CHF)
    world.say(CHF, response(world, CHF, encode_read_log_response((), exchange_of(command))))


def test_the_dccs_own_read_of_a_device_log_leaves_its_titles(world: DspWorld) -> None:
    log_changed(world)
    log_read(world)

    request, response = [record for record in written(world) if record.srv == "8.9"]

    for record in (request, response):
        assert (record.user, record.user_role, record.device) == (ACB, None, CHF)
    assert (request.message_kind, response.message_kind) == ("ServiceRequest", "ServiceResponse")
    assert ACB not in world.inbox


def test_the_dccs_own_read_that_nobody_answers_is_told_whole(world: DspWorld) -> None:
    log_changed(world)
    (read,) = world.engine.state.outstanding.values()
    world.advance(MINUTE_MS)

    hops = explained(world, read.command)

    assert read.role is None
    assert places(hops) == ["door", "post book", "answer", "post book"]
    assert hops[0].what == "Service Request 8.9 Read Device Log, Command Variant 1, of the DSP's own accord"
    assert hops[2].what == "Service Response E21"
