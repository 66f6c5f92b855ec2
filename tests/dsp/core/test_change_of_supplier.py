"""SR 6.23: what its success means to the losing supplier, how it fails, and what becomes of a dated one."""

import pytest

from smart_metering.administration import Registration
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    ChangeOfSupplier,
    DccAlert,
    DeviceChangeOfSupplier,
    MeterMpxns,
)
from smart_metering.gbcs.message import decode
from smart_metering.gbcs.security_credentials import CredentialStatus
from smart_metering.gbcs.update_security_credentials import (
    FutureDatedUpdate,
    decode_update_security_credentials_command,
    encode_update_security_credentials_alert,
    encode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, Instant
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.response_codes import ResponseCode
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole
from tests.support.device_answers import last_command, response
from tests.support.dsp_premises import (
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    EXPORT_MPAN,
    GAS_SUPPLIER,
    GSME,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    START,
    SUPPLIER,
    V1,
    V2,
    cpl_entry,
    image_hash,
)
from tests.support.inventory_requests import kept
from tests.support.scheduled_reads import created
from tests.support.supplier_changes import (
    MPXNS,
    TAKEN_BY_6_23,
    ask_for_change,
    credentials,
    credentials_replaced,
    gaining,
    outcome_of_change,
)
from tests.support.traces import told

I99, E4 = ResponseCode.I99, ResponseCode.E4


# --- its success


@pytest.mark.parametrize("device", TAKEN_BY_6_23)
def test_the_losing_supplier_learns_that_the_device_changed_hands(device: Eui) -> None:
    world = gaining()
    ask_for_change(world, credentials(device), device)
    before = told(world)

    credentials_replaced(world, device)

    losing = TAKEN_BY_6_23[device]
    alert = world.last(losing)
    assert isinstance(alert, DccAlert)
    export = EXPORT_MPAN if MPXNS[device] == IMPORT_MPAN else ""
    assert alert.body == ChangeOfSupplier(
        device_change_of_supplier=DeviceChangeOfSupplier(
            device_id=device,
            device_type=DEVICE_TYPES[device],
            mpxns=MeterMpxns(import_mpxn=MPXNS[device], export_mpan=export),
        )
    )
    assert (before, told(world)) == ({}, {OTHER_SUPPLIER: ["I0"], losing: ["N27"]})
    assert kept(world, device).supplier_credentials == OTHER_SUPPLIER


def test_a_supplier_that_replaces_its_own_credentials_loses_nothing() -> None:
    world = gaining()
    for _ in range(2):
        ask_for_change(world, credentials())
        credentials_replaced(world)
    world.take(SUPPLIER)

    ask_for_change(world, credentials())
    credentials_replaced(world)

    assert told(world) == {OTHER_SUPPLIER: ["I0"] * 3}


def test_the_losing_supplier_s_schedules_end_and_all_others_go_on() -> None:
    world = gaining(at=Instant(START + 2 * HOUR_MS))
    ended = created(world)
    others = [created(world, by=DISTRIBUTOR), created(world, device_id=GSME, by=GAS_SUPPLIER)]
    world.advance(2 * HOUR_MS - 1)
    others.append(created(world, by=OTHER_SUPPLIER))
    world.inbox.clear()
    ask_for_change(world, credentials())

    credentials_replaced(world)

    assert list(map(int, world.engine.state.schedules)) == others
    assert world.take(SUPPLIER) == ["N27", "N6"]
    assert ended not in others


def test_a_suspended_meter_changes_hands_and_who_holds_it_is_told_of_its_restoration() -> None:
    world = gaining()
    world.remove_from_cpl(ESME)
    world.inbox.clear()

    answer = ask_for_change(world, credentials())
    credentials_replaced(world)
    before = told(world)
    world.add_to_cpl(cpl_entry(ESME, V1))

    assert answer.response_code is I99
    assert before == {SUPPLIER: ["N27"], OTHER_SUPPLIER: ["I0"]}
    assert told(world) == {OTHER_SUPPLIER: ["N29"], DISTRIBUTOR: ["N29"]}


def test_what_a_device_does_at_a_supplier_s_signature_shows_whose_credentials_it_holds() -> None:
    world = gaining()
    originators = []
    for _ in range(2):
        world.read_version(ESME, by=OTHER_SUPPLIER)
        originators.append(last_command(world, ESME).originator)
        world.devices[ESME].staged = (image_hash(V2), V2)
        world.devices[ESME].silent = False
        world.activate(ESME, by=OTHER_SUPPLIER)
        world.devices[ESME].silent = True

    assert originators == [world.engine.acb.eui, OTHER_SUPPLIER]
    assert "N27" not in world.take(SUPPLIER)


# --- how it fails


def test_a_device_that_replaced_nothing_stays_as_it_was() -> None:
    world = gaining()
    ask_for_change(world, credentials())
    before = kept(world, ESME)

    credentials_replaced(world, status=CredentialStatus.BAD_CERTIFICATE)

    assert told(world) == {OTHER_SUPPLIER: ["I0"]}
    assert kept(world, ESME) == before


def test_a_device_that_says_nothing_in_time_may_still_change_hands() -> None:
    world = gaining()
    ask_for_change(world, credentials())

    world.advance(HOUR_MS)
    before = told(world)
    credentials_replaced(world)

    assert before == {OTHER_SUPPLIER: ["E21"]}
    assert told(world) == {OTHER_SUPPLIER: ["I0"], SUPPLIER: ["N27"]}


# --- dated


def test_a_dated_one_leaves_an_hour_ahead_and_the_device_keeps_its_date() -> None:
    moment = Instant(START + DAY_MS)
    world = gaining(at=moment)

    early = ask_for_change(world, credentials(execution_date_time=Instant(moment - 1)))
    in_time = ask_for_change(world, credentials(execution_date_time=moment))
    world.advance(DAY_MS - HOUR_MS - 2)
    before = len(world.devices[ESME].heard)
    world.advance(1)

    assert (early.response_code, in_time.response_code, before) == (E4, I99, 0)
    inside = decode_update_security_credentials_command(last_command(world, ESME).payload)
    assert inside.execution_time == moment


def test_an_alert_at_its_date_says_that_it_changed_hands() -> None:
    moment = Instant(START + DAY_MS)
    world = gaining(at=moment)
    ask_for_change(world, credentials(execution_date_time=moment))
    world.advance(DAY_MS - HOUR_MS - 1)
    accepted = encode_update_security_credentials_response(None)
    world.say(ESME, response(world, ESME, accepted))
    before = told(world)

    world.advance(HOUR_MS)
    done = FutureDatedUpdate(
        alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL,
        execution_time=moment,
        outcome=outcome_of_change(world, ESME, CredentialStatus.SUCCESS),
    )
    alert = world.devices[ESME].alert(
        UseCase.CS02B_ALERT, CHANGE_OF_SUPPLIER_PARTY, encode_update_security_credentials_alert(done)
    )
    world.say(ESME, alert)

    assert before == {OTHER_SUPPLIER: ["I0"]}
    assert told(world) == {OTHER_SUPPLIER: ["I0"], SUPPLIER: ["N27"]}


def test_a_dated_one_whose_sender_is_not_the_supplier_of_its_date_any_more_is_refused_then() -> None:
    moment = Instant(START + DAY_MS)
    world = gaining(at=moment)
    answer = ask_for_change(world, credentials(execution_date_time=moment))
    world.load(
        registrations=[
            Registration(mpxn=IMPORT_MPAN, role=UserRole.IS, party=SUPPLIER, effective_from=moment)
        ]
    )

    world.advance(DAY_MS)

    alert = world.last(OTHER_SUPPLIER)
    assert isinstance(alert, DccAlert)
    assert alert.body == ChangeOfSupplier(change_of_supplier_service_request_id=answer.request_id)
    assert told(world) == {OTHER_SUPPLIER: ["E4", "N26"]}
    assert world.devices[ESME].heard == []


def test_a_cancellation_goes_to_the_device_and_leaves_its_counters() -> None:
    world = gaining()

    answer = ask_for_change(world, credentials(execution_date_time=CANCELLATION))

    inside = decode_update_security_credentials_command(last_command(world, ESME).payload)
    assert answer.response_code is I99
    assert (inside.execution_time, inside.supplier_floor_sequence_number) == (CANCELLATION, None)


def test_a_held_one_is_cancelled_before_it_leaves() -> None:
    moment = Instant(START + DAY_MS)
    world = gaining()
    ask_for_change(world, credentials(execution_date_time=moment))

    ask_for_change(world, credentials(execution_date_time=CANCELLATION))
    world.advance(2 * DAY_MS)

    cancelled = [
        decode_update_security_credentials_command(message.payload).execution_time
        for message in map(decode, world.devices[ESME].heard)
    ]
    assert set(cancelled) == {CANCELLATION}
