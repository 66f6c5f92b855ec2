"""What a User is answered whose Service Request cannot be read: a response code, as the SEC foresees, not an error."""

from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import service_request_pb2

SHOWN = 100  # of an id that is none


def unreadable(
    request: service_request_pb2.ServiceRequest, error: ValueError, now: Instant
) -> ServiceResponse:
    """E100, with what is wrong in the row of its decision (choice G4)."""
    return ServiceResponse(
        request_id=request.request_id[:SHOWN],
        response_code=ResponseCode.E100,
        response_date_time=now,
        service_reference=request.service_reference[:SHOWN],
        service_reference_variant=request.service_reference_variant[:SHOWN],
        decision=Decision(code=ResponseCode.E100, row=str(error), source="choice G4", mark=Mark.WEAK),
    )
