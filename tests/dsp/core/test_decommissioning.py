"""SR 8.3: how a Device leaves the service, who learns of it, and what ends with it."""

import pytest

from dsp.core.effects import Refusal
from dsp.core.inputs import CplEntryAdded
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import DecommissionDevice, DevicePrenotification
from smart_metering.duis.service_responses import (
    AssociatedType1Device,
    DccAlert,
    DccAlertBody,
    DeviceStatusChangeEvent,
    DspScheduleRemoval,
    MeterMpxns,
    ServiceResponse,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
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
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    V1,
    cpl_entry,
)
from tests.support.dsp_world import DspWorld, premises, suspended
from tests.support.inventory_requests import kept, seen_by_8_2
from tests.support.scheduled_reads import created
from tests.support.traces import assert_refused, told, trace_of

I0, E2, E4, E5, E19, STILL_PENDING = (
    ResponseCode.I0,
    ResponseCode.E2,
    ResponseCode.E4,
    ResponseCode.E5,
    ResponseCode.E19,
    ResponseCode.E080301,
)
DECOMMISSIONED = SmiStatus.DECOMMISSIONED
IN_SERVICE = {
    SmiStatus.WHITELISTED,
    SmiStatus.INSTALLED_NOT_COMMISSIONED,
    SmiStatus.COMMISSIONED,
    SmiStatus.SUSPENDED,
    SmiStatus.RECOVERY,
    SmiStatus.RECOVERED,
}


def decommission(world: DspWorld, device: Eui = ESME, *, by: Eui = SUPPLIER) -> ServiceResponse:
    """An 8.3."""
    return world.ask("8.3", DecommissionDevice(device_id=device), by=by)


def body_of_last(world: DspWorld, user: Eui) -> DccAlertBody:
    """The body of the last DCC Alert that the User got."""
    alert = world.last(user)
    assert isinstance(alert, DccAlert)
    return alert.body


@pytest.mark.parametrize(
    ("device", "by", "others"),
    [
        (ESME, SUPPLIER, {DISTRIBUTOR: ["N1"]}),
        (GSME, GAS_SUPPLIER, {GAS_TRANSPORTER: ["N1"]}),
        (HCALCS, SUPPLIER, {DISTRIBUTOR: ["N2"]}),
        (GPF, GAS_SUPPLIER, {GAS_TRANSPORTER: ["N2"]}),
        (PPMID, SUPPLIER, {GAS_SUPPLIER: ["N2"], DISTRIBUTOR: ["N2"], GAS_TRANSPORTER: ["N2"]}),
        (PPMID, GAS_SUPPLIER, {SUPPLIER: ["N2"], DISTRIBUTOR: ["N2"], GAS_TRANSPORTER: ["N2"]}),
        (CHF, SUPPLIER, {GAS_SUPPLIER: ["N3"], DISTRIBUTOR: ["N3"], GAS_TRANSPORTER: ["N3"]}),
    ],
)
def test_a_responsible_supplier_decommissions_it_and_all_others_responsible_learn_of_it(
    device: Eui, by: Eui, others: dict[Eui, list[str]]
) -> None:
    world = premises()

    answer = decommission(world, device, by=by)

    assert (answer.response_code, answer.body) == (I0, None)
    assert seen_by_8_2(world, device).device_status is DECOMMISSIONED
    assert told(world) == others


@pytest.mark.parametrize("status", SmiStatus)
def test_what_is_in_service_may_leave_it(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})
    before = trace_of(world)

    answer = decommission(world)

    if status in IN_SERVICE:
        assert (answer.response_code, world.status(ESME)) == (I0, DECOMMISSIONED)
        return
    assert_refused(world, before, answer, STILL_PENDING if status is SmiStatus.PENDING else E5)


def test_what_the_smi_does_not_have_is_not_decommissioned() -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, decommission(world, NOWHERE), E19)


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize("user", [OTHER_SUPPLIER, GAS_SUPPLIER])
def test_another_supplier_does_not_decommission_it_and_is_not_told_its_status(
    user: Eui, status: SmiStatus
) -> None:
    world = premises(statuses={ESME: status})
    before = trace_of(world)

    assert_refused(world, before, decommission(world, by=user), E4)


@pytest.mark.parametrize("user", [DISTRIBUTOR, GAS_TRANSPORTER, EXPORT_SUPPLIER, AGENT, OTHER_USER])
def test_only_suppliers_send_it(user: Eui) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, decommission(world, by=user), E2)


@pytest.mark.parametrize("code", [ResponseCode.I0, ResponseCode.I99])
def test_q1_chooses_its_answer(code: ResponseCode) -> None:
    world = premises(rules_as_of(switches=Switches(non_device_empty_answer=code)))

    assert decommission(world).response_code is code


def test_the_history_tells_when_it_was_decommissioned_by_whom_and_by_which_request() -> None:
    world = premises()
    world.advance(60_000)

    answer = decommission(world)

    line = kept(world, ESME).history[-1]
    assert (line.at, line.status) == (START + 60_000, DECOMMISSIONED)
    assert line.cause == f"8.3 accepted by {SUPPLIER}"
    assert line.request_id == answer.request_id


# --- the alerts


def test_the_alert_of_a_meter_names_its_points_of_supply_and_the_type_1_devices_that_are_its() -> None:
    world = premises()

    decommission(world)

    assert body_of_last(world, DISTRIBUTOR) == DeviceStatusChangeEvent(
        device_id=ESME,
        device_status_change="MeterDecommissioningOrWithdrawal",
        meter_mpxns=MeterMpxns(import_mpxn=IMPORT_MPAN, export_mpan=EXPORT_MPAN),
        associated_type1_devices=(AssociatedType1Device(device_id=HCALCS, device_type=DeviceType.HCALCS),),
    )


def test_the_alert_of_a_gas_meter_names_its_gas_proxy() -> None:
    world = premises()

    decommission(world, GSME, by=GAS_SUPPLIER)

    assert body_of_last(world, GAS_TRANSPORTER) == DeviceStatusChangeEvent(
        device_id=GSME,
        device_status_change="MeterDecommissioningOrWithdrawal",
        meter_mpxns=MeterMpxns(import_mpxn=MPRN),
        associated_type1_devices=(AssociatedType1Device(device_id=GPF, device_type=DeviceType.GPF),),
    )


def test_the_alert_of_a_hub_names_the_hub_alone() -> None:
    world = premises()

    decommission(world, CHF)

    assert body_of_last(world, GAS_TRANSPORTER) == DeviceStatusChangeEvent(
        device_id=CHF, device_status_change="CHFDecommissioning"
    )


# --- what ends with it


def test_its_schedules_end_and_each_owner_is_told_of_each() -> None:
    world = premises()
    first, second = created(world), created(world)
    third = created(world, by=DISTRIBUTOR)
    elsewhere = created(world, device_id=GSME, by=GAS_SUPPLIER)

    decommission(world)

    removed = [
        (user, message.dcc_alert_code, message.body)
        for user in (SUPPLIER, DISTRIBUTOR)
        for message in world.inbox[user]
        if isinstance(message, DccAlert) and isinstance(message.body, DspScheduleRemoval)
    ]
    assert removed == [
        (user, "N4", DspScheduleRemoval(device_id=ESME, dsp_schedule_id=schedule))
        for user, schedule in ((SUPPLIER, first), (SUPPLIER, second), (DISTRIBUTOR, third))
    ]
    assert list(world.engine.state.schedules) == [str(elsewhere)]
    world.devices[GSME].silent = True
    world.advance(2 * DAY_MS)
    assert world.devices[ESME].heard == []


def test_a_gas_proxy_leaves_with_its_hub_and_so_do_its_schedules() -> None:
    world = premises()
    created(world, device_id=GPF, by=GAS_SUPPLIER)

    decommission(world, CHF)

    assert (world.status(CHF), world.status(GPF)) == (DECOMMISSIONED, DECOMMISSIONED)
    assert len(world.engine.state.schedules) == 0
    assert told(world)[GAS_SUPPLIER] == ["N4", "N3"], "of the hub there is one alert, none of its gas proxy"


def test_every_other_device_of_the_hub_keeps_its_status_and_stands_on_no_han() -> None:
    world = premises()

    decommission(world, CHF)

    assert {world.status(device) for device in (ESME, GSME, HCALCS, PPMID)} == {SmiStatus.COMMISSIONED}
    assert {kept(world, device).comms_hub for device in (ESME, GSME, HCALCS, PPMID)} == {None}


def test_a_gas_proxy_that_leaves_takes_no_hub_along() -> None:
    world = premises()

    decommission(world, GPF, by=GAS_SUPPLIER)

    assert (world.status(CHF), world.status(GPF)) == (SmiStatus.COMMISSIONED, DECOMMISSIONED)


def test_what_it_was_before_its_suspension_is_forgotten_and_no_cpl_entry_brings_it_back() -> None:
    world = suspended(ESME)

    decommission(world)
    reply = world.give(CplEntryAdded(entry=cpl_entry(ESME, V1)))

    assert not isinstance(reply, Refusal)
    assert kept(world, ESME).status_before_suspension is None
    assert world.status(ESME) is DECOMMISSIONED
    assert "N29" not in world.take(SUPPLIER)


def test_no_request_reaches_it_any_more() -> None:
    world = premises()

    decommission(world)

    assert world.read_version(ESME).response_code is E5
    assert world.sent == []


def test_a_request_that_was_held_for_it_is_refused_at_its_date() -> None:
    world = premises()
    world.read_version(ESME, at=Instant(START + 60_000))
    decommission(world)

    world.advance(60_000)

    assert world.take(SUPPLIER) == ["E5"]
    assert world.sent == []


def test_any_user_may_pre_notify_it_again_and_it_starts_anew() -> None:
    world = premises()
    decommission(world)
    again = DevicePrenotification(
        device_id=ESME,
        device_manufacturer="106D",
        device_model="433100AD",
        device_type="ESME",
        esme_variant="B",
    )

    answer = world.ask("12.2", again, by=OTHER_USER)

    device = kept(world, ESME)
    assert (answer.response_code, device.device.device_status) == (I0, SmiStatus.PENDING)
    assert (device.pre_notifying_user, device.comms_hub, device.device.import_mpxn) == (OTHER_USER, None, "")
    assert (device.device.device_model, device.device.esme_variant) == ("433100AD", "B")
    assert [line.status for line in device.history] == [
        SmiStatus.COMMISSIONED,
        DECOMMISSIONED,
        SmiStatus.PENDING,
    ]
    assert decommission(world).response_code is E4, "it is nobody's yet"
