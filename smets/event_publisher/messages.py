"""Events and states as MQTT messages: their topics, one row each, and their JSON.

smets/events/KIND/DEVICE    an event, once for each time that it happened; not retained
smets/state/WHAT/DEVICE     what holds now, retained; empty: it holds no more
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from smart_metering.identifiers import Eui
from smart_metering.instants import format_instant
from smets.client.event_records import (
    FAULT,
    ONLINE,
    PRESENCE,
    SMI,
    DeviceStateInSmi,
    DspEvent,
    EmulatorEvent,
    PresenceState,
)

EVENTS = "smets/events"
STATE = "smets/state"


class EventTopic(StrEnum):
    """The KIND of a topic."""

    SMI_CHANGE = "smi"
    DCC_ALERT = "dcc-alert"
    DEVICE_ALERT = "device-alert"
    FAULT = "fault"
    PRESENCE = "presence"


TOPIC_OF_KIND = {
    # kind of the event   topic
    SMI: EventTopic.SMI_CHANGE,
    "DCCAlert": EventTopic.DCC_ALERT,
    "DeviceAlert": EventTopic.DEVICE_ALERT,
    FAULT: EventTopic.FAULT,
    PRESENCE: EventTopic.PRESENCE,
}

LOG_OF_TOPIC = {
    # topic                  log in which positions rise
    EventTopic.SMI_CHANGE: "smi",
    EventTopic.DCC_ALERT: "message",
    EventTopic.DEVICE_ALERT: "message",
    EventTopic.FAULT: "fault",
    EventTopic.PRESENCE: "presence",
}


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Published with QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


def event_message(source: str, event: DspEvent | EmulatorEvent) -> OutgoingMessage:
    """`source` is whose log the event's position is in; with the log's name it makes the `id` that the event keeps."""
    topic = TOPIC_OF_KIND[event.kind]
    log = LOG_OF_TOPIC[topic]
    told = {
        "id": f"{source}/{log}/{event.position}",
        "source": source,
        "log": log,
        "position": event.position,
        "at": format_instant(event.at),
        "device": event.device_id,
        "what": event.what,
        **(_of_the_dsp(event) if isinstance(event, DspEvent) else _of_the_emulator(event)),
    }
    return OutgoingMessage(f"{EVENTS}/{topic}/{event.device_id or 'none'}", msgspec.json.encode(told))


def state_message(state: DeviceStateInSmi) -> OutgoingMessage:
    """A Device as the SMI has it."""
    told = {
        "device": state.device_id,
        "type": state.device_type,
        "status": state.device_status,
        "firmware": state.device_firmware_version,
    }
    return OutgoingMessage(f"{STATE}/smi/{state.device_id}", msgspec.json.encode(told), retain=True)


def no_state_message(device_id: Eui | str) -> OutgoingMessage:
    """The SMI has it no more."""
    return OutgoingMessage(f"{STATE}/smi/{device_id}", b"", retain=True)


def presence_message(state: PresenceState) -> OutgoingMessage:
    """Whether a Device outside is there."""
    payload = _presence(state.online)
    return OutgoingMessage(f"{STATE}/presence/{state.device_id}", payload, retain=True)


def publisher_message(source: str, *, online: bool) -> OutgoingMessage:
    """Whether what is retained is kept true: offline is the publisher's last will."""
    payload = _presence(online)
    return OutgoingMessage(f"{STATE}/publisher/{source}", payload, retain=True)


def _presence(online: bool) -> bytes:
    return ONLINE.encode() if online else b"offline"


def _of_the_dsp(event: DspEvent) -> dict[str, object]:
    decision = event.decision
    return {
        **({"party": event.party} if event.party else {}),
        **({"cause": event.cause} if event.cause else {}),
        **({"decision": msgspec.structs.asdict(decision)} if decision else {}),
    }


def _of_the_emulator(event: EmulatorEvent) -> dict[str, object]:
    if not event.rule:
        return {}
    return {"rule": event.rule, "direction": event.direction, "srv": event.reference}
