"""Who is meant: selectors in all their forms, in the order of the file, and the Devices beside a Device."""

import pytest
from pydantic import TypeAdapter

from smart_metering.device_types import DeviceType
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.scenarios.cast import Cast, Member
from smets.scenarios.selectors import Selector, SelectorModel

FLEETS = """
fleets:
  - {name: homes, count: 12, labels: [trial, north]}
  - {name: old, template: smets1, count: 2, labels: [trial], supplier: second supplier}
"""


def _cast(seed: str = "seed", text: str = FLEETS) -> Cast:
    return Cast(plan_fleet(*read_fleet(text)).premises, seed)


def _selector(said: object) -> SelectorModel:
    return TypeAdapter(Selector).validate_python(said)


def _places(members: list[Member]) -> list[str]:
    return [f"{member.fleet.fleet}/{member.premises}/{member.device_type}" for member in members]


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("old/ESME", ["old/1/ESME", "old/2/ESME"]),
        ("homes/3/ESME", ["homes/3/ESME"]),
        ("homes/11-12/GSME", ["homes/11/GSME", "homes/12/GSME"]),
        ("homes/11-99/GSME", ["homes/11/GSME", "homes/12/GSME"]),
        ("old/2", [f"old/2/{kind}" for kind in ("CHF", "GPF", "ESME", "GSME", "PPMID")]),
        ("HCALCS", [f"homes/{number}/HCALCS" for number in range(1, 13)]),
        ("00-DB-12-34-00-00-00-12", ["homes/2/ESME"]),
        ("00-db-12-34-00-00-00-c3", ["old/1/GSME"]),
        ({"type": "ESME", "label": "trial", "premises": "2"}, ["homes/2/ESME", "old/2/ESME"]),
        ({"type": "ESME", "label": "north", "first": 2}, ["homes/1/ESME", "homes/2/ESME"]),
        ({"type": "ESME", "fleet": "old", "first": 9}, ["old/1/ESME", "old/2/ESME"]),
        ({"label": "south"}, []),
        ("homes/13/ESME", []),
        ("homes/0/ESME", []),
    ],
)
def test_a_selector_means_these_devices(said: object, places: list[str]) -> None:
    assert _places(_cast().devices(_selector(said))) == places


def test_no_selector_means_everybody() -> None:
    assert len(_cast().devices(_selector({}))) == 12 * 6 + 2 * 5


def test_a_sample_is_of_so_many_in_the_order_of_the_file_and_as_the_seed_draws() -> None:
    said = _selector({"type": "ESME", "sample": 5})

    first, again, other = (_cast(seed).devices(said) for seed in ("seed", "seed", "other"))

    assert len({member.device_id for member in first}) == 5
    assert first == sorted(first, key=lambda member: member.device_id)
    assert first == again
    assert first != other


def test_a_sample_of_more_than_there_are_is_all() -> None:
    assert len(_cast().devices(_selector({"type": "HCALCS", "sample": 99}))) == 12


def test_a_member_knows_its_hub_its_supplier_and_its_point_of_supply() -> None:
    cast = _cast()

    (meter,) = cast.devices(_selector("old/2/ESME"))
    (hub,) = cast.devices(_selector("old/2/CHF"))

    assert meter.comms_hub == hub.device_id
    assert meter.supplier == hub.supplier
    assert meter.supplier == "90-B3-D5-1F-30-03-00-00"
    assert len(meter.mpxn) == 13
    assert hub.mpxn == ""


def test_who_is_beside_a_device_lives_at_the_same_premises() -> None:
    cast = _cast()
    (meter,) = cast.devices(_selector("homes/7/ESME"))

    beside = cast.beside(meter, DeviceType.PPMID)

    assert beside is not None
    assert (beside.premises, beside.comms_hub) == (7, meter.comms_hub)
    assert cast.beside(meter, DeviceType.IHD) is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("homes/3/ESME", "homes/3/ESME"),
        ("ESME", "ESME"),
        ("00-DB-12-34-00-00-00-12", "00-DB-12-34-00-00-00-12"),
        ({}, "all Devices"),
        ({"type": "ESME", "label": "trial", "first": 2}, "ESME labelled trial, the first 2"),
        ({"type": "ESME", "sample": 3}, "ESME, 3 of them"),
    ],
)
def test_a_selector_is_said_as_short_as_it_can_be(said: object, text: str) -> None:
    assert str(_selector(said)) == text
