"""How a world speaks DUIS XML over HTTP: by the door and the push of the server, in the event loop of this process."""

from collections.abc import Mapping

from dsp.duis_http.certificates import SigningCertificates, signer_of
from dsp.duis_http.postman import Postman
from dsp.duis_http.serving import DuisRoom, DuisServer
from dsp.duis_http.settings import DuisSettings
from dsp.rpc.doors import Doors
from smart_metering.duis.service_responses import Message
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import Use
from smets.world.settings import WorldSettings

AT_ONCE = DuisSettings(response_delay=0.0)


class DuisSide:
    """Nothing is opened before it is asked for. What is pushed, is pushed in real time: nobody's clock is stepped."""

    def __init__(self, doors: Doors, world: WorldSettings) -> None:
        self._doors = doors
        self._world = world
        self._server: DuisServer | None = None

    async def listen(self, settings: DuisSettings) -> str:
        """Opens the door; where it listens. Before anything is pushed. Raises CannotListen and SchemaFolderError."""
        assert self._server is None, "it listens already, or something is pushed already"
        self._server = self._new_server(settings)
        await self._server.start()
        return self._server.address

    async def close(self) -> None:
        """What was not pushed stays."""
        if self._server is not None:
            await self._server.stop()

    # --- as the door of the Receive Response Service asks for it

    def address_changed(self, user: Eui) -> None:
        self._postman.address_changed(user)

    def last_failure(self, user: Eui) -> str:
        return self._postman.last_failure(user) if self._server is not None else ""

    def octets_of(self, message: Message) -> bytes:
        return self._postman.octets_of(message)

    @property
    def _postman(self) -> Postman:
        if self._server is None:
            self._server = self._new_server(AT_ONCE)
        return self._server.postman

    def _new_server(self, settings: DuisSettings) -> DuisServer:
        world, doors = self._world, self._doors
        known = SigningCertificates(
            doors.runtime.engine.state.parties, DevelopmentPki(world.seed.encode()), self._organisations()
        )
        room = DuisRoom(
            runtime=doors.runtime,
            identity=doors.callers.identity,
            intake=doors.intake,
            figures=doors.figures,
            find_certificate=known.find,
            signer=signer_of(world.pki, world.acb),
        )
        schema = Schema.from_folder(settings.schemas) if settings.schemas is not None else None
        return DuisServer(room, settings, schema)

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
