"""Explain, of access control: every check in its order, which one refused, and by which rows the others were passed."""

from collections.abc import Callable

import pytest

from dsp.core.authorisation import CHECKS
from dsp.core.explained_checks import CHECK_ROWS, GRANTED, NOT_ASKED, REFUSAL_ROWS
from dsp.core.explanation import Hop, Place
from dsp.core.inputs import RequestReceived
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.inventory_requests import (
    ReadInventory,
)
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    ReadFirmwareVersion,
    ServiceRequest,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import RequestId, parse_request_id
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    AGENT,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GPF,
    GSME,
    NOWHERE,
    OTHER_SUPPLIER,
    SUPPLIER,
    V2,
    image_hash,
    party,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended
from tests.support.explaining import check_called, codes, explained, hop_at, places

# --- the tables


def test_each_check_has_its_row_in_the_order_of_the_checks() -> None:
    assert tuple(row.check for row in CHECK_ROWS) == CHECKS
    assert {row.check for row in REFUSAL_ROWS} == set(CHECKS)


# --- access control: what refused


def lone(world: DspWorld, **changes: object) -> ServiceResponse:
    """An 11.2 to the ESME, with these changes to how it is asked."""
    asked = {"srv": "11.2", "body": ReadFirmwareVersion(), "target": ESME, "variant": CommandVariant.SEND}
    return world.ask(**{**asked, **changes})  # type: ignore[arg-type]  # a test's own mixture


def used_twice(world: DspWorld) -> ServiceResponse:
    first = lone(world)
    return lone(world, request_id=parse_request_id(first.request_id))


def by_a_party(**changes: object) -> Callable[[DspWorld], ServiceResponse]:
    def send(world: DspWorld) -> ServiceResponse:
        world.load(parties=[changed(party(SUPPLIER), **changes)])
        return lone(world)

    return send


def on_no_han(world: DspWorld) -> ServiceResponse:
    device = world.engine.state.devices[ESME]
    world.engine.state.put_device(changed(device, comms_hub=None))
    return lone(world)


def following_nothing(world: DspWorld) -> ServiceResponse:
    request = ServiceRequest(
        request_id=world.request_id(SUPPLIER, ESME),
        preceding_service_request_id=RequestId(SUPPLIER, ESME, 99),
        command_variant=CommandVariant.SEND,
        service_reference_variant="11.2",
        body=ReadFirmwareVersion(),
    )
    reply = world.give(RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request))
    assert isinstance(reply, ServiceResponse)
    return reply


def an_11_4_before_its_time(world: DspWorld) -> ServiceResponse:
    return world.ask("11.4", UpdatePpmidFirmware(firmware_version=V2, device_id_list=(ESME,)))


TO_A_DEVICE = {"srv": "8.2", "body": ReadInventory(device_id=ESME), "variant": CommandVariant.NON_DEVICE}
LOCAL_BY_OPERATOR = {"by": DISTRIBUTOR, "variant": CommandVariant.LOCAL}
PRE_COMMAND = {
    "srv": "11.3",
    "body": ActivateFirmware(firmware_hash=image_hash(V2)),
    "variant": CommandVariant.TRANSFORM,
}
FOR_A_GPF = {**PRE_COMMAND, "target": GPF, "by": GAS_SUPPLIER}
IN_THE_PAST = ReadFirmwareVersion(execution_date_time=Instant(1))

Sends = Callable[[DspWorld], ServiceResponse]

REFUSED: tuple[tuple[str, str, Sends], ...] = (
    # the check                             code    what is sent
    ("E100 SRV",                            "E100", an_11_4_before_its_time),
    ("E1 originator of the RequestID",      "E1",   lambda w: lone(w, request_id=RequestId(OTHER_SUPPLIER, ESME, 7))),
    ("E40 RequestID",                       "E40",  used_twice),
    ("E100 Service Reference and body",     "E100", lambda w: lone(w, reference="11.3")),
    ("E100 Service Reference and body",     "E100", lambda w: lone(w, body=ReadInventory(device_id=ESME))),
    ("E13 service",                         "E13",  lambda w: lone(w, service=Service.TRANSFORM)),
    ("E12 Command Variant",                 "E12",  lambda w: lone(w, variant=CommandVariant.TRANSFORM)),
    ("E1 User",                             "E1",   by_a_party(roles=())),
    ("E2 User Role",                        "E2",   lambda w: lone(w, **PRE_COMMAND, by=DISTRIBUTOR)),
    ("E3 status of the User",               "E3",   by_a_party(suspended=True)),
    ("E19 target",                          "E19",  lambda w: lone(w, target=NOWHERE)),
    ("E19 target",                          "E100", lambda w: lone(w, **TO_A_DEVICE)),
    ("E4 responsibility",                   "E4",   lambda w: lone(w, by=OTHER_SUPPLIER)),
    ("E5 SMI Status",                       "E5",   lambda w: lone(w, target=GSME, by=AGENT)),
    ("E11 Device Type",                     "E11",  lambda w: lone(w, **FOR_A_GPF)),
    ("E20 hub",                             "E20",  on_no_han),
    ("E17 local delivery",                  "E17",  lambda w: lone(w, **LOCAL_BY_OPERATOR)),
    ("E31, E41 to E43 sequence",            "E41",  following_nothing),
    ("E100 date of execution",              "E100", lambda w: lone(w, body=IN_THE_PAST)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "send"), REFUSED, ids=[f"{name} {number}" for number, (name, _, _) in enumerate(REFUSED)]
)
def test_the_check_that_refused_stands_between_those_passed_and_those_not_asked(
    name: str, code: str, send: Sends
) -> None:
    rules = before_secmp0105() if send is an_11_4_before_its_time else rules_as_of()
    world = premises(rules, statuses={GSME: SmiStatus.PENDING})

    hops = explained(world, send(world))

    hop = hop_at(hops, Place.ACCESS_CONTROL, -1)
    refusing = [row.name for row in CHECK_ROWS].index(name)
    assert (hop.what, hop.checks[refusing].code) == (f"refused: {code}", code)
    assert hop.checks[refusing].row.startswith(f"{name}: ")
    assert set(codes(hop)[refusing + 1 :]) <= {NOT_ASKED}
    assert set(codes(hop)[:refusing]) <= {GRANTED, NOT_ASKED}
    assert len(hop.checks) == len(CHECKS)
    assert hop.decision is not None
    assert hop.checks[refusing].row.endswith(hop.decision.row)
    assert (hops[-1].place, hops[-1].what, hops[-1].decision) == ("answer", code, None)


def test_every_way_to_be_refused_is_tried_here() -> None:
    tried = {name for name, _, _ in REFUSED}

    assert tried == {row.name for row in CHECK_ROWS}


def test_an_srv_that_does_not_exist_came_to_no_check() -> None:
    world = premises()

    hops = explained(world, lone(world, srv="99.9"))

    assert places(hops) == ["door", "access control", "answer"]
    assert codes(hops[1]) == [NOT_ASKED] * len(CHECKS)
    assert hops[1].decision is not None
    assert "none of the 129" in hops[1].decision.row


def test_an_impostor_is_told_beside_the_request_whose_id_it_used() -> None:
    world = premises()
    request_id = RequestId(SUPPLIER, ESME, 7)
    lone(world, request_id=request_id)
    lone(world, request_id=request_id, by=OTHER_SUPPLIER)

    hops = explained(world, request_id)

    doors = [hop.party for hop in hops if hop.place == Place.DOOR]
    assert doors == [SUPPLIER, OTHER_SUPPLIER]
    assert hops[-1].party == OTHER_SUPPLIER


# --- access control: what let it pass


def access(world: DspWorld, answer: ServiceResponse, rules: RuleSet | None = None) -> Hop:
    return hop_at(explained(world, answer, rules), Place.ACCESS_CONTROL)


def test_every_passed_check_names_its_row() -> None:
    world = premises()

    hop = access(world, world.read_version(ESME))

    assert codes(hop).count(GRANTED) == len(CHECKS) - 1
    assert check_called(hop, "E17").code == NOT_ASKED
    assert check_called(hop, "E2 ").row == "E2 User Role: IS may send 11.2"
    responsible, status = check_called(hop, "E4 "), check_called(hop, "E5 ")
    assert responsible.row == "E4 responsibility: IS registered for its own ImportMPxN (ESME)"
    assert (responsible.source, responsible.mark) == ("User Roles of the SEC", Mark.LIKELY)
    assert "Commissioned, by the row of any device request" in status.row
    assert (status.source, status.mark) == ("choice Q4", Mark.WEAK)
    assert check_called(hop, "E11").source == "SECMP0105 report"


def test_a_suspended_device_is_let_in_by_its_exemption() -> None:
    world = suspended(ESME)

    hop = access(world, world.read_version(ESME))

    assert hop.decision is not None
    assert (hop.decision.row, hop.decision.mark) == ("a Suspended Device takes 11.2", Mark.CERTAIN)
    assert check_called(hop, "E5 ").source == hop.decision.source


def test_a_critical_request_is_let_in_though_the_device_is_suspended() -> None:
    world = suspended(ESME)

    hop = access(world, world.activate(ESME))

    assert hop.decision is not None
    assert hop.decision.row == "a Critical request, for a Suspended Device"


def test_a_refusal_of_a_suspended_device_tells_the_status_it_had_then() -> None:
    world = suspended(ESME, before_secmp0105())
    answer = world.read_version(ESME)

    hop = access(world, answer)

    assert hop.decision is not None
    assert (hop.decision.code, hop.decision.row) == ("E5", "11.2 for a Suspended SMETS2+ ESME")


def test_a_row_that_is_no_longer_in_force_is_not_made_up() -> None:
    world = suspended(ESME)
    answer = world.read_version(ESME)

    hop = access(world, answer, before_secmp0105())

    status = check_called(hop, "E5 ")
    assert (status.code, status.mark) == (GRANTED, Mark.UNKNOWN)
    assert "no longer there" in status.row


def test_a_role_without_registration_is_asked_for_none() -> None:
    world = premises()

    assert check_called(access(world, world.read_version(ESME, by=AGENT)), "E4 ").source == "choice G9"


def test_a_party_that_acts_for_its_organisation_says_so() -> None:
    world = premises()
    world.load(parties=[changed(party(eui), organisation="One") for eui in (SUPPLIER, OTHER_SUPPLIER)])

    hop = access(world, world.read_version(ESME, by=OTHER_SUPPLIER))

    assert check_called(hop, "E4 ").source == "choice G25"


def test_a_non_device_request_is_not_asked_about_a_device() -> None:
    world = premises()

    hop = access(world, world.ask("8.2", ReadInventory(device_id=ESME)))

    not_asked = [check.row.split()[0] for check in hop.checks if check.code == NOT_ASKED]
    assert not_asked == ["E4", "E5", "E11", "E20", "E17"]
    assert check_called(hop, "E4 ").row.endswith("a non-device request")
