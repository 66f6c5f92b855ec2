"""Builds one device emulator out of its parts: the only module that knows them all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from device_emulator.core.emulator import Emulator
from device_emulator.core.keys import Keys, PartyKeys
from device_emulator.core.state import State
from device_emulator.faults.link import Link
from device_emulator.firmware.images import FirmwareImages
from device_emulator.han_bridge.brokers import Broker, session_name
from device_emulator.rpc.admission import admission, is_the_operator
from device_emulator.rpc.doors import events_service, services
from device_emulator.rpc.operations import operations_service
from device_emulator.rpc.refusals import STATUSES
from device_emulator.rpc.sm_wan import SmWanClient
from device_emulator.runtime.clock import FollowedClock
from device_emulator.runtime.fate_desk import FateDesk
from device_emulator.runtime.figures import Figures
from device_emulator.runtime.firmware_folder import FirmwareFolder
from device_emulator.runtime.han_post import PATIENCE_SECONDS, HanPost
from device_emulator.runtime.host import Host
from device_emulator.runtime.metrics import metrics
from ledger.group_commit import GroupCommit
from ledger.state_directory import StateDirectory
from operations.metrics_page import MetricsPage
from operations.running import Running, code_digest, installed_version
from operations.server_process import Operating
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.key_folders import read_certificates
from smart_metering.pki.keys import KeyUsage
from smart_metering.rpc.access import AccessFiles
from smart_metering.rpc.listening import CannotListen, host_of, is_loopback
from smart_metering.rpc.refusals import Refusals
from smart_metering.rpc.server import Register, Server, server_credentials

GRACE_SECONDS = 0.5
DEFAULT_ACB = Eui("90-B3-D5-1F-30-00-00-02")

_log = structlog.get_logger()


class MissingCertificates(ValueError):
    """The folder of certificates does not say enough about a party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """`host` is the name under which the DSP remembers this emulator.

    `seed` gives Device keys, the life of households, and fates. With a `broker`, Devices outside may take the place of
    those here; stepped time waits `han_patience` real seconds for each of their answers.
    """

    dsp: str
    listen: str
    state: Path
    seed: str
    certificates: Path
    host: str = "emulator"
    acb: Eui = DEFAULT_ACB
    broker: Broker | None = None
    han_patience: float = PATIENCE_SECONDS
    dsp_access: AccessFiles = field(default_factory=AccessFiles)
    operating: Operating = field(default_factory=Operating)


class DeviceEmulator:
    """An emulator that runs in this event loop, from `start` to `stop`."""

    def __init__(self, settings: EmulatorSettings) -> None:
        """Raises CannotListen, ProtectionError and AccessError."""
        self._settings = settings
        tls, token = settings.operating.tls, settings.operating.operator_token
        if tls is not None and not token and not is_loopback(settings.listen):
            raise CannotListen(
                f"cannot listen on {settings.listen}: it is not on loopback, and nobody could call there: "
                "expected --operator-token-file FILE"
            )
        self._access = settings.dsp_access.read()
        credentials = server_credentials(*tls.read()) if tls is not None else None
        self._server = Server(settings.listen, {}, Refusals(STATUSES, "emulator"), credentials)
        self._books: _Books | None = None
        self._host: Host | None = None
        self._metrics: MetricsPage | None = None
        self._bridging: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where fleet control listens."""
        return self._server.address

    @property
    def host(self) -> Host:
        """Of an emulator that is started."""
        assert self._host is not None, "not started"
        return self._host

    @property
    def metrics(self) -> str:
        """Where its Prometheus metrics are, HOST:PORT; empty: nowhere."""
        return self._metrics.address if self._metrics is not None else ""

    async def start(self) -> None:
        """Listens, opens the state, which no other emulator may use meanwhile, and returns once fleet control serves;
        the DSP may come later.

        Raises CannotListen, CannotServeMetrics, StateInUse, StoreError, MissingCertificates and KeyFolderError, and
        leaves the state free for another.
        """
        try:
            await self._server.listen()
            self._books = books = await asyncio.to_thread(_Books, self._settings)
            self._host = host = self._set_up(books)
            self._serve_metrics(host)
            operating, on_loopback = self._settings.operating, is_loopback(self.address)
            admit = admission(operating.operator_token, on_loopback=on_loopback)
            await self._server.open(self._services(host, books), admit)
        except BaseException:
            await self.stop()
            raise
        self._running = asyncio.create_task(SmWanClient(host, self._settings.dsp, self._access).run())
        self._running.add_done_callback(_tell_failure)
        broker = self._settings.broker
        if broker is not None:
            from device_emulator.han_bridge.bridge import HanBridge  # noqa: PLC0415  # an extra: only who asks needs it

            session = session_name(self._settings.host, self._settings.state)
            self._bridging = asyncio.create_task(HanBridge(host, broker, session).run())
            self._bridging.add_done_callback(_tell_failure)

    async def stop(self) -> None:
        """Returns once everything that was taken is durable and the state is free for another."""
        if self._running is not None:
            await self._server.drain(self._settings.operating.drain_seconds)
        running = {task for task in (self._running, self._bridging) if task is not None}
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        await self._server.stop(GRACE_SECONDS)
        if self._metrics is not None:
            await asyncio.to_thread(self._metrics.close)
        try:
            if self._host is not None:
                await self._host.close()
        finally:
            if self._books is not None:
                self._books.directory.close()

    def _set_up(self, books: "_Books") -> Host:
        figures, state = Figures(), books.emulator.state
        return Host(
            name=self._settings.host,
            emulator=books.emulator,
            commit=GroupCommit(books.directory.store, figures.commit),
            firmware=books.firmware,
            clock=FollowedClock(),
            fates=FateDesk(books.link.fates, state.presence, books.directory.store),
            han=HanPost(
                state.han_commands.values(), state.han_offers.values(), patience=self._settings.han_patience
            ),
            figures=figures,
        )

    def _serve_metrics(self, host: Host) -> None:
        operating, on_loopback = self._settings.operating, is_loopback(self.address)
        if operating.metrics_port is not None:

            def admits(authorization: str) -> bool:
                values = [authorization] if authorization else []
                return is_the_operator(values, operating.operator_token, on_loopback=on_loopback)

            self._metrics = MetricsPage(
                metrics(host), host_of(self.address), operating.metrics_port, tls=operating.tls, admits=admits
            )
            self._metrics.open()

    def _services(self, host: Host, books: "_Books") -> dict[str, Register]:
        started_at = self._settings.operating.started_at
        running = Running(
            version=installed_version(), code=books.code, started_at=started_at, metrics=self.metrics
        )
        return {**services(host), **events_service(host), **operations_service(host, running)}

    async def failure(self) -> None:
        """Never returns while all is well; raises what ended the stream or the bridge for good, or the store."""
        assert self._running is not None, "not started"
        waits: set[asyncio.Future[None]] = {self._running, self.host.failed}
        if self._bridging is not None:
            waits.add(self._bridging)
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for ended in done:
            ended.result()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class _Books:
    """What is read when an emulator starts; of a large fleet that takes a while, so it is done in a thread."""

    def __init__(self, settings: EmulatorSettings) -> None:
        """Raises StateInUse, StoreError, MissingCertificates and KeyFolderError."""
        keys = Keys(
            settings.seed.encode(), read_party_keys(settings.certificates, settings.acb), settings.acb
        )
        state = State()
        self.link = Link(state.ledger, settings.seed)
        self.directory = StateDirectory(settings.state, "device_emulator", state.ledger)
        self.firmware = FirmwareFolder(self.directory.folder / "firmware")
        self.emulator = Emulator(state, self.link, keys, _read_images(self.firmware))
        self.code = code_digest()


def _tell_failure(running: asyncio.Task[None]) -> None:
    """A broken promise ends a door for good: the log has it, whoever waits for `failure` or not."""
    failure = None if running.cancelled() else running.exception()
    if failure is not None:
        _log.error("the stream to the DSP, or the bridge to Devices, ended", exc_info=failure)


def read_party_keys(folder: Path, acb: Eui) -> Mapping[Eui, PartyKeys]:
    """The public keys of every organisation in the folder; the Access Control Broker must be among them."""
    certificates = read_certificates(folder)
    parties: dict[Eui, PartyKeys] = {}
    for entity in dict.fromkeys(entity for entity, _ in certificates):
        signing = certificates.get((entity, KeyUsage.DIGITAL_SIGNING))
        agreement = certificates.get((entity, KeyUsage.KEY_AGREEMENT))
        top_up = certificates.get((entity, KeyUsage.PREPAYMENT_KEY_AGREEMENT))
        if signing is not None and agreement is not None:
            parties[entity] = PartyKeys(
                digital_signing=read_certificate(signing).public_key,
                key_agreement=read_certificate(agreement).public_key,
                key_agreement_top_up=read_certificate(top_up).public_key if top_up else None,
            )
    if acb not in parties:
        raise MissingCertificates(f"{folder}: no ds and ka certificates of the Access Control Broker {acb}")
    return parties


def _read_images(folder: FirmwareFolder) -> FirmwareImages:
    images = FirmwareImages()
    for name, octets in folder.files():
        try:
            images.hold(name, octets)
        except DecodeError as error:
            _log.warning("file in the firmware folder passed over", firmware_file=name, why=str(error))
    return images
