"""Explain, as a service: what became of one request."""

from google.protobuf.message import Message
from grpc import aio

from dsp.core.explanation import Explanation, Hop
from dsp.runtime.explanation_desk import ExplanationDesk
from smart_metering.identifiers import InvalidIdentifier, RequestId, parse_request_id
from smart_metering.rpc.refusals import NotFound
from smart_metering.rpc.v1 import explanation_pb2 as pb2
from smart_metering.rpc.v1.explanation_pb2_grpc import ExplanationsServicer
from smart_metering.wire.conversion import Conversion
from smart_metering.wire.errors import WireError
from smart_metering.wire.pairs import PAIRS

Context = aio.ServicerContext[Message, Message]


class Explanations(ExplanationsServicer):
    """Reads, asks, renders. It tells of all parties, so nobody is asked who is calling."""

    def __init__(self, desk: ExplanationDesk) -> None:
        self._desk = desk
        self._conversion = Conversion((*PAIRS, (Hop, pb2.Hop), (Explanation, pb2.Explanation)))

    async def Explain(self, request: pb2.ExplainRequest, context: Context) -> pb2.Explanation:
        request_id = _request_id(request.request_id)
        told = await self._desk.explain(request_id)
        if told is None:
            raise NotFound(f"request_id: no request {request_id} ever arrived")
        return self._conversion.to_message(told, pb2.Explanation)


def _request_id(text: str) -> RequestId:
    try:
        return parse_request_id(text)
    except InvalidIdentifier as error:
        raise WireError.at("request_id", str(error)) from None
