"""Service Requests as a User makes them: the RequestID, the Command Variant of its kind, a body or the empty one."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import Body, ServiceRequest, UninterpretedBody
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.service_requests import SERVICE_REQUESTS, ServiceRequestDefinition, definition_of
from smets.client.counters import Counters
from smets.client.empty_bodies import EMPTY_BODIES
from smets.client.errors import UnknownServiceRequest

MakeBody = Callable[[RequestId], Body]


class RequestMaker:
    """Makes the requests of one User; what names its Devices in its body goes to the `acb`."""

    def __init__(self, user: Eui, acb: Eui, counters: Counters) -> None:
        self._user = user
        self._acb = acb
        self._counters = counters

    def make(
        self, srv: str, device: Eui | None, body: Body | MakeBody | None, now: Instant
    ) -> ServiceRequest:
        """Raises UnknownServiceRequest."""
        definition = _definition(srv, to_a_device=device is not None)
        target = self._acb if device is None else device
        request_id = RequestId(self._user, target, self._counters.next(target, now))
        return _request(definition, request_id, body(request_id) if callable(body) else body)

    def make_each(self, srv: str, bodies: Mapping[Eui, Body], now: Instant) -> list[ServiceRequest]:
        """One for each Device, in the order given. Raises UnknownServiceRequest."""
        definition = _definition(srv, to_a_device=True)
        counters = self._counters.next_each(bodies, now)
        return [
            _request(definition, RequestId(self._user, device, counter), body)
            for (device, body), counter in zip(bodies.items(), counters, strict=True)
        ]

    def renew(self, request: ServiceRequest) -> ServiceRequest:
        """The same under a new RequestID."""
        former = request.request_id
        counter = self._counters.next(former.target, Instant(former.counter + 1))
        return changed(request, request_id=RequestId(self._user, former.target, counter))


def _definition(srv: str, *, to_a_device: bool) -> ServiceRequestDefinition:
    definition = definition_of(srv)
    if definition is None:
        near = get_close_matches(srv, [row.srv for row in SERVICE_REQUESTS], n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownServiceRequest(f"SRV {srv!r} is none of the {len(SERVICE_REQUESTS)} of DUIS 5.4{hint}")
    if definition.non_device == to_a_device:
        needs = "names its Devices in its body" if definition.non_device else "needs the Device it is for"
        raise UnknownServiceRequest(f"SRV {srv} '{definition.name}' {needs}")
    return definition


def _request(
    definition: ServiceRequestDefinition, request_id: RequestId, body: Body | None
) -> ServiceRequest:
    return ServiceRequest(
        request_id=request_id,
        command_variant=_variant(definition),
        service_reference=definition.service_reference,
        service_reference_variant=definition.srv,
        body=body if body is not None else _empty_body(definition),
    )


def _variant(definition: ServiceRequestDefinition) -> CommandVariant:
    if definition.non_device:
        return CommandVariant.NON_DEVICE
    return CommandVariant.TRANSFORM if definition.critical else CommandVariant.SEND


def _empty_body(definition: ServiceRequestDefinition) -> Body:
    return EMPTY_BODIES.get(definition.srv) or UninterpretedBody(element=definition.body_element)
