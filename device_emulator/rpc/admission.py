"""Who may call fleet control: on loopback anybody; elsewhere who brings the operator's token."""

import hmac
from collections.abc import Sequence

from google.protobuf.message import Message
from grpc import aio

from smart_metering.rpc.admission import Admit
from smart_metering.rpc.bearer import AUTHORIZATION, bearer_token

Context = aio.ServicerContext[Message, Message]


class OperatorNeeded(Exception):
    """Nobody says who is calling, or it is not the operator."""


def admission(operator_token: str, *, on_loopback: bool) -> Admit:
    """An empty token is nobody's."""

    def admit(method: str, context: Context) -> None:
        values = [str(value) for key, value in context.invocation_metadata() or () if key == AUTHORIZATION]
        if not is_the_operator(values, operator_token, on_loopback=on_loopback):
            raise OperatorNeeded(
                f"expected '{AUTHORIZATION}: Bearer TOKEN' with the token of the operator (--operator-token-file)"
            )

    return admit


def is_the_operator(authorizations: Sequence[str], operator_token: str, *, on_loopback: bool) -> bool:
    """By the values that came under `authorization`."""
    if on_loopback and not authorizations:
        return True
    token = bearer_token(authorizations)
    if token is None or not operator_token:
        return False
    return hmac.compare_digest(token.encode(), operator_token.encode())
