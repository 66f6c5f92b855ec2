"""Command Variants 2, 3, 6 and 7: who may have a Command delivered locally, what is given out, and what is sent."""

import pytest

from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.device_requests import TopUpDevice
from smart_metering.duis.service_requests import ActivateFirmware, Body, ReadFirmwareVersion, SignedPreCommand
from smart_metering.duis.service_responses import (
    LocalCommand,
    PreCommand,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.gbcs.message import decode
from smart_metering.gbcs.protection import mac_is_valid
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import HOUR_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import CertificatesWanted, Gbcs
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GSME,
    HCALCS,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    V2,
    image_hash,
    party,
    signed_by,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended
from tests.support.hand_made_device import ACB, secret_between
from tests.support.traces import assert_refused, told, trace_of

I0, I99, E4, E5, E13, E17, E20, E40, E100 = (
    ResponseCode.I0,
    ResponseCode.I99,
    ResponseCode.E4,
    ResponseCode.E5,
    ResponseCode.E13,
    ResponseCode.E17,
    ResponseCode.E20,
    ResponseCode.E40,
    ResponseCode.E100,
)
SEND, LOCAL, BOTH = CommandVariant.SEND, CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL
SIGNED_LOCAL, SIGNED_BOTH = CommandVariant.SIGNED_LOCAL, CommandVariant.SIGNED_SEND_AND_LOCAL
UTRN = "01234567890123456789"
BEFORE, AFTER = before_secmp0105(), rules_as_of()


def known(world: DspWorld, *devices: Eui) -> DspWorld:
    """The DSP has the certificates of these Devices."""
    for device in devices:
        world.uplink(device, world.devices[device].certificates())
    return world


def read(
    world: DspWorld,
    variant: CommandVariant,
    device: Eui = ESME,
    *,
    by: Eui = SUPPLIER,
    request_id: RequestId | None = None,
) -> ServiceResponse:
    """11.2."""
    return world.ask(
        "11.2", ReadFirmwareVersion(), by=by, target=device, variant=variant, request_id=request_id
    )


def pre_command(world: DspWorld, *, at: Instant | None = None) -> tuple[RequestId, SignedPreCommand]:
    """11.3 to the ESME, signed."""
    request_id, octets = world.pre_command(ESME, by=SUPPLIER, at=at)
    return request_id, SignedPreCommand(gbcs_payload=signed_by(SUPPLIER, octets))


def given_out(answer: ServiceResponse) -> bytes:
    """The octets of the LocalCommand."""
    assert isinstance(answer.body, LocalCommand), answer
    return answer.body.gbcs_payload


# --- who may


@pytest.mark.parametrize("variant", [LOCAL, BOTH])
@pytest.mark.parametrize(
    ("user", "device"),
    [
        (DISTRIBUTOR, ESME),
        (EXPORT_SUPPLIER, ESME),
        (AGENT, ESME),
        (OTHER_USER, ESME),
        (GAS_TRANSPORTER, GSME),
        (DISTRIBUTOR, PPMID),
    ],
)
def test_whoever_is_no_supplier_has_nothing_delivered_locally(
    user: Eui, device: Eui, variant: CommandVariant
) -> None:
    world = known(premises(), device)
    before = trace_of(world)

    assert_refused(world, before, read(world, variant, device, by=user), E17)


@pytest.mark.parametrize("variant", [LOCAL, BOTH])
@pytest.mark.parametrize(
    ("user", "device"),
    [(SUPPLIER, ESME), (SUPPLIER, HCALCS), (SUPPLIER, CHF), (GAS_SUPPLIER, GSME), (GAS_SUPPLIER, PPMID)],
)
def test_a_supplier_of_the_device_has(user: Eui, device: Eui, variant: CommandVariant) -> None:
    world = known(premises(), device)

    octets = given_out(read(world, variant, device, by=user))

    assert mac_is_valid(decode(octets), secret_between(device, ACB))


def test_a_supplier_of_another_device_is_not_responsible_rather_than_not_local() -> None:
    world = known(premises(), ESME)
    before = trace_of(world)

    assert_refused(world, before, read(world, LOCAL, by=OTHER_SUPPLIER), E4)


def test_it_is_the_role_of_the_asker_for_this_device_that_counts() -> None:
    world = known(premises(), ESME)
    world.load(parties=[changed(party(DISTRIBUTOR), roles=(UserRole.GS, UserRole.ED))])
    before = trace_of(world)

    assert_refused(world, before, read(world, LOCAL, by=DISTRIBUTOR), E17)


def test_each_variant_has_its_service() -> None:
    world = known(premises(), ESME)
    before = trace_of(world)
    for variant, service in ((LOCAL, Service.SEND_COMMAND), (BOTH, Service.NON_DEVICE)):
        answer = world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=variant, service=service)

        assert_refused(world, before, answer, E13)


# --- the certificates


@pytest.mark.parametrize("variant", [LOCAL, BOTH])
def test_before_the_certificates_are_known_they_are_asked_for_and_the_request_may_be_sent_again(
    variant: CommandVariant,
) -> None:
    world = premises()
    request_id = world.request_id(SUPPLIER, ESME)
    books = trace_of(world).books

    first = read(world, variant, request_id=request_id)
    asked_for = [frame.content for frame in world.sent]
    again = read(world, variant, request_id=request_id)

    assert (first.response_code, first.body) == (E20, None)
    assert asked_for == [CertificatesWanted()]
    assert books["outstanding"] == []
    assert given_out(again)


@pytest.mark.parametrize("variant", [SIGNED_LOCAL, SIGNED_BOTH])
def test_so_they_are_for_a_signed_pre_command(variant: CommandVariant) -> None:
    world = premises()
    request_id, signed = pre_command(world)

    answers = [
        world.ask("11.3", signed, variant=variant, request_id=request_id, target=ESME) for _ in range(2)
    ]

    assert answers[0].response_code is E20
    assert given_out(answers[1])


def test_nothing_waits_for_the_answer_to_a_request_that_could_not_be_given_out() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False

    read(world, LOCAL)

    assert len(world.engine.state.outstanding) == 0
    assert world.engine.next_deadline() is None


# --- what is given out


def test_a_command_for_local_delivery_is_not_sent_and_nobody_is_told_when_no_answer_comes_back() -> None:
    world = known(premises(), ESME)

    answer = read(world, LOCAL)
    world.advance(Times().local_delivery_ms)

    assert answer.response_code is I0
    assert world.sent == []
    assert told(world) == {}
    assert len(world.engine.state.outstanding) == 0
    assert world.engine.next_deadline() is None


def test_its_request_id_is_used_up() -> None:
    world = known(premises(), ESME)
    request_id = world.request_id(SUPPLIER, ESME)

    codes = [read(world, LOCAL, request_id=request_id).response_code for _ in range(2)]

    assert codes == [I0, E40]


def test_both_ways_are_the_same_command() -> None:
    world = known(premises(), ESME)

    answer = read(world, BOTH)

    (frame,) = world.sent
    assert answer.response_code is I99
    assert frame.content == Gbcs(gbcs=given_out(answer))
    assert told(world) == {SUPPLIER: ["I0"]}


@pytest.mark.parametrize("variant", [SIGNED_LOCAL, SIGNED_BOTH])
def test_a_critical_command_is_what_the_user_signed_with_the_mac_of_the_dsp(variant: CommandVariant) -> None:
    world = known(premises(), ESME)
    request_id, signed = pre_command(world)

    answer = world.ask("11.3", signed, variant=variant, request_id=request_id, target=ESME)

    command, sent = decode(given_out(answer)), decode(signed.gbcs_payload)
    assert (command.payload, command.signature) == (sent.payload, sent.signature)
    assert mac_is_valid(command, secret_between(ESME, ACB))
    local = variant is SIGNED_LOCAL
    assert answer.response_code is (I0 if local else I99)
    assert len(world.sent) == (0 if local else 1)


@pytest.mark.parametrize("variant", [LOCAL, BOTH])
def test_a_request_for_local_delivery_has_no_date(variant: CommandVariant) -> None:
    world = known(premises(), ESME)
    before = trace_of(world)
    dated = ReadFirmwareVersion(execution_date_time=Instant(START + HOUR_MS))

    assert_refused(world, before, world.ask("11.2", dated, target=ESME, variant=variant), E100)


@pytest.mark.parametrize("variant", [SIGNED_LOCAL, SIGNED_BOTH])
def test_nor_has_a_signed_pre_command(variant: CommandVariant) -> None:
    world = known(premises(), ESME)
    request_id, signed = pre_command(world, at=Instant(START + HOUR_MS))
    before = trace_of(world)

    answer = world.ask("11.3", signed, variant=variant, request_id=request_id, target=ESME)

    assert_refused(world, before, answer, E100)


# --- while Suspended


@pytest.mark.parametrize("rules", [BEFORE, AFTER], ids=["before SECMP0105", "after"])
@pytest.mark.parametrize(("device", "supplier"), [(ESME, SUPPLIER), (GSME, GAS_SUPPLIER)])
@pytest.mark.parametrize(
    ("smets1", "variant", "code"),
    [
        (True, LOCAL, I0),
        (True, SEND, E5),
        (True, BOTH, E5),
        (False, LOCAL, E5),
        (False, SEND, E5),
        (False, BOTH, E5),
    ],
)
def test_a_suspended_meter_takes_a_top_up_only_as_the_utrn_of_smets1(
    smets1: bool, variant: CommandVariant, code: ResponseCode, device: Eui, supplier: Eui, rules: RuleSet
) -> None:
    world = known(suspended(device, rules, smets1=smets1), device)
    before = trace_of(world)

    answer = world.ask("2.2", TopUpDevice(utrn=UTRN), by=supplier, target=device, variant=variant)

    if code is E5:
        assert_refused(world, before, answer, E5)
        return
    assert answer.response_code is I0
    assert answer.body == Smets1ResponseMessage(success=True, utrn=UTRN)
    assert answer.decision is not None
    assert (answer.decision.source, answer.decision.mark) == ("SECMP0105 report, on E5", "C")


@pytest.mark.parametrize(("rules", "code"), [(BEFORE, E5), (AFTER, I0)], ids=["before SECMP0105", "after"])
def test_a_suspended_meter_is_read_locally_after_secmp0105(rules: RuleSet, code: ResponseCode) -> None:
    world = known(suspended(ESME, rules), ESME)

    assert read(world, LOCAL).response_code is code


@pytest.mark.parametrize("rules", [BEFORE, AFTER], ids=["before SECMP0105", "after"])
@pytest.mark.parametrize("variant", [SIGNED_LOCAL, SIGNED_BOTH])
def test_a_suspended_meter_takes_a_critical_command_locally_too(
    variant: CommandVariant, rules: RuleSet
) -> None:
    world = known(suspended(ESME, rules), ESME)
    request_id, signed = pre_command(world)

    assert given_out(world.ask("11.3", signed, variant=variant, request_id=request_id, target=ESME))


# --- the UTRN of SMETS1


def top_up(world: DspWorld, variant: CommandVariant, utrn: str = UTRN) -> ServiceResponse:
    """2.2 to the ESME."""
    return world.ask("2.2", TopUpDevice(utrn=utrn), target=ESME, variant=variant)


def test_a_smets1_meter_in_service_is_topped_up_by_hand_without_any_command() -> None:
    world = premises(smets1=True)

    answer = top_up(world, LOCAL)

    assert answer.body == Smets1ResponseMessage(success=True, utrn=UTRN)
    assert world.sent == [], "not even certificates are asked for"
    assert len(world.engine.state.outstanding) == 0


def test_a_smets2_meter_is_topped_up_by_hand_by_a_command() -> None:
    world = known(premises(), ESME)

    assert given_out(top_up(world, LOCAL))


def test_a_utrn_that_is_none_is_not_given_back() -> None:
    world = premises(smets1=True)
    before = trace_of(world)

    assert_refused(world, before, top_up(world, LOCAL, UTRN[:-1]), E100)


def test_over_the_sm_wan_a_smets1_meter_is_sent_a_command() -> None:
    world = premises(smets1=True)
    world.devices[ESME].silent = True

    assert top_up(world, SEND).response_code is I99
    assert len(world.devices[ESME].heard) == 1


def test_transform_gives_nothing_out() -> None:
    body: Body = ActivateFirmware(firmware_hash=image_hash(V2))

    answer = premises().ask("11.3", body, target=ESME, variant=CommandVariant.TRANSFORM)

    assert isinstance(answer.body, PreCommand)
    assert decode(answer.body.gbcs_payload).mac is None
