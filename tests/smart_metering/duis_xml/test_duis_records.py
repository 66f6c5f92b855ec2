"""Records become DUIS XML and come back the same, each kind of them; a published schema agrees with what is written."""

from pathlib import Path

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from lxml import etree

from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.body_elements import body_element_of
from smart_metering.duis.service_requests import Body, ServiceRequest, UninterpretedBody
from smart_metering.duis.service_responses import (
    DeviceAlert,
    DspInventory,
    DspUpdateFirmwareWarning,
    GbcsPayload,
    InventoryDevice,
    Message,
    NotEmulated,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.messages import read_request, read_response, write_request, write_response
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.request_shapes import BODIES
from smart_metering.duis_xml.responses import NOT_EMULATED_CODE
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import RequestId
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import SERVICE_REQUESTS
from tests.support.duis_messages import MESSAGES, REQUEST_ID, response_of
from tests.support.duis_xml import (
    ACB,
    DSP_SIGNING,
    METER,
    NOW,
    SUPPLIER,
    known_certificates,
    records_of,
    request_of,
    signed,
    signer_of,
)

SRV_OF = {row.body_element: row.srv for row in SERVICE_REQUESTS}


@pytest.fixture(scope="module")
def schema(reference_data: Path) -> Schema:
    return Schema.from_folder(reference_data / "xsd")


def requests_of(element: str) -> st.SearchStrategy[ServiceRequest]:
    srv = SRV_OF.get(element, "11.3")
    variant = CommandVariant.SIGNED_SEND if element == "SignedPreCommand" else CommandVariant.SEND
    return st.tuples(
        records_of(BODIES[element]), st.booleans(), st.none() | st.just(RequestId(SUPPLIER, ACB, 0))
    ).map(
        lambda drawn: changed(
            request_of(srv, drawn[0], variant),  # type: ignore[arg-type]  # drawn from a shape
            first_in_sequence=drawn[1],
            preceding_service_request_id=drawn[2],
        )
    )


@pytest.mark.parametrize("element", sorted(BODIES))
@given(data=st.data())
@settings(max_examples=25)
def test_a_request_comes_back_as_it_was(element: str, data: st.DataObject) -> None:
    request = data.draw(requests_of(element))

    read = read_request(signed(request), known_certificates().get, NOW)

    assert read.request == request


@pytest.mark.parametrize("element", sorted(BODIES))
@given(data=st.data())
@settings(max_examples=25)
def test_a_request_is_as_the_schema_says(element: str, data: st.DataObject, schema: Schema) -> None:
    octets = signed(data.draw(requests_of(element)))

    schema.validate(read_tree(octets))


@pytest.mark.parametrize("kind", sorted(MESSAGES))
@given(data=st.data())
@settings(max_examples=25)
def test_a_message_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    message = data.draw(MESSAGES[kind])

    octets = write_response(message, signer=signer_of(ACB, DSP_SIGNING))

    assert read_response(octets) == message


@pytest.mark.parametrize("kind", sorted(MESSAGES))
@given(data=st.data())
@settings(max_examples=25)
def test_a_message_is_as_the_schema_says(kind: str, data: st.DataObject, schema: Schema) -> None:
    octets = write_response(data.draw(MESSAGES[kind]), signer=signer_of(ACB, DSP_SIGNING))

    schema.validate(read_tree(octets))
    assert b">\n" not in octets
    assert b"> <" not in octets


def test_every_service_request_is_recognised_and_named() -> None:
    for row in SERVICE_REQUESTS:
        if row.body_element in BODIES:
            continue
        request = request_of(row.srv, UninterpretedBody(element=row.body_element), CommandVariant.SEND)

        assert read_request(signed(request), known_certificates().get, NOW).request == request


@pytest.mark.parametrize("element", sorted(BODIES.keys() - {"SignedPreCommand"}))
@given(data=st.data())
@settings(max_examples=1)
def test_a_body_is_named_as_access_control_names_it(element: str, data: st.DataObject) -> None:
    body = data.draw(records_of(BODIES[element]))

    assert body_element_of(body) == element  # type: ignore[arg-type]  # drawn from a shape
    assert element in SRV_OF


def example(element: str) -> Body:
    """The simplest of its kind."""
    return find(records_of(BODIES[element]), lambda _: True)  # type: ignore[return-value]


def test_a_body_that_is_not_read_is_carried_whole() -> None:
    content = (
        b'<sr:SetAuxiliaryControllerState xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" '
        b'auxiliaryControllerN="1"><sr:Level>7 &amp; &lt;</sr:Level></sr:SetAuxiliaryControllerState>'
    )
    body = UninterpretedBody(element="SetAuxiliaryControllerState", content=content)
    request = request_of("7.13", body, CommandVariant.SEND)

    assert read_request(signed(request), known_certificates().get, NOW).request == request


def test_the_request_id_is_echoed_as_it_came() -> None:
    octets = signed(request_of("11.2", example("ReadFirmwareVersion"), CommandVariant.SEND))
    lower = octets.replace(str(REQUEST_ID).encode(), str(REQUEST_ID).lower().encode())
    assert lower != octets
    signed_lower = _signed_anew(lower)

    read = read_request(signed_lower, known_certificates().get, NOW)

    assert read.request_id == str(REQUEST_ID).lower()
    assert read.request.request_id == REQUEST_ID
    answer = changed(response_of("11.2", None, ResponseCode.I99), request_id=read.request_id)
    assert f"<sr:RequestID>{read.request_id}</sr:RequestID>".encode() in write_response(answer)


def _signed_anew(octets: bytes) -> bytes:
    from smart_metering.duis_xml.signature import sign, take_out  # noqa: PLC0415

    root = read_tree(octets)
    take_out(root)
    sign(root, signer_of(SUPPLIER))
    return etree.tostring(root)


def test_an_image_is_carried_in_the_body_and_offered_beside_it() -> None:
    request = request_of("11.1", example("UpdateFirmware"), CommandVariant.NON_DEVICE)

    read = read_request(signed(request), known_certificates().get, NOW)

    assert read.firmware == read.request.body.firmware_image  # type: ignore[union-attr]
    named = changed(request.body, firmware_image=b"", firmware_file="00" * 32)
    with pytest.raises(UnwritableError, match="the file is named"):
        write_request(changed(request, body=named))


def test_what_duis_has_no_place_for_is_left_out() -> None:
    decision = Decision(code="E5", row="a row", source="a source", mark=Mark.CERTAIN)
    refused = changed(response_of("11.2", None, ResponseCode.E5), decision=decision)
    alert = DeviceAlert(
        response_id=REQUEST_ID.response_id,
        alert_code=0x8F72,
        response_date_time=NOW,
        gbcs_payload=b"\xdd",
        throttled_alert_sequence_id=1,
        throttled_alert_count=7,
    )

    assert read_response(write_response(refused)) == changed(refused, decision=None)
    assert b"Throttled" not in write_response(alert)


def test_what_is_not_emulated_has_a_code_of_its_own() -> None:
    answer = response_of("6.5", NotEmulated(service_reference_variant="6.5"), None)

    read = read_response(write_response(answer))

    assert read == response_of("6.5", None, NOT_EMULATED_CODE)


def test_the_answer_to_a_top_up_of_a_smets1_meter_has_no_payload() -> None:
    answer = response_of("2.2", Smets1ResponseMessage(success=True, utrn="1" * 20))

    assert read_response(write_response(answer)) == response_of("2.2", None)


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (response_of("11.2", None, None), "ResponseCode"),
        (changed(response_of("11.2", None), service_reference_variant="99.9"), "ServiceReferenceVariant"),
        (response_of("11.2", DspUpdateFirmwareWarning()), "DSPUpdateFirmwareWarning"),
        (response_of("11.2", GbcsPayload(gbcs_payload="no octets")), "GBCSPayload"),  # type: ignore[arg-type]
        (response_of("1.7", Smets1ResponseMessage(success=True)), "no decoded answer"),
    ],
)
def test_what_duis_cannot_say_is_not_written(message: Message, what: str) -> None:
    with pytest.raises(UnwritableError, match=what):
        write_response(message, signer=signer_of(ACB, DSP_SIGNING))


def test_a_decoded_answer_is_never_unsigned() -> None:
    with pytest.raises(UnwritableError, match="nobody signs"):
        write_response(response_of("2.2", Smets1ResponseMessage(success=True)))


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ud800"])
def test_what_xml_has_no_place_for_is_unwritable(character: str) -> None:
    device = InventoryDevice(device_id=METER, device_type=DeviceType.ESME, device_model=f"4331{character}")
    answer = ServiceResponse(
        request_id="",
        response_code=ResponseCode.I0,
        response_date_time=NOW,
        service_reference_variant="8.2",
        body=DspInventory(devices=(device,)),
    )

    with pytest.raises(UnwritableError, match="DeviceModel"):
        write_response(answer)
