"""A rig: an emulator with a bridge, a DSP played by hand, and meters outside that keep to the rules of the topics."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiomqtt

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings
from device_emulator.han_bridge import topics
from device_emulator.han_bridge.brokers import read_broker
from smart_metering.administration import PremisesTemplate
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, response_to
from smart_metering.gbcs.read_firmware_version import encode_read_command, encode_read_response
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.records import changed
from smart_metering.sm_wan import Gbcs
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import ACB, V2, keys, template
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, emulator_at

PATIENCE_SECONDS = 20.0
CERTIFICATES = keys()


async def until(holds: Callable[[], bool]) -> None:
    """Looks again and again: what a test waits for happens in rooms that tell nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def outside(count: int, device_type: DeviceType = DeviceType.ESME) -> PremisesTemplate:
    """Premises whose Device of this type is outside."""
    premises = template(count=count)
    devices = tuple(
        changed(row, external=True) if row.device_type is device_type else row for row in premises.devices
    )
    return changed(premises, devices=devices)


@dataclass
class OutsideMeter:
    """A Device outside, until it is cancelled. `carried_out` are Commands by number and counter, each as often as it
    was carried out; a repeated one is answered again without that."""

    address: str
    comms_hub: Eui
    device: Eui
    answers: bool = True
    carried_out: list[tuple[int, int]] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    alerts: dict[int, bytes] = field(default_factory=dict)
    offers: list[dict[str, str | int]] = field(default_factory=list)
    file: bytes = b""
    connections: int = 0
    _said: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    _saying: asyncio.Queue[tuple[str, bytes]] = field(default_factory=asyncio.Queue)

    def name(self, topic: topics.Topic, part: int | str = "") -> str:
        return topics.write(self.comms_hub, self.device, topic, part)

    async def live(self) -> None:
        host, _, port = self.address.rpartition(":")
        will = aiomqtt.Will(self.name(topics.PRESENCE), "offline", qos=1, retain=True)
        while True:
            self._saying = asyncio.Queue()
            try:
                async with (
                    aiomqtt.Client(
                        host, int(port), identifier=self.device, clean_session=False, will=will, timeout=3
                    ) as client,
                    asyncio.TaskGroup() as group,
                ):
                    await self._arrive(client)
                    self.connections += 1
                    group.create_task(self._listen(client))
                    group.create_task(self._speak(client))
                    group.create_task(self._insist())
            except* aiomqtt.MqttError:
                pass
            await asyncio.sleep(0.05)

    def alert(self, number: int, octets: bytes) -> None:
        """Kept until it is taken."""
        self.alerts[number] = octets
        self._say(topics.ALERT, number, octets)

    async def _arrive(self, client: aiomqtt.Client) -> None:
        told = [topics.COMMAND, topics.TAKEN, topics.OFFER, topics.BLOCK]
        await client.subscribe([(self.name(topic, "+"), 1) for topic in told])
        own = CERTIFICATES.certificates(self.device)
        for usage, der in (
            ("digital_signing", own.digital_signing),
            ("key_agreement", own.key_agreement),
        ):
            await client.publish(self.name(topics.CERTIFICATE, usage), der, qos=1, retain=True)
        await client.publish(self.name(topics.PRESENCE), b"online", qos=1, retain=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            address = topics.read(str(message.topic))
            assert address is not None
            self._hear(address, message.payload)

    async def _speak(self, client: aiomqtt.Client) -> None:
        while True:
            name, payload = await self._saying.get()
            try:
                await client.publish(name, payload, qos=1)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.5)  # The listener is to tell of a broken line.
                raise

    async def _insist(self) -> None:
        """What is not taken is said again, and again."""
        while True:
            for number, octets in self.alerts.items():
                self._say(topics.ALERT, number, octets)
            await asyncio.sleep(0.5)

    def _say(self, topic: topics.Topic, part: int | str, payload: bytes) -> None:
        self._saying.put_nowait((self.name(topic, part), payload))

    def _hear(self, address: topics.Address, payload: bytes) -> None:
        number = address.number or 0
        if address.topic is topics.COMMAND:
            self.heard.append(number)
            if self.answers:
                self._say(topics.RESPONSE, number, self._respond(number, payload))
        elif address.topic is topics.TAKEN:
            self.alerts.pop(number, None)
        elif address.topic is topics.OFFER and payload:
            self.offers.append(json.loads(payload))
            self.file = b""
            self._say(topics.REQUEST, 0, b"")
        elif address.topic is topics.BLOCK and number == len(self.file):
            self.file += payload
            self._go_on()

    def _go_on(self) -> None:
        offer = self.offers[-1]
        if len(self.file) < int(offer["size"]):
            self._say(topics.REQUEST, len(self.file), b"")
            return
        end = json.dumps({"file": offer["file"], "status": "file_transfer_success"})
        self._say(topics.END, "", end.encode())

    def _respond(self, number: int, octets: bytes) -> bytes:
        if (number, octets) not in self._said:
            command = decode(octets)
            self.carried_out.append((number, command.counter))
            payload = encode_read_response(UseCase.ECS52, V2, command.counter)
            self._said[number, octets] = encode(replace(response_to(command, payload), signature=b""))
        return self._said[number, octets]


@dataclass
class Rig:
    """What runs together."""

    dsp: FakeDsp
    emulator: DeviceEmulator
    control: Control
    meters: list[OutsideMeter]

    @property
    def answered(self) -> list[tuple[Eui, int]]:
        """Device and counter of every Response that the DSP has taken, each as often as it was."""
        read = [decode(it.content.gbcs) for it in self.dsp.uplinks if isinstance(it.content, Gbcs)]
        return [(it.originator, it.counter) for it in read if it.cra is CraFlag.RESPONSE]

    async def all_online(self) -> None:
        books = self.emulator.host.emulator.state.external_devices
        await until(lambda: all((row := books.get(it.device)) and row.online for it in self.meters))


@asynccontextmanager
async def running_rig(settings: EmulatorSettings, broker: str, count: int = 1) -> AsyncIterator[Rig]:
    """With so many premises, whose ESMEs are outside and there."""
    premises = outside(count)
    position = [row.device_type for row in premises.devices].index(DeviceType.ESME)
    first = eui_number(premises.eui_from)
    meters = [
        OutsideMeter(broker, eui_from_number(first + 16 * at), eui_from_number(first + 16 * at + position))
        for at in range(count)
    ]
    async with FakeDsp() as dsp:
        with_bridge = replace(settings, broker=read_broker(f"mqtt://{broker}"))
        async with emulator_at(dsp, with_bridge) as emulator, Control(emulator.address) as control:
            await control.launch(premises)
            living = [asyncio.create_task(meter.live()) for meter in meters]
            try:
                rig = Rig(dsp, emulator, control, meters)
                await rig.all_online()
                yield rig
            finally:
                for task in living:
                    task.cancel()
                await asyncio.gather(*living, return_exceptions=True)


def read_command(device: Eui, counter: int) -> Message:
    """11.2 without protection: the meters of a rig ask for none."""
    return Message(
        cra=CraFlag.COMMAND,
        counter=counter,
        originator=ACB,
        target=device,
        message_code=UseCase.ECS52,
        payload=encode_read_command(UseCase.ECS52, counter),
        signature=b"",
    )
