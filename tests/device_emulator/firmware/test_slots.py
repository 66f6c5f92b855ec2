"""The mirror of a Device's firmware: as fresh as the last whole half hour, across any number of changes."""

from hypothesis import given
from hypothesis import strategies as st

from device_emulator.firmware.slots import MIRROR_PERIOD_MS, Slots, mirrored_version, swap
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.instants import Instant

FIRST = FirmwareVersion("00000000")


@given(
    changes=st.lists(st.integers(0, 6 * MIRROR_PERIOD_MS), max_size=8).map(sorted),
    look_after=st.integers(0, 2 * MIRROR_PERIOD_MS),
)
def test_a_mirror_shows_what_ran_at_the_last_refresh(changes: list[int], look_after: int) -> None:
    slots = Slots(running=FIRST)
    for number, at in enumerate(changes, start=1):
        slots = swap(slots, FirmwareVersion(f"{number:08X}"), None, Instant(at))
    now = (changes[-1] if changes else 0) + look_after

    refreshed = now - now % MIRROR_PERIOD_MS
    ran_then = sum(at <= refreshed for at in changes)
    assert mirrored_version(slots, Instant(now)) == f"{ran_then:08X}"
