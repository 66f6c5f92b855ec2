"""What an emulator tells those who operate it."""

import os
from functools import partial

from google.protobuf.message import Message
from grpc import aio

from device_emulator.runtime.host import Host
from operations.running import Running
from smart_metering.instants import SECOND_MS
from smart_metering.rpc.server import Register
from smart_metering.rpc.v1 import operations_pb2 as pb2
from smart_metering.rpc.v1.operations_pb2_grpc import OperationsServicer, add_OperationsServicer_to_server
from smart_metering.wire.contract import contract_digest

NAME = "emulator"

Context = aio.ServicerContext[Message, Message]


def operations_service(host: Host, running: Running) -> dict[str, Register]:
    """By its full name."""
    service = pb2.DESCRIPTOR.services_by_name["Operations"].full_name
    return {service: partial(add_OperationsServicer_to_server, Operations(host, running))}


class Operations(OperationsServicer):
    """Reads and renders."""

    def __init__(self, host: Host, running: Running) -> None:
        self._host = host
        self._running = running
        self._contract = contract_digest()

    async def Describe(self, request: pb2.DescribeRequest, context: Context) -> pb2.ServerDescription:
        host, running = self._host, self._running
        return pb2.ServerDescription(
            server=NAME,
            version=running.version,
            code=running.code,
            contract=self._contract,
            pid=os.getpid(),
            started_at=int(running.started_at * SECOND_MS),
            now=host.clock.now(),
            rate=host.clock.rate,
            metrics=running.metrics,
            host=host.name,
            attached=host.has_stream,
            figures=[pb2.Figure(name=name, value=value) for name, value in self._figures().items()],
        )

    def _figures(self) -> dict[str, float]:
        state, figures = self._host.emulator.state, self._host.figures
        launches = state.launches.values()
        return {
            "premises": sum(launch.count for launch in launches),
            "Devices": sum(launch.count * len(launch.devices) for launch in launches),
            "Devices touched": len(state.devices),
            "uplinks not taken yet": len(state.outbox),
            "messages under way": len(state.underway),
            "fault rules": len(self._host.emulator.faults()),
            "frames taken": sum(figures.downlinks.by.values()),
            "faults drawn": sum(figures.faults.by.values()),
        }
