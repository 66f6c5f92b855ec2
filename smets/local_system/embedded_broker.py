"""The MQTT broker that a local system runs: amqtt, which lets everybody in and remembers nothing when it ends."""

from amqtt.broker import Broker
from amqtt.session import Session

SETTINGS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
"""Without the plug-ins that it has otherwise: they log each packet, and publish figures of its own."""


class EmbeddedBroker(Broker):  # type: ignore[misc]  # amqtt carries no types
    """Listens at `address`, HOST:PORT."""

    def __init__(self, address: str) -> None:
        super().__init__({"listeners": {"default": {"type": "tcp", "bind": address}}, "plugins": SETTINGS})

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """amqtt 0.12 hands whoever connects the retained messages of everybody's subscriptions: here, of its own."""
        topic_filter, _ = subscription
        own = {subscriber.client_id for subscriber, _ in self._subscriptions.get(topic_filter, ())}
        if session.client_id in own:
            await super()._publish_retained_messages_for_subscription(subscription, session)
