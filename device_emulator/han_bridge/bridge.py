"""Carries the post between the hubs of one host and Devices outside, over an MQTT broker, for as long as it runs.

A broker is trusted with nothing: it may be killed, and forget. What is not answered is told again after each
reconnection, after a Device comes back, and by and by; what comes twice the core takes once. So a broker's memory
(QoS 1, a persistent session) makes it quicker, not safer.
"""

import asyncio
import socket
import ssl
from typing import NoReturn

import aiomqtt
import structlog

from device_emulator.core.effects import AlertTaken, OfferEnded
from device_emulator.core.external_records import HanCommand, HanOffer, PresenceTold
from device_emulator.han_bridge import payloads, topics
from device_emulator.han_bridge.brokers import Broker
from device_emulator.han_bridge.payloads import BLOCK_OCTETS, BadMessage
from device_emulator.han_bridge.topics import Address, Topic
from device_emulator.runtime.han_post import Notice
from device_emulator.runtime.host import Host
from smart_metering.identifiers import Eui

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 1.0
CALL_SECONDS = 5.0
LISTENER_FIRST_SECONDS = (
    0.5  # of a broken line the listener is to tell, else asyncio complains that nobody asked
)
KEEPALIVE_SECONDS = 15
NOTICES_TOGETHER = 20  # what MQTT clients have in flight by custom
EVENTS_AHEAD = 64  # taken, and not yet durable
QOS_ONCE_OR_MORE = 1

_log = structlog.get_logger()


class HanBridge:
    """`broker` is where it connects, again and again; `host` is whose Devices may be outside.

    `session` is the name by which the broker knows it again, and tells it from others.
    """

    def __init__(self, host: Host, broker: Broker, session: str) -> None:
        self._host = host
        self._broker = broker
        self._session = session
        self._why_not = ""
        self._ahead = 0

    async def run(self) -> None:
        """Until it is cancelled, or the store of the host fails."""
        await self._host.knows_the_time.wait()
        self._host.han.is_carried = True
        pause = FIRST_PAUSE_SECONDS
        while not self._host.failed.done():
            if await self._attend():
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _attend(self) -> bool:
        """One connection from its beginning to its end; answers whether there was one."""
        connected = False
        try:
            async with self._client() as client:
                await client.subscribe([(name, QOS_ONCE_OR_MORE) for name in topics.subscriptions()])
                connected = True
                _log.info("HAN bridge connected", broker=self._broker.address)
                self._host.han.tell_all_again()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._tell(client))
                    group.create_task(self._listen(client))
                    group.create_task(self._look_again())
        except* aiomqtt.MqttError as errors:
            why = "; ".join(str(error) for error in errors.exceptions)
            if connected or why != self._why_not:
                _log.warning("HAN bridge not connected", broker=self._broker.address, why=why)
            self._why_not = why
        return connected

    def _client(self) -> aiomqtt.Client:
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user,
            password=self._broker.password,
            identifier=f"smets-han-{self._session}",
            clean_session=False,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=ssl.create_default_context() if self._broker.tls else None,
            timeout=CALL_SECONDS,
            keepalive=KEEPALIVE_SECONDS,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        client.pending_calls_threshold = 2 * NOTICES_TOGETHER  # fewer are no cause for a warning
        return client

    # --- to Devices

    async def _tell(self, client: aiomqtt.Client) -> NoReturn:
        """In order, and several at once: a broker may take its time to acknowledge each."""
        while True:
            notices = await self._host.han.next_few(NOTICES_TOGETHER)
            try:
                await asyncio.gather(*(self._tell_one(client, notice) for notice in notices))
            except aiomqtt.MqttError:
                await asyncio.sleep(LISTENER_FIRST_SECONDS)
                raise

    async def _tell_one(self, client: aiomqtt.Client, notice: Notice) -> None:
        topic, name, payload = _message_of(notice)
        await client.publish(name, payload, qos=QOS_ONCE_OR_MORE, retain=topic.retained)

    async def _look_again(self) -> NoReturn:
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            self._host.han.repeat_unanswered()

    async def _send_block(self, client: aiomqtt.Client, address: Address) -> None:
        """A Device asks again for a block that it missed; for a file that is not offered it is told so."""
        device, hub = address.device, address.comms_hub
        offer = self._host.han.offer_to(device)
        if offer is None:
            await client.publish(
                topics.write(hub, device, topics.OFFER), b"", qos=QOS_ONCE_OR_MORE, retain=True
            )
            return
        offset = payloads.number_of(address)
        block = await self._host.read_firmware(offer.firmware_file, offset, BLOCK_OCTETS)
        await client.publish(topics.write(hub, device, topics.BLOCK, offset), block, qos=0)

    # --- from Devices

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            address = topics.read(str(message.topic))
            if address is None or not self._is_here(address):
                continue
            try:
                if address.topic is topics.REQUEST:
                    await self._send_block(client, address)
                else:
                    await self._take(address, message.payload)
            except BadMessage as error:
                _log.warning("message passed over", topic=str(message.topic)[:200], why=str(error))

    async def _take(self, address: Address, payload: bytes) -> None:
        event = payloads.event_of(address, payload)
        durable = self._host.hear_external(event)
        if isinstance(event, PresenceTold) and event.online:
            self._host.han.tell_again(event.device)
        self._ahead += 1
        if self._ahead >= EVENTS_AHEAD:
            self._ahead = 0
            await asyncio.shield(durable)

    def _is_here(self, address: Address) -> bool:
        """Several emulators may share a broker: each hears of its own Devices."""
        place = self._host.emulator.fleet.find(address.device)
        return place is not None and place.comms_hub == address.comms_hub


def _message_of(notice: Notice) -> tuple[Topic, str, bytes]:
    """The topic, its full name, and the payload."""

    def of(
        hub: Eui, device: Eui, topic: Topic, payload: bytes, part: int | str = ""
    ) -> tuple[Topic, str, bytes]:
        return topic, topics.write(hub, device, topic, part), payload

    match notice:
        case HanCommand():
            return of(notice.comms_hub, notice.device, topics.COMMAND, notice.gbcs, notice.number)
        case AlertTaken():
            return of(notice.comms_hub, notice.device, topics.TAKEN, b"", notice.number)
        case HanOffer():
            return of(notice.comms_hub, notice.device, topics.OFFER, payloads.offer(notice))
        case OfferEnded():
            return of(notice.comms_hub, notice.device, topics.OFFER, b"")
