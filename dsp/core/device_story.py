"""The story of one Device, as a caller may know it: its entry, its HAN, its statuses, its firmware, what it owes."""

from collections.abc import Iterable, Sequence

from dsp.core.inventory import shown
from dsp.core.learning import FIRMWARE_CHANGE
from dsp.core.lookers import Looking
from dsp.core.records import Outstanding, Schedule, SmiChange, SmiDevice, Stage
from dsp.core.service_audit_trail import title_of_srv
from dsp.rules.self_service import Panel
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus

NOT_TOLD = "by a request of another User"
"""In the place of a cause, for who may not know of it."""


class StatusLine(Record, frozen=True, kw_only=True):
    """A line of the status history. `cause` is NOT_TOLD and `request_id` empty for who may not know of the request."""

    at: Instant
    status: SmiStatus | None
    cause: str
    request_id: str = ""


class FirmwareLine(Record, frozen=True, kw_only=True):
    """How the SMI came to another firmware version, and by which row."""

    at: Instant
    what: str
    decision: Decision | None
    request_id: str = ""


class OwedLine(Record, frozen=True, kw_only=True):
    """A request that the Device has yet to answer. `user` is empty for who asked himself."""

    request_id: str
    srv: str
    title: str
    stage: Stage
    due: Instant
    attempts: int
    delivered: bool
    user: str = ""


class ScheduleLine(Record, frozen=True, kw_only=True):
    """A read that the DSP makes by itself for its owner, next at `due`."""

    schedule_id: int
    srv: str
    title: str
    due: Instant
    user: str = ""


class OnHan(Record, frozen=True, kw_only=True):
    """A Device of the same HAN; `associated_with` another that it belongs to."""

    device: InventoryDevice
    associated_with: Eui | None = None


class DeviceStory(Record, frozen=True, kw_only=True):
    """Newest lines last. `parties` are who the SMI has beside the Device, for the operator alone."""

    device: InventoryDevice
    comms_hub: Eui | None
    associated_device: Eui | None
    status_before_suspension: SmiStatus | None
    han: tuple[OnHan, ...]
    is_attached: bool
    statuses: tuple[StatusLine, ...]
    firmware: tuple[FirmwareLine, ...]
    owed: tuple[OwedLine, ...]
    schedules: tuple[ScheduleLine, ...]
    parties: tuple[tuple[str, Eui], ...]


def device_story(looking: Looking, device: SmiDevice, changes: Iterable[SmiChange]) -> DeviceStory:
    """`changes` are those of the Device in the SMI, oldest first."""
    state, device_id = looking.state, device.device.device_id
    hub = device_id if device_id in state.han else device.comms_hub
    return DeviceStory(
        device=shown(state, device),
        comms_hub=device.comms_hub,
        associated_device=device.associated_device,
        status_before_suspension=device.status_before_suspension,
        han=_han(looking, hub),
        is_attached=hub in state.connected_hubs,
        statuses=tuple(
            StatusLine(
                at=line.at,
                status=line.status,
                cause=looking.told(line.cause) if looking.cause(device, line.request_id) else NOT_TOLD,
                request_id=_told_request(looking, line.request_id),
            )
            for line in device.history
        ),
        firmware=tuple(_firmware(looking, device, changes)),
        owed=tuple(_owed(looking, state.outstanding_with(device_id))),
        schedules=tuple(_schedules(looking, state.schedules_with(device_id))),
        parties=tuple(_parties(looking, device)),
    )


def _han(looking: Looking, hub: Eui | None) -> tuple[OnHan, ...]:
    if hub is None:
        return ()
    state = looking.state
    members = dict.fromkeys((hub, *state.han.get(hub, ())))
    return tuple(
        OnHan(device=shown(state, state.devices[it]), associated_with=state.devices[it].associated_device)
        for it in members
        if it in state.devices
    )


def _firmware(looking: Looking, device: SmiDevice, changes: Iterable[SmiChange]) -> Iterable[FirmwareLine]:
    for change in changes:
        if change.what.startswith(FIRMWARE_CHANGE):
            is_told = looking.cause(device, change.cause)
            yield FirmwareLine(
                at=change.at,
                what=looking.told(change.what.removeprefix(FIRMWARE_CHANGE).strip()),
                decision=change.decision if is_told else None,
                request_id=_told_request(looking, change.cause),
            )


def _owed(looking: Looking, rows: Sequence[Outstanding]) -> Iterable[OwedLine]:
    for row in rows:
        if looking.request(row.user) is not None:
            srv = row.request.service_reference_variant
            yield OwedLine(
                request_id=str(row.request.request_id),
                srv=srv,
                title=title_of_srv(srv),
                stage=row.stage,
                due=row.due,
                attempts=row.attempts,
                delivered=row.delivered,
                user="" if row.user == looking.user else row.user,
            )


def _schedules(looking: Looking, rows: Sequence[Schedule]) -> Iterable[ScheduleLine]:
    for row in rows:
        if looking.request(row.user) is not None:
            srv = row.details.dsp_scheduled_service_reference_variant
            yield ScheduleLine(
                schedule_id=row.schedule_id,
                srv=srv,
                title=title_of_srv(srv),
                due=row.due,
                user="" if row.user == looking.user else row.user,
            )


def _parties(looking: Looking, device: SmiDevice) -> Iterable[tuple[str, Eui]]:
    row = looking.device(Panel.OTHERS, device)
    for what, party in (
        ("pre-notified by", device.pre_notifying_user),
        ("holds credentials of", device.supplier_credentials),
    ):
        if row is not None and party is not None:
            yield what, party


def _told_request(looking: Looking, request_id: str) -> str:
    """A RequestID begins with the EUI of who sent it."""
    sender = request_id.partition(":")[0]
    return request_id if looking.request(sender) is not None else ""
