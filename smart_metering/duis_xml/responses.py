"""What a User receives, as DUIS XML: Acknowledgements, Service Responses, Device Alerts and DCC Alerts.

Counts of alerts that were held back are never written: DCC's own client refuses an alert that has them. Nor is the
decision that explains a code, which DUIS has no place for.
"""

from collections.abc import Callable
from typing import cast

from lxml import etree

from smart_metering.duis.service_responses import (
    DccAlert,
    DccAlertBody,
    DeviceAlert,
    DspUpdateFirmwareWarning,
    Message,
    NotEmulated,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.duis_xml.alert_shapes import ALERTS
from smart_metering.duis_xml.faults import UnwritableError, XmlFault
from smart_metering.duis_xml.names import SCHEMA_VERSION, SERVICE_USER_GATEWAY, Element, duis
from smart_metering.duis_xml.response_shapes import PAYLOADS, SINGLE_VALUES, WARNINGS
from smart_metering.duis_xml.shapes import (
    Cursor,
    Value,
    append,
    read_fields,
    read_record,
    write_record,
    write_value,
)
from smart_metering.duis_xml.signature import Signer
from smart_metering.duis_xml.simple_types import (
    ALERT_CODE,
    BASE64,
    DCC_ALERT_CODE,
    ECHO,
    INSTANT,
    REFERENCE,
    REFERENCE_VARIANT,
    RESPONSE_CODE,
)
from smart_metering.duis_xml.smets1 import read_smets1, write_smets1
from smart_metering.identifiers import InvalidIdentifier, parse_request_id
from smart_metering.instants import Instant
from smart_metering.records import Record, changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of

NOT_EMULATED_CODE = ResponseCode.E71
"""Stands for the verdict that DUIS has no code for: the emulator does not emulate this yet. What the code means is not
known, and no rule gives it."""

_HEADER = (
    Value("RequestID", "request_id", ECHO, optional=True),
    Value("ResponseID", "response_id", ECHO, optional=True),
    Value("ResponseCode", "response_code", RESPONSE_CODE),
    Value("ResponseDateTime", "response_date_time", INSTANT),
)
_REFERENCES = (
    Value("ServiceReference", "service_reference", REFERENCE),
    Value("ServiceReferenceVariant", "service_reference_variant", REFERENCE_VARIANT),
)
_DEVICE_ALERT = (
    Value("AlertCode", "alert_code", ALERT_CODE),
    Value("GBCSPayload", "gbcs_payload", BASE64),
)
_ALERT_ELEMENTS = {shape.record: element for element, shape in ALERTS.items()}
_PAYLOAD_ELEMENTS = {
    shape.record: element
    for element, shape in PAYLOADS.items()
    if shape.record is not DspUpdateFirmwareWarning
}
_SINGLE_RECORDS = {particle.element: (record, particle) for record, particle in SINGLE_VALUES.items()}


class _Header(Record, frozen=True, kw_only=True):
    """Of every message; an alert has no RequestID, a DCC Alert no id at all."""

    request_id: str = ""
    response_id: str = ""
    response_code: ResponseCode
    response_date_time: Instant


def message_tree(message: Message, schema_version: str, signer: Signer | None) -> Element:
    """A Response without its Signature; what is signed within it is signed by `signer`. Raises UnwritableError."""
    root = etree.Element(duis("Response"), nsmap={"sr": SERVICE_USER_GATEWAY})
    root.set(SCHEMA_VERSION, schema_version)
    header, body = append(root, "Header"), None
    for particle in _HEADER:
        particle.write(header, _header_of(message))
    body = append(root, "Body")
    match message:
        case ServiceResponse():
            _write_response(body, message, schema_version, signer)
        case DeviceAlert():
            node = append(body, "DeviceAlertMessage")
            for particle in _DEVICE_ALERT:
                particle.write(node, message)
        case DccAlert():
            node = append(body, "DCCAlertMessage")
            write_value(node, "DCCAlertCode", message.dcc_alert_code, DCC_ALERT_CODE)
            element = _ALERT_ELEMENTS[type(message.body)]
            write_record(append(append(node, "DCCAlert"), element), message.body, ALERTS[element])
    return root


def read_message_tree(root: Element) -> Message:
    """Reads a Response without its Signature; raises XmlFault."""
    cursor = Cursor(root, attribute=SCHEMA_VERSION)
    header = _Header(**read_fields(cursor.expect("Header"), _HEADER))  # type: ignore[arg-type]
    node = cursor.expect("Body")
    cursor.finish()
    try:
        body = Cursor(node)
        kind = body.expect_one_of(tuple(_READERS))
        message = _READERS[kind](header, body.expect(kind))
        body.finish()
    except XmlFault as fault:
        raise fault.under("Body") from None
    return message


def _header_of(message: Message) -> _Header:
    match message:
        case ServiceResponse():
            return _Header(
                request_id=_id_or_none(message.request_id),
                response_id=message.response_id,
                response_code=_code_of(message),
                response_date_time=message.response_date_time,
            )
        case DeviceAlert():
            return _Header(
                response_id=message.response_id,
                response_code=ResponseCode.I0,
                response_date_time=message.response_date_time,
            )
        case DccAlert():
            return _Header(response_code=ResponseCode.I0, response_date_time=message.response_date_time)


def _code_of(response: ServiceResponse) -> ResponseCode:
    if response.response_code is not None:
        return response.response_code
    if not isinstance(response.body, NotEmulated):
        raise UnwritableError("ResponseCode: there is none")
    return NOT_EMULATED_CODE


def _id_or_none(text: str) -> str:
    """An id that is none, of a request that could not be read, is left out."""
    try:
        parse_request_id(text)
    except InvalidIdentifier:
        return ""
    return text


def _write_response(parent: Element, response: ServiceResponse, version: str, signer: Signer | None) -> None:
    variant = response.service_reference_variant
    complete = changed(
        response, service_reference=response.service_reference or service_reference_of(variant)
    )
    decoded = response.body if _is_decoded(response.body) else None
    node = append(parent, "ResponseMessage" if decoded is None else "SMETS1ResponseMessage")
    for particle in _REFERENCES:
        particle.write(node, complete)
    if isinstance(decoded, Smets1ResponseMessage):
        write_smets1(node, complete, decoded, version, signer)
    elif response.body is not None:
        _write_payload(node, response.body, variant)


def _is_decoded(body: ResponseBody | None) -> bool:
    """DUIS has no element for the UTRN of a SMETS1 top-up; the User gave it, and the code says that it will do."""
    return isinstance(body, Smets1ResponseMessage) and not body.utrn


def _write_payload(parent: Element, body: ResponseBody, variant: str) -> None:
    match body:
        case NotEmulated() | Smets1ResponseMessage():
            return
        case DspUpdateFirmwareWarning():
            if variant not in WARNINGS:
                raise UnwritableError(f"DSPUpdateFirmwareWarning in an answer to {variant}")
            element = WARNINGS[variant]
        case _ if (single := SINGLE_VALUES.get(type(body))) is not None:
            single.write(parent, body)
            return
        case _:
            element = _PAYLOAD_ELEMENTS[type(body)]
    write_record(append(parent, element), body, PAYLOADS[element])


def _read_response(header: _Header, node: Element) -> ServiceResponse:
    cursor = Cursor(node)
    references = {key: value for particle in _REFERENCES for key, value in particle.read(cursor).items()}
    body = _read_payload(cursor) if cursor.peek() is not None else None
    cursor.finish()
    return _response(header, references, body)


def _read_smets1_response(header: _Header, node: Element) -> ServiceResponse:
    cursor = Cursor(node)
    references = {key: value for particle in _REFERENCES for key, value in particle.read(cursor).items()}
    body = read_smets1(cursor, str(references["service_reference_variant"]))
    cursor.finish()
    return _response(header, references, body)


def _response(header: _Header, references: dict[str, object], body: ResponseBody | None) -> ServiceResponse:
    return ServiceResponse(
        request_id=header.request_id,
        response_id=header.response_id,
        response_code=header.response_code,
        response_date_time=header.response_date_time,
        service_reference=str(references["service_reference"]),
        service_reference_variant=str(references["service_reference_variant"]),
        body=body,
    )


def _read_payload(cursor: Cursor) -> ResponseBody:
    name = cursor.expect_one_of((*_SINGLE_RECORDS, *PAYLOADS))
    if name in _SINGLE_RECORDS:
        record, particle = _SINGLE_RECORDS[name]
        return cast("ResponseBody", record(**particle.read(cursor)))
    return cast("ResponseBody", read_record(cursor.expect(name), PAYLOADS[name]))


def _read_device_alert(header: _Header, node: Element) -> DeviceAlert:
    fields = read_fields(node, _DEVICE_ALERT)
    return DeviceAlert(
        response_id=header.response_id,
        response_date_time=header.response_date_time,
        **fields,  # type: ignore[arg-type]
    )


def _read_dcc_alert(header: _Header, node: Element) -> DccAlert:
    cursor = Cursor(node)
    code = Value("DCCAlertCode", "code", DCC_ALERT_CODE).read(cursor)["code"]
    within = Cursor(cursor.expect("DCCAlert"))
    cursor.finish()
    element = within.expect_one_of(tuple(ALERTS))
    body = cast("DccAlertBody", read_record(within.expect(element), ALERTS[element]))
    within.finish()
    return DccAlert(
        dcc_alert_code=code,  # type: ignore[arg-type]
        response_date_time=header.response_date_time,
        body=body,
    )


_READERS: dict[str, Callable[[_Header, Element], Message]] = {
    "ResponseMessage": _read_response,
    "SMETS1ResponseMessage": _read_smets1_response,
    "DeviceAlertMessage": _read_device_alert,
    "DCCAlertMessage": _read_dcc_alert,
}
