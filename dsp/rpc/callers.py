"""Who makes a call by gRPC: reads what came with it, and asks the one place that knows."""

import ssl

from google.protobuf.message import Message
from grpc import aio

from dsp.identity.caller import Caller, OperatorNeeded, Presented, Unauthenticated
from dsp.identity.identity import USER_ID, Identity
from smart_metering.identifiers import Eui
from smart_metering.rpc.bearer import AUTHORIZATION

CERTIFICATE = "x509_pem_cert"

Context = aio.ServicerContext[Message, Message]


class Callers:
    """Of one listener; `on_loopback` says where it listens."""

    def __init__(self, identity: Identity, *, on_loopback: bool) -> None:
        self.identity = identity
        self._on_loopback = on_loopback

    def caller(self, context: Context) -> Eui:
        """The EUI of the calling User; raises Unauthenticated."""
        caller = self.identity.caller(self.presented(context))
        if caller.eui is None:
            raise Unauthenticated(
                f"{caller.name} is of no party: expected one metadata entry {USER_ID!r} with the EUI of the User that "
                "it speaks for"
            )
        return caller.eui

    def operator(self, context: Context) -> Caller:
        """Raises Unauthenticated and OperatorNeeded."""
        return self.identity.operator(self.presented(context))

    def known(self, context: Context) -> None:
        """Anybody who is known; on loopback anybody at all. Raises Unauthenticated."""
        presented = self.presented(context)
        if not presented.on_loopback or presented.authorizations:
            self.identity.caller(presented)

    def may_operate(self, authorization: str) -> bool:
        """Whether somebody is an operator who asks over HTTP with this `Authorization`; empty: without one."""
        authorizations = (authorization,) if authorization else ()
        try:
            self.identity.operator(Presented(on_loopback=self._on_loopback, authorizations=authorizations))
        except (Unauthenticated, OperatorNeeded):
            return False
        return True

    def presented(self, context: Context) -> Presented:
        """What came with the call."""
        claims: list[str] = []
        authorizations: list[str] = []
        for key, value in context.invocation_metadata() or ():
            if key == USER_ID:
                claims.append(str(value))
            elif key == AUTHORIZATION:
                authorizations.append(str(value))
        return Presented(
            on_loopback=self._on_loopback,
            claims=tuple(claims),
            authorizations=tuple(authorizations),
            certificate=_certificate_of(context),
        )


def _certificate_of(context: Context) -> bytes | None:
    """DER. None: no TLS, or the client showed none."""
    shown = next(iter(context.auth_context().get(CERTIFICATE, ())), None)
    return ssl.PEM_cert_to_DER_cert(shown.decode("ascii")) if shown is not None else None
