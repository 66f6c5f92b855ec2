"""Every request template of DCC, signed by DCC's tool, is read as DCC's parser names it.

Nothing of DCC's is in the repository: the packages are installed from npm beside it, or these tests say that they are
skipped.
"""

from pathlib import Path

import pytest

from smart_metering.duis.body_elements import body_element_of
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis_xml.faults import RefusedRequestError
from smart_metering.duis_xml.messages import read_request
from smart_metering.duis_xml.signature import FindCertificate, certificates_by_serial
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.service_requests import SERVICE_REQUESTS
from tests.interop.signing_tool import ExitCode, Job, run_signing_tool
from tests.interop.templates import Signed, Templates, read_templates, sign_templates
from tests.support.duis_xml import NOW

SUPPLIER = "90-b3-d5-1f-30-01-00-00"
KEYLESS = {
    # DCC's tool has no key of their originator, a load controller
    "ECS47e_7.16_APC_INPUT_SUCCESS": "90-b3-d5-1f-30-01-00-08",
    "ECS47e_7.16_APC_OUTPUT_SUCCESS": "90-b3-d5-1f-30-01-00-08",
}
SIGNED_BY = {
    # originator                      serial number of the certificate that DCC's tool names
    Eui("90-B3-D5-1F-30-01-00-00"): 27572613927499351639968579586655397031,
    Eui("90-B3-D5-1F-30-02-00-00"): 40938316298935008147424226388667426413,
    Eui("90-B3-D5-1F-30-03-00-00"): 76986165265641917001207597343644863443,
    Eui("90-B3-D5-1F-30-00-00-02"): 167048897159233642262001557408276884033,
}
WITHOUT_TEMPLATE = {"5.2", "5.3", "11.1", "11.4", "12.1"}
NUMBER_OF_TEMPLATES = 293


@pytest.fixture(scope="module")
def templates(duis_packages: Path) -> Templates:
    return read_templates(duis_packages)


@pytest.fixture(scope="module")
def signed(duis_packages: Path, templates: Templates) -> Signed:
    return sign_templates(duis_packages, templates)


@pytest.fixture(scope="module")
def certificates(published_keys: GivenKeys) -> FindCertificate:
    return certificates_by_serial(published_keys.certificates.values()).get


def named(request: ServiceRequest) -> tuple[Eui, Eui, int, str, str, str | None]:
    """As DCC's parser names it; a Signed Pre-Command is one whatever it asks for."""
    body = request.body
    element = "SignedPreCommand" if isinstance(body, SignedPreCommand) else body_element_of(body)
    return (
        request.request_id.originator,
        request.request_id.target,
        int(request.command_variant),
        request.service_reference,
        request.service_reference_variant,
        element,
    )


def test_dccs_tool_signs_every_template_of_a_party_that_it_knows(
    templates: Templates, signed: Signed
) -> None:
    unsigned = {name: outcome.code for (name, _), outcome in signed.items() if outcome.code}

    assert len(templates) == NUMBER_OF_TEMPLATES
    assert unsigned == dict.fromkeys(KEYLESS, ExitCode.MISSING_KEY)
    assert {name: str(templates[name].originator).lower() for name in KEYLESS} == KEYLESS


def test_every_signed_template_is_read_and_named_as_dccs_parser_names_it(
    templates: Templates, signed: Signed, certificates: FindCertificate, reference_data: Path
) -> None:
    schema = Schema.from_folder(reference_data / "xsd")
    for (name, kind), outcome in signed.items():
        if name in KEYLESS:
            continue

        read = read_request(outcome.xml, certificates, NOW, schema=schema)

        template = templates[name]
        assert named(read.request) == (
            template.originator,
            template.target,
            template.command_variant,
            template.service_reference,
            template.service_reference_variant,
            template.body_element,
        ), f"{name}, {kind}"
        assert read.schema_version == "5.2"
        if kind == "built":
            assert read.request_id == read.request_id.lower()  # it is echoed so


def test_a_template_of_a_party_without_a_key_is_read_when_another_asks(
    templates: Templates, duis_packages: Path, certificates: FindCertificate
) -> None:
    texts = [templates[name].built.replace(party, SUPPLIER) for name, party in KEYLESS.items()]

    outcomes = run_signing_tool(duis_packages, [Job("Sign", text.encode()) for text in texts])

    for name, outcome in zip(KEYLESS, outcomes, strict=True):
        request = read_request(outcome.xml, certificates, NOW).request
        assert request.service_reference_variant == templates[name].service_reference_variant
        assert body_element_of(request.body) == templates[name].body_element
        assert request.request_id.counter > 1_700_000_000_000  # the tool sets it to the time


def test_what_was_changed_after_dccs_tool_signed_it_is_refused(
    signed: Signed, certificates: FindCertificate
) -> None:
    octets = signed["CS06_11.3_IMMEDIATE_SUCCESS", "built"].xml
    changed = octets.replace(b"AA758690730934FF", b"AA758690730934FE", 1)
    assert changed != octets

    with pytest.raises(RefusedRequestError, match=r"E48.*digest"):
        read_request(changed, certificates, NOW)


def test_dccs_tool_signs_by_the_published_certificate_of_the_party(
    templates: Templates, signed: Signed, certificates: FindCertificate
) -> None:
    named_by: dict[Eui, int] = {}
    for (name, _), outcome in signed.items():
        if name not in KEYLESS:
            serial_number = read_request(outcome.xml, certificates, NOW).serial_number
            assert named_by.setdefault(templates[name].originator, serial_number) == serial_number

    assert named_by == SIGNED_BY


def test_every_service_request_has_a_template_but_these(templates: Templates) -> None:
    asked = {template.service_reference_variant for template in templates.values()}

    assert {row.srv for row in SERVICE_REQUESTS} - asked == WITHOUT_TEMPLATE
