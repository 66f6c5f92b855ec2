"""Faults in the air: each fate, in each direction, counted by Device, and thrown by dice that only the seed decides."""

import pytest

from device_emulator.faults.link import InvalidFaultRule
from smart_metering.administration import FaultRule, PremisesTemplate
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS
from smart_metering.records import changed
from smart_metering.sm_wan import Gbcs, Receipt, UplinkContent
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    Bench,
    firmware,
    gbcs,
    messages,
    receipts,
    smets1_template,
    template,
)

DELIVERED = Receipt(frame="frame", delivered=True)


def rule(fate: str = "lose", **fields: object) -> FaultRule:
    """Meets every message, unless the fields count otherwise."""
    counts = "one_in" in fields or "next" in fields
    plain = FaultRule(name="a rule", fate=fate, one_in=0 if counts else 1)
    return changed(plain, **fields)


def bench_with(*rules: FaultRule, premises: PremisesTemplate | None = None, seed: str = "seed") -> Bench:
    bench = Bench(premises=premises or template(), seed=seed)
    bench.emulator.set_faults(rules)
    return bench


def meter_of(bench: Bench) -> Eui:
    return bench.device(DeviceType.ESME)


def read(bench: Bench) -> list[UplinkContent]:
    return bench.read(UseCase.ECS52, meter_of(bench))


def counters(contents: list[UplinkContent]) -> list[int]:
    return [message.counter for message in messages(contents)]


def test_a_command_that_is_lost_has_no_receipt_and_no_response() -> None:
    bench = bench_with(rule("lose", direction="TO_DEVICE"))

    assert read(bench) == []
    assert bench.observed == ["TO_DEVICE message 1: lose, by rule a rule"]


def test_a_response_that_is_lost_leaves_the_receipt_and_the_deed() -> None:
    bench = bench_with(rule("lose", direction="FROM_DEVICE", references=("11.3",), next=1))
    meter = meter_of(bench)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)

    contents = bench.activate(meter, octets)

    assert contents == [DELIVERED]
    assert bench.inside(DeviceType.ESME).firmware_version == "00020000"
    assert len(read(bench)) == 2


def test_an_answer_of_the_s1sp_can_be_lost_too() -> None:
    bench = bench_with(
        rule("lose", direction="FROM_DEVICE", references=("11.3",)), premises=smets1_template()
    )

    assert bench.activate(meter_of(bench), firmware(DeviceType.ESME)) == [DELIVERED]
    assert len(read(bench)) == 2


def test_a_garbled_answer_does_not_pass_the_s1sp() -> None:
    bench = bench_with(rule("garble", direction="FROM_DEVICE"), premises=smets1_template())

    assert read(bench) == [DELIVERED]


@pytest.mark.parametrize("direction", ["TO_DEVICE", "FROM_DEVICE"])
def test_a_message_that_is_delayed_arrives_later(direction: str) -> None:
    bench = bench_with(rule("delay", direction=direction, delay=5 * SECOND_MS))

    first = read(bench)
    too_early = bench.wait(5 * SECOND_MS - 1)
    then = bench.wait(1)

    assert too_early == []
    assert receipts(first + then) == [DELIVERED]
    assert counters(then) == [bench.counter]


def test_a_command_that_is_repeated_is_answered_twice_if_it_is_a_reading() -> None:
    bench = bench_with(rule("repeat", direction="TO_DEVICE", delay=SECOND_MS))

    assert len(read(bench)) == 2
    assert len(bench.wait(SECOND_MS)) == 2


def test_a_critical_command_that_is_repeated_is_carried_out_once() -> None:
    bench = bench_with(rule("repeat", direction="TO_DEVICE"))

    contents = bench.activate(meter_of(bench), firmware(DeviceType.ESME))

    assert receipts(contents) == [DELIVERED, DELIVERED]
    assert len(messages(contents)) == 1


@pytest.mark.parametrize("direction", ["TO_DEVICE", "FROM_DEVICE"])
def test_a_message_that_is_reordered_comes_after_the_next(direction: str) -> None:
    bench = bench_with(rule("reorder", direction=direction, next=1))

    first = read(bench)
    second = read(bench)

    assert counters(first) == []
    assert counters(second) == [bench.counter, bench.counter - 1]
    assert bench.wait(60 * SECOND_MS) == []


def test_a_message_that_nothing_overtakes_comes_in_the_end() -> None:
    bench = bench_with(rule("reorder", direction="FROM_DEVICE", next=1, delay=3 * SECOND_MS))
    read(bench)

    assert len(bench.wait(3 * SECOND_MS)) == 1


def test_a_garbled_command_meets_silence() -> None:
    bench = bench_with(rule("garble", direction="TO_DEVICE"))

    assert read(bench) == [DELIVERED]
    assert len(bench.observed) == 2


def test_a_garbled_response_differs_in_one_bit() -> None:
    plain, garbled = Bench(), bench_with(rule("garble", direction="FROM_DEVICE"))

    (_, expected), (_, found) = read(plain), read(garbled)

    assert isinstance(expected, Gbcs)
    assert isinstance(found, Gbcs)
    difference = int.from_bytes(expected.gbcs) ^ int.from_bytes(found.gbcs)
    assert difference.bit_count() == 1


def test_the_next_n_are_counted_for_each_device() -> None:
    bench = bench_with(rule(direction="TO_DEVICE", next=2))
    meter, other = meter_of(bench), bench.device(DeviceType.GSME)

    arrived = [len(read(bench)) > 0 for _ in range(3)]
    arrived_at_other = [len(bench.read(UseCase.GCS38, other)) > 0 for _ in range(3)]

    assert meter != other
    assert arrived == arrived_at_other == [False, False, True]


def test_a_rule_that_is_set_again_counts_from_the_start() -> None:
    bench = bench_with(rule(direction="TO_DEVICE", next=1))
    read(bench)

    bench.emulator.set_faults([rule(direction="TO_DEVICE", next=1)])

    assert read(bench) == []


def test_rules_match_what_they_name_and_nothing_else() -> None:
    bench = Bench(premises=template(count=2))
    here, there = bench.device(DeviceType.ESME), bench.device(DeviceType.ESME, 1)
    elsewhere = (rule(device=there), rule(comms_hub=bench.hub_of(there)), rule(references=("11.3",)))
    for other in elsewhere:
        bench.emulator.set_faults([other])

        assert len(bench.read(UseCase.ECS52, here)) == 2, other


def test_octets_that_nobody_can_read_match_rules_without_references_only() -> None:
    noise = Gbcs(gbcs=b"noise")
    named, general = bench_with(rule(references=("11.2",))), bench_with(rule())

    assert named.send(meter_of(named), noise) == [DELIVERED]
    assert general.send(meter_of(general), noise) == []


def test_cleared_rules_hold_no_more() -> None:
    bench = bench_with(rule(name="one"), rule(name="two", references=("11.3",)))

    bench.emulator.clear_faults(["one", "unknown"])

    assert [kept.name for kept in bench.emulator.faults()] == ["two"]
    assert len(read(bench)) == 2
    bench.emulator.clear_faults()
    assert bench.emulator.faults() == ()


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"fate": "eaten"}, "fate 'eaten'"),
        ({"direction": "UP"}, "direction 'UP'"),
        ({"one_in": 0, "next": 0}, "either next or one_in"),
        ({"one_in": 2, "next": 2}, "either next or one_in"),
        ({"fate": "delay"}, "needs a delay"),
        ({"delay": -1}, "not below 0"),
        ({"name": ""}, "needs a name"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_and_none_is_set(spoilt: dict[str, object], why: str) -> None:
    bench = Bench()

    with pytest.raises(InvalidFaultRule, match=why):
        bench.emulator.set_faults([rule(name="good"), changed(rule(), **spoilt)])

    assert bench.emulator.faults() == ()


# --- chance


def losses(seed: str, premises: int = 0, disturbed: bool = False) -> list[bool]:
    bench = bench_with(rule(one_in=3, direction="TO_DEVICE"), seed=seed, premises=template(count=2))
    meter = bench.device(DeviceType.ESME, premises)
    lost = []
    for _ in range(30):
        if disturbed:
            bench.read(UseCase.GCS38, bench.device(DeviceType.GSME))
        lost.append(not bench.read(UseCase.ECS52, meter))
    return lost


def test_one_in_n_is_about_one_in_n() -> None:
    assert 4 <= sum(losses("seed")) <= 16


def test_the_seed_alone_gives_each_device_its_fate_at_any_concurrency() -> None:
    assert losses("seed") == losses("seed", disturbed=True)
    assert losses("seed") != losses("another seed")
    assert losses("seed") != losses("seed", premises=1)


def test_the_trace_is_the_same_for_the_same_histories_in_any_order() -> None:
    def trace(order: tuple[DeviceType, ...]) -> bytes:
        bench = bench_with(rule(one_in=2))
        commands = {
            device_type: gbcs(bench.read_command(use_case, bench.device(device_type), counter=9))
            for device_type, use_case in ((DeviceType.ESME, UseCase.ECS52), (DeviceType.GSME, UseCase.GCS38))
        }
        for device_type in order:
            bench.send(bench.device(device_type), commands[device_type])
        found = bench.emulator.trace()
        assert found.devices == 2
        return found.hash

    one, other = DeviceType.ESME, DeviceType.GSME
    assert trace((one, other, one)) == trace((one, one, other))
    assert trace((one, other)) != trace((one, other, one))


def test_a_history_tells_of_every_message_and_its_fate() -> None:
    bench, faulty = Bench(), bench_with(rule("lose", direction="FROM_DEVICE"))
    read(bench), read(faulty)

    inside, lossy = bench.inside(DeviceType.ESME), faulty.inside(DeviceType.ESME)

    assert inside.messages == lossy.messages == 2
    assert inside.history != lossy.history
