"""SR 8.4 by which a status is set: who may, from which statuses, what follows; and what all its choices share."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.duis.inventory_requests import ReadInventory, UpdateInventory, UpdateMpxn
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceStatusChangeEvent,
    DspInventory,
    ServiceResponse,
)
from smart_metering.identifiers import Eui
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
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    ROLES,
    START,
    SUPPLIER,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept, prenotified_by
from tests.support.traces import assert_refused, trace_of

PENDING, WHITELISTED, INC, COMMISSIONED, _, WITHDRAWN, SUSPENDED, _, _ = SmiStatus
I0, E4, E19, E100 = ResponseCode.I0, ResponseCode.E4, ResponseCode.E19, ResponseCode.E100
NOT_FROM_HERE, NOT_THIS_TYPE = ResponseCode.E080407, ResponseCode.E080408
A_MINUTE = 60_000
NEW_MPRN = "7412345678"


def update(world: DspWorld, device: Eui, *, by: Eui = SUPPLIER, **choice: object) -> ServiceResponse:
    """An 8.4 with this choice."""
    return world.ask("8.4", changed(UpdateInventory(device_id=device), **choice), by=by)


def devices_found(world: DspWorld, **search: object) -> list[Eui]:
    """What 8.2 finds."""
    body = world.ask("8.2", changed(ReadInventory(), **search)).body
    return [device.device_id for device in body.devices] if isinstance(body, DspInventory) else []


# --- UpdateDeviceStatusExceptCH


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize(
    ("value", "origins"),
    [(PENDING, {WHITELISTED, INC}), (INC, {PENDING, WHITELISTED})],
    ids=["to Pending", "to InstalledNotCommissioned"],
)
def test_a_device_but_the_hub_is_set_pending_or_installed_from_some_statuses_only(
    value: SmiStatus, origins: set[SmiStatus], status: SmiStatus
) -> None:
    world = premises(statuses={ESME: status})
    before = trace_of(world)

    answer = update(world, ESME, update_device_status_except_ch=value)

    if status in origins:
        assert answer.response_code is I0
        assert world.status(ESME) is value
        assert not any(world.take(user) for user in ROLES)
    else:
        assert_refused(world, before, answer, NOT_FROM_HERE)


@pytest.mark.parametrize(
    ("device", "supplier"),
    [(ESME, SUPPLIER), (HCALCS, SUPPLIER), (GSME, GAS_SUPPLIER), (PPMID, SUPPLIER), (PPMID, GAS_SUPPLIER)],
)
def test_the_responsible_supplier_of_each_device_sets_it_installed(device: Eui, supplier: Eui) -> None:
    world = premises(statuses={device: WHITELISTED})

    answer = update(world, device, by=supplier, update_device_status_except_ch=INC)

    assert (answer.response_code, world.status(device)) == (I0, INC)


@pytest.mark.parametrize("device", [CHF, GPF, IHD])
@pytest.mark.parametrize("value", [PENDING, INC])
def test_hubs_and_type_2_devices_have_no_such_status(device: Eui, value: SmiStatus) -> None:
    world = premises(statuses={CHF: INC, GPF: INC})
    before = trace_of(world)

    answer = update(world, device, by=GAS_SUPPLIER, update_device_status_except_ch=value)

    assert_refused(world, before, answer, NOT_THIS_TYPE)


@pytest.mark.parametrize(
    "user",
    [DISTRIBUTOR, EXPORT_SUPPLIER, OTHER_SUPPLIER, GAS_SUPPLIER, GAS_TRANSPORTER, OTHER_USER, AGENT],
)
def test_nobody_but_the_responsible_supplier_sets_a_status(user: Eui) -> None:
    world = premises(statuses={ESME: WHITELISTED})
    prenotified_by(world, ESME, user)
    before = trace_of(world)

    answer = update(world, ESME, by=user, update_device_status_except_ch=INC)

    assert_refused(world, before, answer, E4)


def test_who_is_not_responsible_is_not_told_the_status_by_a_refusal() -> None:
    world = premises(statuses={ESME: COMMISSIONED})

    answer = update(world, ESME, by=OTHER_SUPPLIER, update_device_status_except_ch=INC)

    assert answer.response_code is E4


def test_the_history_tells_when_a_status_was_set_by_whom_and_by_which_request() -> None:
    world = premises(statuses={ESME: WHITELISTED})
    world.advance(A_MINUTE)

    answer = update(world, ESME, update_device_status_except_ch=INC)

    loaded, line = kept(world, ESME).history
    assert (loaded.at, loaded.status, loaded.cause, loaded.request_id) == (START, WHITELISTED, "loaded", "")
    assert (line.at, line.status) == (START + A_MINUTE, INC)
    assert line.cause == f"8.4 UpdateDeviceStatusExceptCH InstalledNotCommissioned by {SUPPLIER}"
    assert line.request_id == answer.request_id


def test_a_device_that_is_pending_again_has_no_hub_and_no_point_of_supply() -> None:
    world = premises(statuses={ESME: INC})

    update(world, ESME, update_device_status_except_ch=PENDING)

    device = kept(world, ESME)
    assert (device.comms_hub, device.associated_device) == (None, None)
    shown = device.device
    assert (shown.import_mpxn, shown.secondary_import_mpan, shown.export_mpan) == ("", "", "")
    assert ESME not in devices_found(world, device_id=CHF)
    assert devices_found(world, mpxn=IMPORT_MPAN) == []
    assert devices_found(world, mpxn=EXPORT_MPAN) == []


def test_nobody_is_responsible_for_a_device_that_is_pending_again() -> None:
    world = premises(statuses={ESME: INC})
    update(world, ESME, update_device_status_except_ch=PENDING)
    before = trace_of(world)

    answer = update(world, ESME, update_device_status_except_ch=INC)

    assert_refused(world, before, answer, E4)


def test_a_gas_proxy_does_not_follow_a_meter_that_left_its_han() -> None:
    world = premises(statuses={GSME: INC})
    world.load(registrations=[changed(registration(NEW_MPRN, OTHER_SUPPLIER), role=UserRole.GS)])
    update(world, GSME, by=GAS_SUPPLIER, update_device_status_except_ch=PENDING)
    prenotified_by(world, GSME, OTHER_SUPPLIER)
    update(world, GSME, by=OTHER_SUPPLIER, update_mpxn=UpdateMpxn(import_mpxn=NEW_MPRN))

    answer = world.read_version(GPF, by=OTHER_SUPPLIER)

    assert answer.response_code is E4


@pytest.mark.parametrize(
    "value", ["pending", "Pending ", "Commissioned", "Suspended", "Decommissioned", "Whitelisted", "?"]
)
def test_a_status_that_the_choice_has_not_is_refused(value: str) -> None:
    world = premises(statuses={ESME: WHITELISTED})
    before = trace_of(world)

    answer = update(world, ESME, update_device_status_except_ch=value)

    assert_refused(world, before, answer, E100)


# --- UpdateDeviceStatusCH


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize(
    ("value", "origins"),
    [
        (COMMISSIONED, {PENDING, INC}),
        (INC, {PENDING, COMMISSIONED}),
        (WITHDRAWN, {PENDING, INC, COMMISSIONED, SUSPENDED}),
    ],
    ids=["to Commissioned", "to InstalledNotCommissioned", "to Withdrawn"],
)
@pytest.mark.parametrize(("device", "supplier"), [(CHF, SUPPLIER), (CHF, GAS_SUPPLIER), (GPF, GAS_SUPPLIER)])
def test_a_hub_is_set_commissioned_installed_or_withdrawn_from_some_statuses_only(
    device: Eui, supplier: Eui, value: SmiStatus, origins: set[SmiStatus], status: SmiStatus
) -> None:
    world = premises(statuses={device: status})
    before = trace_of(world)

    answer = update(world, device, by=supplier, update_device_status_ch=value)

    if status in origins:
        assert (answer.response_code, world.status(device)) == (I0, value)
        assert kept(world, device).status_before_suspension is None
    else:
        assert_refused(world, before, answer, NOT_FROM_HERE)


def test_a_hub_that_is_set_commissioned_has_its_date() -> None:
    world = premises(statuses={CHF: INC})
    world.advance(A_MINUTE)

    update(world, CHF, update_device_status_ch=COMMISSIONED)

    assert world.smi(CHF).date_commissioned == START + A_MINUTE


def test_a_hub_that_is_commissioned_again_keeps_the_date_of_the_first_time() -> None:
    world = premises(statuses={CHF: INC})
    for value in (COMMISSIONED, INC, COMMISSIONED):
        update(world, CHF, update_device_status_ch=value)
        world.advance(A_MINUTE)

    assert world.smi(CHF).date_commissioned == START


def test_the_others_responsible_learn_of_a_withdrawn_hub() -> None:
    world = premises()

    update(world, CHF, update_device_status_ch=WITHDRAWN)

    assert {user: world.take(user) for user in ROLES if world.inbox.get(user)} == {
        DISTRIBUTOR: ["N3"],
        GAS_SUPPLIER: ["N3"],
        GAS_TRANSPORTER: ["N3"],
    }


def test_the_alert_of_a_withdrawn_hub_names_the_hub() -> None:
    world = premises()

    update(world, CHF, update_device_status_ch=WITHDRAWN)

    alert = world.last(DISTRIBUTOR)
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(device_id=CHF, device_status_change="CHFDecommissioning")


def test_a_gas_proxy_is_withdrawn_with_its_hub_and_nothing_else_is() -> None:
    world = premises()

    update(world, CHF, update_device_status_ch=WITHDRAWN)

    others = (ESME, GSME, HCALCS, PPMID)
    assert (world.status(CHF), world.status(GPF)) == (WITHDRAWN, WITHDRAWN)
    assert {world.status(device) for device in others} == {COMMISSIONED}


@pytest.mark.parametrize("device", [ESME, GSME, HCALCS, PPMID, IHD])
@pytest.mark.parametrize("value", [COMMISSIONED, INC, WITHDRAWN])
def test_no_other_device_has_the_status_of_a_hub(device: Eui, value: SmiStatus) -> None:
    world = premises(statuses={device: INC})
    before = trace_of(world)

    answer = update(world, device, update_device_status_ch=value)

    assert_refused(world, before, answer, NOT_THIS_TYPE)


@pytest.mark.parametrize("user", [DISTRIBUTOR, GAS_TRANSPORTER, OTHER_SUPPLIER, EXPORT_SUPPLIER, OTHER_USER])
def test_nobody_but_a_responsible_supplier_sets_the_status_of_a_hub(user: Eui) -> None:
    world = premises(statuses={CHF: INC})
    before = trace_of(world)

    answer = update(world, CHF, by=user, update_device_status_ch=COMMISSIONED)

    assert_refused(world, before, answer, E4)


@pytest.mark.parametrize("value", ["Pending", "Suspended", "Decommissioned", "commissioned"])
def test_a_status_that_a_hub_is_not_set_to_is_refused(value: str) -> None:
    world = premises(statuses={CHF: INC})
    before = trace_of(world)

    assert_refused(world, before, update(world, CHF, update_device_status_ch=value), E100)


# --- all choices


CHOICES: tuple[dict[str, object], ...] = (
    {"update_device_status_except_ch": "Pending"},
    {"update_device_status_ch": "Withdrawn"},
    {"delete_device": True},
    {"update_mpxn": UpdateMpxn(import_mpxn=IMPORT_MPAN)},
)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_what_the_smi_does_not_have_is_not_updated(choice: dict[str, object]) -> None:
    world = premises()
    before = trace_of(world)

    answer = world.ask("8.4", changed(UpdateInventory(device_id=NOWHERE), **choice))

    assert_refused(world, before, answer, E19)


def test_a_request_without_a_choice_is_refused() -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, update(world, ESME), E100)


@pytest.mark.parametrize("code", [ResponseCode.I0, ResponseCode.I99])
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_q1_chooses_the_answer_to_each(choice: dict[str, object], code: ResponseCode) -> None:
    device = CHF if "update_device_status_ch" in choice else ESME
    status = PENDING if "delete_device" in choice else INC
    rules = rules_as_of(switches=Switches(non_device_empty_answer=code))
    world = premises(rules, statuses={device: status})
    prenotified_by(world, device, SUPPLIER)

    answer = world.ask("8.4", changed(UpdateInventory(device_id=device), **choice))

    assert answer.response_code is code
