"""The services that the emulator offers, each with what adds it to a gRPC server."""

from functools import partial

from device_emulator.rpc.emulator_control import EmulatorControl
from device_emulator.rpc.events import EmulatorEvents
from device_emulator.runtime.fleet_control import FleetControl
from device_emulator.runtime.host import Host
from smart_metering.rpc.server import Register
from smart_metering.rpc.v1 import emulator_control_pb2, events_pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import add_EmulatorControlServicer_to_server
from smart_metering.rpc.v1.events_pb2_grpc import add_EmulatorEventsServicer_to_server


def services(host: FleetControl) -> dict[str, Register]:
    """By their full names."""
    service = emulator_control_pb2.DESCRIPTOR.services_by_name["EmulatorControl"].full_name
    return {service: partial(add_EmulatorControlServicer_to_server, EmulatorControl(host))}


def events_service(host: Host) -> dict[str, Register]:
    """The one for who follows what befalls Devices."""
    service = events_pb2.DESCRIPTOR.services_by_name["EmulatorEvents"].full_name
    return {service: partial(add_EmulatorEventsServicer_to_server, EmulatorEvents(host))}
