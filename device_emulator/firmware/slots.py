"""The firmware of one Device: the version that runs, at most one pending image, and what a mirror shows of it."""

from collections.abc import Sequence

from device_emulator.firmware.outages import Outage
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.instants import MINUTE_MS, Instant
from smart_metering.records import Record

MIRROR_PERIOD_MS = 30 * MINUTE_MS
"""A GPF refreshes its mirror of the GSME at every whole multiple of this (chosen here)."""


class PendingImage(Record, frozen=True):
    """An image that waits to be activated; the octets are held once for all Devices."""

    firmware_file: str
    version: FirmwareVersion
    manufacturer_image_hash: bytes


class Slots(Record, frozen=True):
    """One active and one pending image.

    `mirrored` is what a mirror showed when `running` began to run: it is still shown until the next refresh.
    """

    running: FirmwareVersion
    running_since: Instant = Instant(0)
    mirrored: FirmwareVersion | None = None
    esme_variant: str = ""
    pending: PendingImage | None = None


def mirror_refreshed(now: Instant, breaks: Sequence[Outage] = ()) -> Instant:
    """When a mirror was refreshed last; it cannot be in `breaks`."""
    refreshed = Instant(now - now % MIRROR_PERIOD_MS)
    while any(row.start <= refreshed < row.end for row in breaks):
        refreshed = Instant(refreshed - MIRROR_PERIOD_MS)
    return refreshed


def mirrored_version(slots: Slots, now: Instant, breaks: Sequence[Outage] = ()) -> FirmwareVersion:
    """What a mirror of this Device shows at `now`: as fresh as the last refresh."""
    if slots.mirrored is None or slots.running_since <= mirror_refreshed(now, breaks):
        return slots.running
    return slots.mirrored


def swap(slots: Slots, version: FirmwareVersion, resulting_variant: str | None, now: Instant) -> Slots:
    """The pending image runs from `now` on, and may have changed what the Device is."""
    return Slots(
        running=version,
        running_since=now,
        mirrored=mirrored_version(slots, now),
        esme_variant=resulting_variant or slots.esme_variant,
    )
