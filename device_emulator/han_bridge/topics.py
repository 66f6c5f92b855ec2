"""The topics of the HAN bridge, one row each; how they are written, and read."""

from dataclasses import dataclass

from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui

PREFIX = "smets/han"
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`path` follows smets/han/HUB/DEVICE/; its `+` is a number, or a usage."""

    path: str
    from_device: bool
    retained: bool
    payload: str
    meaning: str


COMMAND = Topic(
    path="command/+",
    from_device=False,
    retained=False,
    payload="GBCS",
    meaning="A Command under its number; may come again, until it is answered or acknowledged",
)
RESPONSE = Topic(
    path="response/+",
    from_device=True,
    retained=False,
    payload="GBCS",
    meaning="The Response, under the number of the Command; to a repeated Command the same again",
)
ACKNOWLEDGEMENT = Topic(
    path="ack/+",
    from_device=True,
    retained=False,
    payload="",
    meaning="The Device keeps the Command of this number: it need not be repeated; a Response may follow whenever",
)
ALERT = Topic(
    path="alert/+",
    from_device=True,
    retained=False,
    payload="GBCS",
    meaning="An alert under a number of the Device's own that rises; sent again until it is taken",
)
TAKEN = Topic(
    path="taken/+",
    from_device=False,
    retained=False,
    payload="",
    meaning="The alert of this number is durable: the Device may forget it",
)
PRESENCE = Topic(
    path="presence",
    from_device=True,
    retained=True,
    payload="online or offline",
    meaning="Said at each connection, after subscribing; offline is the last will",
)
CERTIFICATE = Topic(
    path="certificates/+",
    from_device=True,
    retained=True,
    payload="DER",
    meaning="The Device's certificate for digital_signing or key_agreement, which its hub gives to the DSP",
)
OFFER = Topic(
    path="ota/offer",
    from_device=False,
    retained=True,
    payload="JSON: file (SHA-256 in hex), size, version, block_octets",
    meaning="A firmware file waits at the hub; empty: none",
)
REQUEST = Topic(
    path="ota/request/+",
    from_device=True,
    retained=False,
    payload="",
    meaning="The Device asks for the block at this offset; asked again if none comes",
)
BLOCK = Topic(
    path="ota/block/+",
    from_device=False,
    retained=False,
    payload="octets of the file",
    meaning="block_octets of the file from this offset, fewer at its end (QoS 0)",
)
END = Topic(
    path="ota/end",
    from_device=True,
    retained=False,
    payload="JSON: file, status",
    meaning="What became of the transfer: file_transfer_success, image_discarded, hardware_version_mismatch or "
    "file_transfer_failure",
)

TOPICS = (
    COMMAND,
    RESPONSE,
    ACKNOWLEDGEMENT,
    ALERT,
    TAKEN,
    PRESENCE,
    CERTIFICATE,
    OFFER,
    REQUEST,
    BLOCK,
    END,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A topic as it is of one Device: `part` stands in the place of the `+`."""

    comms_hub: Eui
    device: Eui
    topic: Topic
    part: str = ""

    @property
    def number(self) -> int | None:
        """The part as a number; None if it is none."""
        if not (self.part.isascii() and self.part.isdigit()):
            return None
        number = int(self.part)
        return number if number <= LARGEST_NUMBER else None


def write(comms_hub: Eui, device: Eui, topic: Topic, part: int | str = "") -> str:
    """A topic's full name."""
    return f"{PREFIX}/{comms_hub}/{device}/{topic.path.replace('+', str(part))}"


def read(name: str) -> Address | None:
    """What a full name says; None: it is not of the bridge."""
    if not name.startswith(f"{PREFIX}/"):
        return None
    hub, _, rest = name.removeprefix(f"{PREFIX}/").partition("/")
    device, _, path = rest.partition("/")
    try:
        comms_hub, device_id = parse_eui(hub), parse_eui(device)
    except InvalidIdentifier:
        return None
    for topic in TOPICS:
        stem = topic.path.removesuffix("+")
        if path == topic.path and stem == topic.path:
            return Address(comms_hub, device_id, topic)
        part = path.removeprefix(stem)
        if stem != topic.path and path.startswith(stem) and part and "/" not in part:
            return Address(comms_hub, device_id, topic, part)
    return None


def subscriptions() -> list[str]:
    """What the bridge hears."""
    return [f"{PREFIX}/+/+/{topic.path}" for topic in TOPICS if topic.from_device]
