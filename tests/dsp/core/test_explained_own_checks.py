"""Explain, of what a non-device request asks of its Devices itself: which check refused, and each listed Device."""

from collections.abc import Callable

import pytest

from dsp.core.explained_checks import GRANTED, NOT_ASKED
from dsp.core.explanation import Hop, Place
from dsp.core.listed_devices import MOST_NAMED
from dsp.core.own_checks import LISTING_DEVICES, OWN_CHECKS
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    DecommissionDevice,
    DeviceDetails,
    ReadInventory,
    UpdateInventory,
)
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.service_requests import definition_of
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import CHF, ESME, GSME, NOWHERE, OTHER_SUPPLIER, SUPPLIER, V1
from tests.support.dsp_world import DspWorld, premises
from tests.support.explaining import check_called, explained, hop_at

DETAILS = UpdateInventory(device_id=ESME, update_device_details=DeviceDetails(device_manufacturer="106D"))

Sends = Callable[[DspWorld], ServiceResponse]


def decommission(device: Eui, by: Eui = SUPPLIER) -> Sends:
    return lambda world: world.ask("8.3", DecommissionDevice(device_id=device), by=by)


def return_hub(hub: Eui, by: Eui = SUPPLIER) -> Sends:
    return lambda world: world.ask("8.14.3", ChfFaultReturn(device_id=hub), by=by)


def decommission_twice(world: DspWorld) -> ServiceResponse:
    decommission(ESME)(world)
    return decommission(ESME)(world)


REFUSED: tuple[tuple[str, str, str, Sends], ...] = (
    # SRV       check                  code   what is sent
    ("8.2",    "E19 target",           "E19", lambda w: w.ask("8.2", ReadInventory(device_id=NOWHERE))),
    ("8.3",    "E19 target",           "E19", decommission(NOWHERE)),
    ("8.3",    "E4 responsibility",    "E4",  decommission(ESME, by=OTHER_SUPPLIER)),
    ("8.3",    "E5 SMI Status",        "E5",  decommission_twice),
    ("8.4",    "E4 responsibility",    "E4",  lambda w: w.ask("8.4", DETAILS, by=OTHER_SUPPLIER)),
    ("8.14.3", "E11 Device Type",      "E11", return_hub(ESME)),
    ("8.14.3", "E4 responsibility",    "E4",  return_hub(CHF, by=OTHER_SUPPLIER)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("srv", "name", "code", "send"), REFUSED, ids=[f"{srv} {code}" for srv, _, code, _ in REFUSED]
)
def test_it_says_which_check_of_which_request_refused(srv: str, name: str, code: str, send: Sends) -> None:
    world = premises()
    answer = send(world)

    hops = explained(world, answer)
    hop, told = (hop_at(hops, place) for place in (Place.ACCESS_CONTROL, Place.ANSWER))

    assert hop.what == f"refused: {code}, by the checks of {srv} itself"
    assert hop.decision == answer.decision
    assert [check.row for check in hop.checks if check.code not in (GRANTED, NOT_ASKED)] == [
        check_called(hop, f"{name}: ").row
    ]
    assert (told.what, told.decision) == (code, None), "told once"


def test_what_it_asked_before_was_passed_and_what_comes_after_is_left() -> None:
    world = premises()

    hops = explained(world, world.ask("8.14.3", ChfFaultReturn(device_id=CHF), by=OTHER_SUPPLIER))

    hop = hop_at(hops, Place.ACCESS_CONTROL)
    found = {name: check_called(hop, f"{name} ") for name in ("E11", "E4", "E5", "E20")}
    assert [found[name].code for name in found] == [GRANTED, "E4", NOT_ASKED, NOT_ASKED]
    assert found["E11"].row.endswith("by 8.14.3 itself")
    assert found["E5"].row.endswith("left to 8.14.3 itself")
    assert found["E20"].row.endswith("a non-device request")


def test_what_it_accepts_passed_its_own_checks_and_no_others() -> None:
    world = premises()

    hop = hop_at(explained(world, world.ask("8.3", DecommissionDevice(device_id=ESME))), Place.ACCESS_CONTROL)

    assert hop.what == "granted as IS"
    by_itself = [check.row.split(" ")[0] for check in hop.checks if check.row.endswith("by 8.3 itself")]
    assert by_itself == ["E4", "E5"]
    assert check_called(hop, "E20 ").code == NOT_ASKED


def test_a_refusal_by_no_check_of_access_control_stays_in_the_answer() -> None:
    world = premises(statuses={ESME: SmiStatus.PENDING})

    answer = world.ask("8.3", DecommissionDevice(device_id=ESME))
    hops = explained(world, answer)

    assert answer.response_code == "E080301"
    assert hop_at(hops, Place.ACCESS_CONTROL).what == "granted as IS"
    assert hop_at(hops, Place.ANSWER).decision == answer.decision
    assert check_called(hop_at(hops, Place.ACCESS_CONTROL), "E4 ").row.endswith("left to 8.3 itself")


def test_the_rows_are_of_non_device_requests_each_once() -> None:
    srvs = [row.srv for row in OWN_CHECKS]

    assert len(srvs) == len(set(srvs))
    for srv in (*srvs, *LISTING_DEVICES):
        definition = definition_of(srv)
        assert definition is not None
        assert definition.non_device


# --- 11.1: Device by Device


def listed(world: DspWorld, answer: ServiceResponse) -> list[Hop]:
    return [hop for hop in explained(world, answer) if hop.place == Place.LISTED_DEVICES]


def test_each_listed_device_has_the_row_that_accepted_it_or_left_it_out() -> None:
    world = premises()

    hops = listed(world, world.update_firmware([ESME, GSME, ESME, NOWHERE]))

    told = [(hop.what, hop.decision.code, hop.decision.row) for hop in hops if hop.decision is not None]
    assert told == [
        (f"passed: {ESME}", GRANTED, "11.1 for a Device that is Commissioned"),
        (f"left out: {GSME}", "E4", "not responsible for it as IS"),
        (f"left out: {ESME}", "left out", "it is listed more than once"),
        (f"left out: {NOWHERE}", "E19", "it is not in the SMI"),
    ]


@pytest.mark.parametrize(
    ("spoil", "code", "row"),
    [
        ({"comms_hub": None}, "E20", "the SMI has it on no HAN"),
        ({"device_status": SmiStatus.PENDING}, "E5", "11.1 for a Device that is Pending"),
        ({"esme_variant": "B"}, GRANTED, "11.1 for a Device that is Commissioned"),
    ],
)
def test_what_left_a_device_out_is_told_though_none_is_left(
    spoil: dict[str, object], code: str, row: str
) -> None:
    world = premises()
    device = world.engine.state.devices[ESME]
    shown = {name: value for name, value in spoil.items() if name != "comms_hub"}
    outer = {name: value for name, value in spoil.items() if name == "comms_hub"}
    world.engine.state.put_device(changed(device, device=changed(device.device, **shown), **outer))

    (hop,) = listed(world, world.update_firmware([ESME]))

    assert hop.decision is not None
    assert (hop.decision.code, hop.decision.row) == (code, row)


def test_a_device_that_runs_the_version_is_left_out_by_that_row() -> None:
    world = premises()

    answer = world.update_firmware([ESME], version=V1)
    (hop,) = listed(world, answer)

    assert answer.response_code == "E110103"
    assert hop.decision is not None
    assert (hop.what, hop.decision.row) == (f"left out: {ESME}", "it runs this version already")


def test_of_many_devices_the_first_few_are_named_and_the_others_counted() -> None:
    world = premises()
    unknown = [Eui(f"00-DB-99-00-00-00-00-{number:02X}") for number in range(40)]

    hops = listed(world, world.update_firmware([ESME, *unknown]))

    assert len(hops) == 2
    assert hops[1].what.startswith(f"left out: {', '.join(unknown[:MOST_NAMED])} and ")
    assert hops[1].what.endswith(f" and {len(unknown) - MOST_NAMED} more")


def test_the_request_itself_is_not_asked_what_its_devices_are() -> None:
    world = premises()

    hop = hop_at(explained(world, world.update_firmware([ESME])), Place.ACCESS_CONTROL)

    for name in ("E4", "E5", "E11", "E20"):
        assert check_called(hop, f"{name} ").row.endswith("each listed Device is asked by itself")
    assert world.engine.state.devices[ESME].device.device_type is DeviceType.ESME
    assert hop.party == SUPPLIER
