"""What the door of the Receive Response Service asks of whoever pushes."""

from typing import Protocol

from smart_metering.duis.service_responses import Message
from smart_metering.identifiers import Eui


class Push(Protocol):
    """Pushes to each User what stands in its stream, to the address that the engine has of it."""

    def address_changed(self, user: Eui) -> None:
        """From now on it goes by what the engine has now."""
        ...

    def last_failure(self, user: Eui) -> str:
        """Why the last attempt failed; empty: it did not."""
        ...

    def octets_of(self, message: Message) -> bytes:
        """The message, written and signed anew; empty if it cannot be written."""
        ...
