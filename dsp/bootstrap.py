"""Builds one DSP out of its parts: the only module that knows them all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from dsp.core.engine import Engine
from dsp.core.state import State
from dsp.core.turn import AccessControlBroker, ChangeOfSupplierParty
from dsp.rpc.doors import Doors, events_service, services, sm_wan_service
from dsp.rpc.refusals import STATUSES
from dsp.rules.rule_set import RuleSet
from dsp.runtime.certificate_desk import CertificateDesk
from dsp.runtime.clock import VirtualClock
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from dsp.runtime.hosts import Hosts
from dsp.runtime.http_server import HttpServer
from dsp.runtime.records_desk import RecordsDesk
from dsp.runtime.runtime import Runtime
from dsp.runtime.timekeeper import Timekeeper
from dsp.runtime.user_streams import UserStreams
from dsp.smki_http.application import smki_application
from ledger.group_commit import GroupCommit
from ledger.state_directory import StateDirectory
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import NOTHING_GIVEN, Use
from smart_metering.pki.key_folders import read_certificates
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.pki_folders import read_pki_folder
from smart_metering.rpc.refusals import Refusals
from smart_metering.rpc.server import Server

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


class Dsp:
    """A DSP that runs in this event loop, from `start` to `stop`."""

    def __init__(self, settings: DspSettings) -> None:
        """Opens the state, which no other DSP may use meanwhile.

        Raises StateInUse, StoreError, KeyFolderError and MissingPrivateKey.
        """
        pki = DevelopmentPki(
            settings.seed, read_pki_folder(settings.keys) if settings.keys is not None else NOTHING_GIVEN
        )
        acb = AccessControlBroker(
            eui=settings.acb, key_agreement=pki.private_key(settings.acb, KeyUsage.KEY_AGREEMENT)
        )
        change_of_supplier = ChangeOfSupplierParty(
            eui=settings.change_of_supplier,
            digital_signing=pki.private_key(settings.change_of_supplier, KeyUsage.DIGITAL_SIGNING),
        )
        organisations = _organisations(settings, pki)
        state = State()
        self._directory = StateDirectory(settings.state, "dsp", state.ledger)
        firmware = FirmwareStore(self._directory.folder / "firmware")
        noted = state.clock.get("now")
        self._records = RecordsDesk(state, self._directory.store)
        self.runtime = Runtime(
            engine=Engine(state, settings.rules, acb, change_of_supplier),
            commit=GroupCommit(self._directory.store),
            clock=VirtualClock(noted.now if noted else settings.epoch, rate=settings.rate),
            hosts=Hosts(),
            streams=UserStreams(self._records.read_messages),
        )
        self.timekeeper = Timekeeper(self.runtime)
        intake = FirmwareIntake(self.runtime, firmware)
        doors = Doors(runtime=self.runtime, timekeeper=self.timekeeper, intake=intake, records=self._records)
        served = services(doors) | sm_wan_service(self.runtime, self.timekeeper, firmware)
        served |= events_service(self.runtime, self._records)
        self._server = Server(settings.listen, served, Refusals(STATUSES, "DSP"))
        self._smki: HttpServer | None = None
        if settings.smki_listen:
            desk = CertificateDesk(state, settings.seed, organisations)
            self._smki = HttpServer(settings.smki_listen, smki_application(desk))

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address

    @property
    def smki_address(self) -> str:
        """Where the SMKI Repository listens; empty where there is none."""
        return self._smki.address if self._smki is not None else ""

    async def start(self) -> None:
        """Returns once it listens. Raises CannotListen, and leaves the state free for another."""
        self.runtime.start()
        try:
            await self.runtime.flush()
            if self._smki is not None:
                await self._smki.start()
            await self._server.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Returns once everything that was taken is durable and the state is free for another."""
        await self._server.stop(GRACE_SECONDS)
        if self._smki is not None:
            await self._smki.stop()
        try:
            await self.runtime.close()
        finally:
            await asyncio.to_thread(self._records.close)
            self._directory.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


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
