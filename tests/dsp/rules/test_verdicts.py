"""What becomes of a request by SRV, status, Device Type, generation and variant: the report, said again as a table.

That access control says the same of every case is tested there (test_verdicts_and_access_control).
"""

import pytest

from dsp.rules.releases import rules_with
from dsp.rules.verdicts import NAMED, NOT_ASKED, TABLES_ASKED, TAKEN, Case, Verdict, effect, every_case
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.marks import Mark
from smart_metering.service_requests import definition_of
from smart_metering.smi_statuses import SmiStatus

NONE: tuple[str, ...] = ()
BEFORE, AFTER, NEW, BOTH = NONE, ("SECMP0105",), ("SECMP0007",), ("SECMP0105", "SECMP0007")
ONE, TWO = Generation.SMETS1, Generation.SMETS2
SUSPENDED, COMMISSIONED, PENDING = SmiStatus.SUSPENDED, SmiStatus.COMMISSIONED, SmiStatus.PENDING
ESME, PPMID, HCALCS, GPF = DeviceType.ESME, DeviceType.PPMID, DeviceType.HCALCS, DeviceType.GPF

TABLE = [
    # SRV     variant  status        Device  generation  modifications  answer
    ("11.2",  1,       SUSPENDED,    ESME,   TWO,        BEFORE,        "E5"),
    ("11.2",  1,       SUSPENDED,    ESME,   TWO,        AFTER,         TAKEN),
    ("11.2",  2,       SUSPENDED,    ESME,   ONE,        AFTER,         TAKEN),
    ("11.2",  1,       SUSPENDED,    GPF,    TWO,        BOTH,          "E5"),
    ("11.2",  1,       SUSPENDED,    PPMID,  TWO,        AFTER,         "E5"),
    ("11.2",  1,       SUSPENDED,    PPMID,  TWO,        NEW,           "E5"),
    ("11.2",  1,       SUSPENDED,    PPMID,  TWO,        BOTH,          TAKEN),
    ("11.2",  1,       COMMISSIONED, PPMID,  TWO,        BEFORE,        "E11"),
    ("11.2",  1,       COMMISSIONED, PPMID,  TWO,        NEW,           TAKEN),
    ("11.2",  1,       PENDING,      PPMID,  TWO,        BEFORE,        "E5"),
    ("11.2",  4,       COMMISSIONED, ESME,   TWO,        BOTH,          "E12"),
    ("2.2",   2,       SUSPENDED,    ESME,   ONE,        BEFORE,        TAKEN),
    ("2.2",   1,       SUSPENDED,    ESME,   ONE,        BOTH,          "E5"),
    ("2.2",   2,       SUSPENDED,    ESME,   TWO,        BOTH,          "E5"),
    ("6.23",  1,       SUSPENDED,    ESME,   TWO,        BEFORE,        TAKEN),
    ("4.1.1", 1,       SUSPENDED,    ESME,   TWO,        BOTH,          "E5"),
    ("4.1.1", 1,       COMMISSIONED, ESME,   TWO,        BEFORE,        TAKEN),
    ("11.3",  4,       SUSPENDED,    ESME,   TWO,        BEFORE,        TAKEN),
    ("11.3",  5,       SUSPENDED,    HCALCS, TWO,        AFTER,         "E11"),
    ("11.3",  5,       SUSPENDED,    HCALCS, TWO,        NEW,           TAKEN),
    ("11.3",  5,       SUSPENDED,    PPMID,  TWO,        BOTH,          "E11"),
    ("11.1",  8,       SUSPENDED,    ESME,   TWO,        BEFORE,        TAKEN),
    ("11.1",  8,       PENDING,      ESME,   TWO,        BEFORE,        NAMED),
    ("11.1",  8,       COMMISSIONED, HCALCS, TWO,        BEFORE,        "E110106"),
    ("11.1",  8,       COMMISSIONED, HCALCS, TWO,        NEW,           TAKEN),
    ("11.1",  8,       COMMISSIONED, PPMID,  TWO,        BOTH,          "E110106"),
    ("11.4",  8,       COMMISSIONED, PPMID,  TWO,        AFTER,         "E100"),
    ("11.4",  8,       SUSPENDED,    PPMID,  TWO,        NEW,           TAKEN),
    ("11.4",  8,       COMMISSIONED, ESME,   TWO,        BOTH,          "E110403"),
    ("8.3",   8,       PENDING,      ESME,   TWO,        BEFORE,        "E5"),
    ("8.3",   8,       SUSPENDED,    ESME,   TWO,        BEFORE,        TAKEN),
    ("8.2",   8,       PENDING,      ESME,   TWO,        BEFORE,        NOT_ASKED),
]  # fmt: skip


def verdict(
    modifications: tuple[str, ...],
    srv: str,
    variant: int,
    status: SmiStatus,
    device_type: DeviceType,
    generation: Generation,
) -> Verdict:
    definition = definition_of(srv)
    assert definition is not None
    case = Case(
        definition=definition,
        status=status,
        device_type=device_type,
        generation=generation,
        variant=CommandVariant(variant),
    )
    return effect(rules_with(modifications), case)


@pytest.mark.parametrize("row", TABLE, ids=range(len(TABLE)))
def test_each_row_is_answered_as_it_says(
    row: tuple[str, int, SmiStatus, DeviceType, Generation, tuple[str, ...], str],
) -> None:
    srv, variant, status, device_type, generation, modifications, answer = row

    assert verdict(modifications, srv, variant, status, device_type, generation).answer == answer


def test_a_verdict_names_the_row_that_decided() -> None:
    exempt = verdict(AFTER, "11.2", 1, SUSPENDED, ESME, TWO)
    refused = verdict(BEFORE, "11.2", 1, COMMISSIONED, PPMID, TWO)
    unknown = verdict(BEFORE, "11.4", 8, COMMISSIONED, PPMID, TWO)

    assert (exempt.source, exempt.mark) == ("SECMP0105 report", Mark.CERTAIN)
    assert (refused.source, refused.mark) == ("SECMP0105 report, on SECMP0007; choice G66", Mark.LIKELY)
    assert (unknown.source, unknown.mark) == ("choice G65", Mark.CHOICE)


@pytest.mark.parametrize(
    ("device_type", "source", "mark"),
    [
        (ESME, "SECMP0105 report, on E5", Mark.CERTAIN),
        (GPF, "SECMP0105 report, on E5; of a GPF choice G74", Mark.CHOICE),
        (PPMID, "SECMP0105 report, on E5; before E11, without SECMP0007, by choice G14", Mark.CHOICE),
        (HCALCS, "SECMP0105 report, on E5; before E11, without SECMP0007, by choice G14", Mark.CHOICE),
    ],
)
def test_e5_of_a_suspended_device_is_no_surer_than_the_report(
    device_type: DeviceType, source: str, mark: Mark
) -> None:
    refused = verdict(BEFORE, "11.2", 1, SUSPENDED, device_type, TWO)

    assert (refused.answer, refused.source, refused.mark) == ("E5", source, mark)


def test_every_case_of_a_request_is_asked_once() -> None:
    definition = definition_of("2.2")
    assert definition is not None

    cases = list(every_case(definition))

    assert len(cases) == len(set(cases)) == 9 * 6 * 2 * 3
    assert not {case.device_type for case in cases} & {DeviceType.IHD, DeviceType.CAD}, "without a status"


def test_modifications_that_change_no_table_asked_change_no_verdict() -> None:
    base = rules_with(())

    silent = [
        name
        for name in ("SECMP0125", "SAT-TITLES")
        if all(getattr(rules_with([name]), table) == getattr(base, table) for table in TABLES_ASKED)
    ]

    assert silent == ["SECMP0125", "SAT-TITLES"]
