"""A world behind the doors of the servers: clients of this process need no wire, others come by gRPC."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import TYPE_CHECKING, Self

from device_emulator.rpc.doors import services as emulator_services
from device_emulator.rpc.refusals import STATUSES as EMULATOR_STATUSES
from dsp.identity.identity import Identity
from dsp.rpc.callers import Callers
from dsp.rpc.doors import Doors, receive_response_service
from dsp.rpc.doors import services as dsp_services
from dsp.rpc.refusals import STATUSES as DSP_STATUSES
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from smart_metering.duis.service_responses import Message
from smart_metering.identifiers import Eui
from smart_metering.rpc.in_process import InProcessChannel, InProcessServer
from smart_metering.rpc.refusals import Refusals
from smart_metering.rpc.server import Server
from smets.world.engine_room import DspRoom, EmulatorRoom, WorldClock
from smets.world.world import World

if TYPE_CHECKING:
    from dsp.duis_http.settings import DuisSettings
    from smets.world.duis_side import DuisSide

GRACE_SECONDS = 0.5
ANY_PORT = "127.0.0.1:0"


class ServedWorld:
    """The doors of one world. `dsp` and `emulator` are channels to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._room = DspRoom(world)
        self._uploads = Path(mkdtemp(prefix="smets-uploads-"))
        self._doors = Doors(
            runtime=self._room,
            timekeeper=WorldClock(world),
            intake=FirmwareIntake(self._room, FirmwareStore(self._uploads)),
            callers=Callers(Identity(self._room.engine.state.parties), on_loopback=True),
            records=self._room.records,
        )
        push = receive_response_service(self._doors, self)
        self._duis: DuisSide | None = None
        self.duis_address = ""
        self._dsp = {**dsp_services(self._doors), **push}, Refusals(DSP_STATUSES, "DSP", log=False)
        self._emulator = (
            emulator_services(EmulatorRoom(world)),
            Refusals(EMULATOR_STATUSES, "emulator", log=False),
        )
        self.dsp = InProcessChannel(InProcessServer(*self._dsp))
        self.emulator = InProcessChannel(InProcessServer(*self._emulator))
        self._servers: list[Server] = []

    async def listen(self, dsp: str = ANY_PORT, emulator: str = ANY_PORT) -> tuple[str, str]:
        """Opens both to other processes; where they listen. Raises CannotListen."""
        addresses = []
        for listen, (services, refusals) in ((dsp, self._dsp), (emulator, self._emulator)):
            server = Server(listen, services, refusals)
            await server.start()
            self._servers.append(server)
            addresses.append(server.address)
        return addresses[0], addresses[1]

    async def listen_for_duis(self, settings: "DuisSettings") -> str:
        """Opens the DCC User Interface to DUIS XML over HTTP; where it listens. Once, before anything is pushed.

        Raises CannotListen and SchemaFolderError.
        """
        self.duis_address = await self._duis_side.listen(settings)
        return self.duis_address

    # --- the push of messages, as the Receive Response Service asks for it

    def address_changed(self, user: Eui) -> None:
        self._duis_side.address_changed(user)

    def last_failure(self, user: Eui) -> str:
        return self._duis.last_failure(user) if self._duis is not None else ""

    def octets_of(self, message: Message) -> bytes:
        return self._duis_side.octets_of(message)

    @property
    def _duis_side(self) -> "DuisSide":
        """Made when it is asked for: few worlds speak XML, and what does that takes long to import."""
        from smets.world.duis_side import DuisSide

        if self._duis is None:
            self._duis = DuisSide(self._doors, self.world.settings)
        return self._duis

    async def close(self) -> None:
        """The world stays, its doors are shut."""
        if self._duis is not None:
            await self._duis.close()
        for server in self._servers:
            await server.stop(GRACE_SECONDS)
        await self.dsp.close()
        await self.emulator.close()
        self._room.close()
        shutil.rmtree(self._uploads, ignore_errors=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
