"""What happens, as it happens: the SMI's changes and alerts at the DSP, faults and presence at an emulator.

A stream that breaks raises Unreachable: whoever follows begins again after the last position it was told.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable

from smart_metering.rpc.v1 import events_pb2 as pb2
from smart_metering.rpc.v1.events_pb2_grpc import DspEventsStub, EmulatorEventsStub
from smets.client.connection import LONG_CALL_SECONDS, Connection
from smets.client.conversion import from_message, to_message
from smets.client.event_records import (
    DeviceStates,
    DspEventBatch,
    DspEventPosition,
    EmulatorEventBatch,
    EmulatorEventPosition,
    PresenceBatch,
)

AT_THE_DSP = DspEventPosition()
AT_THE_EMULATOR = EmulatorEventPosition()


class DspEvents:
    """Of one DSP. Raises SmetsError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = DspEventsStub(connection.channel)

    async def states(self) -> AsyncIterator[DeviceStates]:
        """The SMI as it stands, in the order of Device IDs; the first batch may be empty. Follow from its position."""
        async with self._connection.calling("reading the states of the SMI"):
            call = self._stub.ReadStates(pb2.ReadStatesRequest(), timeout=LONG_CALL_SECONDS)
            try:
                async for batch in call:
                    yield from_message(batch, DeviceStates)
            finally:
                call.cancel()

    async def follow(
        self, after: DspEventPosition = AT_THE_DSP, kinds: Iterable[str] = (), *, until_now: bool = False
    ) -> AsyncGenerator[DspEventBatch, None]:
        """What happened beyond `after`, then what happens, for ever; without kinds: SMI changes, and all alerts."""
        position = to_message(after, pb2.DspEventPosition)
        request = pb2.FollowDspEvents(after=position, kinds=list(kinds), until_now=until_now)
        async with self._connection.calling("following the DSP"):
            call = self._stub.Follow(request)
            try:
                async for batch in call:
                    yield from_message(batch, DspEventBatch)
            finally:
                call.cancel()


class EmulatorEvents:
    """Of one device emulator. Raises SmetsError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = EmulatorEventsStub(connection.channel)

    async def presence(self) -> AsyncIterator[PresenceBatch]:
        """Which Devices outside are there now; the first batch may be empty. Follow from its position."""
        async with self._connection.calling("reading who is there"):
            call = self._stub.ReadPresence(pb2.ReadPresenceRequest(), timeout=LONG_CALL_SECONDS)
            try:
                async for batch in call:
                    yield from_message(batch, PresenceBatch)
            finally:
                call.cancel()

    async def follow(
        self, after: EmulatorEventPosition = AT_THE_EMULATOR, *, until_now: bool = False
    ) -> AsyncIterator[EmulatorEventBatch]:
        """Faults and presence beyond `after`, then those to come, for ever."""
        position = to_message(after, pb2.EmulatorEventPosition)
        async with self._connection.calling("following the emulator"):
            call = self._stub.Follow(pb2.FollowEmulatorEvents(after=position, until_now=until_now))
            try:
                async for batch in call:
                    yield from_message(batch, EmulatorEventBatch)
            finally:
                call.cancel()
