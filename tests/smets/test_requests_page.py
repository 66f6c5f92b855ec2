"""The page of Service Requests says what the command line takes and what the DSP emulates."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dsp.core.transform import USE_CASES
from smart_metering.device_types import DeviceType
from smart_metering.service_requests import SERVICE_REQUESTS
from smets.requests.bodies import ROWS
from smets.requests.field_values import FIELD_VALUES, FieldValues, values_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/requests.md").read_text("utf-8")
XSD = "{http://www.w3.org/2001/XMLSchema}"


def _rows(heading: str) -> dict[str, list[str]]:
    """The cells of each SRV in the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {srv: row[1:] for row in cells for srv in row[0].split(", ")}


BODIES = _rows("What each body takes")


@pytest.mark.parametrize("srv", sorted(ROWS))
def test_the_fields_of_a_body_are_those_of_the_page(srv: str) -> None:
    fields = re.findall(r"`([a-z_0-9]+)(?:=\w+)?`", BODIES[srv][1])

    assert set(fields) == set(ROWS[srv].fields.split())


@pytest.mark.parametrize("srv", sorted({srv for srv, _ in USE_CASES}))
def test_the_device_types_of_a_request_are_those_that_are_emulated(srv: str) -> None:
    told = {kind for kind in DeviceType if kind in re.findall(r"[A-Z]+", BODIES[srv][0])}

    assert told == {kind for known, kind in USE_CASES if known == srv}


def test_what_is_not_on_the_page_takes_no_field() -> None:
    assert set(ROWS) <= set(BODIES) <= {row.srv for row in SERVICE_REQUESTS}


@pytest.mark.parametrize("values", FIELD_VALUES, ids=lambda row: f"{row.srvs[0]} {row.field}")
def test_the_values_of_a_field_are_those_of_the_page(values: FieldValues) -> None:
    line = f"| {', '.join(values.srvs)} | `{values.field}` | {', '.join(f'`{text}`' for text in values.values)} |"

    assert line in PAGE


@pytest.mark.parametrize(
    ("kind", "srv", "field"),
    [
        ("CHFInstallType", "8.14.1", "install_type"),
        ("CHFFaultReturnType", "8.14.3", "return_type"),
        ("CHFFaultReason", "8.14.3", "reason"),
        ("CHFNoFaultReturnType", "8.14.4", "return_type"),
    ],
)
def test_the_values_of_a_field_are_those_of_duis(
    reference_data: Path, kind: str, srv: str, field: str
) -> None:
    schema = ElementTree.parse(reference_data / "xsd" / "duis-5.4.xsd")

    found = schema.findall(f".//{XSD}simpleType[@name='{kind}']//{XSD}enumeration")

    assert tuple(row.get("value") for row in found) == values_of(srv, field)
