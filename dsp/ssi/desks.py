"""What the pages open to: the desks behind them, and who tells who is calling."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from dsp.identity.identity import Identity
from dsp.runtime.audit_desk import AuditDesk
from dsp.runtime.campaign_desk import CampaignDesk
from dsp.runtime.development_keys import DevelopmentKeys
from dsp.runtime.emulator_faults import EmulatorFaults, FaultsOfAll
from dsp.runtime.emulator_view import Emulators, EmulatorView
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.events_desk import EventsDesk
from dsp.runtime.explanation_desk import ExplanationDesk
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.firmware_store import FirmwareStore
from dsp.runtime.inventory_desk import InventoryDesk
from dsp.runtime.live_desk import LiveDesk
from dsp.runtime.records_desk import RecordsDesk
from dsp.runtime.runtime import Runtime
from dsp.runtime.timekeeper import Timekeeping
from dsp.runtime.user_requests import UserRequests

REST_SECONDS = 0.5
"""Between two looks of an open page at what happened: many pages may be open."""


class EmulatorLines(EmulatorView, EmulatorFaults, Protocol):
    """What is asked of an emulator, and set in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Each page asks some of them."""

    runtime: EngineRoom
    records: RecordsDesk
    audit: AuditDesk
    explanations: ExplanationDesk
    inventory: InventoryDesk
    emulator: EmulatorView
    faults: EmulatorFaults
    timekeeper: Timekeeping
    live: LiveDesk
    campaigns: CampaignDesk
    requests: UserRequests
    intake: FirmwareIntake
    firmware: FirmwareStore
    keys: DevelopmentKeys
    identity: Identity


@dataclass(frozen=True, slots=True)
class BackRoom:
    """What the desks of one DSP work with."""

    runtime: Runtime
    records: RecordsDesk
    timekeeper: Timekeeping
    intake: FirmwareIntake
    identity: Identity


def open_desks(room: BackRoom, emulators: Iterable[EmulatorLines], keys: DevelopmentKeys) -> Desks:
    """Of one DSP."""
    runtime, records, lines = room.runtime, room.records, tuple(emulators)
    state = runtime.engine.state
    events = EventsDesk(state, records, runtime.bell, rest_seconds=REST_SECONDS)
    return Desks(
        runtime=runtime,
        records=records,
        audit=AuditDesk(runtime, records),
        explanations=ExplanationDesk(runtime, records),
        inventory=InventoryDesk(runtime),
        emulator=Emulators(lines),
        faults=FaultsOfAll(lines),
        timekeeper=room.timekeeper,
        live=LiveDesk(state, records, events),
        campaigns=CampaignDesk(runtime, records),
        requests=UserRequests(runtime),
        intake=room.intake,
        firmware=room.intake.store,
        keys=keys,
        identity=room.identity,
    )
