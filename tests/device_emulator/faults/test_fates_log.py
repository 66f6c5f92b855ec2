"""The log of fates: what was drawn for which message, named by its Command."""

import pytest

from ledger.books import Append
from smart_metering.administration import Fate, FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.clear_event_log import encode_clear_event_log_command
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS
from smart_metering.sm_wan import Gbcs
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import ACB, NOON, SUPPLIER, Bench, smets1_template
from tests.device_emulator.commands import ask

LOSE_ANSWERS = FaultRule(name="lose answers", direction="FROM_DEVICE", fate="lose", one_in=1)
GARBLE = FaultRule(name="garble", direction="TO_DEVICE", fate="garble", one_in=1)
DELAY = FaultRule(name="late", fate="delay", delay=SECOND_MS, references=("11.2",), next=1)


def fates(bench: Bench) -> list[Fate]:
    """Those drawn since the last look."""
    changes = bench.emulator.ledger.take_changes()
    drawn = [change for change in changes if isinstance(change, Append) and change.log == "fates"]
    records = [change.record for change in drawn]
    assert [change.columns for change in drawn] == [
        (record.device_id,) for record in records if isinstance(record, Fate)
    ]
    return [record for record in records if isinstance(record, Fate)]


def test_what_no_rule_touches_has_no_fate() -> None:
    bench = Bench()
    bench.emulator.set_faults([DELAY])
    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))
    fates(bench)

    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))

    assert fates(bench) == []


def test_the_fate_of_a_command_names_it() -> None:
    bench = Bench()
    bench.emulator.set_faults([DELAY])
    meter = bench.device(DeviceType.ESME)

    bench.read(UseCase.ECS52, meter)

    assert fates(bench) == [
        Fate(
            at=NOON,
            device_id=meter,
            direction="TO_DEVICE",
            rule="late",
            fate="delay",
            reference="11.2",
            originator=SUPPLIER,
            counter=bench.counter,
        )
    ]


@pytest.mark.parametrize("originator", [SUPPLIER, ACB])
def test_the_fate_of_a_response_names_the_command_that_it_answers(originator: Eui) -> None:
    bench = Bench()
    bench.emulator.set_faults([LOSE_ANSWERS])

    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME), originator)

    (fate,) = fates(bench)
    assert (fate.direction, fate.reference) == ("FROM_DEVICE", "11.2")
    assert (fate.originator, fate.counter) == (originator, bench.counter)


def test_the_fate_of_a_smets1_answer_names_the_command_too() -> None:
    bench = Bench(premises=smets1_template())
    bench.emulator.set_faults([LOSE_ANSWERS])

    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))

    (fate,) = fates(bench)
    assert (fate.reference, fate.originator, fate.counter) == ("11.2", SUPPLIER, bench.counter)


def test_the_fate_of_an_alert_names_the_alert() -> None:
    bench = Bench()
    bench.emulator.set_faults([LOSE_ANSWERS])
    meter = bench.device(DeviceType.ESME)

    ask_and_lose = ask(bench, UseCase.ECS15A, meter, encode_clear_event_log_command)

    assert len(ask_and_lose.contents) == 1
    response, alert = fates(bench)
    assert (response.reference, response.originator) == ("3.3", SUPPLIER)
    assert (alert.reference, alert.originator, alert.counter) == ("", meter, NOON)


def test_a_message_that_cannot_be_read_is_of_nobody() -> None:
    bench = Bench()
    bench.emulator.set_faults([GARBLE])

    bench.send(bench.device(DeviceType.ESME), Gbcs(gbcs=b"\xdf\x09"))

    (fate,) = fates(bench)
    assert (fate.fate, fate.reference, fate.originator, fate.counter) == ("garble", "", None, 0)
