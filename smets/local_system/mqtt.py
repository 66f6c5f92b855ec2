"""What a local system has of MQTT: a broker, its own or one that runs elsewhere, and the publisher of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from device_emulator.han_bridge.brokers import BROKER_VARIABLE, MISSING, is_client_installed, read_broker
from smets.local_system.child_process import ChildProcess
from smets.local_system.mqtt_broker import LISTEN, is_broker_installed
from smets.local_system.state_folder import StateFolder


class MqttNotInstalled(RuntimeError):
    """The text says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """`broker` is the URL of one that runs; empty: the system runs its own, at `listen`.

    Raises InvalidBroker, and MqttNotInstalled.
    """

    broker: str = ""
    listen: str = LISTEN

    def __post_init__(self) -> None:
        if self.broker:
            read_broker(self.broker)
        if not is_client_installed() or not (self.broker or is_broker_installed()):
            raise MqttNotInstalled(MISSING)


class Mqtt:
    """Both as processes. `host` is the emulator's name."""

    def __init__(self, settings: MqttSettings, folder: StateFolder, host: str) -> None:
        self._settings = settings
        self._folder = folder
        self._host = host
        self._broker: ChildProcess | None = None
        self._publisher: ChildProcess | None = None

    @property
    def variables(self) -> dict[str, str]:
        """By which the emulator finds the broker, which runs."""
        return {BROKER_VARIABLE: self._url}

    @property
    def address(self) -> str:
        """Of the broker, without what is secret."""
        return read_broker(self._url).address

    @property
    def children(self) -> list[ChildProcess]:
        """Those that run."""
        return [child for child in (self._publisher, self._broker) if child is not None]

    async def start_broker(self) -> None:
        """If there is none elsewhere."""
        if not self._settings.broker:
            arguments = ["--listen", self._settings.listen]
            self._broker = ChildProcess("smets.local_system.mqtt_broker", arguments, self._log("mqtt_broker"))
            await self._broker.start()

    async def start_publisher(self, *, dsp: str, emulator: str, options: Sequence[str] = ()) -> None:
        """Returns once it has reached the broker. Without a DSP it tells of the emulator alone."""
        arguments = ["--emulator", emulator, "--host", self._host, "--state", str(self._folder.events)]
        arguments += ["--dsp", dsp] if dsp else []
        arguments += options
        self._publisher = ChildProcess(
            "smets.event_publisher", arguments, self._log("event_publisher"), self.variables
        )
        await self._publisher.start()

    async def stop(self) -> None:
        """The broker last, so that everybody may take leave."""
        for child in self.children:
            await child.stop()

    @property
    def _url(self) -> str:
        return self._settings.broker or f"mqtt://{self._broker.address if self._broker else LISTEN}"

    def _log(self, name: str) -> Path:
        return self._folder.logs / f"{name}.log"
