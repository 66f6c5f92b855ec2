"""The suppliers' automated retry: the same body under a new RequestID until the Device answers (SECMP0105).

Each round sends to all Devices that have not answered, lets the policy's time pass, and looks who has. A refusal
(E5 ...) is an answer of the DSP's and is not tried again; E20 and E21 say that no Response came, and are.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from smart_metering.duis.service_requests import Body
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smets.client.checked import CheckedResponse
from smets.client.inbox import Inbox
from smets.client.user import User

PassTime = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """At most so many attempts, each given `wait_ms` of emulated time (the DSP gives up on one after 30 s)."""

    attempts: int = 3
    wait_ms: int = MINUTE_MS


@dataclass(slots=True)
class Retried:
    """What became of one Device. `response`: the Device's own, the first to any of the attempts."""

    device: Eui
    answers: list[ServiceResponse]  # one an attempt: the acknowledgements, or the refusal that ended it
    response: CheckedResponse | None = None

    @property
    def refused(self) -> bool:
        """The DSP did not take the last attempt."""
        return self.answers[-1].response_code is not ResponseCode.I99


async def send_until_response(
    user: User, srv: str, bodies: Mapping[Eui, Body], policy: RetryPolicy, pass_time: PassTime
) -> list[Retried]:
    """In the order of `bodies`. `pass_time` lets emulated milliseconds pass: Clock.pass_time, as a rule."""
    results = {device: Retried(device, []) for device in bodies}
    asked: dict[str, Retried] = {}
    inbox = user.inbox()
    await inbox.received()
    for _ in range(policy.attempts):
        waiting = [row for row in results.values() if row.response is None and not _is_refused(row)]
        if not waiting:
            break
        answers = await user.send_many(srv, {row.device: bodies[row.device] for row in waiting})
        for row, answer in zip(waiting, answers, strict=True):
            row.answers.append(answer)
            asked[answer.request_id] = row
        await pass_time(policy.wait_ms)
        await _take_responses(user, inbox, asked)
    return list(results.values())


def _is_refused(row: Retried) -> bool:
    return bool(row.answers) and row.refused


async def _take_responses(user: User, inbox: Inbox, asked: Mapping[str, Retried]) -> None:
    for received in await inbox.received():
        message = received.message
        if not isinstance(message, ServiceResponse) or not message.response_id:
            continue  # An alert; or the DSP's word that no Response came.
        row = asked.get(message.request_id)
        if row is not None and row.response is None:
            row.response = user.check(message)
