"""Names of topics and of brokers: each is read as it was written, and nothing else is."""

from pathlib import Path

import pytest

from device_emulator.han_bridge import topics
from device_emulator.han_bridge.brokers import Broker, InvalidBroker, read_broker, session_name
from device_emulator.han_bridge.payloads import BadMessage, event_of
from smart_metering.identifiers import Eui

HUB, DEVICE = Eui("00-DB-12-34-00-00-00-00"), Eui("00-DB-12-34-00-00-00-02")


@pytest.mark.parametrize("topic", topics.TOPICS, ids=lambda topic: topic.path)
def test_a_topic_is_read_as_it_was_written(topic: topics.Topic) -> None:
    part = "17" if "+" in topic.path else ""

    read = topics.read(topics.write(HUB, DEVICE, topic, part))

    assert read == topics.Address(HUB, DEVICE, topic, part)


@pytest.mark.parametrize(
    "name",
    [
        "smets/state/publisher/emulator",
        f"smets/han/{HUB}",
        f"smets/han/{HUB}/meter/presence",
        f"smets/han/{HUB}/{DEVICE}/command",
        f"smets/han/{HUB}/{DEVICE}/command/",
        f"smets/han/{HUB}/{DEVICE}/command/1/2",
        f"smets/han/{HUB}/{DEVICE}/rumour/1",
    ],
)
def test_any_other_name_is_none_of_the_bridge(name: str) -> None:
    assert topics.read(name) is None


@pytest.mark.parametrize(
    ("topic", "part", "payload", "why"),
    [
        (topics.PRESENCE, "", b"perhaps", "expected online or offline"),
        (topics.RESPONSE, "first", b"", "expected a number"),
        (topics.ALERT, str(2**63), b"", "expected a number"),
        (topics.CERTIFICATE, "key_agreement", b"no DER", "expected a certificate"),
        (topics.CERTIFICATE, "all", b"", "expected one of digital_signing, key_agreement"),
        (topics.END, "", b"{}", "expected JSON with file and status"),
        (topics.END, "", b'{"file": "", "status": "lost"}', "expected one of file_transfer_success"),
        (topics.RESPONSE, "1", bytes(65_537), "expected 65536 at most"),
        (topics.COMMAND, "1", b"", "it is not for the hub"),
    ],
)
def test_a_payload_that_cannot_be_meant_is_refused(
    topic: topics.Topic, part: str, payload: bytes, why: str
) -> None:
    with pytest.raises(BadMessage, match=why):
        event_of(topics.Address(HUB, DEVICE, topic, part), payload)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://rig", Broker(host="rig", port=1883)),
        ("mqtts://rig:1/", Broker(host="rig", port=1, tls=True)),
        ("mqtt://u:p%40@rig", Broker(host="rig", port=1883, user="u", password="p@")),
        ("mqtt://[::1]:1883", Broker(host="::1", port=1883)),
    ],
)
def test_a_broker_is_read_from_its_url(url: str, broker: Broker) -> None:
    assert read_broker(url) == broker


@pytest.mark.parametrize(
    "url", ["", "rig:1883", "http://rig", "mqtt://", "mqtt://rig:many", "mqtt://rig/topics"]
)
def test_what_names_no_broker_is_refused(url: str) -> None:
    with pytest.raises(InvalidBroker, match="expected mqtt://HOST:PORT"):
        read_broker(url)


def test_a_broker_lets_two_systems_in(tmp_path: Path) -> None:
    names = {session_name("emulator", tmp_path / state) for state in ("one", "two", "one")}

    assert len(names) == 2
