"""Pushes what stands in the stream of each User to the User's Receive Response Service, in order.

One message of a User is under way at a time. It is pushed until it is taken, parked or given up; that is durable before
the next one goes out, so that a DSP that dies repeats at most the one whose answer it had not written down. A message
waits until what it answers was acknowledged a while ago. While the client is away the attempts become rarer.
"""

import asyncio
from functools import partial

import structlog

from dsp.core.inputs import MessageParked, MessagePushed
from dsp.core.receive_response import is_given_up, is_passed_over
from dsp.core.records import ReceiveAddress
from dsp.duis_http.acknowledgements import Acknowledgements
from dsp.duis_http.attempts import Attempt, Meaning, Outgoing
from dsp.duis_http.settings import DuisSettings
from dsp.duis_http.writing import Writer
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.figures import Figures
from smart_metering.duis.service_responses import Message, ReceivedMessage, ServiceResponse
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.identifiers import Eui

GRACE_SECONDS = 1.0  # for what is under way when the DSP stops

_log = structlog.get_logger()


class Postman:
    """One round for each User with an address, in the event loop of the DSP."""

    def __init__(
        self,
        runtime: EngineRoom,
        figures: Figures,
        writer: Writer,
        acknowledgements: Acknowledgements,
        settings: DuisSettings,
    ) -> None:
        self._runtime = runtime
        self._figures = figures
        self._writer = writer
        self._acknowledgements = acknowledgements
        self._settings = settings
        self._outgoing = Outgoing()
        self._rounds: dict[Eui, asyncio.Task[None]] = {}
        self._under_way: dict[Eui, asyncio.Task[Attempt]] = {}
        self._failures: dict[Eui, str] = {}

    def start(self) -> None:
        """Goes on where it was."""
        for user in self._runtime.engine.state.receive_addresses:
            self.address_changed(Eui(user))

    async def stop(self) -> None:
        """Lets what is under way end, for a moment; what was not taken is pushed after the next start."""
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE_SECONDS)
        for attempt in self._under_way.values():
            attempt.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self._outgoing.close()

    def address_changed(self, user: Eui) -> None:
        """A message that is under way to the former address is still awaited."""
        former = self._rounds.pop(user, None)
        if former is not None:
            former.cancel()
        self._failures.pop(user, None)
        if self._address_of(user).url:
            self._rounds[user] = asyncio.create_task(self._round(user), name=f"postman {user}")
            self._rounds[user].add_done_callback(partial(self._tell_of_a_fall, user))

    def last_failure(self, user: Eui) -> str:
        """Why the last attempt failed; empty: it did not, or none was made since the address was set."""
        return self._failures.get(user, "")

    def octets_of(self, message: Message) -> bytes:
        """As it is pushed; empty if it cannot be written."""
        try:
            return self._writer.pushed(message)
        except UnwritableError:
            return b""

    def _address_of(self, user: Eui) -> ReceiveAddress:
        return self._runtime.engine.state.receive_addresses[user]

    async def _round(self, user: Eui) -> None:
        if user in self._under_way:
            await asyncio.wait({self._under_way[user]})
        address = self._address_of(user)
        async for batch in self._runtime.streams.receive(user, address.pushed):
            passed_over = [it for it in batch if is_passed_over(address, it.message)]
            if passed_over:
                await self._runtime.submit(MessagePushed(user=user, position=passed_over[-1].position))
            for received in batch[len(passed_over) :]:
                await self._push(user, received)

    async def _push(self, user: Eui, received: ReceivedMessage) -> None:
        """Until the message is out of the way of those that follow."""
        message, wait = received.message, self._settings.first_wait
        if isinstance(message, ServiceResponse):
            await self._acknowledgements.old_enough(message.request_id)
        while (await self._attempt(user, received)).meaning is Meaning.AGAIN:
            await asyncio.sleep(wait)
            wait = min(2 * wait, self._settings.longest_wait)

    async def _attempt(self, user: Eui, received: ReceivedMessage) -> Attempt:
        """What is under way ends even if this round does not wait for it: its outcome is written down."""
        attempt = asyncio.create_task(self._try(user, received))
        self._under_way[user] = attempt
        attempt.add_done_callback(lambda _: self._under_way.pop(user, None))
        return await asyncio.shield(attempt)

    async def _try(self, user: Eui, received: ReceivedMessage) -> Attempt:
        octets, attempt = await self._post(user, received.message)
        if attempt.meaning is Meaning.AGAIN:
            self._failures[user] = attempt.why
            rules, now = self._runtime.engine.rules, self._runtime.clock.now()
            if is_given_up(received.message, now, rules.times):
                why = f"given up, it is too old: {attempt.why}"
                attempt = Attempt(meaning=Meaning.PARKED, why=why, http_status=attempt.http_status)
            else:
                _log.info("not pushed", user=user, position=received.position, why=attempt.why)
        self._figures.pushes.by[attempt.meaning.value,] += 1
        if attempt.meaning is Meaning.PARKED:
            await self._park(user, received, attempt, octets)
        elif attempt.meaning is Meaning.TAKEN:
            self._failures.pop(user, None)
            await self._runtime.submit(MessagePushed(user=user, position=received.position))
        return attempt

    async def _post(self, user: Eui, message: Message) -> tuple[bytes, Attempt]:
        """What was to go out, and what came of it."""
        try:
            octets = self._writer.pushed(message)
        except UnwritableError as error:
            return b"", Attempt(meaning=Meaning.PARKED, why=f"DUIS cannot say it: {error}")
        most = self._settings.most_octets
        if len(octets) > most:
            why = f"{len(octets)} octets, expected at most {most}"
            return octets, Attempt(meaning=Meaning.PARKED, why=why)
        return octets, await self._outgoing.attempt(self._address_of(user).url, octets)

    async def _park(self, user: Eui, received: ReceivedMessage, attempt: Attempt, octets: bytes) -> None:
        parked = MessageParked(
            user=user,
            position=received.position,
            why=attempt.why,
            http_status=attempt.http_status,
            answer=attempt.answer,
        )
        await self._runtime.submit(parked)
        _log.warning(
            "parked",
            user=user,
            position=received.position,
            why=attempt.why,
            answer=attempt.answer,
            xml=octets[: self._settings.most_octets].decode(errors="replace"),
        )

    def _tell_of_a_fall(self, user: Eui, task: asyncio.Task[None]) -> None:
        """A round ends by itself only if we broke our own promise: its User and the log are told."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failures[user] = f"the push ended: {type(error).__name__}"
            _log.error("the push to a User ended", user=user, exc_info=error)
