"""The fleet by arithmetic: a million premises stand at once, and any Device of them is found at once."""

import pytest

from device_emulator.core.fleet import EUIS_PER_PREMISES, Fleet, InvalidLaunch
from smart_metering.administration import PremisesTemplate
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import eui_from_number, eui_number, parse_eui
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import FIRST_EUI, TYPES, V1, Bench, messages, smets1_template, template

MILLION = 1_000_000


def test_any_device_of_a_million_premises_is_found_and_answers() -> None:
    bench = Bench(premises=template(count=MILLION))
    last = bench.device(DeviceType.ESME, MILLION - 1)

    contents = bench.read(UseCase.ECS52, last)

    assert len(messages(contents)) == 1
    assert len(bench.state.devices) == 1


def test_a_device_knows_its_hub_and_its_template() -> None:
    fleet = Fleet([template(count=10)])
    number = eui_number(FIRST_EUI) + 7 * EUIS_PER_PREMISES

    place = fleet.find(eui_from_number(number + 2))

    assert place is not None
    assert place.comms_hub == eui_from_number(number)
    assert place.template.device_type is DeviceType.ESME
    sibling = fleet.sibling(place, DeviceType.GSME)
    assert sibling is not None
    assert sibling.device_id == eui_from_number(number + 3)


@pytest.mark.parametrize(
    "offset",
    [-1, len(TYPES), EUIS_PER_PREMISES - 1, 10 * EUIS_PER_PREMISES],
    ids=["before", "after the last Device", "last of the sixteen", "beyond the last premises"],
)
def test_nobody_is_where_the_template_put_nobody(offset: int) -> None:
    fleet = Fleet([template(count=10)])

    assert fleet.find(eui_from_number(eui_number(FIRST_EUI) + offset)) is None


def test_device_ids_come_in_order_and_by_pages() -> None:
    second = parse_eui("00-DB-12-34-56-78-80-00")
    bench = Bench(premises=template(count=2))
    bench.emulator.launch([template(TYPES[:2], name="earlier", eui_from=second)])

    everyone = bench.emulator.device_ids(None, 100)
    pages = []
    after = None
    while page := bench.emulator.device_ids(after, 3):
        pages += page
        after = page[-1]

    assert everyone == pages == sorted(everyone)
    assert len(everyone) == 2 * len(TYPES) + 2


def test_a_page_may_begin_between_two_premises() -> None:
    bench = Bench(premises=template(count=2))
    between = eui_from_number(eui_number(FIRST_EUI) + EUIS_PER_PREMISES - 1)

    assert bench.emulator.device_ids(between, 1) == [bench.device(DeviceType.CHF, 1)]


def test_looking_inside_does_not_touch_a_device() -> None:
    bench = Bench(premises=template(count=MILLION))

    inside = bench.inside(DeviceType.ESME)

    assert (inside.firmware_version, inside.esme_variant, inside.messages) == (V1, "A", 0)
    assert inside.comms_hub == bench.hub
    assert len(bench.state.devices) == 0
    assert bench.emulator.inspect(parse_eui("00-00-00-00-00-00-00-00"), bench.now) is None


def test_premises_that_stand_already_may_be_launched_again() -> None:
    bench = Bench()

    assert bench.emulator.launch([bench.premises]) == []


GOOD = template(name="more", eui_from=parse_eui("00-DB-12-34-56-78-91-00"))


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (changed(GOOD, name="home"), "other premises stand under this name"),
        (changed(GOOD, name=""), "needs a name"),
        (changed(GOOD, count=0), "count 0"),
        (changed(GOOD, devices=GOOD.devices[1:]), "the first Device of a premises is its CHF"),
        (changed(GOOD, devices=GOOD.devices * 3), "has 16 at most"),
        (changed(GOOD, devices=GOOD.devices[:1] * 2), "a premises has one CHF"),
        (template(awaiting=[DeviceType.GPF], name="more"), "a CHF or GPF awaits no installation"),
        (changed(GOOD, eui_from=FIRST_EUI), "EUIs are taken"),
        (changed(GOOD, eui_from=eui_from_number(eui_number(FIRST_EUI) + 15)), "EUIs are taken"),
        (changed(GOOD, eui_from=eui_from_number(eui_number(FIRST_EUI) - 15)), "EUIs are taken"),
        (changed(GOOD, eui_from=parse_eui("FF-FF-FF-FF-FF-FF-FF-F1")), "beyond the last EUI"),
        (changed(GOOD, generation=smets1_template().generation), "there is no SMETS1 HCALCS"),
        (
            changed(
                GOOD,
                devices=(changed(GOOD.devices[0], supplier=parse_eui("90-B3-D5-1F-30-99-00-00")),),
            ),
            "no certificates of the party",
        ),
    ],
)
def test_a_template_that_cannot_stand_is_refused_with_all_others(spoilt: PremisesTemplate, why: str) -> None:
    bench = Bench()
    fine = template(name="fine", eui_from=parse_eui("00-DB-12-34-56-79-00-00"))

    with pytest.raises(InvalidLaunch, match=why):
        bench.emulator.launch([fine, spoilt])

    assert bench.emulator.fleet.find(fine.eui_from) is None
    assert len(bench.state.launches) == 1


def test_two_templates_of_one_launch_do_not_share_a_name() -> None:
    other = changed(GOOD, eui_from=parse_eui("00-DB-12-34-56-79-00-00"))

    with pytest.raises(InvalidLaunch, match="other premises stand under this name"):
        Bench().emulator.launch([GOOD, other])
