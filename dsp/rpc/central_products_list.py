"""The Central Products List, as a service."""

from google.protobuf.message import Message
from grpc import aio

from dsp.core.effects import Refusal
from dsp.core.inputs import CplEntryAdded, CplEntryRemoved
from dsp.rpc.refusals import raise_refusal
from dsp.runtime.engine_room import EngineRoom
from smart_metering.administration import CplChange, CplEntry
from smart_metering.rpc.v1 import central_products_list_pb2 as pb2
from smart_metering.rpc.v1.central_products_list_pb2_grpc import CentralProductsListServicer
from smart_metering.wire.conversion import from_message, to_message

Context = aio.ServicerContext[Message, Message]


class CentralProductsList(CentralProductsListServicer):
    """Reads, submits, renders."""

    def __init__(self, runtime: EngineRoom) -> None:
        self._runtime = runtime

    async def Add(self, request: pb2.CplEntry, context: Context) -> pb2.CplChange:
        return await self._change(CplEntryAdded(entry=from_message(request, CplEntry)))

    async def Remove(self, request: pb2.RemoveCplEntry, context: Context) -> pb2.CplChange:
        return await self._change(CplEntryRemoved(entry_id=request.entry_id))

    async def List(self, request: pb2.ListCplEntries, context: Context) -> pb2.CplEntries:
        await self._runtime.flush()
        entries = sorted(self._runtime.engine.state.cpl.values(), key=lambda entry: entry.entry_id)
        return pb2.CplEntries(entries=[to_message(entry, pb2.CplEntry) for entry in entries])

    async def _change(self, event: CplEntryAdded | CplEntryRemoved) -> pb2.CplChange:
        reply = await self._runtime.submit(event)
        if isinstance(reply, Refusal):
            raise_refusal(reply)
        assert isinstance(reply, CplChange), reply
        return to_message(reply, pb2.CplChange)
