"""All services of the DSP, by their full names: the list that the server serves and reflection shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from grpc import aio

from dsp.identity.accounts import Accounts
from dsp.rpc.accounts import AccountsDoor
from dsp.rpc.callers import Callers
from dsp.rpc.central_products_list import CentralProductsList
from dsp.rpc.clock import Clock
from dsp.rpc.dcc_user_interface import DccUserInterface
from dsp.rpc.events import DspEvents
from dsp.rpc.explanations import Explanations
from dsp.rpc.inventory_administration import InventoryAdministration
from dsp.rpc.receive_response import ReceiveResponse
from dsp.rpc.self_service_interface import SelfServiceInterface
from dsp.rpc.sm_wan import SmWan
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.events_desk import EventsDesk
from dsp.runtime.explanation_desk import ExplanationDesk
from dsp.runtime.figures import Figures
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from dsp.runtime.push import Push
from dsp.runtime.records_desk import RecordsDesk
from dsp.runtime.runtime import Runtime
from dsp.runtime.timekeeper import Timekeeper, Timekeeping
from smart_metering.rpc.server import Register
from smart_metering.rpc.v1 import central_products_list_pb2_grpc as central_products_list
from smart_metering.rpc.v1 import clock_pb2_grpc as clock
from smart_metering.rpc.v1 import dcc_user_interface_pb2_grpc as dcc_user_interface
from smart_metering.rpc.v1 import events_pb2_grpc as events
from smart_metering.rpc.v1 import explanation_pb2_grpc as explanation
from smart_metering.rpc.v1 import inventory_administration_pb2_grpc as inventory_administration
from smart_metering.rpc.v1 import receive_response_pb2_grpc as receive_response
from smart_metering.rpc.v1 import self_service_interface_pb2_grpc as self_service_interface
from smart_metering.rpc.v1 import sm_wan_pb2_grpc as sm_wan
from smart_metering.rpc.v1.accounts_pb2_grpc import add_AccountsServicer_to_server

PACKAGE = "smart_metering.rpc.v1"

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the doors open to."""

    runtime: EngineRoom
    timekeeper: Timekeeping
    intake: FirmwareIntake
    callers: Callers
    records: RecordsDesk
    figures: Figures = field(default_factory=Figures)


def services(doors: Doors) -> dict[str, Register]:
    """What adds each service for Users and operators to a gRPC server."""
    runtime, callers = doors.runtime, doors.callers
    return _named(
        {
            "DccUserInterface": _service(
                dcc_user_interface.add_DccUserInterfaceServicer_to_server,
                DccUserInterface(runtime, doors.intake, callers, doors.figures),
            ),
            "Clock": _service(clock.add_ClockServicer_to_server, Clock(doors.timekeeper)),
            "CentralProductsList": _service(
                central_products_list.add_CentralProductsListServicer_to_server, CentralProductsList(runtime)
            ),
            "InventoryAdministration": _service(
                inventory_administration.add_InventoryAdministrationServicer_to_server,
                InventoryAdministration(runtime),
            ),
            "SelfServiceInterface": _service(
                self_service_interface.add_SelfServiceInterfaceServicer_to_server,
                SelfServiceInterface(runtime, doors.records, callers),
            ),
            "Explanations": _service(
                explanation.add_ExplanationsServicer_to_server,
                Explanations(ExplanationDesk(runtime, doors.records)),
            ),
        }
    )


def sm_wan_service(runtime: Runtime, timekeeper: Timekeeper, firmware: FirmwareStore) -> dict[str, Register]:
    """What adds the service for hubs and their hosts."""
    servicer = SmWan(runtime, timekeeper, firmware)
    return _named({"SmWan": _service(sm_wan.add_SmWanServicer_to_server, servicer)})


def events_service(runtime: Runtime, records: RecordsDesk) -> dict[str, Register]:
    """What adds the service for who follows what happens."""
    servicer = DspEvents(EventsDesk(runtime.engine.state, records, runtime.bell))
    return _named({"DspEvents": _service(events.add_DspEventsServicer_to_server, servicer)})


def accounts_service(accounts: Accounts) -> dict[str, Register]:
    """What adds the service for who says who may call."""
    return _named({"Accounts": _service(add_AccountsServicer_to_server, AccountsDoor(accounts))})


def receive_response_service(doors: Doors, push: Push) -> dict[str, Register]:
    """What adds the service for who has messages pushed."""
    servicer = ReceiveResponse(doors.runtime, doors.records, doors.callers, push)
    return _named(
        {"ReceiveResponse": _service(receive_response.add_ReceiveResponseServicer_to_server, servicer)}
    )


def _named(rows: dict[str, Register]) -> dict[str, Register]:
    return {f"{PACKAGE}.{name}": register for name, register in rows.items()}


def _service(add: Callable[[S, aio.Server], None], servicer: S) -> Register:
    return partial(add, servicer)
