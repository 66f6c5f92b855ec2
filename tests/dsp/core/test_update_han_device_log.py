"""SR 8.11 beside its schema: what may be added to a HAN or removed from it, and what answers all else."""

import pytest

from smart_metering.administration import Registration
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import AddDeviceToChfWhitelist, UpdateHanDeviceLog
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    AGENT,
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
    IHD,
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    party,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept
from tests.support.traces import assert_refused, trace_of

I99, E2, E4, E11, E19, E100 = (
    ResponseCode.I99,
    ResponseCode.E2,
    ResponseCode.E4,
    ResponseCode.E11,
    ResponseCode.E19,
    ResponseCode.E100,
)
NEVER_NOTIFIED, NOT_ON_HAN, NOT_ADDED, NOT_PENDING, SUPPLY, UNREGISTERED = (
    ResponseCode.E081101,
    ResponseCode.E081102,
    ResponseCode.E081104,
    ResponseCode.E081105,
    ResponseCode.E081106,
    ResponseCode.E081107,
)
NEW_MPAN, NEW_MPRN = "1300012345678", "7412345678"
ADDABLE = {ESME: IMPORT_MPAN, GSME: MPRN, HCALCS: "", PPMID: ""}
"""What is added to a HAN, with its point of supply."""


def addition(device: Eui, **changes: object) -> UpdateHanDeviceLog:
    """An Add that is in order, but for the changes to what it says of the Device."""
    points = AddDeviceToChfWhitelist(
        join_time_period=600, install_code=bytes(16), import_mpxn=ADDABLE.get(device, "")
    )
    return UpdateHanDeviceLog(
        device_id=device, request_type="Add", add_device_to_chf_whitelist=changed(points, **changes)
    )


def removal(device: Eui) -> UpdateHanDeviceLog:
    """A Remove that is in order."""
    return UpdateHanDeviceLog(device_id=device, request_type="Remove")


def ask(
    world: DspWorld, body: UpdateHanDeviceLog, *, by: Eui = SUPPLIER, target: Eui = CHF
) -> ServiceResponse:
    """An 8.11 by Command Variant 1."""
    return world.ask("8.11", body, by=by, target=target, variant=CommandVariant.SEND)


def world_of_pending(*devices: Eui) -> DspWorld:
    """The premises, where these are Pending and the hub hears and says nothing."""
    world = premises(statuses=dict.fromkeys(devices, SmiStatus.PENDING))
    world.devices[CHF].silent = True
    return world


# --- Add


@pytest.mark.parametrize("device", ADDABLE)
def test_what_is_pending_is_added(device: Eui) -> None:
    world = world_of_pending(device)

    assert ask(world, addition(device)).response_code is I99
    assert world.status(device) is SmiStatus.PENDING, "until the hub has done it"


def test_a_type_2_device_is_added_without_a_status() -> None:
    assert ask(world_of_pending(), addition(IHD)).response_code is I99


@pytest.mark.parametrize("device", ADDABLE)
@pytest.mark.parametrize("status", [status for status in SmiStatus if status is not SmiStatus.PENDING])
def test_what_is_not_pending_is_not_added(device: Eui, status: SmiStatus) -> None:
    world = premises(statuses={device: status})
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(device)), NOT_PENDING)


@pytest.mark.parametrize("body", [addition(NOWHERE), removal(NOWHERE)], ids=["Add", "Remove"])
def test_what_was_never_pre_notified_is_neither_added_nor_removed(body: UpdateHanDeviceLog) -> None:
    world = world_of_pending()
    before = trace_of(world)

    assert_refused(world, before, ask(world, body), NEVER_NOTIFIED)


@pytest.mark.parametrize("device", [CHF, GPF])
def test_a_hub_and_its_gas_proxy_are_not_added(device: Eui) -> None:
    world = world_of_pending(GPF)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(device)), NOT_ADDED)


@pytest.mark.parametrize(
    ("device", "points"),
    [
        (ESME, {"import_mpxn": ""}),
        (ESME, {"import_mpxn": "", "export_mpan": EXPORT_MPAN}),
        (GSME, {"import_mpxn": ""}),
        (HCALCS, {"import_mpxn": IMPORT_MPAN}),
        (PPMID, {"import_mpxn": IMPORT_MPAN}),
        (PPMID, {"export_mpan": EXPORT_MPAN}),
        (PPMID, {"secondary_import_mpan": EXPORT_MPAN}),
        (GSME, {"export_mpan": EXPORT_MPAN}),
        (GSME, {"secondary_import_mpan": EXPORT_MPAN}),
        (IHD, {"import_mpxn": IMPORT_MPAN}),
    ],
    ids=str,
)
def test_a_meter_has_the_points_of_supply_of_its_kind_and_no_other_device_has_any(
    device: Eui, points: dict[str, str]
) -> None:
    world = world_of_pending(ESME, GSME, HCALCS, PPMID)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(device, **points)), SUPPLY)


@pytest.mark.parametrize(
    ("device", "points"),
    [
        (ESME, {"import_mpxn": "120001234567"}),
        (ESME, {"import_mpxn": "12000123456789"}),
        (ESME, {"import_mpxn": "12000123456X8"}),
        (ESME, {"import_mpxn": MPRN}),
        (ESME, {"secondary_import_mpan": "1"}),
        (ESME, {"export_mpan": "12000876543210"}),
        (GSME, {"import_mpxn": "73123456789"}),
        (GSME, {"import_mpxn": IMPORT_MPAN}),
        (GSME, {"import_mpxn": "-"}),
    ],
    ids=str,
)
def test_a_malformed_point_of_supply_is_refused(device: Eui, points: dict[str, str]) -> None:
    world = world_of_pending(ESME, GSME)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(device, **points)), E100)


@pytest.mark.parametrize(
    ("device", "mpxn"), [(ESME, "1300012345678"), (GSME, "7412345678"), (ESME, EXPORT_MPAN)]
)
def test_a_point_of_supply_without_a_supplier_is_refused(device: Eui, mpxn: str) -> None:
    world = world_of_pending(ESME, GSME)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(device, import_mpxn=mpxn)), UNREGISTERED)


def test_the_supplier_of_its_date_is_what_a_dated_one_needs() -> None:
    world = world_of_pending(ESME)
    moment = Instant(START + DAY_MS)
    world.load(
        registrations=[
            Registration(mpxn="1300012345678", role=UserRole.IS, party=SUPPLIER, effective_from=moment)
        ]
    )
    body = addition(ESME, import_mpxn="1300012345678")

    early = ask(world, changed(body, execution_date_time=Instant(moment - 1)))
    in_time = ask(world, changed(body, execution_date_time=moment))

    assert (early.response_code, in_time.response_code) == (UNREGISTERED, I99)


@pytest.mark.parametrize("seconds", [-1, 0, 3_601, 65_536])
def test_a_join_time_of_no_second_or_more_than_an_hour_is_refused(seconds: int) -> None:
    world = world_of_pending(PPMID)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(PPMID, join_time_period=seconds)), E100)


@pytest.mark.parametrize("octets", [0, 5, 17])
def test_an_install_code_has_six_to_sixteen_octets(octets: int) -> None:
    world = world_of_pending(PPMID)
    before = trace_of(world)

    assert_refused(world, before, ask(world, addition(PPMID, install_code=bytes(octets))), E100)


@pytest.mark.parametrize(
    "change", [{"join_time_period": 1}, {"join_time_period": 3_600}, {"install_code": bytes(6)}]
)
def test_at_its_limits_it_is_in_order(change: dict[str, object]) -> None:
    assert ask(world_of_pending(PPMID), addition(PPMID, **change)).response_code is I99


def test_an_add_says_what_it_adds() -> None:
    world = world_of_pending(PPMID)
    before = trace_of(world)
    body = changed(addition(PPMID), add_device_to_chf_whitelist=None)

    assert_refused(world, before, ask(world, body), E100)


@pytest.mark.parametrize("request_type", ["", "add", "Replace", "Remove "])
def test_it_adds_or_removes_and_does_nothing_else(request_type: str) -> None:
    world = world_of_pending(PPMID)
    before = trace_of(world)

    assert_refused(world, before, ask(world, changed(addition(PPMID), request_type=request_type)), E100)


# --- Remove


@pytest.mark.parametrize("device", [ESME, GSME, HCALCS, PPMID, IHD])
def test_what_is_on_the_han_of_the_hub_is_removed(device: Eui) -> None:
    assert ask(world_of_pending(), removal(device)).response_code is I99


def test_what_is_on_no_han_or_another_is_not_removed() -> None:
    world = world_of_pending()
    world.engine.state.put_device(changed(kept(world, ESME), comms_hub=NOWHERE))
    body = DevicePrenotification(
        device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
    )
    world.ask("12.2", body)
    before = trace_of(world)

    for device in (ESME, NOWHERE):
        assert_refused(world, before, ask(world, removal(device), by=GAS_SUPPLIER), NOT_ON_HAN)


@pytest.mark.parametrize("device", [CHF, GPF])
def test_a_hub_and_its_gas_proxy_are_not_removed(device: Eui) -> None:
    world = world_of_pending()
    before = trace_of(world)

    assert_refused(world, before, ask(world, removal(device)), NOT_ADDED)


# --- who may, and of which Device


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (SUPPLIER, I99),
        (GAS_SUPPLIER, I99),
        (OTHER_USER, I99),
        (OTHER_SUPPLIER, E4),
        (DISTRIBUTOR, E2),
        (GAS_TRANSPORTER, E2),
        (EXPORT_SUPPLIER, E2),
        (AGENT, E2),
    ],
)
def test_suppliers_at_the_hub_and_other_users_may(user: Eui, code: ResponseCode) -> None:
    assert ask(world_of_pending(PPMID), addition(PPMID), by=user).response_code is code


def newcomer(*roles: UserRole) -> DspWorld:
    """ESME and GSME are Pending; OTHER_SUPPLIER, in these roles, is registered for points of supply of its own."""
    world = world_of_pending(ESME, GSME, PPMID)
    world.load(
        parties=[changed(party(OTHER_SUPPLIER), roles=roles)],
        registrations=[
            Registration(mpxn=mpxn, role=role, party=OTHER_SUPPLIER, effective_from=START)
            for mpxn, role in ((NEW_MPAN, UserRole.IS), (NEW_MPRN, UserRole.GS), (NEW_MPAN, UserRole.ED))
        ],
    )
    return world


@pytest.mark.parametrize(("device", "mpxn"), [(ESME, NEW_MPAN), (GSME, NEW_MPRN)])
def test_a_supplier_adds_its_own_meter_to_a_hub_at_which_it_has_none_yet(device: Eui, mpxn: str) -> None:
    world = newcomer(UserRole.IS, UserRole.GS)

    assert ask(world, addition(device, import_mpxn=mpxn), by=OTHER_SUPPLIER).response_code is I99


@pytest.mark.parametrize(
    ("roles", "body"),
    [
        ((UserRole.IS, UserRole.GS), addition(ESME)),
        ((UserRole.IS, UserRole.GS), addition(PPMID)),
        ((UserRole.IS, UserRole.GS), removal(ESME)),
        ((UserRole.GS, UserRole.ED), addition(ESME, import_mpxn=NEW_MPAN)),
    ],
    ids=["another's meter", "what is no meter", "a removal", "registered in other roles alone"],
)
def test_it_may_nothing_else_there(roles: tuple[UserRole, ...], body: UpdateHanDeviceLog) -> None:
    world = newcomer(*roles)
    before = trace_of(world)

    assert_refused(world, before, ask(world, body, by=OTHER_SUPPLIER), E4)


@pytest.mark.parametrize("target", [GPF, ESME, GSME, HCALCS, PPMID])
def test_only_a_hub_has_such_a_log(target: Eui) -> None:
    world = world_of_pending()
    before = trace_of(world)

    assert_refused(world, before, ask(world, removal(IHD), by=OTHER_USER, target=target), E11)


def test_a_hub_that_the_smi_does_not_have_is_not_asked() -> None:
    world = world_of_pending()
    before = trace_of(world)

    assert_refused(world, before, ask(world, removal(IHD), target=NOWHERE), E19)


@pytest.mark.parametrize("status", SmiStatus)
def test_the_status_of_the_hub_counts_and_not_that_of_the_device(status: SmiStatus) -> None:
    world = premises(statuses={CHF: status, PPMID: SmiStatus.PENDING})
    world.devices[CHF].silent = True

    answer = ask(world, addition(PPMID))

    served = (SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED, SmiStatus.RECOVERED)
    assert answer.response_code is (I99 if status in served else ResponseCode.E5)
