"""Serves the pages of one DSP, from `start` to `stop`."""

from collections.abc import Sequence
from typing import Protocol

from dsp.runtime.development_keys import DevelopmentKeys
from dsp.runtime.http_server import HttpServer
from dsp.ssi.application import ssi_application
from dsp.ssi.desks import BackRoom, EmulatorLines, open_desks
from dsp.ssi.settings import SsiSettings
from operations.tls import TlsFiles


class ClosableLines(EmulatorLines, Protocol):
    """A line to an emulator that is opened by its first use."""

    async def close(self) -> None: ...


class PagesServer:
    """What the pages ask of emulators goes by `emulators`, which it closes."""

    def __init__(
        self,
        settings: SsiSettings,
        room: BackRoom,
        emulators: Sequence[ClosableLines],
        tls: TlsFiles | None,
    ) -> None:
        """Raises ProtectionError."""
        self._emulators = emulators
        self._desks = open_desks(room, emulators, DevelopmentKeys(settings.development_keys))
        application = ssi_application(self._desks, settings.listen)
        self._server = HttpServer(settings.listen, application, tls)

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address

    async def start(self) -> None:
        """Raises CannotListen."""
        await self._server.start()

    async def stop(self) -> None:
        """Pages that are open hear no more."""
        self._desks.live.close()
        await self._server.stop()
        for line in self._emulators:
            await line.close()
