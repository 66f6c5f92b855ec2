"""Every kind of message that a User receives, for tests of its XML: drawn from the shapes that write them."""

from collections.abc import Iterator

from hypothesis import strategies as st

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    DspScheduleId,
    GbcsPayload,
    Message,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.duis_xml.alert_shapes import ALERTS
from smart_metering.duis_xml.response_shapes import PAYLOADS, WARNINGS
from smart_metering.duis_xml.smets1_shapes import ANSWERS
from smart_metering.identifiers import RequestId
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of
from tests.support.duis_xml import METER, NOW, SUPPLIER, contents_of, records_of

REQUEST_ID = RequestId(SUPPLIER, METER, 1_700_000_000_001)


def response_of(srv: str, body: object, code: ResponseCode | None = ResponseCode.I0) -> ServiceResponse:
    return ServiceResponse(
        request_id=str(REQUEST_ID),
        response_id=REQUEST_ID.response_id,
        response_code=code,
        response_date_time=NOW,
        service_reference=service_reference_of(srv),
        service_reference_variant=srv,
        body=body,  # type: ignore[arg-type]  # drawn from a shape
    )


def _messages() -> Iterator[tuple[str, st.SearchStrategy[Message]]]:
    yield "Acknowledgement", st.just(response_of("11.2", None, ResponseCode.I99))
    yield "GBCSPayload", st.binary().map(lambda octets: response_of("11.2", GbcsPayload(gbcs_payload=octets)))
    yield (
        "DSPScheduleID",
        st.integers(1, 10**12).map(lambda it: response_of("5.1", DspScheduleId(dsp_schedule_id=it))),
    )
    for element, shape in PAYLOADS.items():
        srv = {element: srv for srv, element in WARNINGS.items()}.get(element, "5.2")
        yield element, records_of(shape).map(lambda body, srv=srv: response_of(srv, body))  # type: ignore[misc]
    for element, shape in ALERTS.items():
        yield (
            element,
            records_of(shape).map(
                lambda body: DccAlert(dcc_alert_code=DccAlertCode.N29, response_date_time=NOW, body=body)  # type: ignore[arg-type]
            ),
        )
    yield (
        "DeviceAlertMessage",
        st.tuples(st.integers(0, 0xFFFF), st.binary()).map(
            lambda drawn: DeviceAlert(
                response_id=REQUEST_ID.response_id,
                alert_code=drawn[0],
                response_date_time=NOW,
                gbcs_payload=drawn[1],
            )
        ),
    )


def _smets1_of(srv: str) -> st.SearchStrategy[ServiceResponse]:
    answers = (
        st.builds(Smets1ResponseMessage, success=st.booleans(), content=contents_of(ANSWERS[srv]))
        if srv not in ("11.2", "11.3")
        else st.builds(
            Smets1ResponseMessage,
            success=st.booleans(),
            firmware_version=st.just("00020001"),
            activate_image_response_code=st.sampled_from(
                ["", "success", "hashMismatch"] if srv == "11.3" else [""]
            ),
        )
    )
    return answers.map(lambda body: response_of(srv, body))


MESSAGES = dict(_messages()) | {f"SMETS1 {srv}": _smets1_of(srv) for srv in ANSWERS}
"""By what it carries: the element of its payload or alert, or the SRV of a SMETS1 Device's answer."""
