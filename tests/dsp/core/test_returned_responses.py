"""SR 8.13: what a Device answered to a Command that was delivered locally counts as if it had come over the SM WAN."""

from dataclasses import replace

import pytest

from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import AddDeviceToChfWhitelist, UpdateHanDeviceLog
from smart_metering.duis.inventory_requests import DevicePrenotification, ReturnLocalCommandResponse
from smart_metering.duis.service_requests import ReadFirmwareVersion, SignedPreCommand
from smart_metering.duis.service_responses import LocalCommand, ServiceResponse
from smart_metering.gbcs.comms_hub_device_log import ADDED, encode_log_change_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, response_to
from smart_metering.gbcs.protection import add_mac
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Gbcs
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.device_answers import INSTALL_CODE, response
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    V1,
    V2,
    image_hash,
    signed_by,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended
from tests.support.hand_made_device import secret_between
from tests.support.traces import assert_refused, told, trace_of

I0, E2, E48, E100 = ResponseCode.I0, ResponseCode.E2, ResponseCode.E48, ResponseCode.E100
LOCAL, BOTH = CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL


def known(world: DspWorld, *devices: Eui) -> DspWorld:
    """The DSP has the certificates of these Devices."""
    for device in devices:
        world.uplink(device, world.devices[device].certificates())
    return world


def read_locally(
    world: DspWorld, device: Eui = ESME, *, by: Eui = SUPPLIER, variant: CommandVariant = LOCAL
) -> tuple[str, bytes]:
    """11.2: its RequestID, and the Device's Response, which went no other way."""
    answer = world.ask("11.2", ReadFirmwareVersion(), by=by, target=device, variant=variant)
    assert isinstance(answer.body, LocalCommand), answer
    said = world.devices[device].answer(answer.body.gbcs_payload)
    assert isinstance(said, Gbcs)
    return answer.request_id, said.gbcs


def activate_locally(world: DspWorld, *, at: Instant | None = None) -> tuple[str, bytes]:
    """11.3 to the ESME, Command Variant 6, likewise."""
    request_id, octets = world.pre_command(ESME, by=SUPPLIER, at=at)
    signed = SignedPreCommand(gbcs_payload=signed_by(SUPPLIER, octets))
    variant = CommandVariant.SIGNED_LOCAL
    answer = world.ask("11.3", signed, variant=variant, request_id=request_id, target=ESME)
    assert isinstance(answer.body, LocalCommand), answer
    said = world.devices[ESME].answer(answer.body.gbcs_payload)
    assert isinstance(said, Gbcs)
    return answer.request_id, said.gbcs


def bring(
    world: DspWorld, octets: bytes, *, by: Eui = SUPPLIER, original_request_id: str = ""
) -> ServiceResponse:
    """8.13."""
    body = ReturnLocalCommandResponse(original_request_id=original_request_id, device_gbcs_response=octets)
    return world.ask("8.13", body, by=by)


# --- what it means


def test_a_read_version_is_learned_and_restores_and_its_bringer_is_told_of_the_restoration_alone() -> None:
    world = known(suspended(ESME, running=V2), ESME)
    _, octets = read_locally(world)
    before = told(world)

    answer = bring(world, octets)

    assert (answer.response_code, answer.body) == (I0, None)
    assert (world.status(ESME), world.version(ESME)) == (SmiStatus.COMMISSIONED, V2)
    assert (before, told(world)) == ({}, {SUPPLIER: ["N29"], DISTRIBUTOR: ["N29"]})
    assert answer.decision is not None
    assert (answer.decision.code, answer.decision.source) == ("learned", "SECMP0105 report")


def test_the_version_that_the_smi_has_already_changes_nothing() -> None:
    world = known(suspended(ESME), ESME)
    _, octets = read_locally(world)

    answer = bring(world, octets)

    assert answer.response_code is I0
    assert (world.status(ESME), world.version(ESME)) == (SmiStatus.SUSPENDED, V1)
    assert told(world) == {}


@pytest.mark.parametrize("rules", [before_secmp0105(), rules_as_of()], ids=["before SECMP0105", "after"])
def test_a_successful_activation_is_learned_before_and_after_secmp0105(rules: RuleSet) -> None:
    world = known(suspended(ESME, rules), ESME)
    world.devices[ESME].staged = (image_hash(V2), V2)
    _, octets = activate_locally(world)

    answer = bring(world, octets)

    assert answer.response_code is I0
    assert (world.status(ESME), world.version(ESME)) == (SmiStatus.COMMISSIONED, V2)


@pytest.mark.parametrize(
    ("rules", "version"), [(before_secmp0105(), V1), (rules_as_of(), V2)], ids=["before SECMP0105", "after"]
)
def test_an_activation_without_success_is_learned_from_after_secmp0105_only(
    rules: RuleSet, version: str
) -> None:
    world = known(suspended(ESME, rules, running=V2), ESME)
    _, octets = activate_locally(world)

    bring(world, octets)

    assert world.version(ESME) == version


def test_an_8_11_that_the_hub_did_on_the_spot_whitelists() -> None:
    world = known(premises(), CHF)
    world.ask(
        "12.2",
        DevicePrenotification(
            device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
        ),
    )
    addition = AddDeviceToChfWhitelist(join_time_period=600, install_code=INSTALL_CODE)
    body = UpdateHanDeviceLog(device_id=NOWHERE, request_type="Add", add_device_to_chf_whitelist=addition)
    answer = world.ask("8.11", body, target=CHF, variant=LOCAL)
    assert isinstance(answer.body, LocalCommand)
    command = decode(answer.body.gbcs_payload)
    payload = encode_log_change_response(UseCase.CCS01, ADDED, exchange_of(command))

    bring(world, response(world, CHF, payload, command=command))

    assert world.status(NOWHERE) is SmiStatus.WHITELISTED
    assert told(world) == {SUPPLIER: ["N24"]}


def test_a_response_to_what_went_both_ways_is_taken_whichever_way_it_comes_first() -> None:
    world = known(premises(), ESME)
    world.devices[ESME].version = V2
    world.devices[ESME].silent = True
    _, octets = read_locally(world, variant=BOTH)

    answer = bring(world, octets)
    world.say(ESME, octets)
    world.advance(DAY_MS)

    assert (answer.response_code, world.version(ESME)) == (I0, V2)
    assert told(world) == {}, "no E21 follows, and nothing is said twice"


def test_a_response_that_came_over_the_sm_wan_is_not_taken_again() -> None:
    world = known(premises(), ESME)
    request_id, octets = read_locally(world, variant=BOTH)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets, original_request_id=request_id), E100)


def test_a_dated_activation_that_was_accepted_on_the_spot_ends_with_its_alert() -> None:
    world = known(premises(), ESME)
    world.devices[ESME].staged = (image_hash(V2), V2)
    world.devices[ESME].silent = True
    request_id = world.activate(ESME, at=Instant(START + DAY_MS)).request_id
    said = world.devices[ESME].answer(world.devices[ESME].heard[-1])
    assert isinstance(said, Gbcs)

    bring(world, said.gbcs, original_request_id=request_id)
    world.advance(DAY_MS)
    world.say(ESME, world.devices[ESME].carry_out())

    assert world.version(ESME) == V2
    assert told(world) == {SUPPLIER: ["I0"]}, "as the outcome of the request, not as an alert"


# --- whose it is


def test_the_request_that_it_answers_may_be_named_or_left_out() -> None:
    world = known(premises(), ESME)
    named = [read_locally(world) for _ in range(2)]

    codes = [
        bring(world, named[0][1], original_request_id=named[0][0]).response_code,
        bring(world, named[1][1]).response_code,
    ]

    assert codes == [I0, I0]


@pytest.mark.parametrize("original_request_id", ["nonsense", f"{SUPPLIER}:{ESME}:999999"])
def test_the_wrong_request_is_refused_and_the_right_one_is_still_waited_for(original_request_id: str) -> None:
    world = known(premises(), ESME)
    request_id, octets = read_locally(world)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets, original_request_id=original_request_id), E100)
    assert bring(world, octets, original_request_id=request_id).response_code is I0


def test_nobody_else_brings_it_and_its_asker_still_may() -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets, by=OTHER_SUPPLIER), E100)
    assert bring(world, octets).response_code is I0


def test_only_suppliers_send_8_13() -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    before = trace_of(world)

    for user in (DISTRIBUTOR, OTHER_USER):
        assert_refused(world, before, bring(world, octets, by=user), E2)


def test_it_is_brought_once() -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    bring(world, octets)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets), E100)


def test_it_is_brought_in_time() -> None:
    world = known(premises(), ESME)
    (_, early), (_, late) = read_locally(world), read_locally(world)
    world.advance(Times().local_delivery_ms - 1)
    in_time = bring(world, early)
    world.advance(1)
    before = trace_of(world)

    assert in_time.response_code is I0
    assert_refused(world, before, bring(world, late), E100)


def test_a_response_to_a_command_that_nobody_gave_out_is_refused() -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    said = decode(octets)
    to_another = replace(said, counter=said.counter + 1, mac=None)
    other = encode(add_mac(to_another, secret_between(ESME, SUPPLIER)))
    before = trace_of(world)

    assert_refused(world, before, bring(world, other), E100)


def test_a_response_to_a_command_that_is_still_held_is_refused() -> None:
    world = known(premises(), ESME)
    request_id = world.request_id(SUPPLIER, ESME)
    dated = ReadFirmwareVersion(execution_date_time=Instant(START + DAY_MS))
    world.ask("11.2", dated, target=ESME, variant=CommandVariant.SEND, request_id=request_id)
    never_said = Message(
        cra=CraFlag.RESPONSE,
        counter=request_id.counter,
        originator=ESME,
        target=SUPPLIER,
        message_code=UseCase.ECS52,
        payload=encode_read_response(UseCase.ECS52, V2, request_id.counter),
        signature=b"",
    )
    octets = encode(add_mac(never_said, secret_between(ESME, SUPPLIER)))
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets), E100)


# --- what it looks like


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_what_is_no_message_is_refused(cut: int) -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets[:cut]), E100)


def test_octets_behind_a_message_are_refused() -> None:
    world = known(premises(), ESME)
    _, octets = read_locally(world)
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets + b"\0"), E100)


def test_a_command_is_no_response() -> None:
    world = known(premises(), ESME)
    answer = world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=LOCAL)
    assert isinstance(answer.body, LocalCommand)
    before = trace_of(world)

    assert_refused(world, before, bring(world, answer.body.gbcs_payload), E100)


def test_a_signature_that_does_not_verify_is_refused_and_the_genuine_one_is_still_taken() -> None:
    world = known(premises(), ESME)
    _, octets = activate_locally(world)
    forged = octets[:-1] + bytes([octets[-1] ^ 1])
    before = trace_of(world)

    assert_refused(world, before, bring(world, forged), E48)
    assert bring(world, octets).response_code is I0


def test_a_mac_for_the_acb_that_does_not_verify_is_refused() -> None:
    world = known(premises(), PPMID)
    _, octets = read_locally(world, PPMID)
    forged = octets[:-1] + bytes([octets[-1] ^ 1])
    before = trace_of(world)

    assert_refused(world, before, bring(world, forged), E48)


def test_a_response_of_another_use_case_is_refused() -> None:
    world = known(premises(), ESME)
    answer = world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=LOCAL)
    assert isinstance(answer.body, LocalCommand)
    command = decode(answer.body.gbcs_payload)
    other = response_to(command, b"any")
    other = replace(other, message_code=UseCase.ECS17B)
    octets = encode(add_mac(other, secret_between(ESME, SUPPLIER)))
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets), E48)


def test_a_payload_that_cannot_be_read_is_refused() -> None:
    world = known(premises(), ESME)
    answer = world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=LOCAL)
    assert isinstance(answer.body, LocalCommand)
    garbled = response_to(decode(answer.body.gbcs_payload), b"garbled")
    octets = encode(add_mac(garbled, secret_between(ESME, SUPPLIER)))
    before = trace_of(world)

    assert_refused(world, before, bring(world, octets), E48)
