"""How a world speaks DUIS XML over HTTP: by the door and the push of the server, in the event loop of this process."""

from collections.abc import Mapping

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
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import Use
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
            identity=self._doors.callers.identity,
            intake=self._doors.intake,
            figures=self._doors.figures,
            acknowledgements=self._acknowledgements,
            find_certificate=SigningCertificates(
                self._doors.runtime.engine.state.parties,
                DevelopmentPki(world.seed.encode()),
                self._organisations(),
            ).find,
            writer=self._writer(),
            schema=Schema.from_folder(settings.schemas) if settings.schemas is not None else None,
            refuse_expired=settings.refuse_expired,
        )

    def _organisations(self) -> Mapping[Use, bytes]:
        """The certificates that stand in the folder of a server's system."""
        world = self._world
        roles = {organisation.eui: organisation.smki_role for organisation in world.organisations}
        roles[world.acb] = OrganisationRole.ACCESS_CONTROL_BROKER
        roles[CHANGE_OF_SUPPLIER_PARTY] = OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER
        derived = {
            (party, usage): certificate
            for party, role in roles.items()
            for usage, certificate in world.pki.certificates(party, role).items()
        }
        return {**world.given.certificates, **derived}

    def _writer(self) -> Writer:
        use = self._world.acb, KeyUsage.XML_SIGNING
        serial_number = serial_number_of(self._organisations()[use])
        return Writer(
            signer=Signer(private_key=self._world.pki.private_key(*use), serial_number=serial_number),
            schema_version=self._settings.schema_version,
            unsigned_acknowledgements=self._settings.unsigned_acknowledgements,
        )
