"""DCC Alerts: every code of the schema has one row, and the sure ones say so."""

import xml.etree.ElementTree as ET
from pathlib import Path

from smart_metering.dcc_alerts import DCC_ALERTS, DccAlertCode, definition_of
from smart_metering.marks import Mark

XS = "{http://www.w3.org/2001/XMLSchema}"


def test_there_is_one_row_for_each_code_in_order() -> None:
    assert [row.code for row in DCC_ALERTS] == list(DccAlertCode)
    assert all(definition_of(code).code is code for code in DccAlertCode)


def test_the_codes_are_ad1_n1_to_n65_without_n32_and_n999() -> None:
    numbered = [f"N{number}" for number in range(1, 66) if number != 32]

    assert list(DccAlertCode) == ["AD1", *numbered, "N999"]
    assert all(code.name == code.value for code in DccAlertCode)


def test_only_n23_has_neither_name_nor_body() -> None:
    assert [row.code for row in DCC_ALERTS if not row.name] == [DccAlertCode.N23]
    assert [row.code for row in DCC_ALERTS if row.body is None] == [DccAlertCode.N23]
    assert [row.code for row in DCC_ALERTS if row.mark is Mark.UNKNOWN] == [DccAlertCode.N23]


def test_what_is_certain_is_what_the_reports_name() -> None:
    assert [row.code for row in DCC_ALERTS if row.mark is Mark.CERTAIN] == ["N29", "N52"]
    assert [row.code for row in DCC_ALERTS if row.body_mark is Mark.CERTAIN] == [
        "N24",
        "N29",
        "N52",
        "N60",
        "N61",
    ]


def test_suspension_and_restoration_are_changes_of_status_told_to_the_same_parties() -> None:
    suspended, restored = definition_of(DccAlertCode.N28), definition_of(DccAlertCode.N29)

    assert restored.name == "Device Restored from Suspension"
    assert suspended.body == restored.body == "DeviceStatusChangeEvent"
    assert suspended.recipients == restored.recipients


def test_the_bodies_are_all_those_of_the_schema(reference_data: Path) -> None:
    schema = ET.parse(reference_data / "xsd" / "duis-5.4.xsd").getroot()

    bodies = schema.findall(f"{XS}complexType[@name='DCCAlert']/{XS}choice/{XS}element")

    assert {body.attrib["name"] for body in bodies} == {row.body for row in DCC_ALERTS} - {None}
