"""Where a local system listens and where its keys are: enough to be one of its Users, or who runs it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from smart_metering.identifiers import Eui, parse_eui
from smart_metering.rpc.access import AccessFiles
from smets.client.administration import Administration
from smets.client.connection import Address, Connection, Protected
from smets.client.counters import Counters, CountersInFile
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotRunning
from smets.client.user import DEFAULT_ACB, User
from smets.client.user_keys import Repository, read_user_keys
from smets.local_system.protection import access_from
from smets.local_system.state_folder import StateFolder

COUNTERS = "counters.json"
RESPONSES_POSITION = "responses-position"
NO_ACCESS = AccessFiles()


class NoConnection(NotRunning, LookupError):
    """No system is known to run with this state folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemConnection:
    """`state` holds the parties' keys; `seed` stands in for the SMKI Repository of Device certificates.

    For others that listens at `smki`, if it does, and the DCC User Interface at `duis` for DUIS XML.
    `dsp_access` and `emulator_access` say how each is reached over TLS.
    `pid` is that of the program that runs both servers and ends them in order, if there is one; `dsp_metrics` and
    `emulator_metrics` are where Prometheus metrics are served, empty: nowhere.
    `mqtt` is the address of the broker, if there is one, without what is secret.
    """

    state: Path
    dsp: str
    emulator: str
    seed: str
    acb: Eui = DEFAULT_ACB
    dsp_pid: int = 0
    emulator_pid: int = 0
    smki: str = ""
    duis: str = ""
    pid: int = 0
    dsp_metrics: str = ""
    emulator_metrics: str = ""
    mqtt: str = ""
    dsp_access: AccessFiles = NO_ACCESS
    emulator_access: AccessFiles = NO_ACCESS

    @property
    def at_dsp(self) -> Address:
        """Where lines to the DSP lead. Raises AccessError."""
        return _address(self.dsp, self.dsp_access)

    @property
    def at_emulator(self) -> Address:
        """Where lines to the emulator lead. Raises AccessError."""
        return _address(self.emulator, self.emulator_access)

    def administration(self) -> Administration:
        """The side of who runs the DSP."""
        return Administration(self.at_dsp)

    def emulator_control(self) -> EmulatorControl:
        """The side of who runs the emulator."""
        return EmulatorControl(self.at_emulator)

    def user(
        self,
        eui: Eui,
        *,
        position: int = 0,
        counters: Counters | None = None,
        over: Connection | None = None,
    ) -> User:
        """A party of this system, with its own keys. Raises KeyFolderError where its folder has none.

        `over`: a line to the DSP that it shares; else it opens its own.
        """
        folder = StateFolder(self.state)
        return User(
            over or self.at_dsp,
            eui,
            read_user_keys(folder.party(eui), eui),
            repository=Repository(folder.certificates, self.seed.encode()),
            counters=counters,
            position=position,
            acb=self.acb,
        )

    def remembering_user(self, eui: Eui) -> User:
        """The same, with what its commands share: its counters, and how far they have read its Responses."""
        position = _read_number(StateFolder(self.state).party(eui) / RESPONSES_POSITION)
        return self.user(eui, position=position, counters=self.counters(eui))

    def counters(self, eui: Eui) -> Counters:
        """A party's, which all who work with this state folder share."""
        return CountersInFile(StateFolder(self.state).party(eui) / COUNTERS)

    def remember(self, user: User) -> None:
        """Notes how far a remembering user has read, so that the next need not read it again."""
        file = StateFolder(self.state).party(user.eui) / RESPONSES_POSITION
        file.write_text(str(user.responses_position), "ascii")

    def write(self) -> None:
        """Into the state folder, for who may know the seed alone."""
        path = StateFolder(self.state).connection_file
        written = path.with_suffix(".new")
        content = {name: value for name, value in asdict(self).items() if name != "state"}
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2, default=str)
        written.replace(path)


def read_connection(state: Path) -> SystemConnection:
    """What a running system has written there; how it is reached, the environment may say. Raises NoConnection."""
    path = StateFolder(state).connection_file
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NoConnection(
            f"{path} is not there: no system runs with this state folder; {how_to_start(state)}"
        ) from None
    except (OSError, ValueError) as error:
        raise NoConnection(f"{path} cannot be read: {error}") from None
    try:
        return SystemConnection(
            state=state,
            dsp=content["dsp"],
            emulator=content["emulator"],
            seed=content["seed"],
            acb=parse_eui(content["acb"]),
            dsp_pid=content["dsp_pid"],
            emulator_pid=content["emulator_pid"],
            smki=content.get("smki", ""),
            duis=content.get("duis", ""),
            pid=int(content.get("pid", 0)),
            dsp_metrics=str(content.get("dsp_metrics", "")),
            emulator_metrics=str(content.get("emulator_metrics", "")),
            mqtt=content.get("mqtt", ""),
            dsp_access=access_from(os.environ, _access(content.get("dsp_access", {}))),
            emulator_access=access_from(os.environ, _access(content.get("emulator_access", {}))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NoConnection(f"{path} is not what a system writes there: {error}") from None


def how_to_start(state: Path) -> str:
    """A system on this state folder, in the words of the command line."""
    return f"start one by 'smets up FLEET --state {state}', or name its folder by --state"


def _address(where: str, files: AccessFiles) -> Address:
    access = files.read()
    return where if access is None else Protected(where, access)


def _access(content: dict[str, str | None]) -> AccessFiles:
    named = {name: content.get(name) for name in ("ca", "token", "certificate", "key")}
    paths = {name: Path(path) if path else None for name, path in named.items()}
    return AccessFiles(name=content.get("name") or "", **paths)


def _read_number(file: Path) -> int:
    """0 where there is none, or where what stands there is none: then all is read once more."""
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return 0
