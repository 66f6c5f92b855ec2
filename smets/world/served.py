"""A world behind the doors of the servers: clients of this process need no wire, others come by gRPC."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

from device_emulator.rpc.doors import services as emulator_services
from device_emulator.rpc.refusals import STATUSES as EMULATOR_STATUSES
from dsp.identity.identity import Identity
from dsp.rpc.callers import Callers
from dsp.rpc.doors import Doors
from dsp.rpc.doors import services as dsp_services
from dsp.rpc.refusals import STATUSES as DSP_STATUSES
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from smart_metering.rpc.in_process import InProcessChannel, InProcessServer
from smart_metering.rpc.refusals import Refusals
from smart_metering.rpc.server import Server
from smets.world.engine_room import DspRoom, EmulatorRoom, WorldClock
from smets.world.world import World

GRACE_SECONDS = 0.5
ANY_PORT = "127.0.0.1:0"


class ServedWorld:
    """The doors of one world. `dsp` and `emulator` are channels to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._room = DspRoom(world)
        self._uploads = Path(mkdtemp(prefix="smets-uploads-"))
        doors = Doors(
            runtime=self._room,
            timekeeper=WorldClock(world),
            intake=FirmwareIntake(self._room, FirmwareStore(self._uploads)),
            callers=Callers(Identity(self._room.engine.state.parties), on_loopback=True),
            records=self._room.records,
        )
        self._dsp = dsp_services(doors), Refusals(DSP_STATUSES, "DSP", log=False)
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

    async def close(self) -> None:
        """The world stays, its doors are shut."""
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
