"""A world in which the Devices' word is held back, with requests on their way in every Stage that there is."""

from dataclasses import replace

from dsp.core.effects import Reply
from dsp.core.inputs import Input, RequestReceived, UplinkReceived
from dsp.core.records import Stage
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ReadFirmwareVersion, ServiceRequest
from smart_metering.gbcs.message import Message, encode
from smart_metering.gbcs.protection import add_mac, sign
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.sm_wan import Uplink, UplinkContent
from smart_metering.use_cases import is_critical
from tests.support.any_requests import body_in_order
from tests.support.dsp_premises import SUPPLIER, V2
from tests.support.hand_made_device import ACB, device_credentials, secret_between
from tests.support.world import World
from tests.support.world_premises import eui_of, supplier_of

CHF, ESME = map(eui_of, (DeviceType.CHF, DeviceType.ESME))


class EveryStage(World):
    """`heard` is all that came up; while it is `holding_back`, the DSP does not get it."""

    def __init__(self) -> None:
        self.heard: list[Uplink] = []
        self.holding_back = False
        super().__init__(awaiting=[DeviceType.PPMID])
        self._ask("12.2", DeviceType.PPMID, CommandVariant.NON_DEVICE)
        for kind in (DeviceType.CHF, DeviceType.GPF, DeviceType.ESME, DeviceType.GSME):
            self.read_version(eui_of(kind), by=supplier_of(kind))
        self.update_firmware([ESME], V2)
        self.advance(2 * HOUR_MS)
        self.activate(ESME, V2, at=Instant(self.now + DAY_MS))
        self._ask("4.1.1", DeviceType.GSME, CommandVariant.LOCAL)
        self.holding_back = True
        self._ask("4.1.1", DeviceType.ESME)
        self.advance(MINUTE_MS)
        self.read_version(ESME, at=Instant(self.now + HOUR_MS))
        for srv, kind in IN_TIME:
            self._ask(srv, kind)
        self._in_a_sequence()
        assert {row.stage for row in self.engine.state.outstanding.values()} == set(Stage)

    def give(self, event: Input) -> Reply | None:
        if isinstance(event, UplinkReceived):
            self.heard.append(event.uplink)
            if self.holding_back:
                return None
        return super().give(event)

    def say(self, uplink: Uplink, content: UplinkContent) -> None:
        """Such a frame, with another content, after all those that came up by now."""
        last = self.engine.state.host_positions["emulator"].sequence
        said = changed(uplink, sequence=last + 1, content=content)
        super().give(UplinkReceived(host="emulator", uplink=said))

    def _ask(self, srv: str, kind: DeviceType, variant: CommandVariant = CommandVariant.SEND) -> None:
        user = supplier_of(kind)
        target = {"8.11": CHF, "12.2": ACB}.get(srv, eui_of(kind))
        self.ask(srv, body_in_order(srv, kind, user, ""), by=user, target=target, variant=variant)

    def _in_a_sequence(self) -> None:
        first, then = (RequestId(SUPPLIER, ESME, self.now + DAY_MS + number) for number in (1, 2))
        for request_id, preceding in ((first, None), (then, first)):
            request = ServiceRequest(
                request_id=request_id,
                first_in_sequence=preceding is None,
                preceding_service_request_id=preceding,
                command_variant=CommandVariant.SEND,
                service_reference_variant="11.2",
                body=ReadFirmwareVersion(),
            )
            self.give(RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request))


IN_TIME = (
    ("2.2", DeviceType.ESME),
    ("3.3", DeviceType.ESME),
    ("4.8.1", DeviceType.GSME),
    ("6.23", DeviceType.ESME),
    ("6.24.1", DeviceType.GSME),
    ("8.7.2", DeviceType.ESME),
    ("8.9", DeviceType.CHF),
    ("8.9", DeviceType.ESME),
    ("8.11", DeviceType.PPMID),
    ("11.2", DeviceType.GPF),
)
"""What is asked last, so that there is still time to answer it."""


def protected(message: Message) -> bytes:
    """The message as its originator protects it: signed, or with a MAC for its target."""
    bare = replace(message, signature=None, mac=None)
    if is_critical(message.message_code):
        return encode(
            sign(bare, device_credentials(message.originator)[KeyUsage.DIGITAL_SIGNING].private_key)
        )
    return encode(add_mac(bare, secret_between(message.originator, message.target)))
