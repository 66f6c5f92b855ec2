"""A DUIS User: its requests, its signatures, its stream of Responses and alerts, over gRPC.

    async with User(address, eui, read_user_keys(folder, eui), repository=Repository(seed=seed)) as supplier:
        answer = await supplier.send("11.3", meter, ActivateFirmware(firmware_hash=hash))
        checked = await supplier.await_response(answer.request_id)

`transform`, `send_command`, `non_device` and `submit` send what they are given, right or wrong; `send` does what a
supplier's system does: it makes the RequestID, for a Critical request checks and signs the Pre-Command, and asks again
for a Command to deliver locally until the DSP has what it needs to make one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from smart_metering.administration import FirmwareFile
from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.command_variants import definition_of as variant_definition
from smart_metering.duis.inventory_requests import ReturnLocalCommandResponse
from smart_metering.duis.service_requests import Body, ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    PreCommand,
    ReceivedMessage,
    ServiceResponse,
)
from smart_metering.gbcs.message import encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import MINUTE_MS, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smets.client.campaign import IN_FLIGHT, Campaign, Sent, together
from smets.client.checked import CheckedResponse, ReceivedAlert, ReceivedResponse
from smets.client.clock import Clock
from smets.client.connection import Address, Connection, connected
from smets.client.correlation import correlated
from smets.client.counters import Counters, CountersInMemory
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.errors import NoResponse
from smets.client.following import StreamReader
from smets.client.inbox import Inbox, ResponseDesk
from smets.client.making import MakeBody, RequestMaker
from smets.client.opening import Opener
from smets.client.outcomes import Outcome, outcome_of
from smets.client.patience import PATIENCE_SECONDS, patiently
from smets.client.receive_response import ReceiveResponse
from smets.client.self_service import SelfService
from smets.client.user_keys import Repository, UserKeys
from smets.client.verification import Verified, Verifier
from smets.client.waiting import PatientClock, Wait, responses_within

DEFAULT_ACB = Eui("90-B3-D5-1F-30-00-00-02")
RESPONSE_SECONDS = 30.0
CERTIFICATES_SECONDS = 0.5  # that a hub gets, in time that runs, to give the DSP a Device's certificates


class User:
    """One User on one DSP: at an address, or on a Connection that is shared. `position`: the last message of its stream
    that is of no more interest. Raises SmetsError; what the SEC foresees (E5, E21 ...) is an answer."""

    def __init__(
        self,
        to: Address | Connection,
        eui: Eui,
        keys: UserKeys,
        *,
        repository: Repository | None = None,
        counters: Counters | None = None,
        position: int = 0,
        acb: Eui = DEFAULT_ACB,
    ) -> None:
        self.eui = eui
        self.repository = repository or Repository()
        self._keys = keys
        self._maker = RequestMaker(eui, acb, counters or CountersInMemory())
        self._verifier = Verifier(eui, keys, self.repository)
        self._opener = Opener(eui, self._verifier.secrets)
        self._connection = connected(to)
        self._interface = DccUserInterface(self._connection, eui)
        self.clock = Clock(self._connection)
        self._reader = StreamReader(self._interface, self._verifier, self._opener)
        self._inbox = Inbox(self._interface, position)
        self._desk = ResponseDesk(self._interface, position)
        self.self_service = SelfService(self._connection, eui)
        self.receive_response = ReceiveResponse(self._connection, eui)

    async def close(self) -> None:
        """Ends what is still followed, and the connection."""
        await self._desk.close()
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # --- the DCC User Interface as it is

    async def transform(self, request: ServiceRequest) -> ServiceResponse:
        """To the service Transform, whatever the Command Variant."""
        return await self._interface.ask(Service.TRANSFORM, request)

    async def send_command(self, request: ServiceRequest) -> ServiceResponse:
        """To the service Send Command, whatever the Command Variant."""
        return await self._interface.ask(Service.SEND_COMMAND, request)

    async def non_device(self, request: ServiceRequest) -> ServiceResponse:
        """To the service Non-Device, whatever the Command Variant."""
        return await self._interface.ask(Service.NON_DEVICE, request)

    def submit(self, requests: Iterable[ServiceRequest]) -> AsyncIterator[ServiceResponse]:
        """Any number of requests over one batched stream; their answers in the same order."""
        return self._interface.submit(requests)

    async def upload_firmware(self, octets: bytes) -> FirmwareFile:
        """11.1 and 11.4 may name the file by its SHA-256 once this returns."""
        return await self._interface.upload(octets)

    # --- what was sent to the User

    @property
    def position(self) -> int:
        """Of the last message that `receive` or `received` took."""
        return self._inbox.position

    def receive(self) -> AsyncIterator[ReceivedMessage]:
        """Every message beyond the position, for ever, over broken lines too."""
        return self._inbox.receive()

    async def received(self) -> list[ReceivedMessage]:
        """Every message beyond the position, up to now."""
        return await self._inbox.received()

    def responses(
        self,
        *,
        srv: str = "",
        device: Eui | None = None,
        after: int | None = None,
        until_now: bool = False,
    ) -> AsyncIterator[ReceivedResponse]:
        """The Service Responses beyond `after` (None: the User's position), those of an SRV or to a Device alone.

        For ever, over broken lines too; `until_now` ends it where the stream ends now. It has a place of its own, takes
        nothing from other readers, and goes on where it was left with `after` the position of the last one taken.
        """
        return self._reader.responses(srv=srv, device=device, after=self._from(after), until_now=until_now)

    def alerts(
        self,
        *codes: str,
        device: Eui | None = None,
        after: int | None = None,
        until_now: bool = False,
    ) -> AsyncIterator[ReceivedAlert]:
        """The same of DCC Alerts and Device Alerts: of these codes (`"N29"`, `"8F66"`; none: all), about a Device."""
        return self._reader.alerts(codes, device=device, after=self._from(after), until_now=until_now)

    def inbox(self) -> Inbox:
        """Another reader of the stream, from where this one stands; neither takes from the other."""
        return Inbox(self._interface, self.position)

    async def await_response(
        self, request_id: str, timeout_seconds: float = RESPONSE_SECONDS
    ) -> CheckedResponse:
        """The next Service Response to the request, in real time. Raises NoResponse. Takes nothing from `receive`.

        In stepped time nothing comes by waiting that the clock has not reached: advance it, by 0 at least.
        """
        return self.check(await self._desk.await_response(request_id, timeout_seconds))

    async def response_until_now(self, request_id: str) -> CheckedResponse | None:
        """The next Service Response to the request, if it is there by now."""
        response = await self._desk.response_until_now(request_id)
        return None if response is None else self.check(response)

    async def response_to(
        self, request_id: str, *, within_ms: int = MINUTE_MS, timeout_seconds: float | None = None
    ) -> CheckedResponse:
        """The next Service Response to the request, whatever the clock does. Raises NoResponse.

        Stepped time is let happen, and moved from event to event as far as `within_ms`; time that runs is waited for,
        as many seconds, or `timeout_seconds`. The DSP's own word that a Device stays silent (E21) comes after 30 s.
        """
        found = await self.responses_to([request_id], within_ms=within_ms, timeout_seconds=timeout_seconds)
        if request_id not in found:
            raise NoResponse(f"no Service Response to {request_id} within {within_ms} ms of emulated time")
        return found[request_id]

    async def responses_to(
        self, request_ids: Sequence[str], *, within_ms: int = MINUTE_MS, timeout_seconds: float | None = None
    ) -> dict[str, CheckedResponse]:
        """The same for many: of those that were answered in time. A DSP that is started again is waited for."""
        wait = Wait(within_ms=within_ms, timeout_seconds=timeout_seconds)
        responses = await responses_within(self._desk, self.clock, request_ids, wait)
        return {request_id: self.check(response) for request_id, response in responses.items()}

    @property
    def responses_position(self) -> int:
        """How far the stream was read for Responses: those to later requests stand beyond."""
        return self._desk.position

    def check(self, response: ServiceResponse) -> CheckedResponse:
        """A Service Response with what this User can say of it."""
        return CheckedResponse(
            response=response, verified=self.verify(response), outcome=self.outcome_of(response)
        )

    def check_local(self, request_id: str, octets: bytes, at: Instant) -> CheckedResponse:
        """What a Device answered at `at` to a Command that was delivered locally, as if the DSP had brought it."""
        body = GbcsPayload(gbcs_payload=octets)
        return self.check(ServiceResponse(request_id=request_id, response_date_time=at, body=body))

    def outcome_of(self, message: ServiceResponse | DeviceAlert) -> Outcome | None:
        """What a Device says in a message, read with this User's keys; None where no Device says anything."""
        return outcome_of(message, self._opener)

    def verify(self, message: ServiceResponse | DeviceAlert | DccAlert) -> Verified:
        """Whether a message is genuine, as far as this User can verify it."""
        return self._verifier.verify(message)

    # --- requests as a supplier's system makes them

    async def now(self) -> Instant:
        """The emulated time."""
        return (await self.clock.now()).now

    def request(
        self, srv: str, device: Eui | None = None, body: Body | MakeBody | None = None, *, now: Instant
    ) -> ServiceRequest:
        """A new request, with the Command Variant of its kind: 8 without a Device, 4 if Critical, else 1.

        A body may be made from the RequestID; without one it is the one that says nothing.
        Raises UnknownServiceRequest.
        """
        return self._maker.make(srv, device, body, now)

    async def send(
        self,
        srv: str,
        device: Eui | None = None,
        body: Body | MakeBody | None = None,
        *,
        variant: CommandVariant | None = None,
        first_in_sequence: bool = False,
        preceding: RequestId | None = None,
        certificate_tries: int = 2,
    ) -> ServiceResponse:
        """One request on its whole way, Transform and signature included; the last answer on it.

        `variant` stands in place of the Command Variant of its kind; 5, 6 and 7 of a Critical request come after a 4.
        `preceding` is the request before it in a sequence. Of a local variant the DSP may lack the Device's
        certificates, and answers E20 while it asks for them: the same request is sent again, `certificate_tries` times
        at most, each time after what is due was let happen (stepped time) or after half a second (time that runs).

        Raises NotWhatWasAsked for a Pre-Command that this User does not sign, UnknownServiceRequest, and SmetsError.
        """
        request = self.request(srv, device, body, now=await self.now())
        request = changed(
            request, first_in_sequence=first_in_sequence, preceding_service_request_id=preceding
        )
        return await self.send_request(request, variant=variant, certificate_tries=certificate_tries)

    async def send_request(
        self, request: ServiceRequest, *, variant: CommandVariant | None = None, certificate_tries: int = 2
    ) -> ServiceResponse:
        """The same of a request that was made by `request` or `requests`."""
        wanted = variant or request.command_variant
        if request.command_variant is CommandVariant.TRANSFORM and variant_definition(wanted).critical:
            answer = await self.transform(request)
            last = CommandVariant.SIGNED_SEND if wanted is CommandVariant.TRANSFORM else wanted
            signed = self.signed(request, answer, variant=last)
            return answer if signed is None else await self._ask(signed, certificate_tries)
        return await self._ask(changed(request, command_variant=wanted), certificate_tries)

    async def return_local_response(self, octets: bytes, original_request_id: str = "") -> ServiceResponse:
        """8.13: brings the DSP what a Device answered to a Command that was delivered locally."""
        body = ReturnLocalCommandResponse(
            original_request_id=original_request_id, device_gbcs_response=octets
        )
        return await self.send("8.13", body=body)

    def requests(self, srv: str, bodies: Mapping[Eui, Body], *, now: Instant) -> list[ServiceRequest]:
        """A new request of this kind for each Device, in the order given. Raises UnknownServiceRequest."""
        return self._maker.make_each(srv, bodies, now)

    async def send_all(
        self,
        requests: Iterable[ServiceRequest],
        *,
        in_flight: int = IN_FLIGHT,
        within_ms: int | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> AsyncIterator[Sent]:
        """Many requests on their whole way, in their order, at most so many `in_flight` at a time.

        With `within_ms` each comes with its Response, if that comes within so much emulated time of the acknowledgement
        (in stepped time: the clock is moved as far, see `response_to`). Lines that break are opened again, and nothing
        is lost or done twice: what is unsure is sent again under its RequestID. Raises Unreachable when nobody answers
        for `patience_seconds`.
        """
        hosts = (await patiently(self.clock.now, patience_seconds)).hosts
        clock = PatientClock(self.clock, hosts, patience_seconds)
        campaign = Campaign(self._interface, clock, self.signed, self._maker.renew)
        for some in together(requests, in_flight):
            rows = await campaign.send(some)
            if within_ms is not None:
                wait = Wait(within_ms=within_ms, patience_seconds=patience_seconds, hosts=hosts)
                asked = [row.answer.request_id for row in rows if row.acknowledged]
                found = await responses_within(self._desk, self.clock, asked, wait)
                rows = [_with_response(row, self.check, found) for row in rows]
            for row in rows:
                yield row

    async def send_many(self, srv: str, bodies: Mapping[Eui, Body]) -> list[ServiceResponse]:
        """The same request to each Device, on batched streams; the last answers, in the order given."""
        requests = self.requests(srv, bodies, now=await self.now())
        return [sent.answer async for sent in self.send_all(requests)]

    def signed(
        self,
        request: ServiceRequest,
        answer: ServiceResponse,
        *,
        variant: CommandVariant = CommandVariant.SIGNED_SEND,
    ) -> ServiceRequest | None:
        """The Signed Pre-Command, if the answer holds a Pre-Command. Raises NotWhatWasAsked: it is not signed."""
        if not isinstance(answer.body, PreCommand):
            return None
        pre_command = correlated(request, answer.body.gbcs_payload)
        octets = encode(sign(pre_command, self._keys.digital_signing))
        dated = getattr(request.body, "execution_date_time", None)
        return changed(
            request,
            command_variant=variant,
            body=SignedPreCommand(execution_date_time=dated, gbcs_payload=octets),
        )

    def _from(self, after: int | None) -> int:
        return self.position if after is None else after

    async def _ask(self, request: ServiceRequest, certificate_tries: int) -> ServiceResponse:
        """At the service of its Command Variant; a RequestID that was refused may be used again."""
        service = service_of(request.command_variant)
        answer = await self._interface.ask(service, request)
        while certificate_tries and _lacks_certificates(request, answer):
            certificate_tries -= 1
            await self._let_happen()
            answer = await self._interface.ask(service, request)
        return answer

    async def _let_happen(self) -> None:
        if (await self.clock.now()).rate == 0:
            await self.clock.advance(0)
        else:
            await asyncio.sleep(CERTIFICATES_SECONDS)


def _with_response(
    row: Sent, check: Callable[[ServiceResponse], CheckedResponse], found: Mapping[str, ServiceResponse]
) -> Sent:
    response = found.get(row.answer.request_id)
    return row if response is None else replace(row, response=check(response))


def _lacks_certificates(request: ServiceRequest, answer: ServiceResponse) -> bool:
    """E20 at once, which only a Command for local delivery gets: nothing of it was sent that could be undelivered."""
    return variant_definition(request.command_variant).local and answer.response_code is ResponseCode.E20
