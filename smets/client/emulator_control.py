"""The device emulator's own side: launch premises, look inside Devices and hubs, set faults, do things by hand."""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from smart_metering.administration import (
    DeviceInside,
    Fate,
    FaultRule,
    HubInside,
    HubSummary,
    PremisesTemplate,
)
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import Instant
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Address, Connection, connected
from smets.client.conversion import from_message, to_message
from smets.client.records import LaunchSummary, Trace

PAGE = 10_000
FATES_PAGE = 1_000
HUBS_PAGE = 100


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

    async def set_external(self, device_id: Eui, external: bool) -> DeviceInside:
        """Gives the place of a Device to one outside, or takes it back. Raises NotThere, and Refused."""
        request = pb2.SetExternalRequest(device_id=device_id, external=external)
        async with self._connection.calling(f"the place of {device_id}"):
            return from_message(await self._stub.SetExternal(request, timeout=CALL_SECONDS), DeviceInside)

    async def switch_power(self, device_id: Eui, power: str) -> DeviceInside:
        """Power `on`, `off`, or `off-at-activation`; what the Device is then. Raises NotThere and Refused."""
        asked = pb2.DevicePowerSwitch(device_id=device_id, power=power)
        async with self._connection.calling(f"switching the power of {device_id}"):
            return from_message(await self._stub.SwitchDevicePower(asked, timeout=CALL_SECONDS), DeviceInside)

    async def tamper(self, device_id: Eui, tamper: str) -> DeviceInside:
        """Opens its `cover`, say; what the Device is then. Raises NotThere and Refused."""
        asked = pb2.DeviceTampering(device_id=device_id, tamper=tamper)
        async with self._connection.calling(f"tampering with {device_id}"):
            return from_message(await self._stub.TamperWithDevice(asked, timeout=CALL_SECONDS), DeviceInside)

    async def set_device_clock(
        self, device_id: Eui, *, ahead_ms: int = 0, reading: Instant | None = None
    ) -> DeviceInside:
        """Its own clock is so much ahead, or reads this now; what the Device is then. Raises NotThere and Refused."""
        asked = pb2.DeviceClockSetting(device_id=device_id)
        if reading is None:
            asked.ahead = ahead_ms
        else:
            asked.reading = reading
        async with self._connection.calling(f"setting the clock of {device_id}"):
            return from_message(await self._stub.SetDeviceClock(asked, timeout=CALL_SECONDS), DeviceInside)

    async def switch_hub_power(self, comms_hub: Eui, power: str) -> HubInside:
        """Power `on` or `off`; what the hub is then. Raises NotThere and Refused."""
        asked = pb2.HubPowerSwitch(comms_hub=comms_hub, power=power)
        async with self._connection.calling(f"switching the power of hub {comms_hub}"):
            return from_message(await self._stub.SwitchHubPower(asked, timeout=CALL_SECONDS), HubInside)

    async def inspect_hub(self, comms_hub: Eui) -> HubInside:
        """A Comms Hub, its premises and what waits there. Raises NotThere."""
        asked = pb2.InspectHubRequest(comms_hub=comms_hub)
        async with self._connection.calling(f"looking at hub {comms_hub}"):
            return from_message(await self._stub.InspectHub(asked, timeout=CALL_SECONDS), HubInside)

    async def hubs(self, after: Eui | None = None) -> AsyncIterator[HubSummary]:
        """All Comms Hubs beyond `after`, in the order of their ids, read as they are taken."""
        asked = pb2.ListHubsRequest(after_comms_hub=after or "", page_size=HUBS_PAGE)
        while True:
            async with self._connection.calling("listing the hubs"):
                page = await self._stub.ListHubs(asked, timeout=CALL_SECONDS)
                hubs = [from_message(hub, HubSummary) for hub in page.hubs]
            for hub in hubs:
                yield hub
            if not page.next_after_comms_hub:
                return
            asked.after_comms_hub = page.next_after_comms_hub

    async def trace(self) -> Trace:
        """The trace hash of the run."""
        async with self._connection.calling("reading the trace"):
            return from_message(
                await self._stub.ReadTrace(pb2.ReadTraceRequest(), timeout=CALL_SECONDS), Trace
            )


def _rules(message: pb2.FaultRules) -> list[FaultRule]:
    return [from_message(rule, FaultRule) for rule in message.rules]
