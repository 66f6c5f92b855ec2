"""What a DSP tells those who operate it."""

import os
from functools import partial

from google.protobuf.message import Message
from grpc import aio

from dsp.runtime.figures import Figures
from dsp.runtime.runtime import Runtime
from operations.running import Running
from smart_metering.instants import SECOND_MS
from smart_metering.rpc.server import Register
from smart_metering.rpc.v1 import operations_pb2 as pb2
from smart_metering.rpc.v1.operations_pb2_grpc import OperationsServicer, add_OperationsServicer_to_server
from smart_metering.wire.contract import contract_digest

NAME = "DSP"

Context = aio.ServicerContext[Message, Message]


def operations_service(runtime: Runtime, running: Running) -> dict[str, Register]:
    """By its full name."""
    service = pb2.DESCRIPTOR.services_by_name["Operations"].full_name
    return {service: partial(add_OperationsServicer_to_server, Operations(runtime, running))}


class Operations(OperationsServicer):
    """Reads and renders."""

    def __init__(self, runtime: Runtime, running: Running) -> None:
        self._runtime = runtime
        self._running = running
        self._contract = contract_digest()

    async def Describe(self, request: pb2.DescribeRequest, context: Context) -> pb2.ServerDescription:
        runtime, running = self._runtime, self._running
        return pb2.ServerDescription(
            server=NAME,
            version=running.version,
            code=running.code,
            contract=self._contract,
            pid=os.getpid(),
            started_at=int(running.started_at * SECOND_MS),
            now=runtime.clock.now(),
            rate=runtime.clock.rate,
            metrics=running.metrics,
            modifications=runtime.engine.rules.modifications,
            hosts=[
                pb2.AttachedHost(name=name, comms_hubs=hubs) for name, hubs in runtime.hosts.hubs().items()
            ],
            figures=[pb2.Figure(name=name, value=value) for name, value in self._figures().items()],
        )

    def _figures(self) -> dict[str, float]:
        state, figures = self._runtime.engine.state, self._runtime.figures
        return {
            "Devices": len(state.devices),
            **{f"Devices {name}": number for name, number in self._devices_by_status().items()},
            "outstanding requests": len(state.outstanding),
            "Comms Hubs attached": sum(self._runtime.hosts.hubs().values()),
            "journal entries": state.journal.last_position,
            "clock drift ms": round(self._runtime.clock.drift_seconds() * SECOND_MS),
            **_since_the_start(figures),
        }

    def _devices_by_status(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (_, status), number in self._runtime.engine.state.devices_by_status.items():
            if number:
                name = status or "without a status"
                found[name] = found.get(name, 0) + number
        return dict(sorted(found.items()))


def _since_the_start(figures: Figures) -> dict[str, float]:
    return {
        "requests answered": sum(figures.requests.by.values()),
        "Service Responses delivered": sum(figures.responses.by.values()),
        "DCC Alerts delivered": sum(figures.dcc_alerts.by.values()),
    }
