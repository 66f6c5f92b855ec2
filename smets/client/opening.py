"""What a Device encrypted, opened for one party: with the secret of its key agreement key and the Device's."""

from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import Message
from smart_metering.identifiers import Eui
from smets.client.user_keys import SharedSecrets


class Sealed(Exception):
    """The message is encrypted for another, or the Device's certificate is not at hand; the text says which."""


class Opener:
    """Knows the secrets of one party. Without them (`Opener()`) all that is encrypted stays sealed."""

    def __init__(self, user: Eui | None = None, secrets: SharedSecrets | None = None) -> None:
        self._user = user
        self._secrets = secrets

    def secret_of(self, response: Message) -> bytes:
        """The secret under which a Response is encrypted. Raises Sealed."""
        recipient = _recipient_of(response)
        if self._user is None or self._secrets is None or recipient != self._user:
            raise Sealed(f"encrypted for {recipient}, so not to be read here")
        secret = self._secrets.with_device(response.originator)
        if secret is None:
            raise Sealed(f"encrypted; no key agreement certificate of {response.originator} is at hand")
        return secret


def _recipient_of(response: Message) -> Eui:
    """Who asks through the Access Control Broker can read the answer only if its certificate went with the Command;
    then the Response carries a counter of the Device's own for it (likely)."""
    if response.supplementary_party is not None and response.supplementary_originator_counter is None:
        return response.target
    return exchange_of(response).recipient
