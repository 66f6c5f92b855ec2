"""What the pages open to: the desks behind them, and who tells who is calling."""

from collections.abc import Iterable
from dataclasses import dataclass

from dsp.identity.identity import Identity
from dsp.runtime.audit_desk import AuditDesk
from dsp.runtime.emulator_view import Emulators, EmulatorView
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.explanation_desk import ExplanationDesk
from dsp.runtime.inventory_desk import InventoryDesk
from dsp.runtime.records_desk import RecordsDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Each page asks some of them."""

    runtime: EngineRoom
    records: RecordsDesk
    audit: AuditDesk
    explanations: ExplanationDesk
    inventory: InventoryDesk
    emulator: EmulatorView
    identity: Identity


def open_desks(
    runtime: EngineRoom, records: RecordsDesk, identity: Identity, emulators: Iterable[EmulatorView]
) -> Desks:
    """Of one DSP."""
    return Desks(
        runtime=runtime,
        records=records,
        audit=AuditDesk(runtime, records),
        explanations=ExplanationDesk(runtime, records),
        inventory=InventoryDesk(runtime),
        emulator=Emulators(emulators),
        identity=identity,
    )
