"""A running system as a test engineer holds it: who runs it, its clock, its emulator, and each of its Users.

async with connect(".smets") as system:
    supplier = system.user("supplier")
    sent = await supplier.send("11.2", meter)
    checked = await supplier.response_to(sent.request_id)
    print(checked.outcome.text, await system.device(meter))
"""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from smart_metering.administration import DeviceInside, Party
from smart_metering.identifiers import Eui, RequestId
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.records import changed
from smart_metering.rpc.access import Access, AccessFiles
from smart_metering.rpc.in_process import InProcessChannel
from smets.client.administration import Administration
from smets.client.clock import Clock
from smets.client.connection import Address, Connection, Protected
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotRunning, NotThere, UnknownCaller, Unreachable
from smets.client.explanation import Explained, explain
from smets.client.parties import party_called
from smets.client.receive_response import ReceiveResponse
from smets.client.records import SmiDevice
from smets.client.user import User
from smets.local_system.connection import SystemConnection, how_to_start, read_connection

STATE_VARIABLE = "SMETS_STATE"
DEFAULT_STATE = ".smets"


@dataclass(frozen=True, slots=True, kw_only=True)
class BothSides:
    """A Device as the SMI has it, and as it is; None on the side that does not know it."""

    smi: SmiDevice | None
    inside: DeviceInside | None


class System:
    """One DSP and one emulator that run. Made by `connect`, which ends with it what it opened; all share one line each.

    `administration`: parties, inventory, CPL. `clock`: the one clock. `emulator`: faults, insides of Devices, local
    delivery. `parties`: as they were when it was opened, or last read.
    """

    def __init__(self, connection: SystemConnection, dsp: Connection, emulator: Connection) -> None:
        self.connection = connection
        self.administration = Administration(dsp)
        self.clock: Clock = self.administration.clock
        self.emulator = EmulatorControl(emulator)
        self.parties: tuple[Party, ...] = ()
        self._dsp = dsp
        self._users: dict[Eui, User] = {}

    async def read_parties(self) -> tuple[Party, ...]:
        """Anew, for those that were loaded since."""
        self.parties = tuple(await self.administration.parties())
        return self.parties

    def user(self, who: str) -> User:
        """The party of this name or EUI, or of a part of its EUI, with its own keys: the same User each time.

        Its RequestIDs count on from those of the command line. Raises UnknownParty, and KeyFolderError where the state
        folder has no keys of it.
        """
        eui = party_called(self.parties, who).eui
        if eui not in self._users:
            self._users[eui] = self.new_user(eui)
        return self._users[eui]

    def new_user(self, eui: Eui, *, position: int = 0) -> User:
        """Another User of a party, whose stream begins beyond `position`; closed by who asked for it."""
        counters = self.connection.counters(eui)
        return self.connection.user(eui, position=position, counters=counters, over=self._dsp)

    def receive_response(self, eui: Eui) -> ReceiveResponse:
        """Where a party's messages are pushed as DUIS XML, and how far that is; no keys are needed to ask."""
        return ReceiveResponse(self._dsp, eui)

    async def device(self, device_id: Eui) -> BothSides:
        """Both sides of a Device, with every RequestID in its history, whoever sent it. Raises NotThere."""
        smi: SmiDevice | None = None
        inside: DeviceInside | None = None
        with suppress(NotThere):
            smi = await self.administration.read_device(device_id)
            history = await self.administration.status_history(device_id)
            smi = changed(smi, status_history=tuple(history))
        with suppress(NotThere):
            inside = await self.emulator.inspect(device_id)
        if smi is None and inside is None:
            raise NotThere(f"{device_id} is neither in the SMI nor among the Devices of the emulator")
        return BothSides(smi=smi, inside=inside)

    async def explain(self, request_id: RequestId) -> Explained:
        """What became of a request, hop by hop, with the faults that were drawn for it. Raises NotThere."""
        dcc: Iterable[Eui] = (self.connection.acb, CHANGE_OF_SUPPLIER_PARTY)
        return await explain(self.administration, self.emulator, request_id, dcc)

    async def close(self) -> None:
        """Ends what its Users still follow; the lines are closed by who opened them."""
        for user in self._users.values():
            await user.close()


@asynccontextmanager
async def connect(
    to: str | Path | SystemConnection | None = None,
    *,
    ca: Path | None = None,
    token: str = "",
    certificate: Path | None = None,
    key: Path | None = None,
) -> AsyncIterator[System]:
    """The system that runs with a state folder: that of SMETS_STATE, else `.smets`, unless another is named.

    Off loopback it is reached over TLS, as it wrote down itself or as is said here: `ca` holds the issuers of its
    servers' certificate, or that certificate; `token` is a bearer token of 'smets user token'; `certificate` and `key`
    are a party's, where clients must show one. All of them but the token are files of PEM.

    Raises NotRunning, which says what was tried and how to start one, and AccessError.
    """
    if not isinstance(to, SystemConnection):
        to = read_connection(Path(to if to is not None else os.environ.get(STATE_VARIABLE, DEFAULT_STATE)))
    said = AccessFiles(ca=ca, certificate=certificate, key=key).read()
    at_dsp = _over(to.at_dsp, said, token)
    at_emulator = _over(to.at_emulator, said, token)
    async with Connection(at_dsp) as dsp, Connection(at_emulator) as emulator:
        system = System(to, dsp, emulator)
        try:
            await system.read_parties()
            with suppress(UnknownCaller):  # It answers, if not to this User.
                await system.emulator.faults()
        except Unreachable as error:
            raise NotRunning(f"{error}; {how_to_start(to.state)}") from None
        try:
            yield system
        finally:
            await system.close()


def _over(address: Address, said: Access | None, token: str) -> Address:
    """The same address, reached as is said, and otherwise as it was."""
    if isinstance(address, InProcessChannel) or (said is None and not token):
        return address
    former = address.access if isinstance(address, Protected) else Access()
    where = address.address if isinstance(address, Protected) else address
    access = replace(former, token=token or former.token)
    if said is not None and said.ca is not None:
        access = replace(access, ca=said.ca, name="")
    if said is not None and said.certificate is not None:
        access = replace(access, certificate=said.certificate, key=said.key)
    return Protected(where, access)
