"""How a world speaks DUIS XML over HTTP: by the door and the push of the server, in the event loop of this process."""

from dsp.duis_http.acknowledgements import Acknowledgements
from dsp.duis_http.application import Desk, duis_application
from dsp.duis_http.certificates import SigningCertificates
from dsp.duis_http.postman import Postman
from dsp.duis_http.settings import DuisSettings
from dsp.duis_http.writing import Writer
from dsp.rpc.doors import Doors
from dsp.runtime.http_server import HttpServer
from smart_metering.duis.service_responses import Message
from smart_metering.duis_xml.signature import Signer
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smets.world.settings import WorldSettings

AT_ONCE = DuisSettings(response_delay=0.0)


class DuisSide:
    """Nothing is opened before it is asked for. What is pushed, is pushed in real time: nobody's clock is stepped."""

    def __init__(self, doors: Doors, world: WorldSettings) -> None:
        self._doors = doors
        self._world = world
        self._settings = AT_ONCE
        self._acknowledgements = Acknowledgements(AT_ONCE.response_delay)
        self._postman: Postman | None = None
        self._server: HttpServer | None = None

    async def listen(self, settings: DuisSettings) -> str:
        """Opens the door; where it listens. Before anything is pushed. Raises CannotListen and SchemaFolderError."""
        assert self._server is None, "it listens already"
        assert self._postman is None, "something is pushed already"
        self._settings = settings
        self._acknowledgements = Acknowledgements(settings.response_delay)
        self._server = HttpServer(settings.listen, duis_application(self._desk()))
        await self._server.start()
        return self._server.address

    async def close(self) -> None:
        """What was not pushed stays."""
        if self._server is not None:
            await self._server.stop()
        if self._postman is not None:
            await self._postman.stop()

    # --- as the door of the Receive Response Service asks for it

    def address_changed(self, user: Eui) -> None:
        self._push.address_changed(user)

    def last_failure(self, user: Eui) -> str:
        return self._postman.last_failure(user) if self._postman is not None else ""

    def octets_of(self, message: Message) -> bytes:
        return self._push.octets_of(message)

    @property
    def _push(self) -> Postman:
        if self._postman is None:
            self._postman = Postman(
                self._doors.runtime,
                self._doors.figures,
                self._writer(),
                self._acknowledgements,
                self._settings,
            )
        return self._postman

    def _desk(self) -> Desk:
        settings, world = self._settings, self._world
        return Desk(
            runtime=self._doors.runtime,
            intake=self._doors.intake,
            figures=self._doors.figures,
            acknowledgements=self._acknowledgements,
            find_certificate=SigningCertificates(
                self._doors.runtime.engine.state.parties,
                DevelopmentPki(world.seed.encode()),
                world.given.certificates,
            ).find,
            writer=self._writer(),
            schema=Schema.from_folder(settings.schemas) if settings.schemas is not None else None,
            refuse_expired=settings.refuse_expired,
        )

    def _writer(self) -> Writer:
        pki = self._world.pki
        use = self._world.acb, KeyUsage.XML_SIGNING
        certificate = pki.certificates(self._world.acb, OrganisationRole.ACCESS_CONTROL_BROKER)[use[1]]
        return Writer(
            signer=Signer(private_key=pki.private_key(*use), serial_number=serial_number_of(certificate)),
            schema_version=self._settings.schema_version,
            unsigned_acknowledgements=self._settings.unsigned_acknowledgements,
        )
