"""Devices that the SMI has on no HAN: pre-notified hubs are their own, and what has none cannot be reached."""

import pytest

from dsp.core.inputs import HubsClaimed
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import DevicePrenotification, UpdateInventory, UpdateMpxn
from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    ESME,
    GPF,
    NOWHERE,
    OTHER_USER,
    START,
    SUPPLIER,
    V1,
    registration,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept
from tests.support.scheduled_reads import created

NEW_MPAN = "1300012345678"
ITS_GPF = Eui("00-DB-12-34-56-78-91-01")


def prenotify(
    world: DspWorld, device: Eui, device_type: str, gpf: Eui | None = None, *, by: Eui = OTHER_USER
) -> None:
    """12.2."""
    body = DevicePrenotification(
        device_id=device,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type=device_type,
        firmware_version=V1,
        esme_variant="A" if device_type == "ESME" else "",
        associated_gpf_device_id=gpf,
    )
    assert world.ask("12.2", body, by=by).response_code is ResponseCode.I0


def installed_without_a_hub() -> DspWorld:
    """An ESME that was never added to a HAN, and that its supplier has set InstalledNotCommissioned all the same."""
    world = premises()
    world.load(registrations=[registration(NEW_MPAN, SUPPLIER)])
    prenotify(world, NOWHERE, "ESME", by=SUPPLIER)
    for choice in (
        UpdateInventory(device_id=NOWHERE, update_mpxn=UpdateMpxn(import_mpxn=NEW_MPAN)),
        UpdateInventory(device_id=NOWHERE, update_device_status_except_ch="InstalledNotCommissioned"),
    ):
        assert world.ask("8.4", choice).response_code is ResponseCode.I0
    return world


def test_a_pre_notified_hub_is_in_service_once_it_is_connected_and_takes_requests() -> None:
    world = premises()
    prenotify(world, NOWHERE, "CHF")

    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))
    answer = world.read_version(NOWHERE, by=OTHER_USER)

    assert world.status(NOWHERE) is SmiStatus.COMMISSIONED
    assert kept(world, NOWHERE).comms_hub == NOWHERE
    assert answer.response_code is ResponseCode.I99
    assert world.sent[-1].comms_hub == NOWHERE


@pytest.mark.parametrize("hub_first", [False, True], ids=["gas proxy first", "hub first"])
def test_a_pre_notified_gas_proxy_is_installed_with_the_hub_that_names_it(hub_first: bool) -> None:
    world = premises()
    if hub_first:
        prenotify(world, NOWHERE, "CHF", gpf=ITS_GPF)
        prenotify(world, ITS_GPF, "GPF")
    else:
        prenotify(world, ITS_GPF, "GPF")
        prenotify(world, NOWHERE, "CHF", gpf=ITS_GPF)

    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))

    assert world.status(ITS_GPF) is SmiStatus.INSTALLED_NOT_COMMISSIONED
    assert kept(world, ITS_GPF).comms_hub == NOWHERE


def test_a_hub_takes_no_gas_proxy_of_another_by_naming_it() -> None:
    world = premises()

    prenotify(world, NOWHERE, "CHF", gpf=GPF)
    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))

    assert kept(world, GPF).comms_hub == CHF


def test_a_hub_takes_nothing_that_is_no_gas_proxy_by_naming_it() -> None:
    world = premises()
    prenotify(world, ITS_GPF, "PPMID")

    prenotify(world, NOWHERE, "CHF", gpf=ITS_GPF)
    world.give(HubsClaimed(host="emulator", comms_hubs=(NOWHERE,)))

    assert (world.status(ITS_GPF), kept(world, ITS_GPF).comms_hub) == (SmiStatus.PENDING, None)


@pytest.mark.parametrize(
    "variant", [CommandVariant.SEND, CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL]
)
def test_a_device_without_a_hub_cannot_be_reached(variant: CommandVariant) -> None:
    world = installed_without_a_hub()

    answer = world.ask("11.2", ReadFirmwareVersion(), target=NOWHERE, variant=variant)

    assert answer.response_code is ResponseCode.E20
    assert world.sent == []


def test_a_signed_pre_command_does_not_reach_it_either() -> None:
    world = installed_without_a_hub()

    assert world.activate(NOWHERE).response_code is ResponseCode.E20


def test_a_dated_request_to_it_is_refused_or_ends_in_time() -> None:
    world = installed_without_a_hub()

    answer = world.read_version(NOWHERE, at=Instant(START + HOUR_MS))
    world.advance(DAY_MS)

    assert "E20" in (answer.response_code, *world.take(SUPPLIER))


def test_a_scheduled_run_to_it_fails_as_any_that_is_not_delivered() -> None:
    world = installed_without_a_hub()
    created(world, device_id=NOWHERE)

    world.advance(DAY_MS)

    assert world.take(SUPPLIER)[-1] in ("N10", "N12")


def test_firmware_does_not_reach_it_though_it_is_suspended() -> None:
    world = installed_without_a_hub()
    world.remove_from_cpl(ESME)
    assert world.status(NOWHERE) is SmiStatus.SUSPENDED

    answer = world.update_firmware([NOWHERE])

    assert answer.response_code is ResponseCode.E110103
