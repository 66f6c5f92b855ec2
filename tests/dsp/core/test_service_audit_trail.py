"""What is written into the Service Audit Trail: each message once, about its Device, with what explains it."""

from dataclasses import dataclass

import pytest

from dsp.core.audit_titles import TitleRecord, title_of
from dsp.core.named_devices import device_about
from dsp.core.records import AuditRecord
from dsp.core.service_audit_trail import lists_of, post
from dsp.rules.audit_visibility import MessageKind
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_with
from ledger.books import Append
from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis import inventory_requests as duis
from smart_metering.duis.service_requests import Body, ServiceRequest, UninterpretedBody
from smart_metering.duis.service_responses import GbcsPayload, ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GSME,
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    START,
    SUPPLIER,
    registration,
)
from tests.support.dsp_world import DspWorld, premises, suspended
from tests.support.hand_made_device import ACB


@dataclass(frozen=True, slots=True)
class Line:
    """A record as it was written, and what it can be found by."""

    record: AuditRecord
    user: str
    device: str
    cause: str


def written(world: DspWorld) -> list[Line]:
    """What was written into the Service Audit Trail since the last look."""
    appended = [it for it in world.engine.ledger.take_changes() if isinstance(it, Append)]
    return [
        Line(change.record, *(str(change.columns[place]) for place in (0, 1, 3)))
        for change in sorted(appended, key=lambda it: it.position)
        if change.log == "service_audit_trail" and isinstance(change.record, AuditRecord)
    ]


@pytest.fixture
def world() -> DspWorld:
    world = premises()
    world.engine.ledger.take_changes()
    return world


# --- which Device a message is about


def schedule(device: Eui) -> duis.DspSchedule:
    return duis.DspSchedule(
        schedule_frequency="Daily",
        schedule_start_date=Instant(0),
        dsp_scheduled_service_reference_variant="4.1.1",
        device_id=device,
    )


@pytest.mark.parametrize(
    ("srv", "body"),
    [
        ("8.2", duis.ReadInventory(device_id=ESME)),
        ("8.3", duis.DecommissionDevice(device_id=ESME)),
        ("8.4", duis.UpdateInventory(device_id=ESME, delete_device=True)),
        (
            "12.2",
            duis.DevicePrenotification(
                device_id=ESME, device_manufacturer="", device_model="", device_type=""
            ),
        ),
        (
            "8.13",
            duis.ReturnLocalCommandResponse(
                original_request_id=f"{SUPPLIER}:{ESME}:7", device_gbcs_response=b""
            ),
        ),
        ("8.14.1", duis.ChfInstallSuccessSmWan(device_id=ESME)),
        ("8.14.2", duis.ChfInstallSuccessNoSmWan(device_id=ESME)),
        ("8.14.3", duis.ChfFaultReturn(device_id=ESME)),
        ("8.14.4", duis.ChfNoFaultReturn(device_id=ESME)),
        ("5.1", schedule(ESME)),
        ("5.2", duis.ReadSchedule(device_id=ESME)),
        ("5.3", duis.DeleteSchedule(device_id=ESME)),
    ],
)
def test_a_non_device_request_is_about_the_device_that_it_names(srv: str, body: Body) -> None:
    assert device_about(asked(srv, body)) == ESME


@pytest.mark.parametrize(
    ("srv", "body"),
    [
        ("8.2", duis.ReadInventory(mpxn=IMPORT_MPAN)),
        ("5.2", duis.ReadSchedule(dsp_schedule_id=1)),
        ("8.13", duis.ReturnLocalCommandResponse(original_request_id="nonsense", device_gbcs_response=b"")),
        ("8.6", UninterpretedBody()),
        ("99.9", duis.ReadInventory(device_id=ESME)),
        ("11.2", duis.ReadInventory(device_id=ESME)),
    ],
)
def test_any_other_request_is_about_its_target(srv: str, body: Body) -> None:
    assert device_about(asked(srv, body)) == ACB


def asked(srv: str, body: Body) -> ServiceRequest:
    return ServiceRequest(
        request_id=RequestId(SUPPLIER, ACB, 1),
        command_variant=CommandVariant.NON_DEVICE,
        service_reference_variant=srv,
        body=body,
    )


# --- requests and what came back


def test_a_read_leaves_its_request_its_acknowledgement_and_its_response(world: DspWorld) -> None:
    answer = world.read_version(ESME, by=DISTRIBUTOR)

    lines = written(world)
    request, acknowledgement, response = (line.record for line in lines)

    assert [line.record.message_kind for line in lines] == [
        MessageKind.SERVICE_REQUEST,
        MessageKind.ACKNOWLEDGEMENT,
        MessageKind.SERVICE_RESPONSE,
    ]
    for line in lines:
        assert (line.user, line.device, line.cause) == (DISTRIBUTOR, ESME, answer.request_id)
        assert line.record.cause == line.record.request_id == answer.request_id
        assert line.record.user_role is UserRole.ED
        assert (line.record.srv, line.record.title) == ("11.2", "Read Firmware Version")
        assert (line.record.device_type, line.record.device_status) == (
            DeviceType.ESME,
            SmiStatus.COMMISSIONED,
        )
        assert line.record.refused is False
    assert (request.command_variant, request.response_code, request.decision) == (
        CommandVariant.SEND,
        "",
        None,
    )
    assert (acknowledgement.command_variant, acknowledgement.response_code) == (None, "I99")
    assert acknowledgement.decision == answer.decision
    assert (response.response_code, response.response_id) == ("I0", f"{ESME}:{DISTRIBUTOR}:1")
    assert response.decision is not None
    assert (response.attempts, response.delivered) == (1, True)


def test_what_came_to_nothing_says_how_often_it_was_tried(world: DspWorld) -> None:
    world.devices[ESME].reachable = False
    world.read_version(ESME)
    world.advance(60_000)

    last = written(world)[-1].record

    assert (last.message_kind, last.response_code) == (MessageKind.SERVICE_RESPONSE, "E20")
    assert (last.attempts, last.delivered, last.user_role) == (3, False, UserRole.IS)


def test_a_critical_request_leaves_each_of_its_messages(world: DspWorld) -> None:
    world.activate(ESME)

    assert [(line.record.message_kind, line.record.command_variant) for line in written(world)] == [
        (MessageKind.SERVICE_REQUEST, CommandVariant.TRANSFORM),
        (MessageKind.PRE_COMMAND, None),
        (MessageKind.SIGNED_PRE_COMMAND, CommandVariant.SIGNED_SEND),
        (MessageKind.ACKNOWLEDGEMENT, None),
        (MessageKind.SERVICE_RESPONSE, None),
    ]


def test_a_non_device_request_is_answered_by_a_service_response(world: DspWorld) -> None:
    world.ask("8.2", duis.ReadInventory(device_id=GSME), by=OTHER_USER)

    request, response = written(world)

    assert (request.device, response.device) == (GSME, GSME)
    assert response.record.message_kind == MessageKind.SERVICE_RESPONSE
    assert (response.record.device_type, response.record.user_role) == (DeviceType.GSME, UserRole.OU)
    assert response.record.refused is False


def test_a_refused_request_says_so_with_the_status_that_the_device_had() -> None:
    world = suspended(ESME, rules_with(()))
    world.engine.ledger.take_changes()

    answer = world.read_version(ESME)
    request, refusal = (line.record for line in written(world))

    assert answer.response_code == "E5"
    assert (request.refused, request.device_status) == (True, SmiStatus.SUSPENDED)
    assert (refusal.refused, refusal.response_code, refusal.decision) == (True, "E5", answer.decision)


def test_a_request_that_is_none_of_the_129_is_written_down_as_refused(world: DspWorld) -> None:
    world.ask("99.9", UninterpretedBody(), target=ESME)

    request, answer = (line.record for line in written(world))

    assert (request.srv, request.title, request.refused, answer.refused) == ("99.9", "", True, True)


def test_a_request_for_an_unknown_device_has_neither_type_nor_status(world: DspWorld) -> None:
    world.read_version(NOWHERE)

    record = written(world)[0].record

    assert (record.device, record.device_type, record.device_status) == (NOWHERE, None, None)


def test_an_alert_is_written_down_for_each_who_got_it(world: DspWorld) -> None:
    world.remove_from_cpl(ESME)

    lines = written(world)

    assert [(line.user, line.device, line.record.title) for line in lines] == [
        (SUPPLIER, ESME, "N28"),
        (DISTRIBUTOR, ESME, "N28"),
    ]
    assert {line.record.message_kind for line in lines} == {MessageKind.DCC_ALERT}
    assert all(line.record.decision is not None for line in lines)


# --- 11.1


def test_an_11_1_is_written_once_for_its_user_and_beside_each_device_that_goes_on(world: DspWorld) -> None:
    answer = world.update_firmware([ESME, NOWHERE])

    request, response, beside, beside_too = written(world)

    own, by_device = lists_of(SUPPLIER)
    assert [(line.user, line.device) for line in (request, response, beside, beside_too)] == [
        (own, ACB),
        (own, ACB),
        (by_device, ESME),
        (by_device, ESME),
    ]
    assert (beside.cause, beside.record.cause) == ("", answer.request_id), (
        "told once, with the request itself"
    )
    assert (beside.record.device_type, beside.record.device_status) == (
        DeviceType.ESME,
        SmiStatus.COMMISSIONED,
    )
    assert beside.record.user_role is UserRole.IS


def test_the_role_beside_a_device_is_the_one_that_it_is_the_users_in(world: DspWorld) -> None:
    world.load(registrations=[changed(registration(MPRN, OTHER_SUPPLIER), role=UserRole.GS)])
    world.engine.ledger.take_changes()

    world.update_firmware([GSME], by=OTHER_SUPPLIER)

    assert [line.record.user_role for line in written(world) if line.device == GSME] == [UserRole.GS] * 2


def test_a_refused_11_1_stands_beside_no_device(world: DspWorld) -> None:
    world.update_firmware([ESME, GSME], by=OTHER_USER)

    assert {line.device for line in written(world)} == {ACB}


# --- the role of a Response, where nobody says it


@pytest.mark.parametrize(
    ("user", "srv", "device", "role"),
    [
        (SUPPLIER, "11.2", ESME, UserRole.IS),
        (OTHER_USER, "8.9", CHF, UserRole.OU),
        (OTHER_SUPPLIER, "11.2", ESME, UserRole.IS),
        (OTHER_USER, "11.3", ESME, None),
        (SUPPLIER, "99.9", ESME, None),
        (SUPPLIER, "11.2", NOWHERE, UserRole.IS),
    ],
)
def test_a_response_is_in_the_role_that_its_user_can_have_asked_in(
    world: DspWorld, user: Eui, srv: str, device: Eui, role: UserRole | None
) -> None:
    turn = world.engine._turn(world.now)

    post(turn, (user,), response(srv), device)

    assert [line.record.user_role for line in written(world)] == [role]


def test_a_response_is_its_own_cause_where_the_turn_has_none(world: DspWorld) -> None:
    turn = world.engine._turn(world.now)

    post(turn, (SUPPLIER,), response("11.2"), ESME)
    turn.cause = "another"
    post(turn, (SUPPLIER,), response("11.2"), ESME)

    assert [line.cause for line in written(world)] == ["the request", "another"]


def response(srv: str) -> ServiceResponse:
    return ServiceResponse(
        request_id="the request", response_date_time=START, service_reference_variant=srv, response_code=None
    )


# --- titles


def test_a_title_is_these_fields_and_no_others() -> None:
    record = AuditRecord(
        at=Instant(7),
        device=ESME,
        device_type=DeviceType.ESME,
        message_kind="ServiceResponse",
        srv="11.2",
        title="a title that somebody wrote",
        user=SUPPLIER,
        user_role=UserRole.IS,
        request_id="request",
        response_id="response",
        command_variant=CommandVariant.SEND,
        response_code="I0",
        cause="cause",
        schedule_id=3,
        journaled=4,
        delivered_as=5,
        answered_as=6,
        body=GbcsPayload(gbcs_payload=b"payload"),
        decision=Decision(code="I0", row="row", source="source", mark=Mark.CERTAIN),
        device_status=SmiStatus.SUSPENDED,
        attempts=2,
        delivered=True,
    )

    assert title_of(5, record, Switches()) == TitleRecord(
        record=5,
        at=Instant(7),
        device=ESME,
        device_type=DeviceType.ESME,
        message_kind=MessageKind.SERVICE_RESPONSE,
        srv="11.2",
        title="Read Firmware Version",
        originator_role=UserRole.IS,
    )
    assert title_of(5, record, Switches(audit_titles_show_response_code=True)).response_code == "I0"
