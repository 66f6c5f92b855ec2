"""Future dates: 11.2 held by the DSP until its date, 11.3 held by the Device, and what becomes of both."""

import pytest

from dsp.rules.releases import rules_with
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    DeviceAlert,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    ServiceResponse,
)
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.message import decode
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Gbcs
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    OTHER_USER,
    START,
    SUPPLIER,
    V1,
    V2,
    V3,
    image_hash,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended

TOMORROW = Instant(START + DAY_MS)


def commands(world: DspWorld) -> list[int]:
    """When commands left, in milliseconds from the start."""
    return [frame.at - START for frame in world.sent if isinstance(frame.content, Gbcs)]


# --- 11.2, held by the DSP


def test_a_dated_read_is_acknowledged_held_and_sent_at_its_date() -> None:
    world = premises()
    acknowledgement = world.read_version(ESME, at=TOMORROW)
    world.advance(DAY_MS - 1)
    before = list(world.sent), world.take(SUPPLIER)

    world.advance(1)

    response = world.last(SUPPLIER)
    assert acknowledgement.response_code is ResponseCode.I99
    assert before == ([], [])
    assert commands(world) == [DAY_MS]
    assert isinstance(response, ServiceResponse)
    assert response.request_id == acknowledgement.request_id
    assert response.response_date_time == TOMORROW


def test_the_time_to_answer_runs_from_the_date() -> None:
    world = premises()
    world.devices[ESME].silent = True
    world.read_version(ESME, at=TOMORROW)
    world.advance(DAY_MS + 30 * SECOND_MS - 1)
    before = world.take(SUPPLIER)

    world.advance(1)

    assert (before, world.take(SUPPLIER)) == ([], ["E21"])
    assert commands(world) == [DAY_MS + number * 10 * SECOND_MS for number in range(3)]


def lose_responsibility(world: DspWorld) -> None:
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=TOMORROW), party=OTHER_SUPPLIER)
    world.load(registrations=[gained])


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
def test_a_dated_read_is_checked_again_at_its_date(meanwhile: object, code: str) -> None:
    world = premises(before_secmp0105())
    request_id = world.read_version(ESME, at=TOMORROW).request_id
    assert callable(meanwhile)
    meanwhile(world)

    world.advance(2 * DAY_MS)

    response = world.last(SUPPLIER)
    assert isinstance(response, ServiceResponse)
    assert (response.request_id, response.response_id, response.body) == (request_id, "", None)
    assert response.response_date_time == TOMORROW
    assert response.decision is not None
    assert response.decision.code == code
    assert world.take(SUPPLIER) == [code]
    assert world.sent == []


def test_a_dated_read_rescues_a_device_that_was_suspended_meanwhile() -> None:
    world = premises()
    world.read_version(ESME, at=TOMORROW)
    suspend_device(world)
    world.devices[ESME].version = V2

    world.advance(DAY_MS)

    assert world.take(SUPPLIER) == ["I0", "N29"]
    assert world.status(ESME) is SmiStatus.COMMISSIONED


def test_a_cancellation_takes_every_held_read_of_that_user_and_device() -> None:
    world = premises()
    for at in (TOMORROW, Instant(TOMORROW + 1)):
        world.read_version(ESME, at=at)

    answer = world.read_version(ESME, at=CANCELLATION)
    world.advance(2 * DAY_MS)

    assert (answer.response_code, answer.body) == (ResponseCode.I0, None)
    assert (world.sent, world.take(SUPPLIER)) == ([], [])
    assert world.engine.next_deadline() is None


def test_a_cancellation_leaves_other_users_and_devices_alone() -> None:
    world = premises()
    world.read_version(ESME, by=DISTRIBUTOR, at=TOMORROW)
    world.read_version(GSME, by=OTHER_USER, at=TOMORROW)
    world.read_version(ESME, by=OTHER_USER, at=TOMORROW)
    world.read_version(ESME, by=SUPPLIER, at=TOMORROW)

    world.read_version(ESME, by=OTHER_USER, at=CANCELLATION)
    world.advance(DAY_MS)

    codes = {user: world.take(user) for user in (SUPPLIER, DISTRIBUTOR, OTHER_USER)}
    assert codes == {SUPPLIER: ["I0"], DISTRIBUTOR: ["I0"], OTHER_USER: ["I0"]}
    assert len(world.devices[GSME].heard) == 1


def test_a_cancellation_does_not_call_back_what_was_sent() -> None:
    world = premises()
    world.devices[ESME].silent = True
    world.read_version(ESME)

    world.read_version(ESME, at=CANCELLATION)
    world.advance(MINUTE_MS)

    assert world.take(SUPPLIER) == ["E21"]


# --- 11.3, held by the Device


def dated(world: DspWorld | None = None, at: Instant = TOMORROW) -> DspWorld:
    """The ESME has accepted an 11.3 for V2 at that date."""
    world = world or suspended(ESME)
    world.devices[ESME].staged = (image_hash(V2), V2)
    assert world.activate(ESME, at=at).response_code is ResponseCode.I99
    return world


def test_a_dated_activation_goes_at_once_and_its_acceptance_teaches_nothing() -> None:
    world = dated()

    response = world.last(SUPPLIER)
    assert commands(world) == [0]
    assert isinstance(response, ServiceResponse)
    assert isinstance(response.body, GbcsPayload)
    assert decode_activate_firmware_response(decode(response.body.gbcs_payload).payload) is None
    assert world.take(SUPPLIER) == ["I0"]
    assert (world.version(ESME), world.status(ESME)) == (V1, SmiStatus.SUSPENDED)


def test_the_alert_at_the_date_comes_as_the_outcome_and_teaches() -> None:
    world = dated()
    request_id = world.inbox.pop(SUPPLIER)[0].request_id  # type: ignore[union-attr]  # a Service Response
    world.advance(DAY_MS)
    octets = world.devices[ESME].carry_out()

    world.say(ESME, octets)

    response = world.inbox[SUPPLIER][0]
    assert isinstance(response, ServiceResponse)
    assert (response.request_id, response.response_id) == (request_id, f"{ESME}:{SUPPLIER}:1")
    assert response.response_code is ResponseCode.I0
    assert response.body == FutureDatedDeviceAlertMessage(
        future_dated_alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL, gbcs_payload=octets
    )
    assert (world.version(ESME), world.status(ESME)) == (V2, SmiStatus.COMMISSIONED)
    assert (world.take(SUPPLIER), world.take(DISTRIBUTOR)) == (["I0", "N29"], ["N29"])
    assert world.engine.next_deadline() is None


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_an_outcome_without_success_teaches_its_version_after_secmp0105_alone(after: bool) -> None:
    world = dated(premises(rules_with(["SECMP0105"] if after else [])))
    world.devices[ESME].version, world.devices[ESME].staged = V2, None
    world.advance(DAY_MS)
    octets = world.devices[ESME].carry_out()

    world.say(ESME, octets)

    outcome = decode_future_dated_outcome(decode(octets).payload)
    response = world.last(SUPPLIER)
    assert outcome.outcome.code is ActivationCode.NO_IMAGE_HELD
    assert isinstance(response, ServiceResponse)
    assert isinstance(response.body, FutureDatedDeviceAlertMessage)
    assert response.body.future_dated_alert_code == DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED
    assert world.version(ESME) == (V2 if after else V1)


def test_no_outcome_a_quarter_of_an_hour_after_the_date_is_e30() -> None:
    world = dated()
    world.take(SUPPLIER)
    world.advance(DAY_MS + 15 * MINUTE_MS - 1)
    before = world.take(SUPPLIER)

    world.advance(1)

    assert (before, world.take(SUPPLIER)) == ([], ["E30"])


def test_an_outcome_after_e30_still_comes_and_teaches() -> None:
    world = dated()
    world.advance(DAY_MS + HOUR_MS)
    world.take(SUPPLIER)

    world.say(ESME, world.devices[ESME].carry_out())

    assert world.take(SUPPLIER) == ["I0", "N29"]
    assert world.version(ESME) == V2


def test_an_outcome_teaches_also_when_the_acceptance_was_lost() -> None:
    world = suspended(ESME)
    device = world.devices[ESME]
    device.staged, device.silent = (image_hash(V2), V2), True
    world.activate(ESME, at=Instant(START + HOUR_MS))
    device.answer(device.heard[0])
    world.advance(HOUR_MS)
    assert world.take(SUPPLIER) == ["E21"]

    world.say(ESME, device.carry_out())

    assert world.take(SUPPLIER) == ["I0", "N29"]
    assert world.version(ESME) == V2


def test_a_repeated_acceptance_is_ignored() -> None:
    world = dated()
    accepted = world.devices[ESME].said[0]

    world.say(ESME, accepted)

    assert world.take(SUPPLIER) == ["I0"]


def test_a_cancellation_ends_what_the_device_held() -> None:
    world = dated()
    world.take(SUPPLIER)

    acknowledgement = world.activate(ESME, at=CANCELLATION)
    world.advance(2 * DAY_MS)

    assert acknowledgement.response_code is ResponseCode.I99, "the Device itself is told"
    assert world.devices[ESME].dated is None
    assert world.take(SUPPLIER) == ["I0"], "the Device's word on the cancellation, and no E30"
    assert world.engine.next_deadline() is None


def test_a_cancellation_that_gets_no_answer_leaves_the_outcome_awaited() -> None:
    world = dated()
    world.take(SUPPLIER)
    world.devices[ESME].silent = True

    world.activate(ESME, at=CANCELLATION)
    world.advance(2 * DAY_MS)

    assert world.take(SUPPLIER) == ["E21", "E30"]


def test_a_later_dated_command_replaces_the_one_before() -> None:
    world = dated()
    world.take(SUPPLIER)
    later = Instant(TOMORROW + DAY_MS)
    world.devices[ESME].staged = (image_hash(V3), V3)
    second = world.activate(ESME, version=V3, at=later).request_id
    world.advance(DAY_MS + HOUR_MS)
    before = world.take(SUPPLIER)

    world.advance(DAY_MS)

    last = world.last(SUPPLIER)
    assert before == ["I0"], "no E30 for the one that was replaced"
    assert isinstance(last, ServiceResponse)
    assert last.request_id == second
    assert world.take(SUPPLIER) == ["E30"]


def test_an_outcome_that_nobody_awaits_is_passed_on_as_an_alert_and_still_teaches() -> None:
    world = dated()
    world.advance(3 * DAY_MS)
    world.take(SUPPLIER)
    octets = world.devices[ESME].carry_out()

    world.say(ESME, octets)

    message = next(message for message in world.inbox[SUPPLIER] if isinstance(message, DeviceAlert))
    assert message.alert_code == DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL
    assert message.gbcs_payload == octets
    assert world.version(ESME) == V2


@pytest.mark.parametrize("user", [SUPPLIER])
def test_each_device_and_user_holds_its_own(user: Eui) -> None:
    world = dated(premises())
    world.devices[GSME].staged = (image_hash(V2), V2)
    world.activate(GSME, by=GAS_SUPPLIER, at=TOMORROW)

    world.activate(GSME, by=GAS_SUPPLIER, at=CANCELLATION)
    world.advance(DAY_MS + HOUR_MS)

    assert world.take(user) == ["I0", "E30"]
    assert world.take(GAS_SUPPLIER) == ["I0", "I0"]
