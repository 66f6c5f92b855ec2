"""The device emulator's own side: launch premises, look inside Devices, set faults on their link."""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from smart_metering.administration import DeviceInside, Fate, FaultRule, PremisesTemplate
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Address, Connection, connected
from smets.client.conversion import from_message, to_message
from smets.client.records import LaunchSummary, Trace

PAGE = 10_000
FATES_PAGE = 1_000


class EmulatorControl:
    """One device emulator. Raises SmetsError."""

    def __init__(self, to: Address | Connection) -> None:
        self._connection = connected(to)
        self._stub = EmulatorControlStub(self._connection.channel)

    async def close(self) -> None:
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def launch(self, templates: Iterable[PremisesTemplate]) -> LaunchSummary:
        """Returns once the premises stand and the DSP has their hubs; it must know them before."""
        message = pb2.LaunchRequest(
            templates=[to_message(template, pb2.PremisesTemplate) for template in templates]
        )
        async with self._connection.calling("launching premises"):
            return from_message(await self._stub.Launch(message, timeout=LONG_CALL_SECONDS), LaunchSummary)

    async def inspect(self, device_id: Eui) -> DeviceInside:
        """What the Device is and holds. Raises NotThere."""
        async with self._connection.calling(f"looking inside {device_id}"):
            answer = await self._stub.InspectDevice(
                pb2.InspectDeviceRequest(device_id=device_id), timeout=CALL_SECONDS
            )
            return from_message(answer, DeviceInside)

    async def device_ids(self, after: Eui | None = None) -> AsyncIterator[Eui]:
        """All Devices beyond `after`, in the order of their ids, read as they are taken."""
        asked = pb2.ListEmulatedDevicesRequest(after_device_id=after or "", page_size=PAGE)
        while True:
            async with self._connection.calling("listing the emulated Devices"):
                page = await self._stub.ListEmulatedDevices(asked, timeout=CALL_SECONDS)
            for device_id in page.device_ids:
                yield parse_eui(device_id)
            if not page.next_after_device_id:
                return
            asked.after_device_id = page.next_after_device_id

    async def set_faults(self, rules: Iterable[FaultRule]) -> list[FaultRule]:
        """For every later message; a rule takes the place of one with its name. All rules in force."""
        message = pb2.FaultRules(rules=[to_message(rule, pb2.FaultRule) for rule in rules])
        async with self._connection.calling("setting faults"):
            return _rules(await self._stub.SetFaults(message, timeout=CALL_SECONDS))

    async def faults(self) -> list[FaultRule]:
        """The rules in force, in the order in which they are asked."""
        async with self._connection.calling("listing the faults"):
            return _rules(await self._stub.ListFaults(pb2.ListFaultsRequest(), timeout=CALL_SECONDS))

    async def clear_faults(self, names: Iterable[str] = ()) -> list[FaultRule]:
        """Removes the named rules, or all if none is named; those that remain."""
        async with self._connection.calling("clearing faults"):
            return _rules(
                await self._stub.ClearFaults(pb2.ClearFaultsRequest(names=list(names)), timeout=CALL_SECONDS)
            )

    async def fates(self, device_id: Eui) -> AsyncIterator[Fate]:
        """What fault rules did to the messages of a Device, oldest first, read as they are taken. Raises NotThere."""
        asked = pb2.ListFatesRequest(device_id=device_id, page_size=FATES_PAGE)
        while True:
            async with self._connection.calling(f"listing the fates of {device_id}"):
                page = await self._stub.ListFates(asked, timeout=CALL_SECONDS)
                fates = [from_message(fate, Fate) for fate in page.fates]
            for fate in fates:
                yield fate
            if not page.next_after_fate:
                return
            asked.after_fate = page.next_after_fate

    async def deliver_locally(self, device_id: Eui, octets: bytes) -> bytes:
        """Hands a GBCS Command to the Device in the premises; its Response, or nothing. Raises NotThere."""
        delivery = pb2.LocalDelivery(device_id=device_id, gbcs=octets)
        async with self._connection.calling(f"delivering a Command to {device_id} locally"):
            return (await self._stub.DeliverLocally(delivery, timeout=CALL_SECONDS)).gbcs

    async def trace(self) -> Trace:
        """The trace hash of the run."""
        async with self._connection.calling("reading the trace"):
            return from_message(
                await self._stub.ReadTrace(pb2.ReadTraceRequest(), timeout=CALL_SECONDS), Trace
            )


def _rules(message: pb2.FaultRules) -> list[FaultRule]:
    return [from_message(rule, FaultRule) for rule in message.rules]
