"""Sends what a step says: a request for each Device, or one for all, in the name of who would send it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import definition_of
from smets.client.campaign import Sent
from smets.client.user import User
from smets.local_system.system import System
from smets.requests.bodies import body_of
from smets.requests.errors import WrongRequest
from smets.scenarios.cast import Cast, Member
from smets.scenarios.model import SendModel
from smets.scenarios.planning import LISTING, asked
from smets.scenarios.results import Request


@dataclass(frozen=True, slots=True)
class ScenarioLookups:
    """What texts of a step stand for: `PPMID` is the one beside the Device that is asked; files are the scenario's."""

    cast: Cast
    files: Mapping[str, bytes]
    member: Member | None

    async def device(self, text: str) -> Eui:
        """Raises WrongRequest and InvalidIdentifier."""
        if text not in DeviceType.__members__.values():
            return parse_eui(text)
        beside = self.cast.beside(self.member, DeviceType(text)) if self.member is not None else None
        if beside is None:
            raise WrongRequest(f"there is no {text} beside {self.member}")
        return beside.device_id

    def file(self, name: str) -> bytes | None:
        return self.files.get(name)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends in a system what is said of the `cast`; `files` are firmware by the names in the scenario."""

    system: System
    cast: Cast
    files: Mapping[str, bytes]

    async def send(self, said: SendModel, devices: Sequence[Member]) -> list[Request]:
        """All of them, in the order of the Devices. Raises WrongRequest and SmetsError."""
        sent: list[Request] = []
        for user, members in self._by_user(said, devices):
            groups = self._groups(said.srv, members)
            requests = [await self._request(said, user, group) for group in groups]
            rows = await self._send_all(said, user, requests)
            sent += [_told(row, user, group) for row, group in zip(rows, groups, strict=True)]
        return sent

    async def request(self, said: SendModel, devices: Sequence[Member]) -> ServiceRequest:
        """The one that would be sent, which is not. Raises WrongRequest."""
        made = [
            await self._request(said, user, group)
            for user, members in self._by_user(said, devices)
            for group in self._groups(said.srv, members)
        ]
        if len(made) != 1:
            raise WrongRequest(f"SRV {said.srv} to {len(devices)} Devices is {len(made)} requests, not one")
        return made[0]

    def _by_user(self, said: SendModel, devices: Sequence[Member]) -> Iterator[tuple[User, list[Member]]]:
        if not devices:
            yield self.system.user(said.user or self._able(said.srv)), []
        by_user: dict[str, list[Member]] = {}
        for member in devices:
            by_user.setdefault(said.user or self._sender(said.srv, member), []).append(member)
        for user, members in by_user.items():
            yield self.system.user(user), members

    def _sender(self, srv: str, member: Member) -> str:
        """The Device's supplier, if its roles may send the SRV."""
        roles = {party.eui: party.roles for party in self.system.parties}.get(member.supplier, ())
        definition = definition_of(srv)
        assert definition is not None, srv
        return member.supplier if definition.roles.intersection(roles) else self._able(srv)

    def _able(self, srv: str) -> str:
        definition = definition_of(srv)
        assert definition is not None, srv
        for party in self.system.parties:
            if definition.roles.intersection(party.roles):
                return party.eui
        raise WrongRequest(f"no party of this scenario may send SRV {srv}; name one by user")

    def _groups(self, srv: str, members: Sequence[Member]) -> list[Sequence[Member]]:
        if srv in LISTING or not members:
            return [members]
        return [[member] for member in members]

    async def _request(self, said: SendModel, user: User, members: Sequence[Member]) -> ServiceRequest:
        words = asked(said, members)
        lookups = ScenarioLookups(self.cast, self.files, members[0] if members else None)
        body = await body_of(words, user, self.system.administration, lookups)
        device = words.devices[0] if words.is_to_a_device else None
        return user.request(said.srv, device, body, now=await user.now())

    async def _send_all(self, said: SendModel, user: User, requests: Iterable[ServiceRequest]) -> list[Sent]:
        """With a Command Variant of its own each goes alone: its answer may be a Command to carry to the Device."""
        if said.variant is None:
            return [sent async for sent in user.send_all(requests, within_ms=within_ms(said))]
        variant = CommandVariant(said.variant)
        rows = [
            Sent(request=request, answer=await user.send_request(request, variant=variant))
            for request in requests
        ]
        asked_ids = [str(row.answer.request_id) for row in rows if row.acknowledged]
        found = await user.responses_to(asked_ids, within_ms=within_ms(said))
        return [replace(row, response=found.get(str(row.answer.request_id))) for row in rows]


def within_ms(said: SendModel) -> int:
    """A request that is dated is not waited for, unless the step says so."""
    if said.within is not None:
        return said.within
    return 0 if said.at else MINUTE_MS


def _told(row: Sent, user: User, members: Sequence[Member]) -> Request:
    response = row.response.response if row.response is not None else None
    outcome = row.response.outcome if row.response is not None else None
    return Request(
        request_id=str(row.answer.request_id),
        srv=row.request.service_reference_variant,
        user=user.eui,
        device=members[0].device_id if len(members) == 1 else None,
        answer=_code(row.answer.response_code),
        response=_code(response.response_code) if response is not None else "",
        says=outcome.text if outcome is not None else "",
    )


def _code(code: ResponseCode | None) -> str:
    return code.value if code is not None else ""
