"""8.2 by each of its four searches."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import PropertyFilter, ReadInventory
from smart_metering.duis.service_responses import DspInventory, ServiceResponse
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    EXPORT_MPAN,
    GSME,
    IHD,
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_USER,
    ROLES,
    SUPPLIER,
    UPRN,
    V1,
    loaded_device,
)
from tests.support.dsp_world import DspWorld, premises, suspended

NEIGHBOUR = Eui("00-DB-12-34-56-78-91-00")
HOUSE = PropertyFilter(post_code="SW1A 1AA", address_identifier="10")


def two_premises() -> DspWorld:
    """The premises, and another with a CHF alone, in a house of its own."""
    world = premises()
    other = loaded_device(CHF)
    world.load(
        devices=[
            changed(
                other,
                device=changed(other.device, device_id=NEIGHBOUR, uprn="1", property_filter=HOUSE),
                comms_hub=NEIGHBOUR,
            )
        ]
    )
    return world


def found(answer: ServiceResponse) -> list[Eui]:
    assert isinstance(answer.body, DspInventory), answer
    return [device.device_id for device in answer.body.devices]


@pytest.mark.parametrize("device", DEVICE_TYPES)
def test_a_device_is_shown_first_and_every_device_of_its_han_after_it(device: Eui) -> None:
    answer = two_premises().ask("8.2", ReadInventory(device_id=device))

    assert answer.response_code is ResponseCode.I0
    assert answer.response_id == "", "the DCC answers, no Device"
    assert found(answer) == [device, *(other for other in DEVICE_TYPES if other != device)]


@pytest.mark.parametrize(("mpxn", "device"), [(IMPORT_MPAN, ESME), (EXPORT_MPAN, ESME), (MPRN, GSME)])
def test_a_point_of_supply_shows_its_meter(mpxn: str, device: Eui) -> None:
    assert found(two_premises().ask("8.2", ReadInventory(mpxn=mpxn))) == [device]


def test_a_property_reference_shows_its_devices() -> None:
    assert found(two_premises().ask("8.2", ReadInventory(uprn=UPRN))) == list(DEVICE_TYPES)


def test_an_address_shows_its_devices() -> None:
    assert found(two_premises().ask("8.2", ReadInventory(property_filter=HOUSE))) == [NEIGHBOUR]


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (ReadInventory(device_id=NOWHERE), ResponseCode.E19),
        (ReadInventory(mpxn="9"), ResponseCode.E080201),
        (ReadInventory(uprn="9"), ResponseCode.E080201),
        (ReadInventory(property_filter=PropertyFilter(post_code="N1 1AA")), ResponseCode.E080201),
        (ReadInventory(), ResponseCode.E100),
        (ReadInventory(uprn=UPRN, mpxn=MPRN), ResponseCode.E100),
        (ReadInventory(uprn=UPRN, device_id=ESME), ResponseCode.E100),
    ],
)
def test_a_search_that_finds_nothing_or_asks_two_ways_is_refused(
    search: ReadInventory, code: ResponseCode
) -> None:
    answer = two_premises().ask("8.2", search)

    assert (answer.response_code, answer.body) == (code, None)


@pytest.mark.parametrize("user", ROLES)
def test_every_role_may_read_the_inventory(user: Eui) -> None:
    assert premises().ask("8.2", ReadInventory(uprn=UPRN), by=user).response_code is ResponseCode.I0


def test_seventeen_devices_are_shown_at_most() -> None:
    world = premises()
    hub, twin = loaded_device(CHF), loaded_device(IHD)
    world.load(
        devices=[
            hub,
            *(
                changed(
                    twin,
                    device=changed(twin.device, device_id=eui_from_number(eui_number(IHD) + 1 + number)),
                )
                for number in range(20)
            ),
        ]
    )

    answers = [
        world.ask("8.2", search) for search in (ReadInventory(device_id=IHD), ReadInventory(uprn=UPRN))
    ]

    assert [len(found(answer)) for answer in answers] == [17, 17]


def test_firmware_that_left_the_cpl_is_shown_as_withdrawn() -> None:
    world = suspended(ESME)

    answer = world.ask("8.2", ReadInventory(mpxn=IMPORT_MPAN))

    assert isinstance(answer.body, DspInventory)
    (shown,) = answer.body.devices
    assert shown.cpl_status == shown.device_firmware_version_status == "Withdrawn"


def test_what_is_shown_is_what_the_smi_has() -> None:
    world = premises()

    answer = world.ask("8.2", ReadInventory(mpxn=IMPORT_MPAN), by=OTHER_USER)

    assert isinstance(answer.body, DspInventory)
    (shown,) = answer.body.devices
    assert changed(shown, cpl_status="", device_firmware_version_status="") == world.smi(ESME)
    assert (shown.device_type, shown.device_firmware_version) == (DeviceType.ESME, V1)
    assert shown.cpl_status == shown.device_firmware_version_status == "Active"
    assert world.take(SUPPLIER) == [], "a non-device request is answered at once and nowhere else"
