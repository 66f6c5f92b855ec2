"""A Device that was pre-notified and never installed leaves the SMI after a time, and its pre-notifier is told."""

from pathlib import Path

import pytest

from dsp.core.inputs import HubsClaimed
from dsp.rules.choices import Times
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import (
    DevicePrenotification,
    ReadInventory,
    UpdateInventory,
    UpdateMpxn,
)
from smart_metering.duis.service_responses import DccAlert, DeviceStatusChangeEvent
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    ESME,
    GPF,
    GSME,
    HCALCS,
    NOWHERE,
    OTHER_USER,
    PPMID,
    SUPPLIER,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import amend
from tests.support.restarts import restart
from tests.support.traces import smi_changes, told

PENDING_MS = Times().pending_ms
NEW_MPAN = "1300012345678"
TYPE_1_DEVICES = (CHF, GPF, ESME, GSME, HCALCS, PPMID)


def prenotified(device_type: str = "ESME", device: Eui = NOWHERE, by: Eui = OTHER_USER) -> DspWorld:
    """A world in which this User has pre-notified one more Device."""
    world = premises()
    body = DevicePrenotification(
        device_id=device,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type=device_type,
        esme_variant="A" if device_type == "ESME" else "",
    )
    assert world.ask("12.2", body, by=by).response_code is ResponseCode.I0
    return world


def installed() -> DspWorld:
    """An ESME that a supplier pre-notified, gave its point of supply, and set installed."""
    world = prenotified(by=SUPPLIER)
    world.load(registrations=[registration(NEW_MPAN, SUPPLIER)])
    for choice in (
        UpdateInventory(device_id=NOWHERE, update_mpxn=UpdateMpxn(import_mpxn=NEW_MPAN)),
        UpdateInventory(device_id=NOWHERE, update_device_status_except_ch="InstalledNotCommissioned"),
    ):
        assert world.ask("8.4", choice).response_code is ResponseCode.I0
    return world


def test_thirty_six_months_are_the_time() -> None:
    assert PENDING_MS == 1_096 * 86_400_000, "three years, one of them a leap year"


def test_a_device_is_there_until_its_time_and_then_it_is_not() -> None:
    world = prenotified()

    world.advance(PENDING_MS - 1)
    before = NOWHERE in world.engine.state.devices, told(world)
    world.advance(1)

    assert before == (True, {})
    assert NOWHERE not in world.engine.state.devices
    assert told(world) == {OTHER_USER: ["N8"]}
    assert world.ask("8.2", ReadInventory(device_id=NOWHERE)).response_code is ResponseCode.E19


def test_the_alert_says_that_the_device_was_removed() -> None:
    world = prenotified()

    world.advance(PENDING_MS)

    alert = world.last(OTHER_USER)
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(
        device_id=NOWHERE, device_status_change="DeviceRemovedFromInventory"
    )


def test_no_request_is_the_cause_of_it() -> None:
    world = prenotified()
    smi_changes(world)

    world.advance(PENDING_MS)

    (line,) = smi_changes(world)
    assert (line.device, line.what, line.cause) == (NOWHERE, "left Pending too long", "")


def test_a_restart_forgets_no_date(tmp_path: Path) -> None:
    world = prenotified()
    world.advance(PENDING_MS // 2)

    restart(world, tmp_path)
    world.advance(PENDING_MS - PENDING_MS // 2 - 1)
    before = told(world)
    world.advance(1)

    assert (before, told(world)) == ({}, {OTHER_USER: ["N8"]})
    assert NOWHERE not in world.engine.state.devices


def test_a_correction_of_its_details_gives_it_no_more_time() -> None:
    world = prenotified()
    world.advance(PENDING_MS - 1)
    amend(world, {"device_model": "433100AD"}, NOWHERE, by=OTHER_USER)

    world.advance(1)

    assert told(world) == {OTHER_USER: ["N8"]}


def test_what_left_pending_stays() -> None:
    world = installed()

    world.advance(PENDING_MS)

    assert world.status(NOWHERE) is SmiStatus.INSTALLED_NOT_COMMISSIONED
    assert told(world) == {}


def test_what_left_pending_stays_after_a_restart_too(tmp_path: Path) -> None:
    world = installed()
    restart(world, tmp_path)

    assert world.engine.next_deadline() is None
    world.advance(PENDING_MS)
    assert world.status(NOWHERE) is SmiStatus.INSTALLED_NOT_COMMISSIONED


def test_for_what_is_pending_again_the_time_begins_anew() -> None:
    world = installed()
    world.advance(PENDING_MS // 2)
    again = UpdateInventory(device_id=NOWHERE, update_device_status_except_ch="Pending")
    assert world.ask("8.4", again).response_code is ResponseCode.I0

    world.advance(PENDING_MS - 1)
    before = world.status(NOWHERE)
    world.advance(1)

    assert before is SmiStatus.PENDING
    assert NOWHERE not in world.engine.state.devices
    assert told(world) == {SUPPLIER: ["N8"]}


def test_a_hub_that_is_connected_stays() -> None:
    world = prenotified("CHF")
    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))

    world.advance(PENDING_MS)

    assert world.status(NOWHERE) is SmiStatus.COMMISSIONED
    assert told(world) == {}


def test_for_what_was_deleted_nothing_is_due() -> None:
    world = prenotified()

    world.ask("8.4", UpdateInventory(device_id=NOWHERE, delete_device=True), by=OTHER_USER)

    assert world.engine.next_deadline() is None


def test_what_was_deleted_and_pre_notified_again_has_the_time_of_the_second() -> None:
    world = prenotified()
    world.advance(PENDING_MS // 2)
    world.ask("8.4", UpdateInventory(device_id=NOWHERE, delete_device=True), by=OTHER_USER)
    body = DevicePrenotification(
        device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
    )
    world.ask("12.2", body, by=SUPPLIER)

    world.advance(PENDING_MS - 1)
    before = told(world)
    world.advance(1)

    assert (before, told(world)) == ({}, {SUPPLIER: ["N8"]})


def test_what_was_forgotten_may_be_pre_notified_again() -> None:
    world = prenotified()
    world.advance(PENDING_MS)
    body = DevicePrenotification(
        device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
    )

    answer = world.ask("12.2", body, by=SUPPLIER)

    assert answer.response_code is ResponseCode.I0
    assert len(world.engine.state.devices[NOWHERE].history) == 1


@pytest.mark.parametrize("device_type", [DeviceType.IHD, DeviceType.CAD])
def test_a_type_2_device_has_no_status_to_be_forgotten_by(device_type: DeviceType, tmp_path: Path) -> None:
    world = prenotified(device_type)
    due = world.engine.next_deadline()

    restart(world, tmp_path)

    assert (due, world.engine.next_deadline()) == (None, None)
    world.advance(PENDING_MS)
    assert NOWHERE in world.engine.state.devices
    assert told(world) == {}


def test_what_the_administration_loaded_as_pending_nobody_waits_for() -> None:
    world = premises(statuses=dict.fromkeys(TYPE_1_DEVICES, SmiStatus.PENDING))

    assert world.engine.next_deadline() is None


def test_nor_for_what_was_loaded_and_set_pending_since() -> None:
    world = premises(statuses={ESME: SmiStatus.INSTALLED_NOT_COMMISSIONED})

    world.ask("8.4", UpdateInventory(device_id=ESME, update_device_status_except_ch="Pending"))

    assert world.engine.next_deadline() is None
