"""Service Requests that a page sends for the User that is signed in, by the same inputs as through any other door."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

from dsp.core.campaigns import FirmwareRequest
from dsp.core.inputs import RequestReceived
from dsp.core.request_ids import free_request_id
from dsp.runtime.engine_room import EngineRoom
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
)
from smart_metering.duis.service_responses import PreCommand, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.service_requests import service_reference_of

TOGETHER = 256


class Signs(Protocol):
    """Whoever has a User's DS key."""

    async def sign(self, party: Eui, pre_commands: Sequence[bytes]) -> list[bytes]: ...


class UserRequests:
    """All are under RequestIDs that the User's own systems do not use (core/request_ids.py)."""

    def __init__(self, runtime: EngineRoom) -> None:
        self._runtime = runtime
        self._state = runtime.engine.state

    async def update_firmware(self, user: Eui, srv: str, body: FirmwareRequest) -> ServiceResponse:
        """11.1 or 11.4."""
        target = self._runtime.engine.acb.eui
        request = self._request(user, srv, target, CommandVariant.NON_DEVICE, body)
        return (await self._send(user, [request]))[0]

    async def read_versions(self, user: Eui, devices: Sequence[Eui]) -> list[ServiceResponse]:
        """11.2 to each: not Critical, Command Variant 1."""
        answers: list[ServiceResponse] = []
        for some in _parts(devices):
            requests = [
                self._request(user, "11.2", it, CommandVariant.SEND, ReadFirmwareVersion()) for it in some
            ]
            answers += await self._send(user, requests)
            await asyncio.sleep(0)
        return answers

    async def activate(
        self, user: Eui, devices: Sequence[Eui], firmware_hash: bytes, signs: Signs
    ) -> list[ServiceResponse]:
        """11.3 to each: transformed, signed with the User's key by `signs`, sent. The last answer on each."""
        answers: list[ServiceResponse] = []
        for some in _parts(devices):
            body = ActivateFirmware(firmware_hash=firmware_hash)
            requests = [self._request(user, "11.3", it, CommandVariant.TRANSFORM, body) for it in some]
            transformed = await self._send(user, requests)
            drafts = [
                (request, answer.body.gbcs_payload)
                for request, answer in zip(requests, transformed, strict=True)
                if isinstance(answer.body, PreCommand)
            ]
            signed = await signs.sign(user, [octets for _, octets in drafts])
            answers += [answer for answer in transformed if not isinstance(answer.body, PreCommand)]
            answers += await self._send(
                user,
                [_signed(request, octets) for (request, _), octets in zip(drafts, signed, strict=True)],
            )
        return answers

    def _request(
        self, user: Eui, srv: str, target: Eui, variant: CommandVariant, body: Body
    ) -> ServiceRequest:
        return ServiceRequest(
            request_id=free_request_id(self._state, user, target, self._runtime.clock.now()),
            command_variant=variant,
            service_reference=service_reference_of(srv),
            service_reference_variant=srv,
            body=body,
        )

    async def _send(self, user: Eui, requests: Sequence[ServiceRequest]) -> list[ServiceResponse]:
        events = [
            RequestReceived(service=service_of(it.command_variant), caller=user, request=it)
            for it in requests
        ]
        replies = await (await self._runtime.take_many(events)).kept()
        return [reply for reply in replies if isinstance(reply, ServiceResponse)]


def _signed(request: ServiceRequest, octets: bytes) -> ServiceRequest:
    body = SignedPreCommand(gbcs_payload=octets)
    return changed(request, command_variant=CommandVariant.SIGNED_SEND, body=body)


def _parts(devices: Sequence[Eui]) -> Iterator[Sequence[Eui]]:
    return (devices[start : start + TOGETHER] for start in range(0, len(devices), TOGETHER))
