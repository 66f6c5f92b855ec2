"""The page on hardware in the loop prints the table of topics as it is."""

from pathlib import Path

from device_emulator.han_bridge.topics import TOPICS, Topic

PAGE = Path(__file__).parents[3] / "docs/hardware-in-the-loop.md"


def row(topic: Topic) -> str:
    speaker, retained = "Device" if topic.from_device else "hub", "yes" if topic.retained else ""
    return f"| `{topic.path}` | {speaker} | {retained} | {topic.payload} | {topic.meaning} |"


def test_the_page_has_every_topic_in_the_order_of_the_table() -> None:
    table = "\n".join(row(topic) for topic in TOPICS)

    assert table in PAGE.read_text("utf-8")
