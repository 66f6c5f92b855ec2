"""Many requests to their end: on batched streams, so many at a time, over broken lines, none lost and none done twice.

A line that breaks leaves requests without an answer, and nobody knows which of them the DSP took. They are sent again
as they were. A RequestID is used once: where the DSP took the request before, it says E40, and then:

    Command Variants 1 and 5   it was acknowledged and is durable: I99, and its Response comes by the stream
    Command Variant 4          the Pre-Command is lost: transformed anew under a new RequestID, as nothing was sent yet
    any other                  what it asked for is done and its answer is lost: the E40 stands, `answer_is_lost`
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smets.client.checked import CheckedResponse
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.errors import BrokenPromise, Unreachable
from smets.client.patience import Patience
from smets.client.waiting import PatientClock

IN_FLIGHT = 1_000
ACKNOWLEDGED_BY_I99 = frozenset({CommandVariant.SEND, CommandVariant.SIGNED_SEND})

T = TypeVar("T")
Sign = Callable[[ServiceRequest, ServiceResponse], ServiceRequest | None]
Renew = Callable[[ServiceRequest], ServiceRequest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a request. `request` is as it was made, before Transform and signature.

    `answer`: the DSP's last, an acknowledgement (I99) or a refusal. `response`: what came by the stream, where it was
    waited for and came. `was_resent`: a line broke and the request was sent again. `answer_is_lost`: see above.
    """

    request: ServiceRequest
    answer: ServiceResponse
    response: CheckedResponse | None = None
    was_resent: bool = False
    answer_is_lost: bool = False

    @property
    def device(self) -> Eui:
        """The target of the request; of a non-device request the Access Control Broker."""
        return self.request.request_id.target

    @property
    def acknowledged(self) -> bool:
        """The request is durable, and a Service Response will come."""
        return self.answer.response_code is ResponseCode.I99


@dataclass(frozen=True, slots=True)
class Campaign:
    """How one User sends many: `sign` makes the Signed Pre-Command of an answer that holds a Pre-Command."""

    interface: DccUserInterface
    clock: PatientClock
    sign: Sign
    renew: Renew

    async def send(self, requests: Sequence[ServiceRequest]) -> list[Sent]:
        """All of them on their whole way, in their order. Raises Unreachable when the line stays broken."""
        rows = await self._asked(requests)
        signed = {place: it for place, row in enumerate(rows) if (it := self.sign(row.request, row.answer))}
        for place, answered in zip(signed, await self._submit(list(signed.values())), strict=True):
            was_resent = answered.was_resent or rows[place].was_resent
            rows[place] = replace(answered, request=rows[place].request, was_resent=was_resent)
        return rows

    async def _asked(self, requests: Sequence[ServiceRequest]) -> list[Sent]:
        """With the first answer of each; where a Pre-Command was lost on the way, with that to a new RequestID."""
        rows = await self._submit(requests)
        while lost := [place for place, row in enumerate(rows) if _has_lost_its_pre_command(row)]:
            again = await self._submit([self.renew(rows[place].request) for place in lost])
            for place, answered in zip(lost, again, strict=True):
                rows[place] = replace(answered, was_resent=True)
        return rows

    async def _submit(self, requests: Sequence[ServiceRequest]) -> list[Sent]:
        """Each with its answer, in their order, over as many streams as it takes."""
        rows: list[Sent] = []
        unsure: set[str] = set()
        patience = Patience(self.clock.patience_seconds)
        while waiting := requests[len(rows) :]:
            handed_over: set[str] = set()
            await self.clock.until_followed()
            patience.begin()
            try:
                async for answer in self.interface.submit(_noting(waiting, handed_over)):
                    request = requests[len(rows)]
                    if answer.request_id != str(request.request_id):
                        raise BrokenPromise(f"Submit: {request.request_id} is answered by {answer}")
                    rows.append(_answered(request, answer, was_resent=answer.request_id in unsure))
                break
            except Unreachable:
                if patience.is_over():
                    raise
            unsure |= handed_over
            await asyncio.sleep(patience.pause_seconds())
        if len(rows) < len(requests):
            raise BrokenPromise(f"Submit: {len(requests)} requests, and only {len(rows)} answers")
        return rows


def together(requests: Iterable[T], so_many: int) -> Iterator[list[T]]:
    """In their order, so many at a time, taken when they are needed."""
    rest = iter(requests)
    while rows := list(islice(rest, so_many)):
        yield rows


def _answered(request: ServiceRequest, answer: ServiceResponse, *, was_resent: bool) -> Sent:
    if not was_resent or answer.response_code is not ResponseCode.E40:
        return Sent(request=request, answer=answer, was_resent=was_resent)
    if request.command_variant in ACKNOWLEDGED_BY_I99:
        taken = changed(answer, response_code=ResponseCode.I99, decision=None)
        return Sent(request=request, answer=taken, was_resent=True)
    return Sent(request=request, answer=answer, was_resent=True, answer_is_lost=True)


def _has_lost_its_pre_command(row: Sent) -> bool:
    return row.answer_is_lost and row.request.command_variant is CommandVariant.TRANSFORM


def _noting(requests: Iterable[ServiceRequest], handed_over: set[str]) -> Iterator[ServiceRequest]:
    for request in requests:
        handed_over.add(str(request.request_id))
        yield request
