"""A Device in service that leaves a HAN, by 8.11 or with its hub: it keeps its status, and an 8.11 takes it back."""

import pytest

from dsp.core.inputs import HubsClaimed
from smart_metering.administration import LoadedDevice
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    ChfInstallSuccessSmWan,
    ChfNoFaultReturn,
    DecommissionDevice,
    DevicePrenotification,
    ReadInventory,
    UpdateInventory,
)
from smart_metering.duis.service_requests import Body
from smart_metering.duis.service_responses import DspInventory
from smart_metering.gbcs.comms_hub_device_log import ConnectedDevice, encode_read_log_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.device_answers import device_log_updated, last_command, response, update_device_log
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
    OTHER_SUPPLIER,
    PPMID,
    SUPPLIER,
    loaded_device,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept
from tests.support.traces import assert_refused, told, trace_of

PENDING, WHITELISTED, INC, COMMISSIONED, DECOMMISSIONED, WITHDRAWN, SUSPENDED, RECOVERY, RECOVERED = SmiStatus
I0, I99, E20 = ResponseCode.I0, ResponseCode.I99, ResponseCode.E20
ON_A_HAN, ANOTHER_POINT = ResponseCode.E081105, ResponseCode.E081108
IN_SERVICE = (COMMISSIONED, SUSPENDED, RECOVERY, RECOVERED)
BEHIND = (ESME, GSME, HCALCS, PPMID, IHD)
NEW_MPAN = "1300012345678"
HUB_LEFT = "its hub left the service"
LEAVING: dict[str, Body] = {
    "8.14.3": ChfFaultReturn(device_id=CHF),
    "8.14.4": ChfNoFaultReturn(device_id=CHF),
    "8.4": UpdateInventory(device_id=CHF, update_device_status_ch="Withdrawn"),
    "8.3": DecommissionDevice(device_id=CHF),
}


def removed(device: Eui, status: SmiStatus = COMMISSIONED, *, by: Eui = SUPPLIER) -> DspWorld:
    """A Device with this status was removed from the HAN."""
    world = premises(statuses={device: status})
    update_device_log(world, device, "Remove", by=by)
    device_log_updated(world)
    world.inbox.clear()
    return world


def added(
    world: DspWorld, device: Eui, *, hub: Eui = CHF, by: Eui = SUPPLIER, import_mpxn: str = ""
) -> ResponseCode | None:
    """The answer to an 8.11 Add; the hub does it, if it is asked."""
    answer = update_device_log(world, device, hub=hub, by=by, import_mpxn=import_mpxn)
    if answer.response_code is I99:
        device_log_updated(world, hub=hub)
    return answer.response_code


def with_another_hub() -> DspWorld:
    """The premises, and a hub in service that has no Devices."""
    world = premises()
    hub = loaded_device(CHF).device
    world.load(devices=[LoadedDevice(device=changed(hub, device_id=NOWHERE), comms_hub=NOWHERE)])
    return world


def connected(world: DspWorld, device: Eui, *, hub: Eui) -> None:
    """The hub's Device Log, which a User reads, has the Device connected."""
    world.ask("8.9", ReadDeviceLog(), target=hub, variant=CommandVariant.SEND)
    command = last_command(world, hub)
    entry = ConnectedDevice(device=device, last_communication=world.now)
    world.say(hub, response(world, hub, encode_read_log_response((entry,), exchange_of(command))))


# --- 8.11 Remove, and Add again


@pytest.mark.parametrize("status", IN_SERVICE)
def test_what_is_removed_from_service_s_han_keeps_its_status_and_is_nobody_else_s(status: SmiStatus) -> None:
    world = removed(ESME, status)

    device = kept(world, ESME)

    assert (device.device.device_status, device.comms_hub) == (status, None)
    assert (device.device.import_mpxn, device.device.export_mpan) == (IMPORT_MPAN, EXPORT_MPAN)
    assert device.history[-1].cause == "8.11 Remove succeeded"
    assert kept(world, HCALCS).associated_device is None


def test_it_cannot_be_reached_until_it_is_added_again() -> None:
    world = removed(ESME)

    off = world.read_version(ESME).response_code
    again = added(world, ESME, import_mpxn=IMPORT_MPAN)
    on = world.read_version(ESME).response_code

    assert (off, again, on) == (E20, I99, I99)
    assert world.sent[-1].comms_hub == CHF


@pytest.mark.parametrize("status", IN_SERVICE)
def test_what_is_added_again_is_as_it_was(status: SmiStatus) -> None:
    world = removed(ESME, status)
    before = kept(world, ESME)

    added(world, ESME, import_mpxn=IMPORT_MPAN)

    after = kept(world, ESME)
    assert (after.device, after.status_before_suspension) == (before.device, before.status_before_suspension)
    assert (after.comms_hub, kept(world, HCALCS).associated_device) == (CHF, ESME)
    assert (after.history[-1].cause, after.history[-1].status) == ("8.11 Add succeeded", status)
    assert told(world) == {SUPPLIER: ["I0", "N24"]}


def test_the_hub_s_log_makes_nothing_else_of_what_is_commissioned_already() -> None:
    world = removed(ESME)
    added(world, ESME, import_mpxn=IMPORT_MPAN)
    before = kept(world, ESME)

    connected(world, ESME, hub=CHF)

    assert kept(world, ESME) == before


@pytest.mark.parametrize(
    ("by", "import_mpan", "export_mpan"),
    [(OTHER_SUPPLIER, NEW_MPAN, ""), (SUPPLIER, IMPORT_MPAN, NEW_MPAN)],
    ids=["its import point", "its export point"],
)
def test_an_add_takes_no_meter_in_service_to_another_point_of_supply(
    by: Eui, import_mpan: str, export_mpan: str
) -> None:
    world = removed(ESME)
    world.load(registrations=[registration(NEW_MPAN, OTHER_SUPPLIER)])
    before = trace_of(world)

    answer = update_device_log(world, ESME, by=by, import_mpxn=import_mpan, export_mpan=export_mpan)

    assert_refused(world, before, answer, ANOTHER_POINT)


def test_what_left_the_service_is_not_added() -> None:
    world = removed(ESME, DECOMMISSIONED)
    before = trace_of(world)

    assert_refused(world, before, update_device_log(world, ESME, import_mpxn=IMPORT_MPAN), ON_A_HAN)


def test_a_late_removal_from_a_hub_takes_no_device_off_another_s_han() -> None:
    world = with_another_hub()
    update_device_log(world, PPMID, "Remove")
    world.engine.state.put_device(changed(kept(world, PPMID), comms_hub=NOWHERE))

    device_log_updated(world)

    assert kept(world, PPMID).comms_hub == NOWHERE


def test_a_type_2_device_goes_and_comes_back_and_its_history_tells_it() -> None:
    world = removed(IHD)
    off = kept(world, IHD).comms_hub

    added(world, IHD)

    device = kept(world, IHD)
    assert (off, device.comms_hub) == (None, CHF)
    assert [line.cause for line in device.history[1:]] == ["8.11 Remove succeeded", "8.11 Add succeeded"]


# --- a hub that leaves


@pytest.mark.parametrize("srv", LEAVING)
def test_what_was_behind_a_hub_that_left_stands_on_no_han_and_keeps_its_status(srv: str) -> None:
    world = premises(statuses={HCALCS: INC, PPMID: SUSPENDED})

    answer = world.ask(srv, LEAVING[srv])

    assert {kept(world, device).comms_hub for device in BEHIND} == {None}
    statuses = [world.status(device) for device in BEHIND]
    assert statuses == [COMMISSIONED, COMMISSIONED, INC, SUSPENDED, None]
    for device in BEHIND:
        line = kept(world, device).history[-1]
        assert (line.cause, line.request_id) == (HUB_LEFT, answer.request_id)
    assert kept(world, GPF).comms_hub == CHF, "a part of the hub"


@pytest.mark.parametrize("srv", LEAVING)
def test_a_meter_behind_it_cannot_be_reached(srv: str) -> None:
    world = premises()

    world.ask(srv, LEAVING[srv])

    assert world.read_version(ESME).response_code is E20


def test_all_that_was_behind_it_comes_to_the_hub_that_replaces_it() -> None:
    world = with_another_hub()
    world.ask("8.14.3", LEAVING["8.14.3"])
    supplies = {ESME: (SUPPLIER, IMPORT_MPAN), GSME: (GAS_SUPPLIER, MPRN)}

    for device in BEHIND:
        by, mpxn = supplies.get(device, (SUPPLIER, ""))
        assert added(world, device, hub=NOWHERE, by=by, import_mpxn=mpxn) is I99

    assert {kept(world, device).comms_hub for device in BEHIND} == {NOWHERE}
    assert {world.status(device) for device in BEHIND if device != IHD} == {COMMISSIONED}
    assert world.read_version(ESME).response_code is I99
    assert world.sent[-1].comms_hub == NOWHERE
    assert kept(world, HCALCS).associated_device == ESME


def test_what_was_whitelisted_behind_it_is_installed_once_it_has_joined_the_other() -> None:
    world = with_another_hub()
    world.engine.state.put_device(
        changed(kept(world, PPMID), device=changed(kept(world, PPMID).device, device_status=WHITELISTED))
    )
    world.ask("8.14.3", LEAVING["8.14.3"])
    added(world, ESME, hub=NOWHERE, import_mpxn=IMPORT_MPAN)
    added(world, PPMID, hub=NOWHERE)
    whitelisted = world.status(PPMID)

    connected(world, PPMID, hub=NOWHERE)

    assert (whitelisted, world.status(PPMID)) == (WHITELISTED, INC)


# --- a hub that comes back


def prenotification(device: Eui, kind: str, gpf: Eui | None = None) -> DevicePrenotification:
    return DevicePrenotification(
        device_id=device,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type=kind,
        associated_gpf_device_id=gpf,
    )


@pytest.mark.parametrize("gpf", [None, GPF], ids=["GPF not named", "GPF named"])
def test_a_gas_proxy_comes_back_with_its_hub(gpf: Eui | None) -> None:
    world = premises()
    world.ask("8.14.4", LEAVING["8.14.4"])

    world.ask("12.2", prenotification(CHF, "CHF", gpf))
    pending = world.status(CHF), world.status(GPF)
    world.ask("8.14.1", ChfInstallSuccessSmWan(device_id=CHF))

    assert pending == (PENDING, PENDING)
    assert (world.status(CHF), world.status(GPF)) == (COMMISSIONED, INC)
    assert (kept(world, GPF).pre_notifying_user, kept(world, GPF).forgotten_at) == (SUPPLIER, None)


def test_a_hub_that_comes_back_with_another_gas_proxy_leaves_the_former_out() -> None:
    world = premises()
    world.ask("8.14.4", LEAVING["8.14.4"])

    world.ask("12.2", prenotification(CHF, "CHF", NOWHERE))

    assert world.status(GPF) is WITHDRAWN


def test_a_gas_proxy_that_is_pre_notified_before_its_hub_comes_back_all_the_same() -> None:
    world = premises()
    world.ask("8.14.4", LEAVING["8.14.4"])

    world.ask("12.2", prenotification(GPF, "GPF"))
    world.ask("12.2", prenotification(CHF, "CHF"))
    world.ask("8.14.1", ChfInstallSuccessSmWan(device_id=CHF))

    assert (world.status(CHF), world.status(GPF)) == (COMMISSIONED, INC)


def test_nothing_is_behind_a_hub_that_comes_back_but_its_gas_proxy() -> None:
    world = premises()
    world.ask("8.14.4", LEAVING["8.14.4"])

    world.ask("12.2", prenotification(CHF, "CHF"))

    body = world.ask("8.2", ReadInventory(device_id=CHF)).body
    assert isinstance(body, DspInventory)
    assert [device.device_id for device in body.devices] == [CHF, GPF]


# --- a hub that is connected already


def test_a_hub_that_is_pre_notified_while_it_is_connected_is_in_service_at_once() -> None:
    world = premises()
    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))

    world.ask("12.2", prenotification(NOWHERE, "CHF"))

    assert world.status(NOWHERE) is COMMISSIONED


ITS_GPF = Eui("00-DB-12-34-56-78-91-01")


@pytest.mark.parametrize("hub_first", [False, True], ids=["gas proxy first", "hub first"])
def test_so_is_its_gas_proxy_whichever_is_pre_notified_first(hub_first: bool) -> None:
    world = premises()
    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))
    bodies = [prenotification(ITS_GPF, "GPF"), prenotification(NOWHERE, "CHF", ITS_GPF)]

    for body in reversed(bodies) if hub_first else bodies:
        world.ask("12.2", body)

    assert (world.status(NOWHERE), world.status(ITS_GPF)) == (COMMISSIONED, INC)
    assert kept(world, ITS_GPF).comms_hub == NOWHERE


def test_a_returned_hub_that_is_still_connected_is_in_service_once_it_is_pre_notified_again() -> None:
    world = premises()
    world.give(HubsClaimed(host="emulator", comms_hubs=(CHF,)))
    world.ask("8.14.4", LEAVING["8.14.4"])
    returned = world.status(CHF)

    world.ask("12.2", prenotification(CHF, "CHF"))

    assert (returned, world.status(CHF), world.status(GPF)) == (WITHDRAWN, COMMISSIONED, INC)


@pytest.mark.parametrize("status", [PENDING, INC])
def test_what_was_installed_without_the_sm_wan_is_commissioned_once_it_connects(status: SmiStatus) -> None:
    world = premises(statuses={CHF: status})

    world.give(HubsClaimed(host="emulator", comms_hubs=(CHF,)))

    assert world.status(CHF) is COMMISSIONED


@pytest.mark.parametrize("status", [WITHDRAWN, DECOMMISSIONED])
def test_a_hub_that_left_the_service_brings_no_gas_proxy_into_it_by_connecting(status: SmiStatus) -> None:
    world = premises(statuses={CHF: status, GPF: PENDING})

    world.give(HubsClaimed(host="emulator", comms_hubs=(CHF,)))

    assert (world.status(CHF), world.status(GPF)) == (status, PENDING)
