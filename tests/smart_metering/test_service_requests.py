"""The 129 Service Reference Variants: counted, and held against the DUIS schema."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from smart_metering.command_variants import (
    CRITICAL_VARIANTS,
    NON_CRITICAL_VARIANTS,
    NON_DEVICE_VARIANTS,
    CommandVariant,
)
from smart_metering.device_types import METERS, TYPE_1, DeviceType
from smart_metering.service_requests import (
    SERVICE_REQUESTS,
    FutureDating,
    ServiceRequestDefinition,
    definition_of,
)
from smart_metering.user_roles import UserRole

XS = "{http://www.w3.org/2001/XMLSchema}"
FEWER_VARIANTS = {
    "8.1.1": {CommandVariant.TRANSFORM, CommandVariant.SIGNED_SEND},
    "8.5": {CommandVariant.SEND},
}


def srv_order(srv: str) -> list[int]:
    return [int(number) for number in srv.split(".")]


def class_of(definition: ServiceRequestDefinition) -> frozenset[CommandVariant]:
    if definition.critical:
        return CRITICAL_VARIANTS
    return NON_DEVICE_VARIANTS if definition.non_device else NON_CRITICAL_VARIANTS


def known(srv: str) -> ServiceRequestDefinition:
    definition = definition_of(srv)
    assert definition is not None
    return definition


def test_the_129_rows_stand_in_order_each_srv_once() -> None:
    srvs = [definition.srv for definition in SERVICE_REQUESTS]

    assert len(srvs) == len(set(srvs)) == 129
    assert srvs == sorted(srvs, key=srv_order)
    assert all(definition_of(definition.srv) is definition for definition in SERVICE_REQUESTS)


@pytest.mark.parametrize("srv", ["", "11", "11.20", "8.10", "4.1", "11.2 "])
def test_what_is_no_srv_has_no_definition(srv: str) -> None:
    assert definition_of(srv) is None


def test_37_are_critical_76_non_critical_and_16_non_device() -> None:
    classes = Counter(class_of(definition) for definition in SERVICE_REQUESTS)

    assert classes == {CRITICAL_VARIANTS: 37, NON_CRITICAL_VARIANTS: 76, NON_DEVICE_VARIANTS: 16}
    assert not any(definition.critical and definition.non_device for definition in SERVICE_REQUESTS)


def test_the_user_roles_count_as_in_the_request_matrix() -> None:
    assert Counter(role for definition in SERVICE_REQUESTS for role in definition.roles) == {
        UserRole.IS: 111,
        UserRole.GS: 83,
        UserRole.ED: 38,
        UserRole.OU: 25,
        UserRole.GT: 21,
        UserRole.RSA: 18,
        UserRole.ES: 16,
    }
    assert [definition.srv for definition in SERVICE_REQUESTS if not definition.roles] == [
        "7.16",
        "8.5",
        "8.6",
    ]


def test_11_are_dated_by_the_device_45_by_the_dsp_and_one_by_both() -> None:
    assert Counter(definition.future_dated for definition in SERVICE_REQUESTS) == {
        FutureDating.NO: 72,
        FutureDating.DEVICE: 11,
        FutureDating.DSP: 45,
        FutureDating.DSP_AND_DEVICE: 1,
    }
    assert known("6.23").future_dated is FutureDating.DSP_AND_DEVICE


def test_the_command_variants_follow_the_class_but_for_two() -> None:
    for definition in SERVICE_REQUESTS:
        assert definition.command_variants == FEWER_VARIANTS.get(definition.srv, class_of(definition))


def test_body_elements_and_names_are_never_shared() -> None:
    assert len({definition.body_element for definition in SERVICE_REQUESTS}) == 129
    assert len({definition.name for definition in SERVICE_REQUESTS}) == 129


def test_a_request_to_a_device_names_its_device_types_and_no_other_does() -> None:
    for definition in SERVICE_REQUESTS:
        assert definition.device_types <= TYPE_1
        assert bool(definition.device_types) is not definition.non_device
        assert definition.use_cases or definition.non_device


@pytest.mark.parametrize(
    ("srv", "device_types"),
    [
        ("2.2", METERS),
        ("4.1.1", METERS | {DeviceType.GPF}),
        ("8.1.1", METERS),
        ("8.11", {DeviceType.CHF}),
        ("8.12.2", {DeviceType.GPF}),
        ("11.2", TYPE_1),
        ("11.3", METERS | {DeviceType.HCALCS}),
    ],
)
def test_the_device_types_of_a_request_are_those_of_its_use_cases(
    srv: str, device_types: frozenset[DeviceType]
) -> None:
    assert known(srv).device_types == device_types


@pytest.mark.parametrize(("srv", "reference"), [("11.2", "11.2"), ("4.1.1", "4.1"), ("6.2.10", "6.2")])
def test_the_service_reference_is_the_first_two_numbers_of_the_srv(srv: str, reference: str) -> None:
    assert known(srv).service_reference == reference


def test_read_firmware_version_reads_as_the_sec_has_it() -> None:
    assert known("11.2") == ServiceRequestDefinition(
        srv="11.2",
        service_reference="11.2",
        name="Read Firmware Version",
        critical=False,
        non_device=False,
        future_dated=FutureDating.DSP,
        dcc_scheduled=False,
        roles=frozenset(UserRole),
        command_variants=frozenset(
            {CommandVariant.SEND, CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL}
        ),
        body_element="ReadFirmwareVersion",
        use_cases=("CS08", "ECS52", "GCS38"),
        device_types=TYPE_1,
    )


@pytest.fixture(scope="module")
def schema(reference_data: Path) -> ET.Element:
    with_comments = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    return ET.parse(reference_data / "xsd" / "duis-5.4.xsd", with_comments).getroot()


def enumeration(schema: ET.Element, type_name: str) -> list[str]:
    values = schema.findall(f"{XS}simpleType[@name='{type_name}']/{XS}restriction/{XS}enumeration")
    return [value.attrib["value"] for value in values]


def test_the_srvs_and_service_references_are_those_of_the_schema(schema: ET.Element) -> None:
    references = list(dict.fromkeys(definition.service_reference for definition in SERVICE_REQUESTS))

    assert enumeration(schema, "ServiceReferenceVariant") == [
        definition.srv for definition in SERVICE_REQUESTS
    ]
    assert enumeration(schema, "ServiceReference") == references


def test_the_srvs_that_may_be_scheduled_are_those_of_the_schema(schema: ET.Element) -> None:
    scheduled = [definition.srv for definition in SERVICE_REQUESTS if definition.dcc_scheduled]

    assert enumeration(schema, "DSPScheduledServiceReferenceVariant") == scheduled


def test_the_body_elements_are_those_of_the_schema_in_its_order(schema: ET.Element) -> None:
    request = schema.find(f"{XS}complexType[@name='Request']")
    assert request is not None
    body = request.findall(f".//{XS}element[@name='Body']/{XS}complexType/{XS}choice/{XS}element")

    ours = [definition.body_element for definition in SERVICE_REQUESTS]

    assert [element.attrib["name"] for element in body] == [*ours, "SignedPreCommand"]


# The comments of the schema put these four in the other class; DCC's matrix and templates agree on ours.
MISLABELLED = {"7.12", "7.13", "7.14", "7.15"}


def test_the_command_variants_are_those_of_the_comments_in_the_schema(schema: ET.Element) -> None:
    commented = commented_variants(schema)

    differing = {
        definition.srv
        for definition in SERVICE_REQUESTS
        if commented[definition.srv] != definition.command_variants
    }

    assert differing == MISLABELLED


def commented_variants(schema: ET.Element) -> dict[str, set[int]]:
    """Each SRV is followed by a comment such as ` CV = 4, 5, 6, 7 `."""
    restriction = schema.find(f"{XS}simpleType[@name='ServiceReferenceVariant']/{XS}restriction")
    assert restriction is not None
    values = restriction[::2]
    comments = restriction[1::2]
    return {
        value.attrib["value"]: {int(variant) for variant in re.findall(r"\d", comment.text or "")}
        for value, comment in zip(values, comments, strict=True)
    }
