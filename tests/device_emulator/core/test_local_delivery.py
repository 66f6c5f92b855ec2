"""Commands by a device in the premises: past the air, so that no fault acts, and answered on the spot."""

from smart_metering.administration import FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.clear_event_log import encode_clear_event_log_command
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.gbcs.top_up import decode_top_up_response, encode_top_up_command
from smart_metering.identifiers import Eui
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    STRANGER,
    SUPPLIER,
    V1,
    V2,
    Bench,
    firmware,
    gbcs,
    has_mac_between,
    image_hash,
    messages,
    smets1_template,
    template,
)
from tests.device_emulator.commands import command

LOSE_ALL = FaultRule(name="lose all", fate="lose", one_in=1)


def deliver(bench: Bench, device: Eui, octets: bytes) -> tuple[bytes, list[CraFlag]]:
    """The answer, and what came up the SM WAN."""
    answer, effects = bench.emulator.deliver_locally(device, octets, bench.now)
    return answer, [message.cra for message in messages(bench.gather(effects))]


def test_the_answer_comes_back_whatever_faults_are_set() -> None:
    bench = Bench()
    bench.emulator.set_faults([LOSE_ALL])
    meter = bench.device(DeviceType.ESME)
    message = bench.read_command(UseCase.ECS52, meter)

    octets, uplinks = deliver(bench, meter, encode(message))

    response = decode(octets)
    assert decode_read_response(UseCase.ECS52, response.payload, response.counter) == V1
    assert has_mac_between(response, meter, SUPPLIER)
    assert uplinks == []


def test_it_acts_as_any_other_command() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.counter = 4_000
    message = encode(bench.activate_command(meter, image_hash(octets)))

    answers = [deliver(bench, meter, message)[0] for _ in range(2)]

    assert bench.inside(DeviceType.ESME).firmware_version == V2
    assert [bool(answer) for answer in answers] == [True, False]
    assert bench.observed[-1] == "silent: the counter was used before"


def test_a_utrn_entered_by_hand_is_used_up() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)

    def top_up() -> Message:
        return command(
            bench,
            UseCase.CS01B,
            meter,
            lambda exchange: encode_top_up_command(UseCase.CS01B, 20 * "7", exchange),
        )

    first, second = top_up(), top_up()
    octets, _ = deliver(bench, meter, encode(first))
    (again,) = messages(bench.send(meter, gbcs(second)))

    answers = ((first, decode(octets)), (second, again))
    outcomes = [
        decode_top_up_response(UseCase.CS01B, answer.payload, exchange_of(asked)).accepted
        for asked, answer in answers
    ]
    assert outcomes == [True, False]


def test_alerts_go_by_the_hub() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    message = command(bench, UseCase.ECS15A, meter, encode_clear_event_log_command)

    octets, uplinks = deliver(bench, meter, encode(message))

    assert decode(octets).cra is CraFlag.RESPONSE
    assert uplinks == [CraFlag.ALERT]


def test_it_is_in_the_history_but_spends_no_number_of_the_air() -> None:
    bench, other = Bench(), Bench()
    meter = bench.device(DeviceType.ESME)
    for each in (bench, other):
        each.read(UseCase.ECS52, meter)
    deliver(bench, meter, encode(bench.read_command(UseCase.ECS52, meter)))

    here, there = bench.inside(DeviceType.ESME), other.inside(DeviceType.ESME)

    assert here.messages == there.messages == 2
    assert here.history != there.history


def test_what_fails_a_check_meets_silence() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    message = bench.read_command(UseCase.GCS38, meter, STRANGER)

    assert deliver(bench, meter, encode(message)) == (b"", [])


def test_what_is_not_on_the_han_and_smets1_take_no_command_locally() -> None:
    away, smets1 = Bench(premises=template(awaiting=[DeviceType.ESME])), Bench(premises=smets1_template())

    for bench in (away, smets1):
        meter = bench.device(DeviceType.ESME)
        assert deliver(bench, meter, encode(bench.read_command(UseCase.ECS52, meter))) == (b"", [])
        assert bench.observed == ["silent: it takes no Command locally"]
