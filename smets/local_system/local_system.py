"""One DSP and one device emulator, run as two processes on loopback over one state folder.

    async with LocalSystem(SystemSettings(state=folder, organisations=...)) as system:
        async with system.connection.user(supplier) as user: ...

The folder outlives the processes: another LocalSystem on it, or the same after `kill`, goes on where they were.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from device_emulator.han_bridge.brokers import BROKER_VARIABLE
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, format_instant
from smart_metering.rpc.access import AccessFiles
from smets.client.errors import Unreachable
from smets.client.user import DEFAULT_ACB
from smets.local_system.child_process import ChildProcess, ProcessFailed
from smets.local_system.connection import NO_ACCESS, SystemConnection
from smets.local_system.duis import NO_DUIS, Duis
from smets.local_system.mqtt import Mqtt, MqttSettings
from smets.local_system.protection import Protection, options_of
from smets.local_system.ssi import NO_SSI, Ssi
from smets.local_system.state_folder import Organisation, StateFolder

ANY_PORT = "127.0.0.1:0"
ATTACH_PAUSE_SECONDS = 0.02
ATTACH_TRIES = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSettings:
    """`modifications`, if given, stand in place of the release and of what it is with and without; `switches` are
    choices made otherwise, `NAME=VALUE`.

    Without an epoch the DSP has its own. With the address of a `running_dsp` none is started: the emulator attaches
    there, under the name `host`, which no other emulator of that DSP may have. The SMKI Repository is served if
    `smki_listen` says where. With `mqtt`, Devices may be outside, and events are published. Metrics are served on the
    ports that are given, 0: a free one. With `protection` both servers listen over TLS; `dsp_access` is the way to a
    running DSP that does.
    """

    state: Path
    organisations: tuple[Organisation, ...]
    seed: str = "development"
    release: str | None = None
    with_modifications: tuple[str, ...] = ()
    without_modifications: tuple[str, ...] = ()
    modifications: tuple[str, ...] | None = None
    switches: tuple[str, ...] = ()
    epoch: Instant | None = None
    rate: float = 0.0
    dsp_listen: str = ANY_PORT
    emulator_listen: str = ANY_PORT
    acb: Eui = DEFAULT_ACB
    running_dsp: str = ""
    host: str = "emulator"
    smki_listen: str = ""
    duis: Duis = NO_DUIS
    ssi: Ssi = NO_SSI
    mqtt: MqttSettings | None = None
    dsp_metrics_port: int | None = None
    emulator_metrics_port: int | None = None
    protection: Protection | None = None
    dsp_access: AccessFiles = NO_ACCESS
    log_format: str = "json"
    log_level: str = "info"


class LocalSystem:
    """Raises StateFolderError and ProcessFailed."""

    def __init__(self, settings: SystemSettings) -> None:
        self.settings = settings
        self._folder = StateFolder(settings.state)
        self._dsp: ChildProcess | None = None
        if not settings.running_dsp:
            self._dsp = self._new_dsp(settings.dsp_listen)
        self._emulator: ChildProcess | None = None
        self._mqtt = Mqtt(settings.mqtt, self._folder, settings.host) if settings.mqtt else None

    @property
    def connection(self) -> SystemConnection:
        """How to reach what runs now."""
        assert self._emulator is not None, "not started"
        return SystemConnection(
            state=self.settings.state,
            dsp=self._dsp_address,
            emulator=self._emulator.address,
            seed=self.settings.seed,
            acb=self.settings.acb,
            dsp_pid=self._dsp.pid if self._dsp else 0,
            emulator_pid=self._emulator.pid,
            smki=self._smki_address,
            duis=self._duis_address,
            ssi=self._ssi_address,
            mqtt=self._mqtt.address if self._mqtt else "",
            dsp_metrics=self._dsp.metrics if self._dsp else "",
            emulator_metrics=self._emulator.metrics,
            dsp_access=self._dsp_access,
            emulator_access=self._emulator_access,
        )

    @property
    def _dsp_access(self) -> AccessFiles:
        return self._emulator_access if self._dsp is not None else self.settings.dsp_access

    @property
    def _emulator_access(self) -> AccessFiles:
        protection = self.settings.protection
        return protection.access if protection is not None else NO_ACCESS

    @property
    def _smki_address(self) -> str:
        """Where it listened before, if it did: so that clients find it again."""
        return self._dsp.smki if self._dsp is not None else ""

    @property
    def _duis_address(self) -> str:
        """Likewise."""
        return self._dsp.duis if self._dsp is not None else ""

    @property
    def _ssi_address(self) -> str:
        """Likewise."""
        return self._dsp.ssi if self._dsp is not None else ""

    @property
    def _own_dsp(self) -> ChildProcess:
        assert self._dsp is not None, "the DSP is not of this system"
        return self._dsp

    @property
    def _dsp_address(self) -> str:
        return self._dsp.address if self._dsp is not None else self.settings.running_dsp

    async def start(self) -> None:
        """Returns once all are ready."""
        self._folder.prepare(self.settings.seed, self.settings.acb, self.settings.organisations)
        try:
            if self._mqtt is not None:
                await self._mqtt.start_broker()
            if self._dsp is not None:
                await self._dsp.start()
            self._emulator = self._new_emulator(self.settings.emulator_listen)
            await self._emulator.start()
            self._folder.emulator_address.write_text(f"{self._emulator.address}\n", "ascii")
            await self._until_attached()
            if self._mqtt is not None:
                dsp = self._dsp.address if self._dsp else ""  # Another's DSP is told of by the other.
                address = self._emulator.address
                options = [*self._log_options, *self._publisher_options]
                await self._mqtt.start_publisher(dsp=dsp, emulator=address, options=options)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Asks both to end: first the emulator, so that nothing is sent into the void."""
        self._folder.emulator_address.unlink(missing_ok=True)
        if self._emulator is not None:
            await self._emulator.stop()
        if self._dsp is not None:
            await self._dsp.stop()
        if self._mqtt is not None:
            await self._mqtt.stop()

    async def failure(self) -> ProcessFailed:
        """Waits until one of them ends by itself; the error that says which, and its last words."""
        assert self._emulator is not None, "not started"
        own: list[ChildProcess | None] = [
            self._dsp,
            self._emulator,
            *(self._mqtt.children if self._mqtt else ()),
        ]
        watches = [asyncio.create_task(child.ended()) for child in own if child is not None]
        done, pending = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
        for watch in pending:
            watch.cancel()
        return done.pop().result()

    async def kill_dsp(self) -> None:
        """As a power cut would."""
        await self._own_dsp.kill()

    async def kill_emulator(self) -> None:
        """As a power cut would."""
        assert self._emulator is not None, "not started"
        await self._emulator.kill()

    async def restart_dsp(self) -> None:
        """On the same address and state, so that clients find it again; the emulator has, once this returns."""
        former = self._own_dsp
        await former.stop()
        self._dsp = self._new_dsp(former.address)
        await self._dsp.start()
        await self._until_attached()

    async def restart_emulator(self) -> None:
        """On the same address and state."""
        assert self._emulator is not None, "not started"
        await self._emulator.stop()
        self._emulator = self._new_emulator(self._emulator.address)
        await self._emulator.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _until_attached(self) -> None:
        """Time must not be stepped without the emulator. Raises ProcessFailed."""
        async with self.connection.administration() as administration:
            for _ in range(ATTACH_TRIES):
                with suppress(Unreachable):  # A channel that saw the DSP die waits before it looks again.
                    if (await administration.now()).hosts:
                        return
                await asyncio.sleep(ATTACH_PAUSE_SECONDS)
        raise ProcessFailed(f"the emulator did not attach to the DSP at {self._dsp_address}")

    def _new_dsp(self, listen: str) -> ChildProcess:
        settings = self.settings
        arguments = ["--listen", listen, "--state", str(self._folder.dsp), "--seed", settings.seed]
        arguments += ["--acb", settings.acb, "--rate", f"{settings.rate:g}"]
        if settings.modifications is not None:
            arguments += ["--modifications", *settings.modifications]
        else:
            arguments += ["--release", settings.release] if settings.release is not None else []
            for name in settings.with_modifications:
                arguments += ["--with", name]
            for name in settings.without_modifications:
                arguments += ["--without", name]
        for switch in settings.switches:
            arguments += ["--switch", switch]
        arguments += ["--keys", str(self._folder.dcc), "--certificates", str(self._folder.certificates)]
        if settings.smki_listen:
            arguments += ["--smki-listen", self._smki_address or settings.smki_listen]
        arguments += settings.duis.arguments(self._duis_address)
        arguments += settings.ssi.arguments(
            self._folder.emulator_address,
            self._folder.parties,
            self._emulator_access,
            self._ssi_address,
        )
        if settings.epoch is not None:
            arguments += ["--epoch", format_instant(settings.epoch)]
        arguments += self._operating(settings.dsp_metrics_port)
        return ChildProcess("dsp", arguments, self._folder.logs / "dsp.log")

    def _new_emulator(self, listen: str) -> ChildProcess:
        settings = self.settings
        arguments = ["--listen", listen, "--state", str(self._folder.emulator), "--seed", settings.seed]
        arguments += ["--acb", settings.acb, "--dsp", self._dsp_address, "--host", settings.host]
        arguments += ["--certificates", str(self._folder.certificates), *options_of(self._dsp_access)]
        arguments += self._operating(settings.emulator_metrics_port)
        variables = self._mqtt.variables if self._mqtt else {BROKER_VARIABLE: ""}
        return ChildProcess("device_emulator", arguments, self._folder.logs / "emulator.log", variables)

    def _operating(self, metrics_port: int | None) -> list[str]:
        return [
            *self._log_options,
            *(["--metrics-port", str(metrics_port)] if metrics_port is not None else ()),
            *(self.settings.protection.server_options if self.settings.protection is not None else ()),
        ]

    @property
    def _publisher_options(self) -> list[str]:
        return options_of(self._emulator_access, prefix="")

    @property
    def _log_options(self) -> list[str]:
        return ["--log-format", self.settings.log_format, "--log-level", self.settings.log_level]
