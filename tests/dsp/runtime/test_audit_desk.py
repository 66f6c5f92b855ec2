"""Who sees what of the Service Audit Trail, in both regimes: the worked example, and each row of the table."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from dsp.rules.choices import Switches
from dsp.runtime.audit_desk import NotForThisUser, UnknownDevice
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import RetrieveDeviceSecurityCredentialsKrp
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import UninterpretedBody
from smart_metering.identifiers import Eui
from smart_metering.instants import parse_instant
from smart_metering.records import changed
from smart_metering.user_roles import UserRole
from tests.dsp.runtime.audit_world import Looking, before_titles, looking, read_log, with_titles
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    IHD,
    IMPORT_MPAN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    ROLES,
    SUPPLIER,
    party,
    registration,
)
from tests.support.hand_made_device import ACB

CHANGE = "2022-03-01"
ASKED = {"11.3": SUPPLIER, "8.9": OTHER_USER, "11.2": OTHER_SUPPLIER, "6.24.1": DISTRIBUTOR}


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[Looking]:
    """The modification in force."""
    async with looking(tmp_path, with_titles()) as world:
        yield world


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Looking]:
    """No modification in force."""
    async with looking(tmp_path, before_titles()) as world:
        yield world


def change_supplier(looking: Looking, day: str = CHANGE) -> None:
    """From this day on the meter is OTHER_SUPPLIER's."""
    since = parse_instant(f"{day}T00:00:00Z")
    looking.world.load(registrations=[registration(IMPORT_MPAN, OTHER_SUPPLIER, since)])


def february_and_march(looking: Looking) -> None:
    """A supplier, then another; in between everybody asks something of the meter. It ends on 15 March."""
    change_supplier(looking)
    world = looking.world
    looking.at("2022-02-10")
    world.activate(ESME, by=SUPPLIER)
    world.advance(60_000)
    read_log(world, ESME, by=OTHER_USER)
    looking.at("2022-03-05")
    world.read_version(ESME, by=OTHER_SUPPLIER)
    world.devices[ESME].silent = True
    body = RetrieveDeviceSecurityCredentialsKrp(remote_party_roles=("Supplier",))
    world.ask("6.24.1", body, by=DISTRIBUTOR, target=ESME, variant=CommandVariant.SEND)
    looking.at("2022-03-15")


# --- the worked example


@pytest.mark.parametrize("user", list(ASKED.values()))
async def test_before_each_user_sees_its_own_and_no_titles(before: Looking, user: Eui) -> None:
    february_and_march(before)

    own = {record.srv for record in await before.own(user, ESME) if record.srv}

    assert own == {srv for srv, by in ASKED.items() if by == user}
    with pytest.raises(NotForThisUser, match="available only to the User that sent or received it"):
        await before.titles(user, ESME)


@pytest.mark.parametrize(
    ("user", "titles"),
    [
        (SUPPLIER, set()),
        (OTHER_SUPPLIER, {"11.3", "8.9", "6.24.1"}),
        (DISTRIBUTOR, {"11.3", "8.9", "11.2"}),
        (OTHER_USER, set()),
    ],
    ids=["A, the losing supplier", "B, the supplier", "N, the operator", "O, another User"],
)
async def test_after_who_answers_for_the_meter_sees_the_titles_of_the_others(
    after: Looking, user: Eui, titles: set[str]
) -> None:
    february_and_march(after)

    own = {record.srv for record in await after.own(user, ESME) if record.srv}

    assert own == {srv for srv, by in ASKED.items() if by == user}
    assert await after.srvs(user, ESME) == titles


async def test_a_title_says_what_was_sent_and_what_came_back_and_in_which_role(after: Looking) -> None:
    february_and_march(after)

    seen = {
        (title.srv, title.message_kind, title.originator_role)
        for title in await after.titles(OTHER_SUPPLIER, ESME)
    }

    assert seen == {
        ("11.3", "ServiceRequest", UserRole.IS),
        ("11.3", "SignedPreCommand", UserRole.IS),
        ("11.3", "ServiceResponse", UserRole.IS),
        ("8.9", "ServiceRequest", UserRole.OU),
        ("8.9", "ServiceResponse", UserRole.OU),
        ("6.24.1", "ServiceRequest", UserRole.ED),
        ("6.24.1", "ServiceResponse", UserRole.ED),
    }


async def test_titles_come_newest_first(after: Looking) -> None:
    february_and_march(after)

    titles = await after.titles(OTHER_SUPPLIER, ESME)

    assert [title.record for title in titles] == sorted((title.record for title in titles), reverse=True)
    assert [title.at for title in titles] == sorted((title.at for title in titles), reverse=True)


# --- the table, row by row


async def test_a_user_sees_its_own_alerts_and_nobody_elses(after: Looking) -> None:
    after.world.remove_from_cpl(ESME)

    for user in (SUPPLIER, DISTRIBUTOR):
        assert [record.message_kind for record in await after.own(user, ESME)] == ["DCCAlert"]
        assert await after.titles(user, ESME) == []


@pytest.mark.parametrize(
    ("day", "gaining", "losing"), [("2022-02-28", set(), {"8.9"}), ("2022-03-01", {"8.9", "11.2"}, set())]
)
async def test_titles_pass_from_supplier_to_supplier_on_the_day_with_what_was_before_it(
    after: Looking, day: str, gaining: set[str], losing: set[str]
) -> None:
    change_supplier(after)
    after.at("2022-02-10")
    read_log(after.world, ESME)
    after.world.read_version(ESME, by=SUPPLIER)
    after.world.read_version(ESME, by=OTHER_SUPPLIER)  # refused, but so it has a record of the meter

    after.at(day)

    assert await after.srvs(OTHER_SUPPLIER, ESME) == gaining
    assert await after.srvs(SUPPLIER, ESME) == losing


async def test_the_losing_supplier_keeps_its_own_and_sees_no_titles(after: Looking) -> None:
    after.at("2022-02-10")
    after.world.read_version(ESME)
    read_log(after.world, ESME)
    change_supplier(after)

    seen_before = await after.srvs(SUPPLIER, ESME)
    after.at("2022-03-02")

    assert seen_before == {"8.9"}
    assert await after.titles(SUPPLIER, ESME) == []
    assert {record.srv for record in await after.own(SUPPLIER, ESME)} == {"11.2"}


SHARED = {SUPPLIER, GAS_SUPPLIER, DISTRIBUTOR, GAS_TRANSPORTER}
SEES = {
    ESME: {SUPPLIER, DISTRIBUTOR},
    HCALCS: {SUPPLIER, DISTRIBUTOR},
    GSME: {GAS_SUPPLIER, GAS_TRANSPORTER},
    GPF: {GAS_SUPPLIER, GAS_TRANSPORTER},
    CHF: SHARED,
    PPMID: SHARED,
    IHD: SHARED,
}


@pytest.mark.parametrize("device", SEES, ids=["ESME", "HCALCS", "GSME", "GPF", "CHF", "PPMID", "IHD"])
async def test_a_device_is_seen_by_its_own_fuel_and_a_shared_one_by_both(after: Looking, device: Eui) -> None:
    after.world.ask("8.2", ReadInventory(device_id=device), by=OTHER_USER)

    seen = set()
    for user in ROLES:
        try:
            seen |= {user} if await after.titles(user, device) else set()
        except NotForThisUser:
            continue

    assert seen == SEES[device]


@pytest.mark.parametrize(
    ("roles", "organisation", "sees"),
    [
        ((UserRole.IS,), "a house of suppliers", True),
        ((UserRole.GS, UserRole.OU), "a house of suppliers", False),
        ((UserRole.IS,), "another house", False),
    ],
)
async def test_parties_of_one_organisation_are_one_in_the_role_that_they_share(
    after: Looking, roles: tuple[UserRole, ...], organisation: str, sees: bool
) -> None:
    house = changed(party(SUPPLIER), organisation="a house of suppliers")
    sister = changed(party(OTHER_SUPPLIER), organisation=organisation, roles=roles)
    after.world.load(parties=[house, sister])
    for user in (OTHER_USER, OTHER_SUPPLIER):
        after.world.ask("8.2", ReadInventory(device_id=ESME), by=user)

    assert bool(await after.titles(OTHER_SUPPLIER, ESME)) is sees


@pytest.mark.parametrize("user", [OTHER_USER, AGENT, EXPORT_SUPPLIER, OTHER_SUPPLIER])
async def test_who_is_not_responsible_is_told_so(after: Looking, user: Eui) -> None:
    read_log(after.world, ESME, by=SUPPLIER)

    with pytest.raises(NotForThisUser, match=f"{user} is neither Responsible Supplier nor"):
        await after.titles(user, ESME)


async def test_who_has_touched_the_device_sees_an_empty_page(after: Looking) -> None:
    read_log(after.world, ESME, by=SUPPLIER)
    read_log(after.world, ESME, by=OTHER_USER)

    assert await after.titles(OTHER_USER, ESME) == []


async def test_a_quiet_device_is_an_empty_page_for_who_answers_for_it(after: Looking) -> None:
    assert await after.titles(SUPPLIER, ESME) == []


async def test_a_device_that_the_smi_does_not_know_has_no_titles(after: Looking) -> None:
    with pytest.raises(UnknownDevice, match=NOWHERE):
        await after.titles(SUPPLIER, NOWHERE)


async def test_a_request_that_access_control_refused_has_no_title(after: Looking) -> None:
    refused = after.world.read_version(ESME, by=GAS_SUPPLIER)
    unknown = after.world.ask("99.9", UninterpretedBody(), by=OTHER_USER, target=ESME)

    assert {refused.response_code, unknown.response_code} == {"E4", "E100"}
    assert await after.titles(SUPPLIER, ESME) == []
    assert [record.srv for record in await after.own(GAS_SUPPLIER, ESME)] == ["11.2", "11.2"]


async def test_a_switch_shows_the_titles_of_refused_requests(tmp_path: Path) -> None:
    async with looking(tmp_path, with_titles(Switches(audit_titles_show_refused=True))) as world:
        world.world.read_version(ESME, by=GAS_SUPPLIER)
        world.world.ask("90-B3-SECRET", UninterpretedBody(), by=OTHER_USER, target=ESME)

        titles = await world.titles(SUPPLIER, ESME)

    assert [(title.srv, title.title, title.message_kind) for title in titles] == [
        ("", "", "ServiceResponse"),
        ("", "", "ServiceRequest"),
        ("11.2", "Read Firmware Version", "ServiceRequest"),
    ]


@pytest.mark.parametrize(("shown", "code"), [(False, ""), (True, "I0")])
async def test_a_switch_shows_response_codes(tmp_path: Path, shown: bool, code: str) -> None:
    async with looking(tmp_path, with_titles(Switches(audit_titles_show_response_code=shown))) as world:
        world.world.read_version(ESME, by=DISTRIBUTOR)

        response, request = await world.titles(SUPPLIER, ESME)

    assert (response.response_code, request.response_code) == (code, "")


# --- nothing of another party


def secrets_of(looking: Looking) -> set[str]:
    """Whatever a title may not hold: every User's EUI, every RequestID and ResponseID, every payload."""
    secrets: set[str] = set(ROLES)
    for inbox in looking.world.inbox.values():
        for message in inbox:
            known = msgspec.to_builtins(message, builtin_types=(bytes,))
            secrets |= {str(known[name]) for name in ("request_id", "response_id") if known.get(name)}
            payload = (known.get("body") or {}).get("gbcs_payload", known.get("gbcs_payload", b""))
            secrets |= {payload.hex(), payload.hex().upper(), repr(payload)[2:-1]} if payload else set()
    return secrets


async def test_no_user_request_or_payload_of_another_can_be_found_in_a_title(tmp_path: Path) -> None:
    switches = Switches(audit_titles_show_refused=True, audit_titles_show_response_code=True)
    async with looking(tmp_path, with_titles(switches)) as world:
        february_and_march(world)
        world.world.update_firmware([ESME], by=OTHER_SUPPLIER)
        world.world.read_version(ESME, by=GAS_SUPPLIER)
        for srv in ("99.9", *ROLES):
            world.world.ask(srv, UninterpretedBody(content=b"CANARY"), by=OTHER_USER, target=ESME)
        secrets = secrets_of(world)

        pages = [await world.titles(user, ESME) for user in (OTHER_SUPPLIER, DISTRIBUTOR)]

    assert len(secrets) > len(ROLES) + 10
    for titles in pages:
        text = json.dumps(msgspec.to_builtins(titles, enc_hook=str))
        assert len(titles) > 5
        assert "CANARY" not in text
        assert [secret for secret in secrets if secret.lower() in text.lower()] == []


# --- 11.1: a request about many Devices


async def test_the_title_of_an_11_1_stands_beside_each_device_it_was_accepted_for(after: Looking) -> None:
    answer = after.world.update_firmware([ESME, GSME, ESME, NOWHERE])

    response, request = await after.titles(DISTRIBUTOR, ESME)

    assert answer.response_code == "W110101"
    assert (request.message_kind, response.message_kind) == ("ServiceRequest", "ServiceResponse")
    for title in (request, response):
        assert (title.srv, title.device, title.originator_role) == ("11.1", ESME, UserRole.IS)
    assert await after.titles(GAS_TRANSPORTER, GSME) == []


async def test_its_user_finds_it_once_and_again_when_it_asks_for_the_device(after: Looking) -> None:
    after.world.update_firmware([ESME])

    whole = [(record.srv, record.message_kind, record.device) for record in await after.own(SUPPLIER)]
    of_device = [
        (record.srv, record.message_kind, record.device) for record in await after.own(SUPPLIER, ESME)
    ]

    assert whole == [("11.1", "ServiceResponse", ACB), ("11.1", "ServiceRequest", ACB)]
    assert of_device == [("11.1", "ServiceResponse", ESME), ("11.1", "ServiceRequest", ESME)]
    assert await after.titles(SUPPLIER, ESME) == [], "one's own is no other's"
    assert await after.own(DISTRIBUTOR, ESME) == []
