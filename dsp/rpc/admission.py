"""Which calls are for operators, for anybody who is known, or for Users, whose servicers ask themselves who calls."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message
from grpc import aio

from dsp.rpc.callers import Callers
from smart_metering.rpc.admission import Admit

PACKAGE = "smart_metering.rpc.v1."

Context = aio.ServicerContext[Message, Message]


def _operators(callers: Callers, context: Context) -> None:
    callers.operator(context)


def _known(callers: Callers, context: Context) -> None:
    callers.known(context)


def _users(callers: Callers, context: Context) -> None:
    """The servicer needs to know who it is, and asks."""


_FOR: Mapping[str, Callable[[Callers, Context], None]] = {
    # a service, or one of its methods; whatever is not here is for operators
    f"/{PACKAGE}DccUserInterface": _users,
    f"/{PACKAGE}ReceiveResponse": _users,
    f"/{PACKAGE}SelfServiceInterface": _users,
    f"/{PACKAGE}Clock/Now": _known,  # what time it is, is no secret among those who take part
    f"/{PACKAGE}InventoryAdministration/ListParties": _known,  # nor who does: the SMKI Repository tells it
    "/grpc.reflection.v1alpha.ServerReflection": _known,
}


def admission(callers: Callers) -> Admit:
    """What stands before every call of the DSP but those of gRPC health, which tells only whether it serves."""

    def admit(method: str, context: Context) -> None:
        asks = _FOR.get(method) or _FOR.get(method.rpartition("/")[0]) or _operators
        asks(callers, context)

    return admit
