"""SR 8.14.1 to 8.14.4: a Communications Hub is installed or returned, and what that is to its SMI Status."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.administration import LoadedDevice
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    ChfInstallSuccessNoSmWan,
    ChfInstallSuccessSmWan,
    ChfNoFaultReturn,
)
from smart_metering.duis.service_responses import DccAlert, DeviceStatusChangeEvent, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
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
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
    loaded_device,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept, seen_by_8_2
from tests.support.scheduled_reads import created
from tests.support.traces import assert_refused, told, trace_of

PENDING, _, INC, COMMISSIONED, _, WITHDRAWN, SUSPENDED, _, _ = SmiStatus
I0, E2, E4, E5, E11, E19, E100 = (
    ResponseCode.I0,
    ResponseCode.E2,
    ResponseCode.E4,
    ResponseCode.E5,
    ResponseCode.E11,
    ResponseCode.E19,
    ResponseCode.E100,
)

Update = ChfInstallSuccessSmWan | ChfInstallSuccessNoSmWan | ChfFaultReturn | ChfNoFaultReturn
KINDS: dict[str, type[Update]] = {
    "8.14.1": ChfInstallSuccessSmWan,
    "8.14.2": ChfInstallSuccessNoSmWan,
    "8.14.3": ChfFaultReturn,
    "8.14.4": ChfNoFaultReturn,
}
INSTALLATIONS, RETURNS = ("8.14.1", "8.14.2"), ("8.14.3", "8.14.4")

MOVES = {
    "8.14.1": {PENDING: COMMISSIONED, INC: COMMISSIONED, COMMISSIONED: COMMISSIONED},
    "8.14.2": {PENDING: INC, INC: INC, COMMISSIONED: COMMISSIONED},
    "8.14.3": dict.fromkeys((PENDING, INC, COMMISSIONED, SUSPENDED), WITHDRAWN),
    "8.14.4": dict.fromkeys((PENDING, INC, COMMISSIONED, SUSPENDED), WITHDRAWN),
}
"""From which status each leads where; from any other it is refused."""


def report(
    world: DspWorld, srv: str, device: Eui = CHF, *, by: Eui = SUPPLIER, **more: object
) -> ServiceResponse:
    """An 8.14.x about the hub."""
    return world.ask(srv, changed(KINDS[srv](device_id=device), **more), by=by)


def hub_alone(status: SmiStatus) -> DspWorld:
    """One more hub, without meters."""
    world = premises()
    hub = loaded_device(CHF, status)
    alone = changed(hub.device, device_id=NOWHERE)
    world.load(devices=[LoadedDevice(device=alone, comms_hub=NOWHERE)])
    return world


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize("srv", KINDS)
def test_each_leads_from_some_statuses_to_its_own(srv: str, status: SmiStatus) -> None:
    world = premises(statuses={CHF: status})
    before = trace_of(world)

    answer = report(world, srv)

    expected = MOVES[srv].get(status)
    if expected is None:
        assert_refused(world, before, answer, E5)
        return
    assert (answer.response_code, answer.body) == (I0, None)
    assert seen_by_8_2(world, CHF).device_status is expected
    assert kept(world, CHF).status_before_suspension is None


@pytest.mark.parametrize("srv", INSTALLATIONS)
def test_the_installation_of_a_hub_in_service_changes_nothing(srv: str) -> None:
    world = premises()
    before = kept(world, CHF)

    report(world, srv)

    assert kept(world, CHF) == before
    assert told(world) == {}


def test_the_history_tells_when_it_was_installed_by_whom_and_by_which_request() -> None:
    world = premises(statuses={CHF: PENDING})
    world.advance(60_000)

    answer = report(world, "8.14.1", by=GAS_SUPPLIER)

    line = kept(world, CHF).history[-1]
    assert (line.at, line.status) == (START + 60_000, COMMISSIONED)
    assert line.cause == f"8.14.1 install success by {GAS_SUPPLIER}"
    assert line.request_id == answer.request_id
    assert world.smi(CHF).date_commissioned == START + 60_000


def test_a_hub_installed_without_the_sm_wan_has_no_date_yet() -> None:
    world = premises(statuses={CHF: PENDING})

    report(world, "8.14.2")
    report(world, "8.14.1")

    assert [line.status for line in kept(world, CHF).history] == [PENDING, INC, COMMISSIONED]


@pytest.mark.parametrize("srv", INSTALLATIONS)
def test_nobody_else_learns_of_an_installation(srv: str) -> None:
    world = premises(statuses={CHF: PENDING})

    report(world, srv)

    assert told(world) == {}


@pytest.mark.parametrize("srv", RETURNS)
def test_the_others_responsible_learn_of_a_return_by_one_alert_each(srv: str) -> None:
    world = premises()

    report(world, srv, by=GAS_SUPPLIER)

    alert = world.last(SUPPLIER)
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(device_id=CHF, device_status_change="CHFDecommissioning")
    assert told(world) == {SUPPLIER: ["N3"], DISTRIBUTOR: ["N3"], GAS_TRANSPORTER: ["N3"]}


@pytest.mark.parametrize("srv", RETURNS)
def test_a_gas_proxy_is_withdrawn_with_its_hub_and_nothing_else_is(srv: str) -> None:
    world = premises()

    report(world, srv)

    assert (world.status(CHF), world.status(GPF)) == (WITHDRAWN, WITHDRAWN)
    assert {world.status(device) for device in (ESME, GSME, HCALCS, PPMID)} == {COMMISSIONED}


@pytest.mark.parametrize("srv", RETURNS)
def test_schedules_of_a_withdrawn_gas_proxy_end_as_those_of_a_withdrawn_device(srv: str) -> None:
    world = premises()
    created(world, device_id=GPF, by=GAS_SUPPLIER)

    report(world, srv)

    assert len(world.engine.state.schedules) == 0
    assert told(world)[GAS_SUPPLIER] == ["N5", "N3"]


@pytest.mark.parametrize("srv", INSTALLATIONS)
@pytest.mark.parametrize("status", SmiStatus)
def test_a_pending_gas_proxy_is_installed_with_its_hub_and_any_other_stays_as_it_is(
    status: SmiStatus, srv: str
) -> None:
    world = premises(statuses={CHF: PENDING, GPF: status})

    report(world, srv)

    assert world.status(GPF) is (INC if status is PENDING else status)


# --- who may


@pytest.mark.parametrize("srv", KINDS)
@pytest.mark.parametrize("user", [SUPPLIER, GAS_SUPPLIER])
def test_each_supplier_with_a_meter_at_the_hub_may(user: Eui, srv: str) -> None:
    world = premises(statuses={CHF: PENDING})

    assert report(world, srv, by=user).response_code is I0


@pytest.mark.parametrize("srv", KINDS)
def test_another_supplier_may_not_where_the_hub_has_meters(srv: str) -> None:
    world = premises(statuses={CHF: PENDING})
    before = trace_of(world)

    assert_refused(world, before, report(world, srv, by=OTHER_SUPPLIER), E4)


@pytest.mark.parametrize("srv", KINDS)
@pytest.mark.parametrize("user", [SUPPLIER, GAS_SUPPLIER, OTHER_SUPPLIER])
def test_any_supplier_may_where_the_hub_has_none(user: Eui, srv: str) -> None:
    world = hub_alone(PENDING)

    answer = report(world, srv, NOWHERE, by=user)

    assert (answer.response_code, world.status(NOWHERE)) == (I0, MOVES[srv][PENDING])
    assert told(world) == {}, "nobody is responsible for it"


@pytest.mark.parametrize("srv", KINDS)
@pytest.mark.parametrize("user", [DISTRIBUTOR, GAS_TRANSPORTER, EXPORT_SUPPLIER, AGENT, OTHER_USER])
def test_only_suppliers_send_it(user: Eui, srv: str) -> None:
    world = premises(statuses={CHF: PENDING})
    before = trace_of(world)

    assert_refused(world, before, report(world, srv, by=user), E2)


# --- what is wrong


@pytest.mark.parametrize("srv", KINDS)
@pytest.mark.parametrize("device", [GPF, ESME, GSME, HCALCS, PPMID, IHD])
def test_what_is_no_hub_is_neither_installed_nor_returned(device: Eui, srv: str) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, report(world, srv, device, by=GAS_SUPPLIER), E11)


@pytest.mark.parametrize("srv", KINDS)
def test_what_the_smi_does_not_have_is_neither(srv: str) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, report(world, srv, NOWHERE), E19)


@pytest.mark.parametrize("srv", INSTALLATIONS)
@pytest.mark.parametrize("mpxn", ["12000123456789", "120001234567", "73123456789", "12000A2345678", "-1"])
def test_a_malformed_point_of_supply_is_refused(mpxn: str, srv: str) -> None:
    world = premises(statuses={CHF: PENDING})
    before = trace_of(world)

    assert_refused(world, before, report(world, srv, mpxn=mpxn), E100)


@pytest.mark.parametrize("srv", INSTALLATIONS)
@pytest.mark.parametrize("mpxn", ["", IMPORT_MPAN, MPRN, "1"])
def test_an_mpan_or_an_mprn_or_none_is_in_order(mpxn: str, srv: str) -> None:
    world = premises(statuses={CHF: PENDING})

    assert report(world, srv, mpxn=mpxn).response_code is I0


@pytest.mark.parametrize("code", [ResponseCode.I0, ResponseCode.I99])
def test_q1_chooses_its_answer(code: ResponseCode) -> None:
    world = premises(rules_as_of(switches=Switches(non_device_empty_answer=code)))

    assert report(world, "8.14.4").response_code is code
