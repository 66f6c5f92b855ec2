"""Joining (SR 8.7.1, 8.7.2) and what Device Logs hold (SR 8.9)."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.device_log import decode_device_log_response, encode_device_log_command
from smart_metering.gbcs.joining import Join, JoinCode, decode_join_response, encode_join_command
from smart_metering.gbcs.message import Message
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import SECOND_MS
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    STRANGER,
    SUPPLIER,
    Bench,
    gbcs,
    has_mac_between,
    is_signed_by,
    messages,
    only_message,
    template,
)
from tests.device_emulator.commands import ask, command, let_join

ELSEWHERE = parse_eui("00-DB-12-34-56-78-99-00")


def log(bench: Bench, device_type: DeviceType, by: Eui = SUPPLIER) -> list[DeviceType]:
    behalf = SUPPLIER if by == ACB else None
    device = bench.device(device_type)
    asked = ask(bench, UseCase.CS07, device, lambda _: encode_device_log_command(), by=by, behalf=behalf)
    entries = decode_device_log_response(asked.response.payload)
    assert entries is not None
    assert has_mac_between(asked.response, device, by)
    return [entry.device_type for entry in entries]


def join_command(
    bench: Bench,
    use_case: UseCase,
    device_type: DeviceType,
    other: Join,
    *,
    by: Eui = SUPPLIER,
    counter: int | None = None,
) -> Message:
    return command(
        bench,
        use_case,
        bench.device(device_type),
        lambda _: encode_join_command(use_case, other),
        by=by,
        counter=counter,
        behalf=STRANGER if by == ACB else None,
    )


def join(
    bench: Bench,
    use_case: UseCase,
    device_type: DeviceType,
    other: DeviceType,
    told: DeviceType | None = None,
) -> tuple[Message, JoinCode]:
    """`told` is the type that the Command gives the other Device."""
    wanted = Join(other_device=bench.device(other), device_type=told or other)
    message = join_command(bench, use_case, device_type, wanted)
    response = only_message(bench.send(bench.device(device_type), gbcs(message)))
    return response, decode_join_response(response.payload)


def install(bench: Bench, device_type: DeviceType) -> None:
    """The hub lets the Device join, and it does."""
    let_join(bench, bench.device(device_type))
    bench.wait(60 * SECOND_MS)


def test_devices_know_each_other_from_the_start() -> None:
    bench = Bench()

    assert log(bench, DeviceType.ESME) == [
        DeviceType.CHF,
        DeviceType.GPF,
        DeviceType.PPMID,
        DeviceType.HCALCS,
        DeviceType.IHD,
    ]
    assert log(bench, DeviceType.GSME) == [DeviceType.CHF, DeviceType.GPF, DeviceType.PPMID]
    assert log(bench, DeviceType.HCALCS, by=ACB) == [DeviceType.CHF, DeviceType.ESME]
    assert DeviceType.CHF not in log(bench, DeviceType.GPF, by=ACB)


def test_a_device_that_awaits_installation_is_joined_with_nobody() -> None:
    bench = Bench(premises=template(awaiting=[DeviceType.ESME, DeviceType.PPMID]))
    install(bench, DeviceType.ESME)

    assert log(bench, DeviceType.ESME) == [DeviceType.CHF]
    assert log(bench, DeviceType.GSME) == [DeviceType.CHF, DeviceType.GPF]


def test_a_critical_join_is_entered_in_the_log_and_signed() -> None:
    bench = Bench(premises=template(awaiting=[DeviceType.PPMID]))
    install(bench, DeviceType.PPMID)

    response, code = join(bench, UseCase.CS03A1, DeviceType.ESME, DeviceType.PPMID)

    assert code is JoinCode.SUCCESS
    assert is_signed_by(response, bench.device(DeviceType.ESME))
    assert log(bench, DeviceType.ESME)[-1] is DeviceType.PPMID
    assert DeviceType.PPMID not in log(bench, DeviceType.GSME)


def test_a_non_critical_join_is_entered_in_the_log() -> None:
    bench = Bench(premises=template(awaiting=[DeviceType.GSME]))
    install(bench, DeviceType.GSME)

    response, code = join(bench, UseCase.CS03B, DeviceType.GSME, DeviceType.GPF)

    assert code is JoinCode.SUCCESS
    assert has_mac_between(response, bench.device(DeviceType.GSME), SUPPLIER)
    assert log(bench, DeviceType.GSME) == [DeviceType.CHF, DeviceType.GPF]


def test_joining_again_is_no_fault_and_adds_nothing() -> None:
    bench = Bench()
    before = log(bench, DeviceType.ESME)

    _, code = join(bench, UseCase.CS03A1, DeviceType.ESME, DeviceType.PPMID)

    assert code is JoinCode.SUCCESS
    assert log(bench, DeviceType.ESME) == before


def test_an_entry_of_another_type_stands_in_the_way() -> None:
    bench = Bench()

    _, code = join(bench, UseCase.CS03A1, DeviceType.ESME, DeviceType.PPMID, told=DeviceType.HCALCS)

    assert code is JoinCode.INCOMPATIBLE_WITH_EXISTING_ENTRY


@pytest.mark.parametrize(
    ("use_case", "code"),
    [
        (UseCase.CS03A1, JoinCode.INVALID_OR_MISSING_CERTIFICATE),
        (UseCase.CS03B, JoinCode.NO_PARTNER_LINK_KEY_RECEIVED),
    ],
)
def test_a_partner_that_is_not_on_the_han_cannot_be_joined(use_case: UseCase, code: JoinCode) -> None:
    bench = Bench(premises=template(awaiting=[DeviceType.PPMID]))
    meter = bench.device(DeviceType.ESME)
    display = bench.device(DeviceType.PPMID)
    partners = ((ELSEWHERE, DeviceType.PPMID), (display, DeviceType.PPMID), (meter, DeviceType.ESME))
    for partner, device_type in partners:
        wanted = Join(other_device=partner, device_type=device_type)

        response = only_message(
            bench.send(meter, gbcs(join_command(bench, use_case, DeviceType.ESME, wanted)))
        )

        assert decode_join_response(response.payload) is code
    assert DeviceType.PPMID not in log(bench, DeviceType.ESME)


def test_a_critical_join_with_a_falling_counter_meets_silence() -> None:
    bench = Bench()
    wanted = Join(other_device=bench.device(DeviceType.PPMID), device_type=DeviceType.PPMID)
    answers = []
    for counter in (5_000, 4_999, 5_000, 5_001):
        message = join_command(bench, UseCase.CS03A1, DeviceType.GSME, wanted, counter=counter)
        answers.append(len(messages(bench.send(bench.device(DeviceType.GSME), gbcs(message)))))

    assert answers == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("use_case", "by", "answers"),
    [
        (UseCase.CS03A1, NETWORK_OPERATOR, 0),
        (UseCase.CS03A1, ACB, 0),
        (UseCase.CS03B, NETWORK_OPERATOR, 0),
        (UseCase.CS03B, ACB, 1),
    ],
)
def test_who_may_join_devices(use_case: UseCase, by: Eui, answers: int) -> None:
    bench = Bench()
    wanted = Join(other_device=bench.device(DeviceType.GPF), device_type=DeviceType.GPF)

    contents = bench.send(
        bench.device(DeviceType.GSME), gbcs(join_command(bench, use_case, DeviceType.GSME, wanted, by=by))
    )

    assert len(messages(contents)) == answers
