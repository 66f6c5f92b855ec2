"""What the fixture `duis` gives: a client that speaks DUIS XML over HTTP, and what Users are pushed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dsp.duis_http.settings import DuisSettings
from smart_metering.identifiers import Eui
from smets.client.records import ParkedMessage, ReceiveResponseState
from smets.duis.client import DuisClient
from smets.duis.documents import read_document
from smets.duis.door import Door
from smets.duis.keys import KeyRing
from smets.duis.receiving import Attempt, Manner, Pushed, ReceiveResponseService
from smets.duis.signing import SigningTool
from smets.pytest_plugin.devices import Meant
from smets.pytest_plugin.duis_words import Answer, Wanted, draft, missed, octets_of, parked, xml_of
from smets.pytest_plugin.failing import DidNotHold
from smets.pytest_plugin.users import Firmware
from smets.pytest_plugin.words import Moment, plain

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage

ANY_PORT = "127.0.0.1:0"


class Duis:
    """Opened when it is first used: from then on every message of every User is pushed here, those before it too.

    On a system of `--smets-state` the door must be open there (`smets up --duis`), and only what comes from then on is
    pushed here.
    """

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._client: DuisClient | None = None
        self._url = ""
        self._service: ReceiveResponseService | None = None
        self._former: dict[Eui, str] = {}
        self._given: list[Pushed] = []

    def open(
        self,
        *,
        response_delay: float = 0.0,
        schema_version: str = "5.4",
        unsigned_acknowledgements: bool = False,
        most_octets: int = 102_400,
        schemas: str | Path | None = None,
        refuse_expired: bool = False,
    ) -> "Duis":
        """Otherwise than it opens by itself, before its first use; the words are those of `python -m dsp`.

        DCC's own clients need a `response_delay` of 2: the seconds before a Response follows its Acknowledgement.
        """
        __tracebackhide__ = True
        if self._client is not None:
            raise RuntimeError("the door is open already: open it before its first use")
        settings = DuisSettings(
            listen=ANY_PORT,
            response_delay=response_delay,
            schema_version=schema_version,
            unsigned_acknowledgements=unsigned_acknowledgements,
            most_octets=most_octets,
            schemas=Path(schemas) if schemas is not None else None,
            refuse_expired=refuse_expired,
        )
        stage = self._stage
        simulation = stage.here.simulation
        if simulation is not None:
            address = stage(simulation.served.listen_for_duis(settings))
        elif settings == DuisSettings(listen=ANY_PORT, response_delay=0.0):
            address = stage.system.connection.duis
        else:
            stage.skip("a system of its own for the settings of its door")
        if not address:
            stage.skip("a system that takes DUIS XML (smets up --duis)")
        self._url = f"http://{address}"
        self._begin(from_now=simulation is None)
        return self

    def _begin(self, *, from_now: bool) -> None:
        stage = self._stage
        connection = stage.system.connection
        tool = SigningTool(KeyRing(connection.state), connection.counters)
        self._client = DuisClient(stage.blocking.enter(Door(self._url)), tool)
        self._service = ReceiveResponseService(tool)
        stage(self._service.start())
        for party in stage.system.parties:
            push = stage.system.receive_response(party.eui)
            self._former[party.eui] = stage(push.state()).url
            stage(push.set_address(self._service.url(party.eui), from_now=from_now))

    def close(self) -> None:
        """What was set on a system that goes on is set back."""
        if self._service is None:
            return
        for eui, url in self._former.items():
            self._stage(self._stage.system.receive_response(eui).set_address(url))
        self._stage(self._service.stop())

    # --- what is sent

    @property
    def url(self) -> str:
        """Of the DCC User Interface, for the client that is tested: `http://127.0.0.1:PORT`."""
        __tracebackhide__ = True
        self._opened()
        return self._url

    def request(
        self,
        srv: str,
        to: Meant | None = None,
        *,
        user: str = "",
        firmware: "Firmware | str" = "",
        version: str = "",
        hash: str = "",
        at: Moment = "",
        variant: int | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> str:
        """The XML of a Service Request, not signed, in the words of `User.send`; not sent.

        Raises FleetFileError for words that the SRV has no room for, and WrongRequest.
        """
        __tracebackhide__ = True
        said = {
            "srv": srv,
            "user": user,
            "firmware": firmware.name if isinstance(firmware, Firmware) else firmware,
            "version": version,
            "hash": hash,
            "at": plain(at),
            "set": fields,
        }
        return xml_of(draft(self._stage, said, to, variant))

    def send(
        self,
        xml: str | bytes | Path,
        *,
        keep_counter: bool = False,
        unchecked: bool = False,
        sign_pre_command: bool = False,
    ) -> Answer:
        """Signs a request with the keys of its originator, sends it to the service of its Command Variant, and verifies
        the answer. `xml`: the text, or a file, looked for where the test's other files are.

        The counter of its RequestID becomes the next of its originator, unless it is to be kept. What is not what DUIS
        says is not sent, unless `unchecked`. `sign_pre_command` sends what answers Command Variant 4 on in 5.
        Raises DuisClientError.
        """
        __tracebackhide__ = True
        client, stage = self._opened(), self._stage
        document = read_document(octets_of(xml, stage.place.folders))
        if not keep_counter:
            asked = document.request_id
            counters = stage.system.connection.counters(asked.originator)
            document = document.counted(counters.next(asked.target, stage(stage.system.clock.now()).now))
        exchange = stage(client.send(document, keep_counter=True, unchecked=unchecked))
        if sign_pre_command and exchange.holds_pre_command:
            exchange = stage(client.send_signed_pre_command(exchange))
        return Answer(exchange)

    # --- what is pushed

    @property
    def received(self) -> tuple[Pushed, ...]:
        """All that was taken, in the order in which it came."""
        return tuple(self._receiver.taken)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All that came, with how it was answered, what was not taken included."""
        return tuple(self._receiver.attempts)

    def receive(
        self,
        code: str | None = None,
        *,
        request: Answer | str | None = None,
        user: str | None = None,
        within: float = 10.0,
    ) -> Pushed:
        """The next that was pushed, or is within so many seconds; with this code, to this request, to this User alone.

        Each is given once. What is due now on stepped time is let happen. Raises DidNotHold, which tells what came.
        """
        __tracebackhide__ = True
        service, stage = self._receiver, self._stage
        wanted = Wanted(
            code=code,
            request_id=(request.request_id if isinstance(request, Answer) else request.upper())
            if request
            else None,
            user=self._eui(user) if user else None,
        )
        if stage(stage.system.clock.now()).rate == 0:
            stage(stage.system.clock.advance(0))
        given = {id(pushed) for pushed in self._given}
        found = stage(service.wait_for(lambda it: id(it) not in given and wanted.fits(it), within))
        if found is None:
            raise DidNotHold([missed(wanted, within, self.attempts, self._waiting)])
        self._given.append(found)
        return found

    def await_attempts(self, count: int, *, within: float = 10.0) -> tuple[Attempt, ...]:
        """All that came, once so many have. Raises DidNotHold."""
        __tracebackhide__ = True
        if not self._stage(self._receiver.wait_for_attempts(count, within)):
            raise DidNotHold([missed(f"{count} pushes", within, self.attempts, self._waiting)])
        return self.attempts

    @contextmanager
    def away(self) -> Iterator[None]:
        """Within it nobody listens: the DSP is to keep what it has."""
        __tracebackhide__ = True
        service = self._receiver
        self._stage(service.stop())
        try:
            yield
        finally:
            self._stage(service.start())

    @contextmanager
    def answering(self, status: int, answer: str = "", *, delay: float = 0.0) -> Iterator[None]:
        """Within it every push is answered so: 400 by who cannot read it, 503 by who is out of order."""
        with self._manner(Manner(status=status, answer=answer, delay=delay)):
            yield

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Within it every push is answered rightly, but late."""
        with self._manner(Manner(delay=seconds)):
            yield

    def push_to(self, url: str, *, user: str = "", from_now: bool = False) -> None:
        """To the Receive Response Service of the client that is tested, of one User or of all; empty: nowhere."""
        __tracebackhide__ = True
        self._opened()
        parties = [self._eui(user)] if user else [party.eui for party in self._stage.system.parties]
        for eui in parties:
            self._stage(self._stage.system.receive_response(eui).set_address(url, from_now=from_now))

    def state(self, user: str = "supplier") -> ReceiveResponseState:
        """How far the push to a User has come."""
        __tracebackhide__ = True
        return self._stage(self._stage.system.receive_response(self._eui(user)).state())

    def parked(self, user: str = "supplier", *, within: float = 0.0) -> list[ParkedMessage]:
        """What could not be pushed to a User, and why; so many seconds are given for there to be something."""
        __tracebackhide__ = True
        return self._stage(parked(self._stage.system.receive_response(self._eui(user)), within))

    # --- how it is done

    def _opened(self) -> DuisClient:
        __tracebackhide__ = True
        if self._client is None:
            self.open()
        assert self._client is not None
        return self._client

    @property
    def _receiver(self) -> ReceiveResponseService:
        __tracebackhide__ = True
        self._opened()
        assert self._service is not None
        return self._service

    @contextmanager
    def _manner(self, manner: Manner) -> Iterator[None]:
        service = self._receiver
        former, service.manner = service.manner, manner
        try:
            yield
        finally:
            service.manner = former

    def _eui(self, user: str) -> Eui:
        return self._stage.system.user(user).eui

    def _waiting(self) -> Iterable[str]:
        for party in self._stage.system.parties:
            state = self.state(party.eui)
            if state.waiting:
                why = f": {state.last_failure}" if state.last_failure else ""
                yield f"{party.eui}: {state.waiting} waiting to be pushed{why}"
