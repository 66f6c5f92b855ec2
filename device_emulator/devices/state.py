"""The state of one Device that was touched: plain data, a few hundred octets."""

import msgspec

from device_emulator.firmware.slots import Slots
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


class ScheduledActivation(Record, frozen=True):
    """A future-dated CS06: who sent it with which counter, and when it is to be carried out."""

    manufacturer_image_hash: bytes
    originator: Eui
    counter: int
    due: Instant


class DeviceState(Record, frozen=True):
    """`accepted_counters` are the last ones of critical Commands by originator; `alert_counter` is the Device's own.

    `history` is a SHA-256 chain over its `received` and `sent` messages and their fates.
    """

    device_id: Eui
    slots: Slots
    scheduled: ScheduledActivation | None = None
    accepted_counters: dict[Eui, int] = msgspec.field(default_factory=dict)
    alert_counter: int = 0
    received: int = 0
    sent: int = 0
    history: bytes = b""
