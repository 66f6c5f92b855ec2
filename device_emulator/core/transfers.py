"""Transfers of firmware over the HAN: they take their time, and rest while the hub or the Device has no power.

The blocks of a file are not played one by one: a transfer takes as long as they would.
"""

from device_emulator.core.agenda import Kind, Line
from device_emulator.core.fleet import Place
from device_emulator.core.state import Transfer
from device_emulator.core.turn import Turn
from device_emulator.firmware.images import Image
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.records import changed

BLOCK_OCTETS = 50
"""What fits one ZigBee OTA Image Block Response (the size under GBCS is unknown)."""

BLOCKS_PER_SECOND = 10
"""A choice: 750,000 octets take 25 minutes."""


def duration(image: Image) -> int:
    """How long a file is on its way over the HAN, in milliseconds."""
    blocks = -(-image.size // BLOCK_OCTETS)
    return blocks * SECOND_MS // BLOCKS_PER_SECOND


def carry_over(turn: Turn, place: Place, image: Image, duration_ms: int) -> None:
    """The file is at the Device in so many milliseconds; it takes the place of one on its way."""
    transfer = Transfer(
        sequence=turn.agenda.next_sequence(),
        due=Instant(turn.now + duration_ms),
        comms_hub=place.comms_hub,
        device=place.device_id,
        firmware_file=image.sha256,
    )
    turn.state.transfers.put(transfer)
    turn.agenda.put(Line(transfer.due, transfer.device, transfer.sequence, Kind.TRANSFER))


def rest(turn: Turn, device_id: Eui) -> None:
    """The hub or the Device has no power: the transfer to it, if there is one, waits where it is."""
    transfer = turn.state.transfers.get(device_id)
    if transfer is not None and transfer.remaining_ms is None:
        remaining = max(0, transfer.due - turn.now)
        turn.state.transfers.put(changed(transfer, remaining_ms=remaining))
