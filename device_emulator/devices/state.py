"""The state of one Device that was touched: plain data, a few hundred octets."""

import msgspec

from device_emulator.firmware.outages import Outage
from device_emulator.firmware.slots import Slots
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.gbcs.device_log import DeviceLogEntry
from smart_metering.identifiers import Eui
from smart_metering.instants import LAST_INSTANT, Instant
from smart_metering.records import Record, changed

LARGEST_LOG = 100
"""Entries of a Device's logs (chosen here)."""


class ScheduledActivation(Record, frozen=True):
    """A future-dated CS06: who sent it with which counter, and when it is to be carried out."""

    manufacturer_image_hash: bytes
    originator: Eui
    counter: int
    due: Instant


class SupplierCredentials(Record, frozen=True):
    """A supplier that took the place of the template's: its certificates by their SHA-256 in hex, held once for all
    Devices. The floor is the counter that its critical Commands must exceed."""

    party: Eui
    digital_signing: str
    key_agreement: str
    key_agreement_top_up: str = ""
    floor: int = 0


class ScheduledReplacement(Record, frozen=True):
    """A future-dated CS02b: who sent it with which counter, what it replaces, and when."""

    originator: Eui
    counter: int
    due: Instant
    supplier: SupplierCredentials
    supplier_floor: int | None
    top_up_floor: int | None


class Purse(Record, frozen=True):
    """What was topped up by UTRN, in thousandths of a penny, and the latest UTRNs, so that none is taken twice; with
    each the counter of the Command that brought it."""

    topped_up: int = 0
    utrns: tuple[tuple[str, int], ...] = ()


class Whitelisted(Record, frozen=True):
    """A Device on a CHF Device Log that was added there, and until when it may join."""

    device: Eui
    until: Instant


class CommsHubLog(Record, frozen=True):
    """How a CHF Device Log differs from what the template has on it."""

    added: tuple[Whitelisted, ...] = ()
    removed: tuple[Eui, ...] = ()


class Logged(Record, frozen=True):
    """An entry of a Device's logs: when, by its own clock, and what."""

    at: Instant
    code: DeviceAlertCode


class CutShort(Record, frozen=True):
    """The power went while the Device activated firmware: by the dated Command that is named, or by another."""

    scheduled: ScheduledActivation | None = None


class Life(Record, frozen=True):
    """What befell a Device beside firmware. What is None is as the template has it, or never happened.

    `joins_at`: it joins the HAN then. `device_log` are those it was joined with by Command. `failed_command` is the
    originator and the counter of the last Command whose failed authentication was told. `outages` are over;
    `off_since` begins the one that is not. Its power goes at its next activation, if `cut_at_activation`. Its clock
    reads `clock_ahead_ms` more than the time is.
    """

    joined: bool | None = None
    joins_at: Instant | None = None
    supplier: SupplierCredentials | None = None
    scheduled_replacement: ScheduledReplacement | None = None
    purse: Purse = Purse()
    clock_set_at: Instant | None = None
    event_log_cleared_at: Instant | None = None
    device_log: tuple[DeviceLogEntry, ...] = ()
    comms_hub_log: CommsHubLog = CommsHubLog()
    failed_command: tuple[Eui, int] | None = None
    off_since: Instant | None = None
    outages: tuple[Outage, ...] = ()
    cut_at_activation: bool = False
    cut_short: CutShort | None = None
    clock_ahead_ms: int = 0
    log: tuple[Logged, ...] = ()


class DeviceState(Record, frozen=True):
    """`accepted_counters` are the last ones of critical Commands by originator; `alert_counter` is the Device's own.

    `history` is a SHA-256 chain over its `received` and `sent` messages and their fates. All Devices to which nothing
    else happened share one `life`.
    """

    device_id: Eui
    slots: Slots
    scheduled: ScheduledActivation | None = None
    accepted_counters: dict[Eui, int] = msgspec.field(default_factory=dict)
    alert_counter: int = 0
    received: int = 0
    sent: int = 0
    history: bytes = b""
    life: Life = Life()


def lived(state: DeviceState, **changes: object) -> DeviceState:
    """The same Device, with other values in the named fields of its life."""
    return changed(state, life=changed(state.life, **changes))


def is_on(state: DeviceState) -> bool:
    """Whether the Device has power."""
    return state.life.off_since is None


def outages(state: DeviceState) -> tuple[Outage, ...]:
    """When the Device had no power, oldest first; one that is not over ends with time."""
    since = state.life.off_since
    return state.life.outages if since is None else (*state.life.outages, Outage(since, LAST_INSTANT))


def own_time(state: DeviceState, now: Instant) -> Instant:
    """What the Device's clock reads."""
    return Instant(now + state.life.clock_ahead_ms)


def true_time(state: DeviceState, own: Instant) -> Instant:
    """When the Device's clock reads `own`."""
    return Instant(own - state.life.clock_ahead_ms)


def logged(state: DeviceState, code: DeviceAlertCode, at: Instant) -> DeviceState:
    """The same Device with one more entry; of too many the oldest goes. `at` is by its own clock."""
    return lived(state, log=(*state.life.log, Logged(at, code))[-LARGEST_LOG:])
