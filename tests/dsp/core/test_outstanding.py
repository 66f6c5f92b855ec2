"""The post book: who is asked in whose name, certificates first, attempts of the same octets, and E20 and E21."""

import pytest

from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from smart_metering.duis.service_responses import GbcsPayload, ServiceResponse
from smart_metering.gbcs.message import decode
from smart_metering.gbcs.protection import mac_is_valid
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, SECOND_MS, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import CertificatesWanted, Gbcs, Receipt
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    V1,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.hand_made_device import ACB, secret_between


def commands(world: DspWorld, device: Eui = ESME) -> list[bytes]:
    """The GBCS commands sent to the Device, whether it heard them or not."""
    return [
        frame.content.gbcs
        for frame in world.sent
        if frame.device == device and isinstance(frame.content, Gbcs)
    ]


def times_sent(world: DspWorld) -> list[int]:
    """When commands left, in seconds from the start."""
    return [(frame.at - START) // SECOND_MS for frame in world.sent if isinstance(frame.content, Gbcs)]


def silent(device: Eui = ESME) -> DspWorld:
    """A world whose Device hears and says nothing."""
    world = premises()
    world.devices[device].silent = True
    return world


# --- the answer


@pytest.mark.parametrize(
    ("device", "user", "use_case"),
    [
        (ESME, SUPPLIER, UseCase.ECS52),
        (ESME, DISTRIBUTOR, UseCase.ECS52),
        (ESME, OTHER_USER, UseCase.ECS52),
        (ESME, EXPORT_SUPPLIER, UseCase.ECS52),
        (CHF, SUPPLIER, UseCase.ECS52),
        (GSME, GAS_SUPPLIER, UseCase.GCS38),
        (GPF, GAS_SUPPLIER, UseCase.GCS38),
        (PPMID, SUPPLIER, UseCase.CS08),
        (HCALCS, SUPPLIER, UseCase.CS08),
    ],
)
def test_a_read_is_acknowledged_and_its_response_comes_as_it_is(
    device: Eui, user: Eui, use_case: UseCase
) -> None:
    world = premises()

    acknowledgement = world.read_version(device, by=user)

    response = world.last(user)
    assert acknowledgement.response_code is ResponseCode.I99
    assert isinstance(response, ServiceResponse)
    assert response == ServiceResponse(
        request_id=acknowledgement.request_id,
        response_id=f"{device}:{user}:1",
        response_code=ResponseCode.I0,
        response_date_time=START,
        service_reference="11.2",
        service_reference_variant="11.2",
        body=GbcsPayload(gbcs_payload=world.devices[device].said[0]),
        decision=response.decision,
    )
    assert decode_read_response(use_case, decode(world.devices[device].said[0]).payload) == V1
    assert world.engine.next_deadline() is None


@pytest.mark.parametrize(
    ("device", "user", "directly"),
    [
        (ESME, SUPPLIER, True),
        (ESME, DISTRIBUTOR, True),
        (ESME, EXPORT_SUPPLIER, False),
        (ESME, OTHER_USER, False),
        (GSME, GAS_SUPPLIER, True),
        (GPF, GAS_SUPPLIER, True),
        (CHF, SUPPLIER, False),
        (PPMID, SUPPLIER, False),
        (HCALCS, SUPPLIER, False),
    ],
)
def test_a_user_whom_the_device_knows_asks_directly_and_any_other_through_the_acb(
    device: Eui, user: Eui, directly: bool
) -> None:
    world = premises()

    request_id = world.read_version(device, by=user).request_id

    command = decode(world.devices[device].heard[0])
    assert command.originator == (user if directly else ACB)
    assert (command.supplementary_party, command.supplementary_counter) == (
        (None, None) if directly else (user, 1)
    )
    assert mac_is_valid(command, secret_between(device, ACB)), "the ACB's MAC in both cases"
    assert world.last(user).request_id == request_id  # type: ignore[union-attr]  # a Service Response


def test_the_acb_s_counters_towards_a_device_rise_whoever_asks() -> None:
    world = premises()
    for user in (OTHER_USER, EXPORT_SUPPLIER, OTHER_USER, SUPPLIER, OTHER_USER):
        world.read_version(ESME, by=user)
    world.advance(1)
    world.read_version(ESME, by=OTHER_USER)

    heard = [decode(octets) for octets in world.devices[ESME].heard]
    counters = [message.counter for message in heard if message.originator == ACB]
    assert counters == sorted(set(counters))
    assert len(counters) == 5
    assert world.take(OTHER_USER) == ["I0"] * 4


def test_each_device_has_a_counter_of_its_own() -> None:
    world = premises()

    for device in (ESME, GSME):
        world.read_version(device, by=OTHER_USER)

    counters = [decode(world.devices[device].heard[0]).counter for device in (ESME, GSME)]
    assert counters == [START, START]


# --- certificates


def test_the_certificates_are_asked_for_first_and_kept() -> None:
    world = premises()

    for _ in range(2):
        world.read_version(ESME)

    contents = [type(frame.content) for frame in world.sent]
    assert contents == [CertificatesWanted, Gbcs, Gbcs]
    assert world.take(SUPPLIER) == ["I0", "I0"]


def test_everything_that_waits_for_the_certificates_is_sent_in_its_order() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    ids = [world.read_version(ESME, by=user).request_id for user in (SUPPLIER, DISTRIBUTOR, SUPPLIER)]

    world.uplink(ESME, world.devices[ESME].certificates())

    heard = [decode(octets) for octets in world.devices[ESME].heard]
    assert [f"{message.originator}:{message.target}:{message.counter}" for message in heard] == ids


def test_the_question_for_certificates_is_repeated_and_then_the_device_is_out_of_reach() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    world.read_version(ESME)

    world.advance(30 * SECOND_MS)

    assert [type(frame.content) for frame in world.sent] == [CertificatesWanted] * 3
    assert world.take(SUPPLIER) == ["E20"]


def test_a_late_answer_to_the_question_still_leaves_time_for_the_command() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    world.read_version(ESME)
    world.advance(25 * SECOND_MS)

    world.uplink(ESME, world.devices[ESME].certificates())

    assert world.take(SUPPLIER) == ["I0"]


def test_a_receipt_for_the_question_is_no_delivery_of_the_command() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    world.read_version(ESME)
    world.uplink(ESME, Receipt(frame=world.sent[0].frame, delivered=True))

    world.advance(30 * SECOND_MS)

    assert world.take(SUPPLIER) == ["E20"]


# --- attempts


@pytest.mark.parametrize("request_of", ["11.2", "11.3"])
def test_the_same_octets_go_three_times_in_thirty_seconds(request_of: str) -> None:
    world = silent()
    if request_of == "11.2":
        world.read_version(ESME)
    else:
        world.activate(ESME)

    world.advance(DAY_MS)

    assert times_sent(world) == [0, 10, 20]
    assert len(set(commands(world))) == 1
    assert world.devices[ESME].heard == commands(world)


def test_a_response_lost_once_is_healed_by_the_second_attempt() -> None:
    world = silent()
    world.read_version(ESME)
    world.devices[ESME].silent = False

    world.advance(DAY_MS)

    assert times_sent(world) == [0, 10]
    assert world.take(SUPPLIER) == ["I0"]


def test_an_answered_request_is_not_sent_again() -> None:
    world = premises()
    world.read_version(ESME)

    world.advance(DAY_MS)

    assert times_sent(world) == [0]
    assert world.take(SUPPLIER) == ["I0"]


@pytest.mark.parametrize(("reachable", "code"), [(True, "E21"), (False, "E20")])
def test_no_answer_is_e21_if_the_command_was_delivered_and_e20_if_not(reachable: bool, code: str) -> None:
    world = silent()
    world.devices[ESME].reachable = reachable
    acknowledgement = world.read_version(ESME)
    world.advance(30 * SECOND_MS - 1)
    before = world.take(SUPPLIER)

    world.advance(1)

    response = world.last(SUPPLIER)
    assert before == []
    assert isinstance(response, ServiceResponse)
    assert (response.request_id, response.response_id) == (acknowledgement.request_id, "")
    assert response.body is None
    assert world.take(SUPPLIER) == [code]
    assert world.take(DISTRIBUTOR) == [], "only who asked is told"


def test_one_delivery_among_three_attempts_is_enough_for_e21() -> None:
    world = silent()
    world.devices[ESME].reachable = False
    world.read_version(ESME)
    world.advance(5 * SECOND_MS)
    world.devices[ESME].reachable = True
    world.advance(10 * SECOND_MS)
    world.devices[ESME].reachable = False

    world.advance(15 * SECOND_MS)

    assert world.take(SUPPLIER) == ["E21"]


def test_a_frame_without_any_receipt_is_e20() -> None:
    world = premises()
    world.devices.clear()
    world.read_version(ESME)

    world.advance(30 * SECOND_MS)

    assert world.take(SUPPLIER) == ["E20"]


def test_a_receipt_for_an_unknown_frame_changes_nothing() -> None:
    world = silent()
    world.devices[ESME].reachable = False
    world.read_version(ESME)
    world.uplink(ESME, Receipt(frame="another", delivered=True))

    world.advance(30 * SECOND_MS)

    assert world.take(SUPPLIER) == ["E20"]


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_and_their_interval_can_be_chosen(attempts: int) -> None:
    times = Times(attempts=attempts, attempt_interval_ms=3 * SECOND_MS, response_timeout_ms=20 * SECOND_MS)
    world = premises(rules_as_of(times=times))
    world.devices[ESME].silent = True
    world.read_version(ESME)
    world.advance(20 * SECOND_MS - 1)
    before = world.take(SUPPLIER)

    world.advance(1)

    assert times_sent(world) == [3 * number for number in range(attempts)]
    assert (before, world.take(SUPPLIER)) == ([], ["E21"])


def test_requests_to_one_device_are_awaited_each_by_itself() -> None:
    world = silent()
    first = world.read_version(ESME).request_id
    world.advance(5 * SECOND_MS)
    second = world.read_version(ESME).request_id
    world.devices[ESME].silent = False

    world.advance(5 * SECOND_MS)
    world.devices[ESME].silent = True
    world.advance(DAY_MS)

    messages = [message for message in world.inbox[SUPPLIER] if isinstance(message, ServiceResponse)]
    assert [(message.request_id, message.response_code) for message in messages] == [
        (first, ResponseCode.I0),
        (second, ResponseCode.E21),
    ]


def test_lines_of_the_timetable_that_are_past_stand_in_nobody_s_way() -> None:
    world = premises()
    for _ in range(3):
        world.read_version(ESME)

    assert world.engine.expire(Instant(START + DAY_MS)) == []
    assert world.take(SUPPLIER) == ["I0"] * 3
