"""The enumerations, each compared whole with the DUIS 5.4 schema."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import ALL_TYPES, ESME_VARIANTS, METERS, TYPE_1, TYPE_2, DeviceType
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import NETWORK_OPERATORS, SUPPLIERS, UserRole

XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.mark.parametrize(
    ("declared", "ours"),
    [
        ("simpleType[@name='DeviceType']", list(DeviceType)),
        ("simpleType[@name='ESMEVariant']", list(ESME_VARIANTS)),
        ("simpleType[@name='DeviceStatus']", list(SmiStatus)),
        ("simpleType[@name='ResponseCode']", list(ResponseCode)),
        ("element[@name='DCCAlertCode']/{XS}simpleType", list(DccAlertCode)),
        ("simpleType[@name='CommandVariant']", [*(str(variant.value) for variant in CommandVariant), "9"]),
    ],
)
def test_each_enumeration_is_that_of_the_schema_in_its_order(
    reference_data: Path, declared: str, ours: list[str]
) -> None:
    schema = ET.parse(reference_data / "xsd" / "duis-5.4.xsd").getroot()

    values = schema.findall(f".//{XS}{declared.format(XS=XS)}/{XS}restriction/{XS}enumeration")

    assert [value.attrib["value"] for value in values] == ours


def test_every_device_is_of_type_1_or_of_type_2() -> None:
    assert TYPE_1 | TYPE_2 == ALL_TYPES == set(DeviceType)
    assert not TYPE_1 & TYPE_2
    assert METERS < TYPE_1


def test_the_esme_variants_are_25_and_differ() -> None:
    assert len(set(ESME_VARIANTS)) == len(ESME_VARIANTS) == 25


def test_the_user_roles_are_seven_of_which_three_supply_and_two_run_networks() -> None:
    assert " ".join(UserRole) == "IS ES GS ED GT RSA OU"
    assert " ".join(sorted(SUPPLIERS)) == "ES GS IS"
    assert " ".join(sorted(NETWORK_OPERATORS)) == "ED GT"


def test_the_message_codes_are_those_of_the_reference_test_data_set() -> None:
    assert {use_case.name: f"{use_case:04X}" for use_case in UseCase} == {
        "CCS01": "0001",
        "CCS02": "0002",
        "CCS05": "0004",
        "CS01A": "0007",
        "CS02A": "0008",
        "CS03A1": "000D",
        "CS03B": "000E",
        "CS06": "0012",
        "CS07": "0013",
        "ECS15A": "0024",
        "ECS17B": "0027",
        "ECS19": "002D",
        "ECS22B": "0037",
        "ECS26E": "003F",
        "ECS45": "0052",
        "ECS52": "0059",
        "ECS70": "0062",
        "ECS80": "0067",
        "GCS13A": "0074",
        "GCS17": "0078",
        "GCS28": "007F",
        "GCS33": "0082",
        "GCS38": "0084",
        "CS01B": "0097",
        "CS06_ALERT": "00CA",
        "CS02B_ALERT": "00CB",
        "ESME_FIRMWARE_RECEIPT": "00CE",
        "GSME_FIRMWARE_RECEIPT": "00CF",
        "CS02B": "0107",
        "CCS08": "0128",
        "CS08": "0129",
        "CS09": "012B",
        "CRITICAL_ALERT": "1000",
        "NON_CRITICAL_ALERT": "1001",
    }
