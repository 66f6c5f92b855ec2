"""SR 8.4 UpdateMPxN: whose a meter is follows from its point of supply, so only its supplier may move it."""

import pytest

from smart_metering.duis.inventory_requests import (
    DevicePrenotification,
    ReadInventory,
    UpdateInventory,
    UpdateMpxn,
)
from smart_metering.duis.service_responses import DspInventory, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
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
    IHD,
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    ROLES,
    START,
    SUPPLIER,
    loaded_device,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept
from tests.support.traces import assert_refused, trace_of

NEW_MPAN, ANOTHER_MPAN, NEW_MPRN = "1300012345678", "1500012345678", "7412345678"
LATER = Instant(START + DAY_MS)
I0, E4, E5, E100, NO_SUPPLY, UNREGISTERED, TAKEN = (
    ResponseCode.I0,
    ResponseCode.E4,
    ResponseCode.E5,
    ResponseCode.E100,
    ResponseCode.E080410,
    ResponseCode.E080411,
    ResponseCode.E080412,
)


def move(
    world: DspWorld, points: dict[str, str], *, device: Eui = ESME, by: Eui = SUPPLIER
) -> ServiceResponse:
    """An 8.4 with this point of supply."""
    return world.ask("8.4", UpdateInventory(device_id=device, update_mpxn=UpdateMpxn(**points)), by=by)


def supplied(*, statuses: dict[Eui, SmiStatus] | None = None) -> DspWorld:
    """The premises, whose suppliers are registered for one more point of supply each."""
    world = premises(statuses=statuses)
    world.load(registrations=[registration(NEW_MPAN, SUPPLIER), registration(NEW_MPRN, GAS_SUPPLIER)])
    return world


def devices_at(world: DspWorld, mpxn: str) -> list[Eui]:
    """What 8.2 finds there."""
    body = world.ask("8.2", ReadInventory(mpxn=mpxn)).body
    return [device.device_id for device in body.devices] if isinstance(body, DspInventory) else []


@pytest.mark.parametrize(
    ("point", "former"),
    [("import_mpxn", IMPORT_MPAN), ("secondary_import_mpan", ""), ("export_mpan", EXPORT_MPAN)],
)
def test_the_supplier_moves_each_point_of_supply_of_its_meter(point: str, former: str) -> None:
    world = supplied()
    before = kept(world, ESME).device

    answer = move(world, {point: NEW_MPAN})

    after = kept(world, ESME).device
    moved = {name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)}
    assert answer.response_code is I0
    assert (moved, getattr(before, point), getattr(after, point)) == ({point}, former, NEW_MPAN)
    assert devices_at(world, NEW_MPAN) == [ESME]
    assert not former or devices_at(world, former) == []
    assert not any(world.take(user) for user in ROLES)


def test_the_status_stays_and_the_history_tells_who_moved_it_when_and_by_which_request() -> None:
    world = supplied()
    world.advance(60_000)

    answer = move(world, {"import_mpxn": NEW_MPAN})

    line = kept(world, ESME).history[-1]
    assert (line.at, line.status) == (START + 60_000, SmiStatus.COMMISSIONED)
    assert line.cause == f"8.4 UpdateMPxN by {SUPPLIER}: import_mpxn {IMPORT_MPAN} -> {NEW_MPAN}"
    assert line.request_id == answer.request_id


def test_responsibility_moves_with_the_point_of_supply() -> None:
    world = supplied()
    world.load(
        registrations=[registration(NEW_MPAN, DISTRIBUTOR), registration(IMPORT_MPAN, OTHER_SUPPLIER, LATER)]
    )
    move(world, {"import_mpxn": NEW_MPAN})

    world.advance(DAY_MS)

    codes = [world.read_version(ESME, by=user).response_code for user in (SUPPLIER, OTHER_SUPPLIER)]
    assert codes == [ResponseCode.I99, E4], "who gained the former point of supply has not gained the meter"


def test_a_supplier_gives_no_meter_away_to_another_s_point_of_supply() -> None:
    world = premises()
    world.load(registrations=[registration(NEW_MPAN, OTHER_SUPPLIER)])
    before = trace_of(world)

    assert_refused(world, before, move(world, {"import_mpxn": NEW_MPAN}), E4)


def test_a_supplier_moves_its_meter_to_a_point_of_supply_of_its_organisation() -> None:
    world = premises()
    world.load(
        parties=[changed(party(eui), organisation="one") for eui in (SUPPLIER, OTHER_SUPPLIER)],
        registrations=[registration(NEW_MPAN, OTHER_SUPPLIER)],
    )

    assert move(world, {"import_mpxn": NEW_MPAN}).response_code is I0


@pytest.mark.parametrize(
    ("device", "by", "mpxn"), [(ESME, SUPPLIER, NEW_MPAN), (GSME, GAS_SUPPLIER, NEW_MPRN)]
)
def test_no_meter_is_moved_where_nobody_is_registered_as_supplier(device: Eui, by: Eui, mpxn: str) -> None:
    world = premises()
    world.load(registrations=[registration(mpxn, DISTRIBUTOR), registration(mpxn, GAS_TRANSPORTER)])
    before = trace_of(world)

    assert_refused(world, before, move(world, {"import_mpxn": mpxn}, device=device, by=by), UNREGISTERED)


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize("point", ["import_mpxn", "secondary_import_mpan", "export_mpan"])
def test_a_point_of_supply_of_another_meter_in_use_is_taken(point: str, status: SmiStatus) -> None:
    world = supplied()
    other = loaded_device(ESME, status)
    world.load(
        devices=[
            changed(
                other, device=changed(other.device, device_id=NOWHERE, import_mpxn=NEW_MPAN, export_mpan="")
            )
        ]
    )
    before = trace_of(world)

    answer = move(world, {point: NEW_MPAN})

    if status in (SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN):
        assert answer.response_code is I0
    else:
        assert_refused(world, before, answer, TAKEN)


def test_what_the_meter_has_already_is_not_taken() -> None:
    assert move(premises(), {"import_mpxn": IMPORT_MPAN}).response_code is I0


def test_the_gas_supplier_moves_the_mprn_of_its_meter() -> None:
    world = supplied()

    answer = move(world, {"import_mpxn": NEW_MPRN}, device=GSME, by=GAS_SUPPLIER)

    assert (answer.response_code, world.smi(GSME).import_mpxn) == (I0, NEW_MPRN)
    assert devices_at(world, NEW_MPRN) == [GSME]
    assert devices_at(world, MPRN) == []


@pytest.mark.parametrize("user", [DISTRIBUTOR, EXPORT_SUPPLIER, GAS_SUPPLIER, OTHER_SUPPLIER, OTHER_USER])
@pytest.mark.parametrize("point", ["import_mpxn", "secondary_import_mpan", "export_mpan"])
def test_nobody_else_moves_it_though_registered_for_the_new_one(user: Eui, point: str) -> None:
    world = premises()
    world.load(registrations=[registration(NEW_MPAN, OTHER_SUPPLIER)])
    before = trace_of(world)

    assert_refused(world, before, move(world, {point: NEW_MPAN}, by=user), E4)


# --- a meter without a point of supply


def without_supply(by: Eui = SUPPLIER) -> DspWorld:
    """An ESME that this User has pre-notified; two suppliers are registered for a point of supply each."""
    world = supplied()
    world.load(registrations=[registration(ANOTHER_MPAN, OTHER_SUPPLIER)])
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type="ESME",
        esme_variant="A",
    )
    world.ask("12.2", body, by=by)
    return world


def test_its_pre_notifier_gives_a_meter_its_first_point_of_supply() -> None:
    world = without_supply()

    answer = move(world, {"import_mpxn": NEW_MPAN}, device=NOWHERE)

    assert (answer.response_code, world.smi(NOWHERE).import_mpxn) == (I0, NEW_MPAN)
    assert devices_at(world, NEW_MPAN) == [NOWHERE]
    assert world.status(NOWHERE) is SmiStatus.PENDING


@pytest.mark.parametrize("user", [OTHER_SUPPLIER, OTHER_USER, DISTRIBUTOR])
@pytest.mark.parametrize("mpxn", [NEW_MPAN, "1400012345678"])
def test_nobody_else_gives_it_one(user: Eui, mpxn: str) -> None:
    world = without_supply()
    before = trace_of(world)

    assert_refused(world, before, move(world, {"import_mpxn": mpxn}, device=NOWHERE, by=user), E4)


def test_a_supplier_takes_over_no_device_that_another_has_pre_notified() -> None:
    world = without_supply(by=SUPPLIER)
    before = trace_of(world)

    for choice in (
        UpdateInventory(device_id=NOWHERE, update_mpxn=UpdateMpxn(import_mpxn=ANOTHER_MPAN)),
        UpdateInventory(device_id=NOWHERE, update_device_status_except_ch="InstalledNotCommissioned"),
    ):
        assert_refused(world, before, world.ask("8.4", choice, by=OTHER_SUPPLIER), E4)


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ({"import_mpxn": "1400012345678"}, UNREGISTERED),
        ({"import_mpxn": ANOTHER_MPAN}, E4),
        ({"import_mpxn": IMPORT_MPAN}, TAKEN),
        ({"export_mpan": NEW_MPAN}, E4),
        ({"secondary_import_mpan": NEW_MPAN}, E4),
    ],
    ids=str,
)
def test_its_pre_notifier_gives_it_no_other(points: dict[str, str], code: ResponseCode) -> None:
    world = without_supply()
    before = trace_of(world)

    assert_refused(world, before, move(world, points, device=NOWHERE), code)


@pytest.mark.parametrize("user", [OTHER_USER, DISTRIBUTOR, GAS_SUPPLIER])
def test_a_pre_notifier_that_is_no_supplier_of_the_point_gives_it_none(user: Eui) -> None:
    world = without_supply(by=user)
    world.load(registrations=[registration(NEW_MPAN, DISTRIBUTOR)])
    before = trace_of(world)

    assert_refused(world, before, move(world, {"import_mpxn": NEW_MPAN}, device=NOWHERE, by=user), E4)


# --- what is wrong


@pytest.mark.parametrize(
    ("device", "points"),
    [
        (GSME, {"secondary_import_mpan": NEW_MPAN}),
        (GSME, {"export_mpan": NEW_MPAN}),
        (GPF, {"import_mpxn": NEW_MPRN}),
        (CHF, {"import_mpxn": NEW_MPAN}),
        (HCALCS, {"import_mpxn": NEW_MPAN}),
        (PPMID, {"import_mpxn": NEW_MPAN}),
        (IHD, {"import_mpxn": NEW_MPAN}),
    ],
)
def test_a_device_has_no_such_point_of_supply(device: Eui, points: dict[str, str]) -> None:
    world = premises()
    before = trace_of(world)

    answer = move(world, points, device=device, by=GAS_SUPPLIER)

    assert_refused(world, before, answer, NO_SUPPLY)


@pytest.mark.parametrize(
    ("device", "user", "points"),
    [
        (ESME, SUPPLIER, {"import_mpxn": "130001234567"}),
        (ESME, SUPPLIER, {"import_mpxn": "13000123456789"}),
        (ESME, SUPPLIER, {"import_mpxn": "130001234567X"}),
        (ESME, SUPPLIER, {"import_mpxn": " 300012345678"}),
        (ESME, SUPPLIER, {"import_mpxn": "1300012345678\n"}),
        (ESME, SUPPLIER, {"import_mpxn": "".join(chr(0x0660 + int(digit)) for digit in NEW_MPAN)}),
        (ESME, SUPPLIER, {"import_mpxn": NEW_MPRN}),
        (ESME, SUPPLIER, {"secondary_import_mpan": NEW_MPRN}),
        (ESME, SUPPLIER, {"export_mpan": "13000"}),
        (GSME, GAS_SUPPLIER, {"import_mpxn": "74123456789"}),
        (GSME, GAS_SUPPLIER, {"import_mpxn": NEW_MPAN}),
        (GSME, GAS_SUPPLIER, {"import_mpxn": "74-2345678"}),
        (ESME, SUPPLIER, {}),
    ],
    ids=str,
)
def test_what_is_no_point_of_supply_is_refused(device: Eui, user: Eui, points: dict[str, str]) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, move(world, points, device=device, by=user), E100)


@pytest.mark.parametrize("status", SmiStatus)
def test_what_left_the_service_keeps_its_point_of_supply(status: SmiStatus) -> None:
    world = supplied(statuses={ESME: status})
    before = trace_of(world)

    answer = move(world, {"import_mpxn": NEW_MPAN})

    if status in (SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN):
        assert_refused(world, before, answer, E5)
    else:
        assert answer.response_code is I0


def test_who_is_not_responsible_is_told_so_before_the_status() -> None:
    world = premises(statuses={ESME: SmiStatus.DECOMMISSIONED})
    before = trace_of(world)

    assert_refused(world, before, move(world, {"import_mpxn": NEW_MPAN}, by=OTHER_SUPPLIER), E4)
