"""A DSP's whole side of DUIS XML over HTTP: the push, and, where it listens, the door."""

from dataclasses import dataclass

from dsp.duis_http.acknowledgements import Acknowledgements
from dsp.duis_http.application import Desk, duis_application
from dsp.duis_http.postman import Postman
from dsp.duis_http.settings import DuisSettings
from dsp.duis_http.writing import Writer
from dsp.identity.identity import Identity
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.figures import Figures
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.http_server import HttpServer
from operations.tls import TlsFiles
from smart_metering.duis_xml.signature import FindCertificate, Signer
from smart_metering.duis_xml.validating import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class DuisRoom:
    """What the door opens to, whose signatures it knows, and who signs here."""

    runtime: EngineRoom
    identity: Identity
    intake: FirmwareIntake
    figures: Figures
    find_certificate: FindCertificate
    signer: Signer


class DuisServer:
    """From `start` to `stop`. Door and push share when each Acknowledgement went out."""

    def __init__(
        self,
        room: DuisRoom,
        settings: DuisSettings,
        schema: Schema | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        """Raises ProtectionError."""
        writer = Writer(
            signer=room.signer,
            schema_version=settings.schema_version,
            unsigned_acknowledgements=settings.unsigned_acknowledgements,
        )
        acknowledgements = Acknowledgements(settings.response_delay)
        self.postman = Postman(room.runtime, room.figures, writer, acknowledgements, settings)
        desk = Desk(
            runtime=room.runtime,
            identity=room.identity,
            intake=room.intake,
            figures=room.figures,
            acknowledgements=acknowledgements,
            find_certificate=room.find_certificate,
            writer=writer,
            schema=schema,
            refuse_expired=settings.refuse_expired,
        )
        self._door = HttpServer(settings.listen, duis_application(desk), tls) if settings.listen else None

    @property
    def address(self) -> str:
        """Where the door listens; empty: there is none."""
        return self._door.address if self._door is not None else ""

    async def start(self) -> None:
        """Goes on pushing where it was, and listens. Raises CannotListen."""
        self.postman.start()
        if self._door is not None:
            await self._door.start()

    async def stop(self) -> None:
        """Takes nothing more; what was not pushed stays."""
        if self._door is not None:
            await self._door.stop()
        await self.postman.stop()
