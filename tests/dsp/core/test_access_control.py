"""The checks of a Service Request in their order: each refuses alone, and of two wrongs the earlier one answers."""

from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from dsp.rules.releases import rules_as_of
from smart_metering.administration import Party
from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.duis.inventory_requests import DevicePrenotification, ReadInventory
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    ReadFirmwareVersion,
    SignedPreCommand,
    UninterpretedBody,
)
from smart_metering.duis.service_responses import NotEmulated, ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GSME,
    IMPORT_MPAN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    REGISTRATIONS,
    START,
    STRANGER,
    SUPPLIER,
    V2,
    image_hash,
    loaded_device,
    party,
    registration,
    signed_by,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.hand_made_device import ACB


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An 11.3 to an ESME (Command Variant 4) that nothing is wrong with, unless a field says otherwise."""

    originator: Eui = SUPPLIER
    reference: str = ""
    right_service: bool = True
    variant: CommandVariant = CommandVariant.TRANSFORM
    roles: tuple[UserRole, ...] = (UserRole.IS,)
    suspended_user: bool = False
    used_before: bool = False
    target: Eui = ESME
    registered: bool = True
    status: SmiStatus = SmiStatus.COMMISSIONED
    dated: Instant | None = None

    def send(self) -> ServiceResponse:
        """Into a world made for it; the answer."""
        world = DspWorld(rules_as_of())
        caller: Party = changed(party(SUPPLIER), roles=self.roles, suspended=self.suspended_user)
        world.load(
            parties=[caller, party(OTHER_SUPPLIER)],
            registrations=[registration(IMPORT_MPAN, SUPPLIER)] if self.registered else [],
            devices=[loaded_device(device, self.status) for device in (CHF, ESME, PPMID)],
        )
        request_id = RequestId(self.originator, self.target, 7)
        if self.used_before:
            world.engine.state.used_requests.add(f"{request_id}|{self.variant:d}")
        right = service_of(self.variant)
        wrong = next(service for service in Service if service is not right)
        return world.ask(
            "11.3",
            ActivateFirmware(firmware_hash=image_hash(V2), execution_date_time=self.dated),
            by=SUPPLIER,
            variant=self.variant,
            request_id=request_id,
            service=right if self.right_service else wrong,
            reference=self.reference,
        )


WRONGS: tuple[tuple[str, ResponseCode, dict[str, object]], ...] = (
    # in the order of the checks
    ("RequestID of another", ResponseCode.E1, {"originator": OTHER_SUPPLIER}),
    ("RequestID used before", ResponseCode.E40, {"used_before": True}),
    ("Service Reference of another SRV", ResponseCode.E100, {"reference": "11.2"}),
    ("wrong service", ResponseCode.E13, {"right_service": False}),
    ("wrong Command Variant", ResponseCode.E12, {"variant": CommandVariant.SEND}),
    ("a party without a role", ResponseCode.E1, {"roles": ()}),
    ("a role that may not", ResponseCode.E2, {"roles": (UserRole.ED,)}),
    ("a suspended User", ResponseCode.E3, {"suspended_user": True}),
    ("no such Device", ResponseCode.E19, {"target": NOWHERE}),
    ("not responsible", ResponseCode.E4, {"registered": False}),
    ("SMI Status", ResponseCode.E5, {"status": SmiStatus.PENDING}),
    ("Device Type", ResponseCode.E11, {"target": PPMID}),
    ("a date in the past", ResponseCode.E100, {"dated": Instant(START - 1)}),
)


def test_the_draft_itself_passes_every_check() -> None:
    assert Draft().send().response_code is ResponseCode.I0


@pytest.mark.parametrize(("code", "wrong"), [row[1:] for row in WRONGS], ids=[row[0] for row in WRONGS])
def test_each_check_refuses_alone(code: ResponseCode, wrong: dict[str, object]) -> None:
    answer = replace(Draft(), **wrong).send()  # type: ignore[arg-type]  # the rows of this table are mixed

    assert answer.response_code is code
    assert answer.decision is not None
    assert answer.decision.code == code
    assert answer.decision.source
    assert answer.body is None


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(WRONGS, 2)),
    ids=[f"{first[0]}, {second[0]}" for first, second in combinations(WRONGS, 2)],
)
def test_of_two_wrongs_the_earlier_check_decides(
    first: tuple[str, ResponseCode, dict[str, object]], second: tuple[str, ResponseCode, dict[str, object]]
) -> None:
    both = {
        **second[2],
        **first[2],
    }  # where both are about one field, the earlier wrong is also the later one

    answer = replace(Draft(), **both).send()  # type: ignore[arg-type]  # the rows of this table are mixed

    assert answer.response_code is first[1]


# --- what a check sees


def read(world: DspWorld, device: Eui, by: Eui) -> ResponseCode | None:
    return world.read_version(device, by=by).response_code


def test_one_that_is_no_party_is_no_user() -> None:
    assert read(premises(), ESME, by=STRANGER) is ResponseCode.E1


def test_an_srv_that_does_not_exist_is_refused() -> None:
    answer = premises().ask("11.9", UninterpretedBody())

    assert answer.response_code is ResponseCode.E100


def test_a_body_of_another_request_is_refused() -> None:
    answer = premises().ask("11.3", ReadFirmwareVersion(), target=ESME, variant=CommandVariant.TRANSFORM)

    assert answer.response_code is ResponseCode.E100


def test_an_uninterpreted_body_of_another_request_is_refused() -> None:
    body = UninterpretedBody(element="TopUpDevice")

    answer = premises().ask("7.4", body, target=ESME, variant=CommandVariant.SEND)

    assert answer.response_code is ResponseCode.E100


@pytest.mark.parametrize("variant", [CommandVariant.TRANSFORM, CommandVariant.SEND])
def test_a_signed_pre_command_comes_in_its_own_command_variants_only(variant: CommandVariant) -> None:
    answer = premises().ask("11.3", SignedPreCommand(gbcs_payload=b""), target=ESME, variant=variant)

    assert answer.response_code is ResponseCode.E12


def test_what_is_no_signed_pre_command_does_not_come_in_their_command_variant() -> None:
    body = ActivateFirmware(firmware_hash=image_hash(V2))

    answer = premises().ask("11.3", body, target=ESME, variant=CommandVariant.SIGNED_SEND)

    assert answer.response_code is ResponseCode.E12


def test_a_non_device_request_is_sent_to_the_acb() -> None:
    answer = premises().ask("8.2", ReadInventory(device_id=ESME), target=ESME)

    assert answer.response_code is ResponseCode.E100


@pytest.mark.parametrize(
    ("user", "device", "code"),
    [
        (SUPPLIER, ESME, ResponseCode.I99),
        (DISTRIBUTOR, ESME, ResponseCode.I99),
        (EXPORT_SUPPLIER, ESME, ResponseCode.I99),
        (GAS_SUPPLIER, ESME, ResponseCode.E4),
        (GAS_SUPPLIER, GSME, ResponseCode.I99),
        (SUPPLIER, GSME, ResponseCode.E4),
        (EXPORT_SUPPLIER, GSME, ResponseCode.E4),
        (SUPPLIER, CHF, ResponseCode.I99),
        (GAS_SUPPLIER, CHF, ResponseCode.I99),
        (EXPORT_SUPPLIER, CHF, ResponseCode.E4),
        (OTHER_SUPPLIER, ESME, ResponseCode.E4),
        (AGENT, ESME, ResponseCode.I99),
        (OTHER_USER, GSME, ResponseCode.I99),
    ],
)
def test_a_user_must_be_responsible_for_the_device(user: Eui, device: Eui, code: ResponseCode) -> None:
    assert read(premises(), device, by=user) is code


def test_responsibility_moves_with_the_registration_at_its_moment() -> None:
    world = premises()
    moment = Instant(START + DAY_MS)
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=moment), party=OTHER_SUPPLIER)
    world.load(registrations=[gained])
    world.advance(DAY_MS - 1)
    before = read(world, ESME, by=SUPPLIER), read(world, ESME, by=OTHER_SUPPLIER)

    world.advance(1)

    after = read(world, ESME, by=SUPPLIER), read(world, ESME, by=OTHER_SUPPLIER)
    assert before == (ResponseCode.I99, ResponseCode.E4)
    assert after == (ResponseCode.E4, ResponseCode.I99)


def test_a_dated_request_asks_who_is_responsible_at_its_date() -> None:
    world = premises()
    moment = Instant(START + DAY_MS)
    world.load(
        registrations=[changed(registration(IMPORT_MPAN, SUPPLIER, since=moment), party=OTHER_SUPPLIER)]
    )

    answers = [world.read_version(ESME, by=user, at=moment) for user in (SUPPLIER, OTHER_SUPPLIER)]

    assert [answer.response_code for answer in answers] == [ResponseCode.E4, ResponseCode.I99]


def test_a_user_in_two_roles_asks_in_the_one_that_may() -> None:
    world = premises()
    world.load(
        parties=[changed(party(OTHER_SUPPLIER), roles=(UserRole.GS, UserRole.OU))],
        registrations=REGISTRATIONS,
    )

    assert read(world, ESME, by=OTHER_SUPPLIER) is ResponseCode.I99


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (0, ResponseCode.I99),
        (1, ResponseCode.I99),
        (30 * DAY_MS, ResponseCode.I99),
        (30 * DAY_MS + 1, ResponseCode.E100),
        (-1, ResponseCode.E100),
    ],
)
def test_a_date_lies_ahead_by_thirty_days_at_most(ahead: int, code: ResponseCode) -> None:
    answer = premises().read_version(ESME, at=Instant(START + ahead))

    assert answer.response_code is code


def test_the_date_that_cancels_is_no_date() -> None:
    assert premises().read_version(ESME, at=CANCELLATION).response_code is ResponseCode.I0


def test_a_refused_request_id_may_be_used_again_and_a_taken_one_may_not() -> None:
    world = premises()
    request_id = RequestId(SUPPLIER, ESME, 7)
    attempts = []
    for reference in ("11.3", "", ""):
        answer = world.ask(
            "11.2",
            ReadFirmwareVersion(),
            target=ESME,
            variant=CommandVariant.SEND,
            request_id=request_id,
            reference=reference,
        )
        attempts.append(answer.response_code)

    assert attempts == [ResponseCode.E100, ResponseCode.I99, ResponseCode.E40]


def test_transform_and_the_signed_pre_command_share_one_request_id() -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    signed = signed_by(SUPPLIER, octets)

    codes = [world.send_signed(request_id, signed, by=SUPPLIER).response_code for _ in range(2)]

    assert codes == [ResponseCode.I99, ResponseCode.E40]


def test_what_passes_every_check_and_is_not_emulated_is_answered_so() -> None:
    body = UninterpretedBody(element="ReadSupplyStatus", content=b"<ReadSupplyStatus/>")

    answer = premises().ask("7.4", body, target=ESME, variant=CommandVariant.SEND)

    assert answer.response_code is None
    assert answer.body == NotEmulated(service_reference_variant="7.4")


def test_a_signed_pre_command_of_another_critical_request_is_not_emulated() -> None:
    body = SignedPreCommand(gbcs_payload=b"any")

    answer = premises().ask("7.2", body, target=ESME, variant=CommandVariant.SIGNED_SEND)

    assert answer.body == NotEmulated(service_reference_variant="7.2")


def test_a_device_without_a_hub_is_nobody_s_by_its_han() -> None:
    world = premises()
    world.ask(
        "12.2",
        DevicePrenotification(
            device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
        ),
    )

    assert read(world, NOWHERE, by=SUPPLIER) is ResponseCode.E4


def test_an_answer_names_the_service_reference_that_its_variant_belongs_to() -> None:
    answer = premises().ask("4.1.1", UninterpretedBody(), target=ESME, variant=CommandVariant.SEND)

    assert (answer.service_reference, answer.service_reference_variant) == ("4.1", "4.1.1")


def test_a_signed_pre_command_is_checked_again() -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    world.load(registrations=[changed(registration(IMPORT_MPAN, SUPPLIER), party=OTHER_SUPPLIER)])

    answer = world.send_signed(request_id, signed_by(SUPPLIER, octets), by=SUPPLIER)

    assert answer.response_code is ResponseCode.E4
    assert world.sent == []


def test_an_acknowledgement_carries_the_request_id_alone() -> None:
    answer = premises().read_version(ESME)

    assert answer.request_id == f"{SUPPLIER}:{ESME}:1"
    assert answer.response_id == ""
    assert answer.body is None
    assert ACB not in answer.request_id
