"""SR 8.4 DeleteDevice: its pre-notifier takes a Device out of the SMI while it is Pending, and nobody else does."""

import pytest

from smart_metering.duis.inventory_requests import DevicePrenotification, ReadInventory, UpdateInventory
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    AGENT,
    DISTRIBUTOR,
    ESME,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    ROLES,
    SUPPLIER,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept, prenotified_by
from tests.support.scheduled_reads import created
from tests.support.traces import assert_refused, smi_changes, told, trace_of

PENDING = SmiStatus.PENDING
I0, E4, E19, NOT_DELETABLE = (
    ResponseCode.I0,
    ResponseCode.E4,
    ResponseCode.E19,
    ResponseCode.E080409,
)


def delete(world: DspWorld, device: Eui, *, by: Eui = SUPPLIER) -> ServiceResponse:
    """An 8.4 DeleteDevice."""
    return world.ask("8.4", UpdateInventory(device_id=device, delete_device=True), by=by)


def prenotification(device: Eui) -> DevicePrenotification:
    """Of a PPMID."""
    return DevicePrenotification(
        device_id=device, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
    )


def test_the_pre_notifier_deletes_what_is_pending_and_it_may_be_pre_notified_again() -> None:
    world = premises()
    world.ask("12.2", prenotification(NOWHERE), by=OTHER_USER)

    answer = delete(world, NOWHERE, by=OTHER_USER)

    assert answer.response_code is I0
    assert NOWHERE not in world.engine.state.devices
    assert world.ask("8.2", ReadInventory(device_id=NOWHERE)).response_code is E19
    assert world.ask("12.2", prenotification(NOWHERE), by=AGENT).response_code is I0
    assert kept(world, NOWHERE).pre_notifying_user == AGENT
    assert not any(world.take(user) for user in ROLES)


def test_a_deleted_device_leaves_a_line_that_tells_who_deleted_it_and_by_which_request() -> None:
    world = premises()
    world.ask("12.2", prenotification(NOWHERE), by=OTHER_USER)
    smi_changes(world)

    answer = delete(world, NOWHERE, by=OTHER_USER)

    (line,) = smi_changes(world)
    assert (line.device, line.what) == (NOWHERE, f"8.4 DeleteDevice by {OTHER_USER}")
    assert line.cause == answer.request_id


def test_the_owners_of_its_schedules_learn_that_it_left_the_smi() -> None:
    world = premises(statuses={ESME: SmiStatus.INSTALLED_NOT_COMMISSIONED})
    prenotified_by(world, ESME, OTHER_USER)
    created(world)
    world.ask("8.4", UpdateInventory(device_id=ESME, update_device_status_except_ch="Pending"))

    delete(world, ESME, by=OTHER_USER)

    assert told(world) == {SUPPLIER: ["N17"]}
    assert len(world.engine.state.schedules) == 0


@pytest.mark.parametrize("user", [SUPPLIER, DISTRIBUTOR, OTHER_SUPPLIER, AGENT])
def test_nobody_else_deletes_it_though_responsible(user: Eui) -> None:
    world = premises(statuses={ESME: PENDING})
    prenotified_by(world, ESME, OTHER_USER)
    before = trace_of(world)

    assert_refused(world, before, delete(world, ESME, by=user), E4)


def test_what_nobody_pre_notified_nobody_deletes() -> None:
    world = premises(statuses={ESME: PENDING})
    before = trace_of(world)

    assert_refused(world, before, delete(world, ESME), E4)


@pytest.mark.parametrize("status", [status for status in SmiStatus if status is not PENDING])
def test_the_pre_notifier_deletes_nothing_that_has_left_pending(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})
    prenotified_by(world, ESME, SUPPLIER)
    before = trace_of(world)

    assert_refused(world, before, delete(world, ESME), NOT_DELETABLE)
