"""The SMI life cycle: every status with every event for every Device Type, against the list said again here."""

import pytest

from dsp.rules.smi_transitions import TRANSITIONS, Beyond, SmiEvent, transition
from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.marks import Mark
from smart_metering.smi_statuses import SmiStatus

NAMES: dict[str, SmiStatus | None] = {
    "-": None,
    "P": SmiStatus.PENDING,
    "W": SmiStatus.WHITELISTED,
    "I": SmiStatus.INSTALLED_NOT_COMMISSIONED,
    "C": SmiStatus.COMMISSIONED,
    "D": SmiStatus.DECOMMISSIONED,
    "X": SmiStatus.WITHDRAWN,
    "S": SmiStatus.SUSPENDED,
    "R": SmiStatus.RECOVERY,
    "V": SmiStatus.RECOVERED,
}
RESULTS = NAMES | {"b": Beyond.BEFORE_SUSPENSION, "r": Beyond.REMOVED, "u": Beyond.UNCHANGED}

ANY = "ESME GSME GPF CHF HCALCS PPMID"
HAN = "ESME GSME HCALCS PPMID"

EXPECTED = {
    # event                                   what moves where       which Devices
    SmiEvent.PRENOTIFIED:                    [("-P DP XP",                ANY)],
    SmiEvent.DELETED:                        [("Pr",                      ANY)],
    SmiEvent.FORGOTTEN:                      [("Pr",                      ANY)],
    SmiEvent.ADDED_TO_HAN:                   [("PW Wu Iu Cu Su Ru Vu",    HAN)],
    SmiEvent.JOINED_HAN:                     [("WI",                      HAN)],
    SmiEvent.REMOVED_FROM_HAN:               [("WP IP Pu Cu Su Ru Vu Du Xu", HAN)],
    SmiEvent.SET_INSTALLED:                  [("PI WI",                   HAN)],
    SmiEvent.SET_PENDING:                    [("WP IP",                   HAN)],
    SmiEvent.COMMISSIONED:                   [("IC SS",                   "ESME GSME")],
    SmiEvent.JOINED_SERVICE:                 [("IC SS",                   "PPMID HCALCS GPF")],
    SmiEvent.HUB_CONNECTED:                  [("PC IC", "CHF"),           ("PI", "GPF")],
    SmiEvent.HUB_SET_COMMISSIONED:           [("PC IC",                   "CHF GPF")],
    SmiEvent.HUB_SET_INSTALLED:              [("PI CI",                   "CHF GPF")],
    SmiEvent.HUB_SET_WITHDRAWN:              [("PX IX CX SX",             "CHF GPF")],
    SmiEvent.HUB_INSTALLED:                  [("PC IC", "CHF"),           ("PI", "GPF")],
    SmiEvent.HUB_INSTALLED_NO_SM_WAN:        [("PI",                      "CHF GPF")],
    SmiEvent.HUB_LEFT:                       [("Pu Wu Iu Cu Su Ru Vu Du Xu", HAN)],
    SmiEvent.HUB_RETURNED:                   [("PX IX CX SX",             "CHF GPF")],
    SmiEvent.CPL_ENTRY_REMOVED:              [("CS IS VS PS WS",          ANY)],
    SmiEvent.NEW_FIRMWARE_SHOWN:             [("Sb",                      "ESME GSME CHF HCALCS PPMID")],
    SmiEvent.CPL_ENTRY_REINSTATED:           [("Sb",                      ANY)],
    SmiEvent.FOUND_OFF_CPL:                  [("CS",                      ANY)],
    SmiEvent.DECOMMISSIONED:                 [("WD ID CD SD RD VD",       ANY)],
    SmiEvent.RECOVERY_STARTED:               [("CR SR",                   ANY)],
    SmiEvent.RECOVERY_CREDENTIALS_PLACED:    [("RV",                      ANY)],
    SmiEvent.SUPPLIER_RESTORED:              [("VC",                      ANY)],
}  # fmt: skip
"""What is not here does not happen."""


def expected(origin: SmiStatus | None, event: SmiEvent, kind: DeviceType) -> SmiStatus | Beyond | None:
    for moves, kinds in EXPECTED[event]:
        if kind in kinds.split():
            for move in moves.split():
                start, result = move[0], move[1]
                if NAMES[start] is origin:
                    return RESULTS[result]
    return None


@pytest.mark.parametrize("kind", sorted(TYPE_1))
@pytest.mark.parametrize("event", SmiEvent)
@pytest.mark.parametrize("origin", [None, *SmiStatus])
def test_each_event_moves_each_status_as_the_domain_says(
    origin: SmiStatus | None, event: SmiEvent, kind: DeviceType
) -> None:
    row = transition(origin, event, kind)

    assert (row.result if row is not None else None) == expected(origin, event, kind)


@pytest.mark.parametrize("event", SmiEvent)
def test_devices_without_status_are_in_no_row(event: SmiEvent) -> None:
    for origin in (None, *SmiStatus):
        assert transition(origin, event, DeviceType.IHD) is None
        assert transition(origin, event, DeviceType.CAD) is None


def test_a_status_and_an_event_have_one_row_for_each_device_type() -> None:
    cases = [
        (origin, row.event, kind)
        for row in TRANSITIONS
        for origin in row.origins
        for kind in row.device_types
    ]

    assert len(cases) == len(set(cases))
    assert all(row.source and row.actor for row in TRANSITIONS)


def test_only_what_stays_suspended_changes_what_it_will_be_restored_to() -> None:
    for row in TRANSITIONS:
        stays = row.origins == (SmiStatus.SUSPENDED,) and row.result is SmiStatus.SUSPENDED
        assert (row.before_suspension is not None) is stays, row


CERTAIN, LIKELY, CHOICE = Mark.CERTAIN, Mark.LIKELY, Mark.CHOICE


@pytest.mark.parametrize(
    ("origin", "event", "marks"),
    [
        (
            SmiStatus.COMMISSIONED,
            SmiEvent.CPL_ENTRY_REMOVED,
            {"ESME GSME HCALCS PPMID": CERTAIN, "CHF GPF": LIKELY},
        ),
        (
            SmiStatus.SUSPENDED,
            SmiEvent.NEW_FIRMWARE_SHOWN,
            {"ESME GSME": CERTAIN, "HCALCS PPMID CHF": CHOICE},
        ),
    ],
)
def test_the_report_is_certain_of_no_more_device_types_than_it_names(
    origin: SmiStatus, event: SmiEvent, marks: dict[str, Mark]
) -> None:
    expected_marks = {DeviceType(kind): mark for kinds, mark in marks.items() for kind in kinds.split()}

    rows = {kind: transition(origin, event, kind) for kind in expected_marks}

    assert {kind: row.mark for kind, row in rows.items() if row is not None} == expected_marks


def test_no_user_is_said_to_wish_what_only_the_dcc_s_operator_does() -> None:
    steps = {SmiEvent.RECOVERY_STARTED, SmiEvent.RECOVERY_CREDENTIALS_PLACED, SmiEvent.SUPPLIER_RESTORED}

    assert all(row.actor.startswith("DCC") for row in TRANSITIONS if row.event in steps)
