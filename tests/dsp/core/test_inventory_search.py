"""A search of the SMI finds what a look at every Device would find, in order, page by page, and counts it."""

from itertools import product

import pytest

from dsp.core.inventory_index import InventoryIndex
from dsp.core.inventory_search import (
    NO_STATUS,
    Found,
    Search,
    beginning_of_id,
    devices_at,
    matches,
    page_of,
    page_of_kinds,
    understand,
)
from dsp.core.records import SmiDevice
from dsp.core.state import State
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import PropertyFilter
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    GSME,
    IHD,
    IMPORT_MPAN,
    MPRN,
    UPRN,
    loaded_device,
)

STATUSES = (SmiStatus.COMMISSIONED, SmiStatus.SUSPENDED, None)
MODELS = ("433100AC", "5555AAAA")


def a_device(number: int) -> SmiDevice:
    """Of sixty, no two of a kind stand together."""
    return SmiDevice(
        device=InventoryDevice(
            device_id=eui_from_number(number * 257),
            device_type=DeviceType.ESME if number % 2 else DeviceType.GSME,
            device_status=STATUSES[number % 3],
            device_manufacturer="106C",
            device_model=MODELS[number % 5 % 2],
            device_firmware_version=f"0000000{number % 4}",
        )
    )


def sixty() -> State:
    state = State()
    state.index_inventory()
    for number in range(60):
        state.put_device(a_device(number * 7 % 60))
    return state


def premises() -> State:
    state = State()
    for device_id in DEVICE_TYPES:
        loaded = loaded_device(device_id)
        state.put_device(SmiDevice(device=loaded.device, comms_hub=loaded.comms_hub))
    state.index_inventory()
    return state


def index_of(state: State) -> InventoryIndex:
    return state.index_inventory()


def looked_at(state: State, search: Search) -> list[Eui]:
    """What a look at every Device finds."""
    return sorted(device for device in map(Eui, state.devices) if matches(search, state, device))


def pages(state: State, search: Search, limit: int) -> list[Found]:
    """All pages, from the first on."""
    found = [page_of_kinds(search, index_of(state), limit=limit)]
    while found[-1].has_after:
        found.append(page_of_kinds(search, index_of(state), after=found[-1].devices[-1], limit=limit))
    return found


SEARCHES = [
    Search(device_id=device_id, status=status, model=model, firmware_version=version)
    for device_id, status, model, version in product(
        ("", "00", "00-00-00-00-00-00-1", "00-00-00-00-00-00-10-10", "FF"),
        ("", "Suspended", NO_STATUS),
        ("", "106C 5555AAAA"),
        ("", "00000001"),
    )
]


@pytest.mark.parametrize("search", SEARCHES, ids=repr)
def test_pages_hold_what_a_look_at_every_device_finds(search: Search) -> None:
    state = sixty()
    expected = looked_at(state, search)

    found = pages(state, search, 7)

    assert [device for page in found for device in page.devices] == expected
    assert {page.count for page in found} == {len(expected)}
    assert [page.first for page in found if page.devices] == list(range(1, len(expected) + 1, 7))


@pytest.mark.parametrize("search", SEARCHES, ids=repr)
def test_pages_lead_back_as_they_led_on(search: Search) -> None:
    state = sixty()

    onwards = pages(state, search, 7)
    backwards = [onwards[-1]]
    while backwards[-1].has_before:
        backwards.append(page_of_kinds(search, index_of(state), before=backwards[-1].devices[0], limit=7))

    assert backwards[::-1] == onwards


def test_an_index_that_follows_changes_is_one_that_is_made_anew() -> None:
    state = sixty()
    for number in range(0, 60, 3):
        device = a_device(number)
        moved = changed(device.device, device_status=SmiStatus.PENDING, uprn=str(number % 2))
        state.put_device(changed(device, device=moved))
    for number in range(0, 60, 9):
        state.remove_device(state.devices[eui_from_number(number * 257)])

    followed, anew = index_of(state), InventoryIndex(state.devices.items())

    kinds = [{kind: list(ids.upwards("")) for kind, ids in index.kinds.items()} for index in (followed, anew)]
    assert kinds[0] == kinds[1]
    assert all(kinds[0].values())
    for uprn in ("", "0", "1", "2"):
        assert followed.at_uprn(uprn) == anew.at_uprn(uprn)
    assert len(followed.at_uprn("1")) > 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Search()),
        (f" {IMPORT_MPAN} ", Search(mpxn=IMPORT_MPAN)),
        (MPRN, Search(mpxn=MPRN)),
        (UPRN, Search(uprn=UPRN)),
        ("bs1 6pn", Search(post_code="BS1 6PN")),
        ("00-db-1", Search(device_id="00-DB-1")),
        ("00db12345678900", Search(device_id="00-DB-12-34-56-78-90-0")),
        ("1234", Search(device_id="12-34")),
        ("00-DB-", Search(device_id="00-DB-")),
        (ESME, Search(device_id=ESME)),
        ("something", None),
        ("00-DB-12-34-56-78-90-02-", None),
        ("<script>", None),
        ("١٢٣", None),
    ],
)
def test_a_typed_text_means_what_it_can_be(typed: str, expected: Search | None) -> None:
    state = premises()

    assert understand(typed, state, index_of(state)).search == expected


def test_places_have_their_devices() -> None:
    state = premises()
    esme = state.devices[ESME]
    at_home = PropertyFilter(post_code="BS1 6PN", address_identifier="7")
    state.put_device(changed(esme, device=changed(esme.device, property_filter=at_home)))

    def at(search: Search) -> list[Eui]:
        return devices_at(search, state, index_of(state))

    assert at(Search(mpxn=MPRN)) == [GSME]
    assert at(Search(uprn=UPRN)) == sorted(DEVICE_TYPES)
    assert at(Search(post_code="bs16pn")) == [ESME]
    assert at(Search(comms_hub=CHF.lower())) == sorted(DEVICE_TYPES)
    assert at(Search(comms_hub=CHF, mpxn=IMPORT_MPAN)) == [ESME]
    assert at(Search(comms_hub=IHD)) == []


def test_a_place_is_paged_as_everything_is() -> None:
    ids = [eui_from_number(number) for number in range(10)]

    first = page_of(ids, limit=4)
    second = page_of(ids, after=ids[3], limit=4)
    back = page_of(ids, before=ids[4], limit=4)

    assert (first.devices, first.first, first.has_before, first.has_after) == (tuple(ids[:4]), 1, False, True)
    assert (second.devices, second.first, second.has_before) == (tuple(ids[4:8]), 5, True)
    assert back == first


@pytest.mark.parametrize("text", ["", "0G", "00-0", "0-0", "00--00", "00-DB-12-34-56-78-90-02-11"])
def test_what_no_id_begins_with(text: str) -> None:
    assert (beginning_of_id(text) is not None) == (text == "00-0")
