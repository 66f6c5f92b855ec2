"""Who is calling: the one place that decides it. A development identity, for loopback: the EUI in the metadata."""

from google.protobuf.message import Message
from grpc import aio

from ledger.books import Book
from smart_metering.administration import Party
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui

USER_ID = "user-id"


class Unauthenticated(Exception):
    """Nobody says who is calling, or nobody knows the caller."""


class Identity:
    """Knows the parties that the administration loaded."""

    def __init__(self, parties: Book[Party]) -> None:
        self._parties = parties

    def caller(self, context: aio.ServicerContext[Message, Message]) -> Eui:
        """The EUI of the calling User; raises Unauthenticated."""
        claimed = [value for key, value in context.invocation_metadata() or () if key == USER_ID]
        if len(claimed) != 1:
            raise Unauthenticated(
                f"expected one metadata entry {USER_ID!r} with the EUI of the calling User, found {len(claimed)}"
            )
        try:
            eui = parse_eui(str(claimed[0]))
        except InvalidIdentifier as error:
            raise Unauthenticated(f"metadata entry {USER_ID!r}: {error}") from None
        if eui not in self._parties:
            raise Unauthenticated(
                f"metadata entry {USER_ID!r}: {eui} is no party that is loaded ({len(self._parties)} are)"
            )
        return eui
