"""One connection to the broker, as those that publish see it."""

import asyncio
from collections.abc import Sequence

import aiomqtt

from smets.event_publisher.messages import OutgoingMessage

LISTENER_FIRST_SECONDS = 0.5  # of a broken line the listener is to tell
TOGETHER = 20  # what MQTT clients have in flight by custom
QOS_ONCE_OR_MORE = 1


class Line:
    """Several may publish at once: each of them in its own order."""

    def __init__(self, client: aiomqtt.Client) -> None:
        client.pending_calls_threshold = 4 * TOGETHER  # fewer are no cause for a warning
        self._client = client

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """In order, several on their way at once; returns once the broker has acknowledged them all."""
        for start in range(0, len(messages), TOGETHER):
            try:
                await asyncio.gather(*(self._publish_one(it) for it in messages[start : start + TOGETHER]))
            except aiomqtt.MqttError:
                await asyncio.sleep(LISTENER_FIRST_SECONDS)
                raise

    async def listen(self) -> None:
        """Nothing is subscribed to: this is how a broken line is noticed while nothing happens."""
        async for _ in self._client.messages:
            pass

    async def _publish_one(self, message: OutgoingMessage) -> None:
        await self._client.publish(
            message.topic, message.payload, qos=QOS_ONCE_OR_MORE, retain=message.retain
        )
