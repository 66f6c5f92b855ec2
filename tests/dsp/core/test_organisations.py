"""Organisations of several EUIs and roles, and whose a Device is before, at and after the moment of a registration."""

from collections.abc import Iterable

import pytest

from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import Party, Registration
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.inventory_requests import (
    DecommissionDevice,
    DeviceDetails,
    UpdateInventory,
    UpdateMpxn,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_MPAN,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    IMPORT_MPAN,
    MPRN,
    PPMID,
    START,
    SUPPLIER,
    party,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import amend, prenotified_by
from tests.support.traces import assert_refused, trace_of

I0, I99, E1, E2, E3, E4 = (
    ResponseCode.I0,
    ResponseCode.I99,
    ResponseCode.E1,
    ResponseCode.E2,
    ResponseCode.E3,
    ResponseCode.E4,
)
IS, ES, GS, ED, GT, RSA, OU = (
    UserRole.IS,
    UserRole.ES,
    UserRole.GS,
    UserRole.ED,
    UserRole.GT,
    UserRole.RSA,
    UserRole.OU,
)
SIBLING = Eui("90-B3-D5-1F-30-0A-00-00")
GAINING = Eui("90-B3-D5-1F-30-0B-00-00")
NEW_MPAN = "1300012345678"
MOMENT = Instant(START + DAY_MS)

RESPONSIBLE: tuple[tuple[Eui, UserRole, str], ...] = (
    # Device  role  the point of supply that decides
    (ESME,    IS,   IMPORT_MPAN),
    (ESME,    ED,   IMPORT_MPAN),
    (ESME,    ES,   EXPORT_MPAN),
    (HCALCS,  IS,   IMPORT_MPAN),
    (HCALCS,  ED,   IMPORT_MPAN),
    (GSME,    GS,   MPRN),
    (GSME,    GT,   MPRN),
    (GPF,     GS,   MPRN),
    (GPF,     GT,   MPRN),
    (CHF,     IS,   IMPORT_MPAN),
    (CHF,     GS,   MPRN),
    (CHF,     ED,   IMPORT_MPAN),
    (CHF,     GT,   MPRN),
    (PPMID,   IS,   IMPORT_MPAN),
    (PPMID,   GS,   MPRN),
    (PPMID,   ED,   IMPORT_MPAN),
    (PPMID,   GT,   MPRN),
)  # fmt: skip
FORMER = {
    (IMPORT_MPAN, IS): SUPPLIER,
    (IMPORT_MPAN, ED): DISTRIBUTOR,
    (EXPORT_MPAN, ES): EXPORT_SUPPLIER,
    (MPRN, GS): GAS_SUPPLIER,
    (MPRN, GT): GAS_TRANSPORTER,
}


def user(eui: Eui, *roles: UserRole, organisation: str = "") -> Party:
    """One EUI of an organisation, in these roles."""
    return changed(party(eui, roles), organisation=organisation)


def world_with(
    *parties: Party, registrations: Iterable[Registration] = (), rules: RuleSet | None = None
) -> DspWorld:
    """The premises, with these parties and registrations more."""
    world = premises(rules)
    world.load(parties=parties, registrations=registrations)
    return world


def read(world: DspWorld, device: Eui, by: Eui, at: Instant | None = None) -> ResponseCode | None:
    return world.read_version(device, by=by, at=at).response_code


# --- the moment of a registration


@pytest.mark.parametrize(("device", "role", "mpxn"), RESPONSIBLE)
def test_whose_a_device_is_changes_at_the_moment_of_the_registration(
    device: Eui, role: UserRole, mpxn: str
) -> None:
    gained = Registration(mpxn=mpxn, role=role, party=GAINING, effective_from=MOMENT)
    world = world_with(user(GAINING, role), registrations=[gained])
    former = FORMER[mpxn, role]

    world.advance(DAY_MS - 1)
    before = read(world, device, former), read(world, device, GAINING)
    world.advance(1)
    at = read(world, device, former), read(world, device, GAINING)
    world.advance(DAY_MS)
    after = read(world, device, former), read(world, device, GAINING)

    assert (before, at, after) == ((I99, E4), (E4, I99), (E4, I99))


@pytest.mark.parametrize(("device", "role", "mpxn"), RESPONSIBLE)
def test_a_dated_request_is_judged_by_its_date(device: Eui, role: UserRole, mpxn: str) -> None:
    gained = Registration(mpxn=mpxn, role=role, party=GAINING, effective_from=MOMENT)
    world = world_with(user(GAINING, role), registrations=[gained])
    former = FORMER[mpxn, role]

    answers = [
        (read(world, device, former, Instant(at)), read(world, device, GAINING, Instant(at)))
        for at in (MOMENT - 1, MOMENT, MOMENT + 1)
    ]

    assert answers == [(I99, E4), (E4, I99), (E4, I99)]


def test_the_same_registration_says_nothing_of_another_point_of_supply_or_role() -> None:
    for mpxn, role in FORMER:
        world = world_with(
            user(GAINING, role),
            registrations=[Registration(mpxn=mpxn, role=role, party=GAINING, effective_from=START)],
        )

        theirs = {
            device for device in (ESME, HCALCS, GSME, GPF, CHF, PPMID) if read(world, device, GAINING) is I99
        }

        assert theirs == {device for device, of, at in RESPONSIBLE if (at, of) == (mpxn, role)}, (mpxn, role)


def test_a_request_that_was_dated_before_a_registration_was_known_is_refused_at_its_date() -> None:
    world = world_with(user(GAINING, IS))
    accepted = read(world, ESME, SUPPLIER, MOMENT)
    world.load(registrations=[Registration(mpxn=IMPORT_MPAN, role=IS, party=GAINING, effective_from=MOMENT)])

    world.advance(DAY_MS)

    assert accepted is I99
    assert world.take(SUPPLIER) == ["E4"]
    assert world.devices[ESME].heard == []


def test_of_two_registrations_the_newer_decides_and_of_one_moment_the_last_that_was_loaded() -> None:
    rows = [
        Registration(mpxn=IMPORT_MPAN, role=IS, party=GAINING, effective_from=MOMENT),
        Registration(mpxn=IMPORT_MPAN, role=IS, party=SIBLING, effective_from=Instant(MOMENT - 1)),
        Registration(mpxn=IMPORT_MPAN, role=IS, party=SUPPLIER, effective_from=MOMENT),
    ]
    world = world_with(user(GAINING, IS), user(SIBLING, IS), registrations=rows)

    world.advance(DAY_MS - 1)
    before = [read(world, ESME, eui) for eui in (SUPPLIER, SIBLING, GAINING)]
    world.advance(1)
    after = [read(world, ESME, eui) for eui in (SUPPLIER, SIBLING, GAINING)]

    assert (before, after) == ([E4, I99, E4], [I99, E4, E4])


def test_a_non_device_request_goes_by_the_moment_too() -> None:
    gained = Registration(mpxn=IMPORT_MPAN, role=IS, party=GAINING, effective_from=MOMENT)
    world = world_with(user(GAINING, IS), registrations=[gained], rules=rules_with(["SECMP0125"]))

    before = [amend(world, {"esme_variant": "ADE"}, by=eui).response_code for eui in (SUPPLIER, GAINING)]
    world.advance(DAY_MS)
    after = [amend(world, {"esme_variant": "BDE"}, by=eui).response_code for eui in (SUPPLIER, GAINING)]

    assert (before, after) == ([I0, E4], [E4, I0])


# --- one EUI in several roles


def test_a_user_in_two_roles_is_responsible_in_each_for_what_it_is_registered_for() -> None:
    rows = [
        Registration(mpxn=IMPORT_MPAN, role=IS, party=GAINING, effective_from=START),
        Registration(mpxn=MPRN, role=GS, party=GAINING, effective_from=START),
    ]
    world = world_with(user(GAINING, IS, GS), registrations=rows)

    answers = {device: read(world, device, GAINING) for device in (ESME, HCALCS, GSME, GPF, CHF, PPMID)}

    assert set(answers.values()) == {I99}


def test_a_registration_is_worth_nothing_in_a_role_that_the_user_has_not() -> None:
    row = Registration(mpxn=IMPORT_MPAN, role=IS, party=GAINING, effective_from=START)
    world = world_with(user(GAINING, GS), registrations=[row])

    assert read(world, ESME, GAINING) is E4


def test_the_role_that_may_not_send_a_request_does_not_lend_its_responsibility() -> None:
    row = Registration(mpxn=IMPORT_MPAN, role=ED, party=GAINING, effective_from=START)
    world = world_with(
        user(GAINING, IS, ED), registrations=[row]
    )  # ED, who may not send 8.9, has the registration
    world.devices[ESME].silent = True

    answer = world.ask("8.9", ReadDeviceLog(), by=GAINING, target=ESME, variant=CommandVariant.SEND)
    world.load(parties=[user(GAINING, IS, ED, OU)])
    as_other_user = world.ask("8.9", ReadDeviceLog(), by=GAINING, target=ESME, variant=CommandVariant.SEND)

    assert (answer.response_code, as_other_user.response_code) == (E4, I99)


def test_the_audit_trail_says_in_which_role_a_user_of_two_has_asked() -> None:
    row = Registration(mpxn=IMPORT_MPAN, role=ED, party=GAINING, effective_from=START)
    world = world_with(user(GAINING, GT, ED), registrations=[row])
    world.devices[ESME].silent = True

    world.read_version(ESME, by=GAINING)

    (outstanding,) = world.engine.state.outstanding.values()
    assert outstanding.role is ED


# --- several EUIs of one organisation


def test_what_one_eui_is_registered_for_another_of_its_organisation_may_act_for() -> None:
    world = world_with(user(SUPPLIER, IS, organisation="A"), user(SIBLING, IS, organisation="A"))

    answers = [read(world, device, SIBLING) for device in (ESME, HCALCS, CHF, PPMID, GSME, GPF)]

    assert answers == [I99, I99, I99, I99, E4, E4]


@pytest.mark.parametrize(
    ("organisation", "others"), [("", ""), ("A", "B"), ("A", ""), ("", "B"), ("A", "a")], ids=repr
)
def test_parties_of_different_organisations_or_of_none_are_not_one(organisation: str, others: str) -> None:
    world = world_with(user(SUPPLIER, IS, organisation=organisation), user(SIBLING, IS, organisation=others))

    assert read(world, ESME, SIBLING) is E4


def test_an_eui_acts_only_in_a_role_that_it_has_itself() -> None:
    world = world_with(user(SUPPLIER, IS, organisation="A"), user(SIBLING, GS, ED, organisation="A"))

    assert read(world, ESME, SIBLING) is E4


def test_a_suspended_eui_is_refused_though_its_sibling_is_not() -> None:
    suspended = changed(user(SIBLING, IS, organisation="A"), suspended=True)
    world = world_with(user(SUPPLIER, IS, organisation="A"), suspended)

    assert (read(world, ESME, SIBLING), read(world, ESME, SUPPLIER)) == (E3, I99)


def test_a_sibling_s_response_goes_to_the_sibling_and_alerts_to_who_is_registered() -> None:
    world = world_with(user(SUPPLIER, IS, organisation="A"), user(SIBLING, IS, organisation="A"))

    world.read_version(ESME, by=SIBLING)
    world.remove_from_cpl(ESME)

    assert (world.take(SIBLING), world.take(SUPPLIER)) == (["I0"], ["N28"])


def test_a_device_does_not_know_the_sibling_so_its_command_goes_through_the_acb() -> None:
    world = world_with(user(SUPPLIER, IS, organisation="A"), user(SIBLING, IS, organisation="A"))
    world.devices[ESME].silent = True

    world.read_version(ESME, by=SIBLING)

    (outstanding,) = world.engine.state.outstanding.values()
    assert outstanding.command.originator == world.engine.acb.eui


INVENTORY_REQUESTS: dict[str, tuple[str, DecommissionDevice | UpdateInventory]] = {
    "8.3": ("8.3", DecommissionDevice(device_id=ESME)),
    "a status": ("8.4", UpdateInventory(device_id=ESME, update_device_status_except_ch="Pending")),
    "the variant": (
        "8.4",
        UpdateInventory(device_id=ESME, update_device_details=DeviceDetails(esme_variant="ADE")),
    ),
    "a point of supply": (
        "8.4",
        UpdateInventory(device_id=ESME, update_mpxn=UpdateMpxn(export_mpan=NEW_MPAN)),
    ),
}


@pytest.mark.parametrize(("srv", "body"), INVENTORY_REQUESTS.values(), ids=INVENTORY_REQUESTS)
def test_a_supplier_s_sibling_who_is_a_supplier_changes_the_inventory_as_it_may(
    srv: str, body: DecommissionDevice | UpdateInventory
) -> None:
    world = installed(IS)

    assert world.ask(srv, body, by=SIBLING).response_code is I0


@pytest.mark.parametrize("roles", [(ED,), (GS,), (ES, OU, RSA)], ids=str)
@pytest.mark.parametrize(
    ("srv", "body"), list(INVENTORY_REQUESTS.values())[1:], ids=list(INVENTORY_REQUESTS)[1:]
)
def test_a_supplier_s_sibling_who_is_no_such_supplier_does_not(
    srv: str, body: UpdateInventory, roles: tuple[UserRole, ...]
) -> None:
    world = installed(*roles)
    before = trace_of(world)

    assert_refused(world, before, world.ask(srv, body, by=SIBLING), E4)


@pytest.mark.parametrize(
    ("roles", "code"), [((IS,), I0), ((ED, GS), E4)], ids=["supplier", "no such supplier"]
)
def test_a_sibling_gives_a_meter_its_first_point_of_supply_as_a_supplier_only(
    roles: tuple[UserRole, ...], code: ResponseCode
) -> None:
    world = installed(*roles)
    world.load(registrations=[Registration(mpxn=NEW_MPAN, role=IS, party=SUPPLIER, effective_from=START)])
    world.ask("8.4", UpdateInventory(device_id=ESME, update_device_status_except_ch="Pending"))
    prenotified_by(world, ESME, SIBLING)
    body = UpdateInventory(device_id=ESME, update_mpxn=UpdateMpxn(import_mpxn=NEW_MPAN))

    assert world.ask("8.4", body, by=SIBLING).response_code is code


def installed(*roles: UserRole) -> DspWorld:
    """With SECMP0125; an ESME that is not in service yet, and a sibling of its supplier in these roles."""
    world = premises(rules_with(["SECMP0125"]), statuses={ESME: SmiStatus.INSTALLED_NOT_COMMISSIONED})
    world.load(parties=[user(SUPPLIER, IS, organisation="A"), user(SIBLING, *roles, organisation="A")])
    return world
