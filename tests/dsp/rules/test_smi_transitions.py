"""The SMI life cycle: every status with every event, against the list said again here."""

import pytest

from dsp.rules.smi_transitions import TRANSITIONS, SmiEvent, transition
from smart_metering.smi_statuses import SmiStatus

BEFORE_SUSPENSION = "the status held before suspension"

EXPECTED: dict[SmiEvent, dict[SmiStatus | None, SmiStatus | str]] = {
    SmiEvent.PRENOTIFIED: {
        None: SmiStatus.PENDING,
        SmiStatus.DECOMMISSIONED: SmiStatus.PENDING,
        SmiStatus.WITHDRAWN: SmiStatus.PENDING,
    },
    SmiEvent.CPL_ENTRY_REMOVED: {
        SmiStatus.PENDING: SmiStatus.SUSPENDED,
        SmiStatus.WHITELISTED: SmiStatus.SUSPENDED,
        SmiStatus.INSTALLED_NOT_COMMISSIONED: SmiStatus.SUSPENDED,
        SmiStatus.COMMISSIONED: SmiStatus.SUSPENDED,
        SmiStatus.RECOVERED: SmiStatus.SUSPENDED,
    },
    SmiEvent.NEW_FIRMWARE_SHOWN: {SmiStatus.SUSPENDED: BEFORE_SUSPENSION},
    SmiEvent.CPL_ENTRY_REINSTATED: {SmiStatus.SUSPENDED: BEFORE_SUSPENSION},
}  # what is not here does not happen


@pytest.mark.parametrize("event", SmiEvent)
@pytest.mark.parametrize("origin", [None, *SmiStatus])
def test_each_event_moves_each_status_as_the_domain_says(origin: SmiStatus | None, event: SmiEvent) -> None:
    row = transition(origin, event)

    expected = EXPECTED[event].get(origin)
    assert (row is None) is (expected is None)
    if row is not None:
        assert (row.origin, row.event) == (origin, event)
        assert (row.result or BEFORE_SUSPENSION) == expected


def test_a_status_and_an_event_have_one_row() -> None:
    cases = [(row.origin, row.event) for row in TRANSITIONS]

    assert len(cases) == len(set(cases))
    assert all(row.source for row in TRANSITIONS)
