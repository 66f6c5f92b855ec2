"""Fleet files as they are read: what three lines come to, and every fault with its line."""

from pathlib import Path

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import parse_instant
from smart_metering.smi_statuses import SmiStatus
from smets.fleet.model import FleetModel
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import FleetFileError, read_fleet
from smets.scenarios.planning import read_scenario

HERE = Path(__file__).parent


def _told(name: str) -> list[tuple[str, int, str]]:
    """The cases of a file: what the fleet file says, the line of its fault, and a part of what is said of it."""
    _, *cases = (HERE / name).read_text("utf-8").split("\n\n")
    told = []
    for case in cases:
        text, _, fault = case.rpartition("\n----\n")
        line, _, what = fault.strip().partition(": ")
        told.append((text, int(line), what))
    return told


WRONG_ONCE = _told("one_fault.txt")
WRONG_TOGETHER = _told("faults_together.txt")


@pytest.mark.parametrize(("text", "line", "what"), WRONG_ONCE, ids=[row[2][:50] for row in WRONG_ONCE])
def test_one_fault_is_said_once_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(FleetFileError) as refused:
        read_fleet(text, "fleet.yaml")

    (fault,) = refused.value.faults
    assert fault.line == line
    assert what in str(fault)
    assert str(refused.value) == f"fleet.yaml{f':{line}' if line else ''}: {fault}"


@pytest.mark.parametrize(
    ("text", "line", "what"), WRONG_TOGETHER, ids=[row[2][:50] for row in WRONG_TOGETHER]
)
def test_what_parts_make_impossible_together_is_said_with_its_line(text: str, line: int, what: str) -> None:
    fleet, lines = read_fleet(text)

    with pytest.raises(FleetFileError) as refused:
        plan_fleet(fleet, lines, "fleet.yaml")

    (fault,) = refused.value.faults
    assert fault.line == line
    assert what in str(fault)


def test_all_faults_are_said_at_once_in_their_order() -> None:
    wrong = "clock: {rate: fast}\nfleets:\n  - count: 0\n    suplier: x\nseed: {n: v}\n"

    with pytest.raises(FleetFileError) as refused:
        read_fleet(wrong)

    assert [(fault.line, fault.path) for fault in refused.value.faults] == [
        (1, "clock.rate"),
        (3, "fleets[0].count"),
        (4, "fleets[0].suplier"),
        (5, "seed"),
    ]


def test_three_lines_are_a_thousand_premises(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("fleets:\n  - count: 1_000\n    template: smets2\n")

    (premises,) = read_scenario(file).plan.premises

    assert premises.count == 1_000
    assert premises.device_count == 6_000


def test_an_empty_file_is_a_fleet_of_nothing() -> None:
    fleet, _ = read_fleet("")

    plan = plan_fleet(fleet)

    assert plan.premises == ()
    assert [party.name for party in plan.parties] == [
        "supplier",
        "network operator",
        "second supplier",
        "other user",
    ]


def test_what_looks_like_a_number_stays_text() -> None:
    fleet, _ = read_fleet(
        "cpl: [{device_type: ESME, manufacturer: 0010, model: 00000010, firmware_version: 00000017}]"
    )

    assert (fleet.cpl[0].manufacturer, fleet.cpl[0].model, fleet.cpl[0].firmware_version) == (
        "0010",
        "00000010",
        "00000017",
    )


def test_what_is_left_empty_is_absent() -> None:
    fleet, _ = read_fleet("seed:\nfleets:\n  - count: 2\n    name: ~\n")

    assert fleet.seed == "development"
    assert fleet.fleets[0].name is None


def test_parties_and_templates_of_the_file_are_known_to_it() -> None:
    fleet, lines = read_fleet(
        """
parties:
  alpha: {eui: 90-B3-D5-1F-30-11-00-00, roles: [IS, GS]}
  beta: {eui: 90-B3-D5-1F-30-12-00-00, roles: [ED, GT]}
templates:
  flat:
    devices:
      - {device_type: CHF, manufacturer: 106C, model: 4331000A, firmware_version: 00010000}
      - {device_type: ESME, manufacturer: AB01, model: 010A030B, firmware_version: 00000001, esme_variant: A,
         smi: {firmware_version: 00000000, esme_variant: ADE}}
fleets:
  - {template: flat, supplier: alpha, network_operator: beta, status: Suspended, eui_from: 00-DB-00-00-00-00-00-00}
"""
    )

    (premises,) = plan_fleet(fleet, lines).premises
    _, meter = premises.loaded_devices()

    assert premises.status_before_suspension is SmiStatus.COMMISSIONED
    assert (meter.device.device_firmware_version, meter.device.esme_variant) == ("00000000", "ADE")
    assert premises.template.devices[1].firmware_version == "00000001"
    assert premises.template.devices[1].supplier == Eui("90-B3-D5-1F-30-11-00-00")


def test_parties_of_the_file_stand_in_place_of_the_others() -> None:
    with pytest.raises(FleetFileError) as refused:
        read_fleet("parties: {alpha: {eui: 90-B3-D5-1F-30-11-00-00, roles: [IS]}}\nfleets:\n  - count: 1\n")

    assert [fault.path for fault in refused.value.faults] == [
        "fleets[0].supplier",
        "fleets[0].network_operator",
    ]


def test_premises_may_differ_from_their_template() -> None:
    fleet, _ = read_fleet("fleets:\n  - {firmware: {ESME: 00000009}, esme_variant: BDE}")

    (premises,) = plan_fleet(fleet).premises
    meter = next(device for device in premises.devices if device.device_type is DeviceType.ESME)

    assert (meter.firmware_version, meter.esme_variant) == ("00000009", "BDE")


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FleetFileError, match="cannot be read: No such file"):
        read_scenario(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"seed: \xff")
    with pytest.raises(FleetFileError, match="is not UTF-8"):
        read_scenario(tmp_path / "latin.yaml")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "fleets:\n"])
def test_a_file_that_says_nothing_is_a_fault(tmp_path: Path, text: str) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(text)

    with pytest.raises(FleetFileError) as refused:
        read_scenario(file)

    assert str(refused.value) == f"{file}: is empty: expected fleets, like 'fleets: [{{template: smets2}}]'"


def test_a_change_of_supplier_may_be_given_by_its_day() -> None:
    fleet, _ = read_fleet("fleets: [{next_suppliers: [{supplier: second supplier, since: 2021-11-06}]}]")

    assert fleet.fleets[0].next_suppliers[0].since == parse_instant("2021-11-06T00:00:00Z")
    with pytest.raises(FleetFileError, match="or a day like '2021-11-05'"):
        read_fleet("clock: {epoch: yesterday}")


def test_editors_get_a_schema() -> None:
    schema = FleetModel.model_json_schema()

    assert set(schema["properties"]) == set(FleetModel.model_fields)
