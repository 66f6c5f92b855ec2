"""A DUIS User as tests hold it: what it sends, what it was sent, and what it is expected to have been sent."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smart_metering.identifiers import Eui
from smets.client.user import User as ClientUser
from smets.pytest_plugin.devices import Meant, members_of
from smets.pytest_plugin.failing import about_words, expect, hold
from smets.pytest_plugin.words import Duration, Moment, milliseconds_of, plain
from smets.scenarios.checking import Received, check_answers
from smets.scenarios.results import Request
from smets.scenarios.sending import Sender

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage


class Firmware:
    """A firmware file that the DSP has, by its `name` in the test; `refused` says why the DSP did not take it."""

    def __init__(self, name: str, octets: bytes, sha256: str, version: str, refused: str = "") -> None:
        self.name = name
        self.octets = octets
        self.sha256 = sha256
        self.version = version
        self.refused = refused

    def __repr__(self) -> str:
        return f"<firmware {self.name}: {self.version}>"


class Sent:
    """Requests of one call, and how each ended. Of the only one: `request_id`, `answer` (the DSP's at once, `I99`),
    `response` (the code that came in time; empty: none came), `says` (what the Device says in it)."""

    def __init__(self, stage: "Stage", requests: Sequence[Request]) -> None:
        self.requests = tuple(requests)
        self._stage = stage

    @property
    def request_id(self) -> str:
        return self._only.request_id

    @property
    def answer(self) -> str:
        return self._only.answer

    @property
    def response(self) -> str:
        return self._only.response

    @property
    def says(self) -> str:
        return self._only.says

    @property
    def answers(self) -> tuple[str, ...]:
        """Of each request, in the order of the Devices."""
        return tuple(request.answer for request in self.requests)

    @property
    def responses(self) -> tuple[str, ...]:
        """Of each request, in the order of the Devices; empty where none came."""
        return tuple(request.response for request in self.requests)

    def expect(
        self,
        *,
        answer: str | None = None,
        response: str | None = None,
        says: str | None = None,
        share: str | None = None,
    ) -> "Sent":
        """Of each request, or of a `share` (`95%`) at least; with nothing said, that the DSP accepted it.

        `response="none"`: none came in time. Raises DidNotHold.
        """
        __tracebackhide__ = True
        said = {"answer": answer, "response": response, "says": says, "share": share}
        wanted = {key: value for key, value in said.items() if value is not None}
        model = self._stage.here.draft.said({"answer": wanted}).answer if wanted else None
        hold(self._stage, check_answers(model, self.requests))
        return self

    @property
    def _only(self) -> Request:
        if len(self.requests) != 1:
            raise LookupError(
                f"{len(self.requests)} requests were sent: ask requests, answers or responses, or use expect"
            )
        return self.requests[0]

    def __repr__(self) -> str:
        rows = (
            f"{row.srv} answered {row.answer}, Response {row.response or 'none'}" for row in self.requests
        )
        return f"<sent {'; '.join(rows)}>"


class User:
    """One party. `client` is the whole of the client library for it; its calls are made by `smets.call`."""

    def __init__(self, stage: "Stage", name: str) -> None:
        """Raises UnknownParty."""
        __tracebackhide__ = True
        self.client: ClientUser = stage.system.user(name)
        self.eui: Eui = self.client.eui
        named = {party.eui: party.name for party in stage.system.parties}
        self.name = named.get(self.eui) or self.eui
        self._stage = stage

    # --- what it sends

    def send(
        self,
        srv: str,
        to: Meant | None = None,
        *,
        firmware: "Firmware | str" = "",
        version: str = "",
        hash: str = "",
        at: Moment = "",
        variant: int | None = None,
        within: Duration | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> Sent:
        """The whole way, signatures included, to each Device, or once with all where the SRV lists Devices.

        The words are those of `send` in a scenario; `fields` is its `set`. Responses are let come for `within` of
        emulated time: a minute, and nothing for a dated request. Raises FleetFileError for words that the SRV has no
        room for, WrongRequest and SmetsError; a refusal of the DSP is an answer.
        """
        __tracebackhide__ = True
        said = {
            "srv": srv,
            "user": self.name,
            "firmware": firmware.name if isinstance(firmware, Firmware) else firmware,
            "version": version,
            "hash": hash,
            "at": plain(at),
            "variant": variant,
            "within": None if within is None else f"{milliseconds_of(within)}ms",
            "set": fields,
        }
        here = self._stage.here
        model = here.draft.said({"send": {key: value for key, value in said.items() if value}}).send
        assert model is not None
        members = members_of(self._stage, to) if to is not None else ()
        files = {row.name: row.octets for row in here.scenario.plan.firmware}
        sender = Sender(here.system, here.scenario.cast, files)
        return Sent(self._stage, self._stage(sender.send(model, members)))

    # --- what it was sent

    def received(self, code: str | None = None, *, about: Meant | None = None) -> list[Received]:
        """Responses and alerts since the test began, those with a code or about Devices alone."""
        __tracebackhide__ = True
        devices = None if about is None else {member.device_id for member in members_of(self._stage, about)}
        return [
            row
            for row in self._stage(self._stage.here.checker.received())
            if row.user == self.name
            and code in (None, row.code)
            and (devices is None or not devices.isdisjoint(row.devices))
        ]

    def alerts(self, code: str | None = None, *, about: Meant | None = None) -> list[Received]:
        """The same of alerts: `N29`, or `8F72` of a Device."""
        __tracebackhide__ = True
        return [row for row in self.received(code, about=about) if row.is_alert]

    def expect_alert(
        self,
        code: str,
        *,
        about: Meant | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> None:
        """That it was sent this alert: once or more, unless said otherwise. Raises DidNotHold."""
        __tracebackhide__ = True
        self._expect({"alert": code, "times": times, "at_least": at_least, "at_most": at_most}, about)

    def expect_no_alert(self, code: str, *, about: Meant | None = None) -> None:
        """That it was never sent this alert. Raises DidNotHold."""
        __tracebackhide__ = True
        self._expect({"alert": code, "times": 0}, about)

    def expect_response(
        self,
        code: str,
        *,
        srv: str | None = None,
        about: Meant | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> None:
        """The same of a Service Response with this code. Raises DidNotHold."""
        __tracebackhide__ = True
        counts = {"times": times, "at_least": at_least, "at_most": at_most}
        self._expect({"response": code, "srv": srv, **counts}, about)

    def _expect(self, said: Mapping[str, object], about: Meant | None) -> None:
        __tracebackhide__ = True
        members = None if about is None else members_of(self._stage, about)
        expect(self._stage, {"user": self.name, **said, **about_words(members)}, members)

    def __repr__(self) -> str:
        return f"<user {self.name}>"
