"""An emulator's control service that says what a test lays ready, over a real line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import Message
from grpc import aio

from smart_metering.administration import DeviceInside, Fate, FaultRule
from smart_metering.identifiers import Eui
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import (
    EmulatorControlServicer,
    add_EmulatorControlServicer_to_server,
)
from smart_metering.wire.conversion import from_message, to_message

Context = aio.ServicerContext[Message, Message]


@dataclass
class ScriptedEmulator(EmulatorControlServicer):
    """`devices` and `drawn` are what it tells; `rules` are set in it, but none of the name `refused`."""

    devices: dict[Eui, DeviceInside] = field(default_factory=dict)
    drawn: list[Fate] = field(default_factory=list)
    rules: list[FaultRule] = field(default_factory=list)
    address: str = ""

    async def InspectDevice(self, request: pb2.InspectDeviceRequest, context: Context) -> pb2.DeviceInside:
        found = self.devices.get(Eui(request.device_id))
        if found is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such Device")
        assert found is not None
        return to_message(found, pb2.DeviceInside)

    async def ListFates(self, request: pb2.ListFatesRequest, context: Context) -> pb2.Fates:
        fates = [fate for fate in self.drawn if fate.device_id == request.device_id]
        return pb2.Fates(fates=[to_message(fate, pb2.Fate) for fate in fates])

    async def SetFaults(self, request: pb2.FaultRules, context: Context) -> pb2.FaultRules:
        for rule in (from_message(message, FaultRule) for message in request.rules):
            if rule.name == "refused":
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the emulator does not like it")
            self.rules.append(rule)
        return self._rules()

    async def ListFaults(self, request: pb2.ListFaultsRequest, context: Context) -> pb2.FaultRules:
        return self._rules()

    async def ClearFaults(self, request: pb2.ClearFaultsRequest, context: Context) -> pb2.FaultRules:
        self.rules = [rule for rule in self.rules if request.names and rule.name not in request.names]
        return self._rules()

    def _rules(self) -> pb2.FaultRules:
        return pb2.FaultRules(rules=[to_message(rule, pb2.FaultRule) for rule in self.rules])


@asynccontextmanager
async def scripted_emulator() -> AsyncIterator[ScriptedEmulator]:
    """One that listens on loopback."""
    server, emulator = aio.server(), ScriptedEmulator()  # type: ignore[abstract]  # no page asks for the rest
    add_EmulatorControlServicer_to_server(emulator, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    emulator.address = f"127.0.0.1:{port}"
    try:
        yield emulator
    finally:
        await server.stop(None)
