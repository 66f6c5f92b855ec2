"""From 12.2 to the HAN: what 8.11 and the hub's Device Log do to the SMI, whose a Device becomes, and who is told."""

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.device_requests import (
    ReadDeviceLog,
)
from smart_metering.duis.inventory_requests import DecommissionDevice, DevicePrenotification, UpdateInventory
from smart_metering.duis.service_responses import (
    DccAlert,
    UpdateHanDeviceLogResult,
)
from smart_metering.gbcs.comms_hub_device_log import ConnectedDevice, encode_read_log_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.generic_alerts import encode_generic_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.device_answers import (
    device_log_updated,
    last_command,
    response,
    update_device_log,
)
from tests.support.dsp_premises import (
    CHF,
    ESME,
    EXPORT_MPAN,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    IHD,
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_USER,
    PPMID,
    START,
    SUPPLIER,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.hand_made_device import ACB
from tests.support.inventory_requests import kept
from tests.support.traces import told

PENDING, WHITELISTED, INC, COMMISSIONED, _, _, SUSPENDED, _, _ = SmiStatus
A_SECOND_MPAN = "1300012345678"


def prenotified(device_type: str = "PPMID") -> DspWorld:
    """A world in which OTHER_USER has pre-notified one more Device."""
    world = premises()
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type=device_type,
        esme_variant="A" if device_type == "ESME" else "",
    )
    assert world.ask("12.2", body, by=OTHER_USER).response_code is ResponseCode.I0
    return world


# --- 8.11


def test_an_added_device_is_whitelisted_on_the_han_of_the_hub_and_has_its_points_of_supply() -> None:
    world = prenotified("ESME")
    answer = update_device_log(
        world,
        NOWHERE,
        by=SUPPLIER,
        import_mpxn=IMPORT_MPAN,
        secondary_import_mpan=A_SECOND_MPAN,
        export_mpan=EXPORT_MPAN,
    )
    before = world.status(NOWHERE)

    device_log_updated(world)

    device = kept(world, NOWHERE)
    assert (answer.response_code, before, device.device.device_status) == ("I99", PENDING, WHITELISTED)
    assert device.comms_hub == CHF
    shown = device.device
    assert (shown.import_mpxn, shown.secondary_import_mpan, shown.export_mpan) == (
        IMPORT_MPAN,
        A_SECOND_MPAN,
        EXPORT_MPAN,
    )
    assert device.forgotten_at is None
    assert told(world) == {SUPPLIER: ["I0", "N24"]}
    line = device.history[-1]
    assert (line.status, line.cause, line.request_id) == (
        WHITELISTED,
        "8.11 Add succeeded",
        answer.request_id,
    )


def test_the_alert_names_the_request_and_goes_to_its_sender_alone() -> None:
    world = prenotified()
    answer = update_device_log(world, NOWHERE, by=OTHER_USER)

    device_log_updated(world)

    alert = world.last(OTHER_USER)
    assert isinstance(alert, DccAlert)
    assert alert.body == UpdateHanDeviceLogResult(update_han_device_log_service_request_id=answer.request_id)
    assert told(world) == {OTHER_USER: ["I0", "N24"]}


def test_a_type_2_device_is_on_the_han_and_has_no_status() -> None:
    world = prenotified("IHD")
    update_device_log(world, NOWHERE)

    device_log_updated(world)

    assert (world.status(NOWHERE), kept(world, NOWHERE).comms_hub) == (None, CHF)
    assert told(world) == {SUPPLIER: ["I0", "N24"]}


@pytest.mark.parametrize(
    ("status", "expected"),
    [(WHITELISTED, PENDING), (INC, PENDING), (COMMISSIONED, COMMISSIONED), (SUSPENDED, SUSPENDED)],
)
def test_a_removed_device_is_on_no_han_and_pending_again_if_it_was_not_in_service_yet(
    status: SmiStatus, expected: SmiStatus
) -> None:
    world = premises(statuses={ESME: status})
    update_device_log(world, ESME, "Remove")

    device_log_updated(world)

    assert world.status(ESME) is expected
    assert kept(world, ESME).comms_hub is None
    assert told(world) == {SUPPLIER: ["I0", "N24"]}


def test_a_removed_type_2_device_is_on_no_han() -> None:
    world = premises()
    update_device_log(world, IHD, "Remove")

    device_log_updated(world)

    assert (world.status(IHD), kept(world, IHD).comms_hub) == (None, None)


@pytest.mark.parametrize("request_type", ["Add", "Remove"])
def test_what_the_hub_says_it_did_not_do_changes_nothing_and_nothing_is_uncertain(request_type: str) -> None:
    world = prenotified() if request_type == "Add" else premises(statuses={PPMID: INC})
    device = NOWHERE if request_type == "Add" else PPMID
    update_device_log(world, device, request_type)
    before = kept(world, device)

    device_log_updated(world, success=False)

    assert kept(world, device) == before
    assert told(world) == {SUPPLIER: ["I0"]}


def test_whether_it_was_done_is_not_known_without_an_answer() -> None:
    world = prenotified()
    answer = update_device_log(world, NOWHERE)

    world.advance(HOUR_MS)

    alert = world.last(SUPPLIER)
    assert isinstance(alert, DccAlert)
    assert alert.body == UpdateHanDeviceLogResult(update_han_device_log_service_request_id=answer.request_id)
    assert told(world) == {SUPPLIER: ["E21", "N25"]}
    assert world.status(NOWHERE) is PENDING


def test_a_late_answer_still_whitelists() -> None:
    world = prenotified()
    update_device_log(world, NOWHERE)
    world.advance(HOUR_MS)
    world.inbox.clear()

    device_log_updated(world)

    assert world.status(NOWHERE) is WHITELISTED
    assert told(world) == {SUPPLIER: ["I0", "N24"]}


def test_what_was_deleted_while_its_addition_was_under_way_does_not_come_back() -> None:
    world = prenotified()
    update_device_log(world, NOWHERE)
    world.ask("8.4", UpdateInventory(device_id=NOWHERE, delete_device=True), by=OTHER_USER)

    device_log_updated(world)

    assert NOWHERE not in world.engine.state.devices
    assert told(world) == {SUPPLIER: ["I0"]}


def test_a_dated_one_is_sent_at_its_date() -> None:
    world = prenotified()
    update_device_log(world, NOWHERE, at=Instant(START + DAY_MS))
    world.advance(DAY_MS - 1)
    before = len(world.devices[CHF].heard)

    world.advance(1)
    device_log_updated(world)

    assert (before, world.status(NOWHERE)) == (0, WHITELISTED)


# --- whose a Device becomes


def test_a_gas_meter_and_the_gas_proxy_of_its_han_belong_together() -> None:
    world = premises(statuses={GSME: INC})
    update_device_log(world, GSME, "Remove", by=GAS_SUPPLIER)
    device_log_updated(world)
    nobody_s = world.read_version(GPF, by=GAS_SUPPLIER).response_code

    update_device_log(world, GSME, by=GAS_SUPPLIER, import_mpxn=MPRN)
    device_log_updated(world)

    assert (kept(world, GSME).associated_device, kept(world, GPF).associated_device) == (GPF, GSME)
    theirs = world.read_version(GPF, by=GAS_SUPPLIER).response_code
    assert (nobody_s, theirs) == (ResponseCode.E4, ResponseCode.I99)


@pytest.mark.parametrize("order", [(ESME, HCALCS), (HCALCS, ESME)], ids=["meter first", "HCALCS first"])
def test_a_hcalcs_belongs_to_the_electricity_meter_whichever_is_added_first(order: tuple[Eui, Eui]) -> None:
    world = premises(statuses={ESME: INC, HCALCS: INC})
    for device in (HCALCS, ESME):
        update_device_log(world, device, "Remove")
        device_log_updated(world)

    for device in order:
        mpxn, by = (IMPORT_MPAN, SUPPLIER) if device == ESME else ("", GAS_SUPPLIER)
        assert update_device_log(world, device, by=by, import_mpxn=mpxn).response_code == "I99"
        device_log_updated(world)

    assert kept(world, HCALCS).associated_device == ESME
    assert {world.status(device) for device in order} == {WHITELISTED}


def test_what_12_2_says_of_a_gas_proxy_keeps_no_hcalcs_from_its_meter() -> None:
    world = premises()
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type="HCALCS",
        associated_gpf_device_id=GPF,
    )
    world.ask("12.2", body, by=OTHER_USER)
    update_device_log(world, NOWHERE)

    device_log_updated(world)

    assert kept(world, NOWHERE).associated_device == ESME
    decommission = world.ask("8.3", DecommissionDevice(device_id=NOWHERE))
    assert decommission.response_code is ResponseCode.I0


# --- the hub's Device Log


def log_changed(world: DspWorld, hub: Eui = CHF) -> None:
    """The hub's alert 8F12, for the ACB."""
    counter = world.devices[hub].alert_counter + 1
    code = DeviceAlertCode.CHF_DEVICE_LOG_CHANGED
    payload = encode_generic_alert(False, code, world.now, counter)
    world.say(hub, world.devices[hub].alert(UseCase.CRITICAL_ALERT, ACB, payload))


def log_read(world: DspWorld, *entries: ConnectedDevice) -> None:
    """The hub's answer to the last Command, which asked for its Device Log."""
    command = last_command(world, CHF)
    assert command.message_code == UseCase.CCS05
    world.say(CHF, response(world, CHF, encode_read_log_response(entries, exchange_of(command))))


def with_whitelisted(*devices: Eui) -> DspWorld:
    """A world in which these Devices are Whitelisted, and a hub that hears and says nothing."""
    world = premises(statuses=dict.fromkeys(devices, WHITELISTED))
    world.devices[CHF].silent = True
    return world


def test_the_dsp_reads_the_log_that_changed_and_installs_who_is_connected() -> None:
    world = with_whitelisted(ESME, PPMID)

    log_changed(world)
    log_read(
        world,
        ConnectedDevice(device=ESME, last_communication=START),
        ConnectedDevice(device=PPMID, last_communication=None),
        ConnectedDevice(device=GSME, last_communication=START),
        ConnectedDevice(device=NOWHERE, last_communication=START),
    )

    assert (world.status(ESME), world.status(PPMID), world.status(GSME)) == (INC, WHITELISTED, COMMISSIONED)
    assert kept(world, ESME).history[-1].cause == "alert 8F12: it joined the HAN"
    assert told(world) == {}


def test_a_device_log_that_a_user_reads_installs_as_well() -> None:
    world = with_whitelisted(ESME)

    world.ask("8.9", ReadDeviceLog(), target=CHF, variant=CommandVariant.SEND)
    log_read(world, ConnectedDevice(device=ESME, last_communication=START))

    assert world.status(ESME) is INC
    assert told(world) == {SUPPLIER: ["I0"]}


def test_a_hub_says_nothing_of_devices_of_another_han() -> None:
    world = with_whitelisted(ESME)
    world.engine.state.put_device(changed(kept(world, ESME), comms_hub=NOWHERE))

    log_changed(world)
    log_read(world, ConnectedDevice(device=ESME, last_communication=START))

    assert world.status(ESME) is WHITELISTED
