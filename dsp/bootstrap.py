"""Builds one DSP out of its parts: the only module that knows them all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from dsp.core.engine import Engine
from dsp.core.state import State
from dsp.core.turn import AccessControlBroker, ChangeOfSupplierParty
from dsp.duis_http.certificates import SigningCertificates, signer_of
from dsp.duis_http.serving import DuisRoom, DuisServer
from dsp.duis_http.settings import DuisSettings
from dsp.identity.identity import Identity, IdentitySettings
from dsp.identity.over_http import KnownCallers
from dsp.identity.records import IdentityState
from dsp.identity.store import IdentityStore
from dsp.rpc.admission import admission
from dsp.rpc.callers import Callers
from dsp.rpc.doors import (
    Doors,
    accounts_service,
    events_service,
    receive_response_service,
    services,
    sm_wan_service,
)
from dsp.rpc.emulator_line import EmulatorLine
from dsp.rpc.operations import operations_service
from dsp.rpc.refusals import STATUSES
from dsp.rules.rule_set import RuleSet
from dsp.runtime.certificate_desk import CertificateDesk
from dsp.runtime.clock import VirtualClock
from dsp.runtime.figures import Figures
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from dsp.runtime.hosts import Hosts
from dsp.runtime.http_server import HttpServer
from dsp.runtime.metrics import metrics
from dsp.runtime.push import Push
from dsp.runtime.records_desk import RecordsDesk
from dsp.runtime.runtime import Runtime
from dsp.runtime.timekeeper import Timekeeper
from dsp.runtime.user_streams import UserStreams
from dsp.smki_http.application import smki_application
from dsp.ssi.desks import BackRoom
from dsp.ssi.serving import PagesServer
from dsp.ssi.settings import SsiSettings
from ledger.group_commit import GroupCommit
from ledger.state_directory import StateDirectory
from operations.metrics_page import MetricsPage
from operations.running import Running, code_digest, installed_version
from operations.server_process import Operating
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import NOTHING_GIVEN, Use
from smart_metering.pki.key_folders import read_certificates
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.pki_folders import read_pki_folder
from smart_metering.rpc.listening import host_of, is_loopback, refuse_development_sign_in
from smart_metering.rpc.refusals import Refusals
from smart_metering.rpc.server import Register, Server, server_credentials

GRACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DspSettings:
    """`epoch` is the time of a DSP that starts for the first time; later it goes on where it was.

    `keys` is a PKI folder of those of its own keys that the seed does not derive. `certificates`: a folder of those of
    organisations, which the SMKI Repository serves beside those of the parties that were loaded; it listens if
    `smki_listen` says where.
    """

    listen: str
    state: Path
    seed: bytes
    rules: RuleSet
    epoch: Instant
    rate: float = 0.0
    acb: Eui = Eui("90-B3-D5-1F-30-00-00-02")
    change_of_supplier: Eui = CHANGE_OF_SUPPLIER_PARTY
    keys: Path | None = None
    certificates: Path | None = None
    smki_listen: str = ""
    ssi: SsiSettings = field(default_factory=SsiSettings)
    development_sign_in: bool = False
    duis: DuisSettings = field(default_factory=DuisSettings)
    operating: Operating = field(default_factory=Operating)


class Dsp:
    """A DSP that runs in this event loop, from `start` to `stop`."""

    def __init__(self, settings: DspSettings) -> None:
        """Raises CannotListen and ProtectionError."""
        self._settings = settings
        tls = settings.operating.tls
        credentials = server_credentials(*tls.read()) if tls is not None else None
        self._server = Server(settings.listen, {}, Refusals(STATUSES, "DSP"), credentials)
        self._books: _Books | None = None
        self._runtime: Runtime | None = None
        self._metrics: MetricsPage | None = None
        self._smki: HttpServer | None = None
        self._identity: Identity | None = None
        self._duis: DuisServer | None = None
        self._ssi: PagesServer | None = None
        self._is_serving = False
        settings.ssi.refuse_keys_for_good(development_sign_in=settings.development_sign_in)
        if settings.development_sign_in:
            refuse_development_sign_in(
                settings.listen, settings.smki_listen, settings.duis.listen, settings.ssi.listen
            )

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address

    @property
    def runtime(self) -> Runtime:
        """Of a DSP that is started."""
        assert self._runtime is not None, "not started"
        return self._runtime

    @property
    def records(self) -> RecordsDesk:
        """Likewise."""
        assert self._books is not None, "not started"
        return self._books.records

    @property
    def identity(self) -> Identity:
        """Likewise: who may call, and who is signed in."""
        assert self._identity is not None, "not started"
        return self._identity

    @property
    def metrics(self) -> str:
        """Where its Prometheus metrics are, HOST:PORT; empty: nowhere."""
        return self._metrics.address if self._metrics is not None else ""

    @property
    def smki_address(self) -> str:
        """Where the SMKI Repository listens; empty where there is none."""
        return self._smki.address if self._smki is not None else ""

    @property
    def duis_address(self) -> str:
        """Where the DCC User Interface listens for DUIS XML; empty where it does not."""
        return self._duis.address if self._duis is not None else ""

    @property
    def ssi_address(self) -> str:
        """Where the pages of the Self-Service Interface are; empty where there are none."""
        return self._ssi.address if self._ssi is not None else ""

    async def start(self) -> None:
        """Listens, opens the state, which no other DSP may use meanwhile, and returns once it serves.

        Raises CannotListen, CannotServeMetrics, KeyFolderError, MissingPrivateKey, SchemaFolderError, StateInUse and
        StoreError, and leaves the state free for another.
        """
        try:
            await self._server.listen()
            self._books = books = await asyncio.to_thread(_Books, self._settings)
            self._identity = self._know_callers(books)
            self._runtime = runtime = self._set_up(books)
            runtime.start()
            await runtime.flush()
            self._serve_metrics()
            await self._serve_certificates(books)
            timekeeper = Timekeeper(runtime)
            doors = self._doors(books, timekeeper)
            self._duis = duis = self._speak_duis(books, doors)
            await duis.start()
            await self._serve_pages(doors)
            await self._server.open(
                self._services(books, doors, timekeeper, duis.postman), admission(self._callers)
            )
            self._is_serving = True
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Returns once everything that was taken is durable and the state is free for another."""
        if self._is_serving:
            await self._server.drain(self._settings.operating.drain_seconds)
        await self._server.stop(GRACE_SECONDS)
        for server in (self._ssi, self._duis, self._smki):
            if server is not None:
                await server.stop()
        if self._metrics is not None:
            await asyncio.to_thread(self._metrics.close)
        if self._books is None:
            return
        try:
            if self._runtime is not None:
                await self._runtime.close()
            if self._identity is not None:
                await asyncio.to_thread(self._identity.close)
        finally:
            await self._books.accounts.close()
            await asyncio.to_thread(self._books.close)

    def _set_up(self, books: "_Books") -> Runtime:
        settings, noted, figures = self._settings, books.state.clock.get("now"), Figures()
        return Runtime(
            engine=books.engine,
            commit=GroupCommit(books.directory.store, figures.commit),
            clock=VirtualClock(noted.now if noted else settings.epoch, rate=settings.rate),
            hosts=Hosts(),
            streams=UserStreams(books.records.read_messages),
            figures=figures,
        )

    def _know_callers(self, books: "_Books") -> Identity:
        settings = IdentitySettings(
            operator_token=self._settings.operating.operator_token,
            development_sign_in=self._settings.development_sign_in,
        )
        return Identity(books.state.parties, books.identity_state, books.accounts, settings)

    @property
    def _callers(self) -> Callers:
        return Callers(self.identity, on_loopback=is_loopback(self.address))

    def _serve_metrics(self) -> None:
        operating, callers = self._settings.operating, self._callers
        if operating.metrics_port is not None:
            figures, host = metrics(self.runtime), host_of(self.address)
            self._metrics = MetricsPage(
                figures, host, operating.metrics_port, tls=operating.tls, admits=callers.may_operate
            )
            self._metrics.open()

    async def _serve_certificates(self, books: "_Books") -> None:
        if books.certificates is not None:
            listen, application = self._settings.smki_listen, smki_application(books.certificates)
            guarded = KnownCallers(application, self.identity, on_loopback=is_loopback(listen))
            self._smki = HttpServer(listen, guarded, self._settings.operating.tls)
            await self._smki.start()

    def _speak_duis(self, books: "_Books", doors: Doors) -> DuisServer:
        room = DuisRoom(
            runtime=doors.runtime,
            identity=self.identity,
            intake=doors.intake,
            figures=doors.figures,
            find_certificate=books.signing_certificates.find,
            signer=books.signer,
        )
        return DuisServer(room, self._settings.duis, books.schema, self._settings.operating.tls)

    async def _serve_pages(self, doors: Doors) -> None:
        settings = self._settings.ssi
        if not settings.listen:
            return
        access = settings.access.read()
        room = BackRoom(self.runtime, doors.records, doors.timekeeper, doors.intake, self.identity)
        lines = [EmulatorLine(where, access) for where in settings.emulators]
        self._ssi = PagesServer(settings, room, lines, self._settings.operating.tls)
        await self._ssi.start()

    def _doors(self, books: "_Books", timekeeper: Timekeeper) -> Doors:
        return Doors(
            runtime=self.runtime,
            timekeeper=timekeeper,
            intake=FirmwareIntake(self.runtime, books.firmware),
            callers=self._callers,
            records=books.records,
            figures=self.runtime.figures,
        )

    def _services(
        self, books: "_Books", doors: Doors, timekeeper: Timekeeper, push: Push
    ) -> dict[str, Register]:
        started_at = self._settings.operating.started_at
        running = Running(
            version=installed_version(), code=books.code, started_at=started_at, metrics=self.metrics
        )
        return {
            **services(doors),
            **sm_wan_service(self.runtime, timekeeper, books.firmware),
            **events_service(self.runtime, books.records),
            **receive_response_service(doors, push),
            **operations_service(self.runtime, running),
            **accounts_service(self.identity.accounts),
        }

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class _Books:
    """What is read when a DSP starts; of a large inventory that takes a while, so it is done in a thread."""

    def __init__(self, settings: DspSettings) -> None:
        """Raises KeyFolderError, MissingPrivateKey, SchemaFolderError, StateInUse and StoreError."""
        given = read_pki_folder(settings.keys) if settings.keys is not None else NOTHING_GIVEN
        pki = DevelopmentPki(settings.seed, given)
        acb, change_of_supplier = settings.acb, settings.change_of_supplier
        broker = AccessControlBroker(eui=acb, key_agreement=pki.private_key(acb, KeyUsage.KEY_AGREEMENT))
        party = ChangeOfSupplierParty(
            eui=change_of_supplier,
            digital_signing=pki.private_key(change_of_supplier, KeyUsage.DIGITAL_SIGNING),
        )
        organisations = _organisations(settings, pki)
        duis = settings.duis
        self.schema = Schema.from_folder(duis.schemas) if duis.schemas is not None else None
        self.signer = signer_of(pki, acb)
        self.state = State()
        self.directory = StateDirectory(settings.state, "dsp", self.state.ledger)
        self.firmware = FirmwareStore(self.directory.folder / "firmware")
        self.records = RecordsDesk(self.state, self.directory.store)
        self.engine = Engine(self.state, settings.rules, broker, party)
        self.certificates: CertificateDesk | None = None
        if settings.smki_listen:
            self.certificates = CertificateDesk(self.state, settings.seed, organisations)
        if settings.ssi.listen:
            self.state.index_inventory()  # here, where a million Devices keep nobody waiting
        self.signing_certificates = SigningCertificates(
            self.state.parties, DevelopmentPki(settings.seed), organisations
        )
        self.code = code_digest()
        self.identity_state = IdentityState()
        try:
            self.accounts = IdentityStore(self.directory.folder, self.identity_state)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets another process have the state."""
        self.records.close()
        self.directory.close()


def _organisations(settings: DspSettings, pki: DevelopmentPki) -> Mapping[Use, bytes]:
    """The certificates of the DCC's own parties, and of those in the folder, if one is named. Raises KeyFolderError."""
    own = (
        (settings.acb, OrganisationRole.ACCESS_CONTROL_BROKER),
        (settings.change_of_supplier, OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER),
    )
    found = {
        (party, usage): certificate
        for party, role in own
        for usage, certificate in pki.certificates(party, role).items()
    }
    return found | (read_certificates(settings.certificates) if settings.certificates is not None else {})
