"""Fleet control, as a service: launch premises, look inside Devices and hubs, set faults, do things by hand."""

from collections.abc import Callable
from functools import partial

from google.protobuf.message import Message
from grpc import aio

from device_emulator.core.engineer_records import ByHand
from device_emulator.rpc import handlings
from device_emulator.runtime.fleet_control import FleetControl
from smart_metering.administration import FaultRule, PremisesTemplate
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.rpc.refusals import NotFound
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlServicer
from smart_metering.wire.conversion import from_message, to_message

LARGEST_PAGE = 10_000
LARGEST_HUB_PAGE = 1_000
USUAL_FATES, LARGEST_FATES = 100, 1_000
LAST_FATE = 2**63 - 1  # what the store can count to

Context = aio.ServicerContext[Message, Message]


class EmulatorControl(EmulatorControlServicer):
    """Reads, submits, renders."""

    def __init__(self, host: FleetControl) -> None:
        self._host = host
        self._emulator = host.emulator

    async def Launch(self, request: pb2.LaunchRequest, context: Context) -> pb2.LaunchSummary:
        templates = [from_message(message, PremisesTemplate) for message in request.templates]
        await self._host.launch(templates)
        return pb2.LaunchSummary(
            premises=sum(template.count for template in templates),
            devices=sum(template.count * len(template.devices) for template in templates),
        )

    async def InspectDevice(self, request: pb2.InspectDeviceRequest, context: Context) -> pb2.DeviceInside:
        device_id = self._present(request.device_id)
        await self._host.flush()
        return self._inside(device_id)

    async def ListEmulatedDevices(
        self, request: pb2.ListEmulatedDevicesRequest, context: Context
    ) -> pb2.EmulatedDevices:
        after = parse_eui(request.after_device_id) if request.after_device_id else None
        size = min(request.page_size or LARGEST_PAGE, LARGEST_PAGE)
        page = self._emulator.device_ids(after, size + 1)
        more = len(page) > size
        return pb2.EmulatedDevices(
            device_ids=page[:size], next_after_device_id=page[size - 1] if more else ""
        )

    async def SetFaults(self, request: pb2.FaultRules, context: Context) -> pb2.FaultRules:
        await self._host.set_faults([from_message(message, FaultRule) for message in request.rules])
        return self._rules()

    async def ListFaults(self, request: pb2.ListFaultsRequest, context: Context) -> pb2.FaultRules:
        await self._host.flush()
        return self._rules()

    async def ClearFaults(self, request: pb2.ClearFaultsRequest, context: Context) -> pb2.FaultRules:
        await self._host.clear_faults(request.names)
        return self._rules()

    async def ListFates(self, request: pb2.ListFatesRequest, context: Context) -> pb2.Fates:
        device_id = self._present(request.device_id)
        size = min(request.page_size or USUAL_FATES, LARGEST_FATES)
        page = await self._host.fates(device_id, min(request.after_fate, LAST_FATE), size + 1)
        return pb2.Fates(
            fates=[to_message(fate, pb2.Fate) for _, fate in page[:size]],
            next_after_fate=page[size - 1][0] if len(page) > size else 0,
        )

    async def DeliverLocally(self, request: pb2.LocalDelivery, context: Context) -> pb2.LocalAnswer:
        device_id = self._present(request.device_id)
        return pb2.LocalAnswer(gbcs=await self._host.deliver_locally(device_id, request.gbcs))

    async def SetExternal(self, request: pb2.SetExternalRequest, context: Context) -> pb2.DeviceInside:
        return await self._done(request.device_id, partial(handlings.place, request=request))

    async def SwitchDevicePower(self, request: pb2.DevicePowerSwitch, context: Context) -> pb2.DeviceInside:
        return await self._done(request.device_id, partial(handlings.device_power, request=request))

    async def TamperWithDevice(self, request: pb2.DeviceTampering, context: Context) -> pb2.DeviceInside:
        return await self._done(request.device_id, partial(handlings.tampering, request=request))

    async def SetDeviceClock(self, request: pb2.DeviceClockSetting, context: Context) -> pb2.DeviceInside:
        return await self._done(request.device_id, partial(handlings.clock_setting, request=request))

    async def SwitchHubPower(self, request: pb2.HubPowerSwitch, context: Context) -> pb2.HubInside:
        comms_hub = self._present(request.comms_hub)
        await self._host.do_by_hand(handlings.hub_power(comms_hub, request))
        return self._hub(comms_hub)

    async def InspectHub(self, request: pb2.InspectHubRequest, context: Context) -> pb2.HubInside:
        comms_hub = parse_eui(request.comms_hub)
        await self._host.flush()
        return self._hub(comms_hub)

    async def ListHubs(self, request: pb2.ListHubsRequest, context: Context) -> pb2.Hubs:
        after = parse_eui(request.after_comms_hub) if request.after_comms_hub else None
        size = min(request.page_size or LARGEST_HUB_PAGE, LARGEST_HUB_PAGE)
        await self._host.flush()
        page = self._emulator.comms_hubs_after(after, size + 1)
        hubs = (
            self._emulator.summarise_hub(hub, attached=self._host.is_attached(hub)) for hub in page[:size]
        )
        return pb2.Hubs(
            hubs=[to_message(hub, pb2.HubSummary) for hub in hubs],
            next_after_comms_hub=page[size - 1] if len(page) > size else "",
        )

    async def ReadTrace(self, request: pb2.ReadTraceRequest, context: Context) -> pb2.Trace:
        await self._host.flush()
        trace = self._emulator.trace()
        return pb2.Trace(hash=trace.hash, devices=trace.devices, messages=trace.messages)

    async def _done(self, text: str, reading: Callable[[Eui], ByHand]) -> pb2.DeviceInside:
        """Does something to a Device by hand, and looks at it."""
        device_id = self._present(text)
        await self._host.do_by_hand(reading(device_id))
        return self._inside(device_id)

    def _inside(self, device_id: Eui) -> pb2.DeviceInside:
        inside = self._emulator.inspect(device_id, self._host.clock.now())
        assert inside is not None, device_id
        return to_message(inside, pb2.DeviceInside)

    def _hub(self, comms_hub: Eui) -> pb2.HubInside:
        inside = self._emulator.inspect_hub(comms_hub, attached=self._host.is_attached(comms_hub))
        if inside is None:
            raise NotFound(f"comms_hub: no premises were launched whose hub is {comms_hub}")
        return to_message(inside, pb2.HubInside)

    def _present(self, text: str) -> Eui:
        """A Device ID of this emulator."""
        device_id = parse_eui(text)
        if self._emulator.fleet.find(device_id) is None:
            raise NotFound(f"device_id: no premises were launched that hold {device_id}")
        return device_id

    def _rules(self) -> pb2.FaultRules:
        return pb2.FaultRules(rules=[to_message(rule, pb2.FaultRule) for rule in self._emulator.faults()])
