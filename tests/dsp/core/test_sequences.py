"""Sequences: a request waits for the one it names, goes when that succeeded, and is refused when it did not."""

from collections.abc import Callable

import pytest

from dsp.core.records import Stage
from dsp.core.sequences import released
from dsp.rules.sequences import SequenceFault
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    ReadFirmwareVersion,
    SignedPreCommand,
)
from smart_metering.duis.service_responses import PreCommand, ServiceResponse
from smart_metering.identifiers import RequestId
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, SECOND_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import (
    CHF,
    ESME,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    PPMID,
    START,
    SUPPLIER,
    V2,
    image_hash,
    registration,
    signed_by,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises
from tests.support.hand_made_device import ACB
from tests.support.sequenced_requests import NON_DEVICE, accepted, answer, ask, sent, slow, stages

# --- waiting


def test_a_request_waits_until_the_one_before_it_has_succeeded() -> None:
    world = slow(ESME, PPMID)
    first = accepted(world, first=True)
    second = accepted(world, target=PPMID, after=first)
    world.advance(5 * SECOND_MS)
    before = sent(world, PPMID), stages(world)

    answer(world)

    assert before == (0, [Stage.SENDING, Stage.WAITING])
    assert sent(world, PPMID) == 1
    assert world.take(SUPPLIER) == ["I0"]
    answer(world, PPMID)
    assert [message.request_id for message in world.inbox[SUPPLIER]] == [str(second)]  # type: ignore[union-attr]
    assert world.take(SUPPLIER) == ["I0"]
    assert world.engine.next_deadline() is None


def test_a_request_that_comes_after_the_success_goes_at_once() -> None:
    world = premises()
    first = accepted(world, first=True)

    second = accepted(world, after=first)

    assert world.take(SUPPLIER) == ["I0", "I0"]
    accepted(world, after=second)
    assert sent(world) == 3


def test_several_may_wait_for_one_and_one_for_several_in_a_row() -> None:
    world = slow()
    first = accepted(world, first=True)
    second = accepted(world, after=first)
    accepted(world, after=first)
    accepted(world, after=second)
    world.devices[ESME].silent = False

    answer(world)

    assert world.take(SUPPLIER) == ["I0"] * 4
    assert stages(world) == []


def test_time_to_answer_runs_from_when_a_request_goes() -> None:
    world = slow(ESME, PPMID)
    first = accepted(world, first=True)
    accepted(world, target=PPMID, after=first)
    world.advance(25 * SECOND_MS)
    answer(world)
    world.take(SUPPLIER)

    world.advance(30 * SECOND_MS - 1)
    before = world.take(SUPPLIER)
    world.advance(1)

    assert (before, world.take(SUPPLIER)) == ([], ["E21"])


def test_a_request_with_a_date_is_held_until_then_although_the_one_before_it_succeeded() -> None:
    world = slow()
    tomorrow = Instant(START + DAY_MS)
    first = accepted(world, first=True)
    accepted(world, after=first, at=tomorrow)

    answer(world)
    assert (sent(world), stages(world)) == (1, [Stage.HELD])
    world.advance(DAY_MS)

    assert sent(world) == 2


@pytest.mark.parametrize(
    ("dated", "due"),
    [
        (Instant(START + DAY_MS), START + DAY_MS - HOUR_MS),
        (Instant(START + HOUR_MS - 1), START),
        (CANCELLATION, START),
        (None, START),
    ],
)
def test_what_the_device_keeps_too_leaves_an_hour_ahead_and_a_cancellation_at_once(
    dated: Instant | None, due: int
) -> None:
    world = slow()
    first = accepted(world, first=True)
    accepted(world, after=first)
    (waiting,) = world.engine.state.waiting_for(first)
    request = changed(
        waiting.request,
        service_reference_variant="6.23",
        body=ReadFirmwareVersion(execution_date_time=dated),
    )
    world.engine.state.put_outstanding(changed(waiting, request=request))

    released(world.engine._turn(world.now), first, succeeded=True)

    assert world.engine.state.outstanding[str(waiting.command)].due == due


def test_whoever_waits_for_a_request_with_a_date_waits_for_its_response() -> None:
    world = premises()
    first = accepted(world, first=True, at=Instant(START + DAY_MS))
    accepted(world, after=first)
    world.advance(DAY_MS - 1)
    before = world.take(SUPPLIER)

    world.advance(1)

    assert (before, world.take(SUPPLIER)) == ([], ["I0", "I0"])


def test_a_cancellation_has_ended_once_the_device_took_it() -> None:
    world = slow(PPMID)
    cancellation = cancel_activation(world)

    accepted(world, target=PPMID, after=cancellation)

    assert sent(world, PPMID) == 1


def cancel_activation(world: DspWorld) -> RequestId:
    """An 11.3 that begins a sequence and cancels."""
    request_id, octets = world.pre_command(ESME, by=SUPPLIER, at=CANCELLATION)
    signed = SignedPreCommand(gbcs_payload=signed_by(SUPPLIER, octets))
    variant = CommandVariant.SIGNED_SEND
    _, acknowledgement = ask(world, "11.3", signed, variant=variant, first=True, request_id=request_id)
    assert acknowledgement.response_code is ResponseCode.I99
    return request_id


def test_what_is_under_way_keeps_nothing_older_in_the_books() -> None:
    world = slow()
    held = accepted(world, first=True, at=Instant(START + 30 * DAY_MS))
    over = [accepted(world, target=PPMID, first=True) for _ in range(3)]
    world.advance(29 * DAY_MS)
    accepted(world, first=True, at=Instant(world.now + 30 * DAY_MS))
    world.advance(2 * DAY_MS - HOUR_MS)

    accepted(world, target=PPMID, first=True)

    books = world.engine.state.sequenced_requests
    assert str(held) in books
    assert not any(str(request_id) in books for request_id in over)


def test_a_signed_pre_command_waits_and_its_transform_does_not() -> None:
    world = slow()
    first = accepted(world, first=True)
    body = ActivateFirmware(firmware_hash=image_hash(V2))
    request_id, transformed = ask(world, "11.3", body, variant=CommandVariant.TRANSFORM, after=first)
    assert isinstance(transformed.body, PreCommand), transformed
    signed = SignedPreCommand(gbcs_payload=signed_by(SUPPLIER, transformed.body.gbcs_payload))

    _, acknowledgement = ask(
        world, "11.3", signed, variant=CommandVariant.SIGNED_SEND, after=first, request_id=request_id
    )

    assert acknowledgement.response_code is ResponseCode.I99
    assert (sent(world), stages(world)) == (1, [Stage.SENDING, Stage.WAITING])
    answer(world)
    assert sent(world) == 2


def test_a_request_id_that_is_used_again_with_another_command_variant_lets_nobody_go_twice() -> None:
    world = slow(PPMID)
    first = accepted(world, first=True)
    accepted(world, target=PPMID, after=first)
    body = ActivateFirmware(firmware_hash=image_hash(V2))
    transformed = ask(world, "11.3", body, variant=CommandVariant.TRANSFORM, request_id=first)[1]
    assert isinstance(transformed.body, PreCommand), transformed
    signed = SignedPreCommand(gbcs_payload=signed_by(SUPPLIER, transformed.body.gbcs_payload))

    ask(world, "11.3", signed, variant=CommandVariant.SIGNED_SEND, first=True, request_id=first)
    world.advance(0)

    assert world.take(SUPPLIER) == ["I0", "I0"]
    assert stages(world) == [Stage.SENDING]


def test_a_non_device_request_has_ended_with_its_answer() -> None:
    world = premises()

    first, read = ask(world, "8.2", ReadInventory(device_id=ESME), target=ACB, variant=NON_DEVICE, first=True)

    assert read.response_code is ResponseCode.I0
    accepted(world, after=first)
    assert sent(world) == 1


# --- failing


def fall_silent(world: DspWorld) -> None:
    world.advance(30 * SECOND_MS)


def lose_responsibility(world: DspWorld) -> None:
    """From tomorrow on the meter is another supplier's."""
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=Instant(START + DAY_MS)), party=OTHER_SUPPLIER)
    world.load(registrations=[gained])
    world.advance(DAY_MS)


@pytest.mark.parametrize(("at", "fail", "code"), [
    (None, fall_silent, "E21"),
    (Instant(START + DAY_MS), lose_responsibility, "E4"),
])  # fmt: skip
def test_a_failure_is_the_failure_of_all_who_wait_for_it(
    at: Instant | None, fail: Callable[[DspWorld], None], code: str
) -> None:
    world = slow()
    first = accepted(world, first=True, at=at)
    second = accepted(world, target=PPMID, after=first)
    third = accepted(world, after=second)

    fail(world)

    messages = [message for message in world.inbox[SUPPLIER] if isinstance(message, ServiceResponse)]
    assert [message.request_id for message in messages] == [str(first), str(second), str(third)]
    assert world.take(SUPPLIER) == [code, "E31", "E31"]
    assert sent(world, PPMID) == 0
    assert messages[1].decision == messages[2].decision
    assert messages[1].decision is not None
    assert messages[1].decision.row == SequenceFault.FAILED
    assert Stage.WAITING not in stages(world)
    ends = world.engine.state.sequenced_requests.values()
    assert [(row.succeeded, row.ended_at) for row in ends] == [(False, world.now)] * 3, "nobody may follow"


def test_a_long_row_of_waiting_requests_fails_whole() -> None:
    world = slow()
    last = accepted(world, first=True)
    for _ in range(2_000):
        last = accepted(world, after=last)

    world.advance(30 * SECOND_MS)

    assert world.take(SUPPLIER) == ["E21"] + ["E31"] * 2_000


def test_the_checks_are_made_again_when_a_request_goes_and_a_refusal_fails_the_rest() -> None:
    world = premises(before_secmp0105())
    world.devices[CHF].silent = True
    first = accepted(world, target=CHF, first=True)
    second = accepted(world, after=first)
    accepted(world, target=CHF, after=second)
    world.remove_from_cpl(ESME)
    world.inbox.clear()

    answer(world, CHF)

    assert world.take(SUPPLIER) == ["I0", "E5", "E31"]
    assert sent(world) == 0


def test_a_late_response_does_not_undo_a_failure() -> None:
    world = slow()
    first = accepted(world, first=True)
    accepted(world, target=PPMID, after=first)
    world.advance(HOUR_MS)
    world.take(SUPPLIER)

    answer(world)

    assert world.take(SUPPLIER) == ["I0"]
    assert sent(world, PPMID) == 0
    assert ask(world, after=first)[1].response_code is ResponseCode.E31
