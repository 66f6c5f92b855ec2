"""The one clock of the emulated system, as a service."""

from google.protobuf.message import Message
from grpc import aio

from dsp.runtime.timekeeper import ClockState, Timekeeping
from smart_metering.rpc.v1 import clock_pb2 as pb2
from smart_metering.rpc.v1.clock_pb2_grpc import ClockServicer

Context = aio.ServicerContext[Message, Message]


class Clock(ClockServicer):
    """Renders what the timekeeper does."""

    def __init__(self, timekeeper: Timekeeping) -> None:
        self._timekeeper = timekeeper

    async def Now(self, request: pb2.NowRequest, context: Context) -> pb2.ClockState:
        return _render(self._timekeeper.state())

    async def Advance(self, request: pb2.AdvanceRequest, context: Context) -> pb2.ClockState:
        return _render(await self._timekeeper.advance(request.by))

    async def RunToNextEvent(self, request: pb2.RunToNextEventRequest, context: Context) -> pb2.ClockState:
        return _render(await self._timekeeper.run_to_next_event(request.until))

    async def SetRate(self, request: pb2.SetRateRequest, context: Context) -> pb2.ClockState:
        return _render(await self._timekeeper.set_rate(request.rate))


def _render(state: ClockState) -> pb2.ClockState:
    return pb2.ClockState(
        now=state.now, rate=state.rate, hosts=state.hosts, event=state.event, drift=state.drift
    )
