"""Top Up Device (SR 2.2): a UTRN changes the balance, once, and outlives a restart."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.top_up import (
    TopUpOutcome,
    decode_top_up_response,
    encode_top_up_command,
)
from smart_metering.identifiers import Eui
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    STRANGER,
    SUPPLIER,
    Bench,
    gbcs,
    has_mac_between,
)
from tests.device_emulator.commands import Asked, ask

UTRN = "73794614433204021715"
OTHER = "73950678871015178605"
METERS = [(UseCase.CS01A, DeviceType.ESME), (UseCase.CS01B, DeviceType.GSME)]
BOTH = pytest.mark.parametrize(("use_case", "device_type"), METERS, ids=["ESME", "GSME"])


def top_up(bench: Bench, use_case: UseCase, device_type: DeviceType, utrn: str) -> tuple[Asked, TopUpOutcome]:
    asked = ask(
        bench,
        use_case,
        bench.device(device_type),
        lambda exchange: encode_top_up_command(use_case, utrn, exchange),
    )
    return asked, decode_top_up_response(use_case, asked.response.payload, asked.exchange)


def balance(bench: Bench, device_type: DeviceType) -> int:
    (shown,) = (it for it in bench.inside(device_type).readings if it.name == "MeterBalance")
    return int(shown.value)


@BOTH
def test_a_utrn_adds_to_the_balance(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    before = balance(bench, device_type)

    asked, outcome = top_up(bench, use_case, device_type, UTRN)

    added = balance(bench, device_type) - before
    assert outcome.accepted
    assert 500_000 <= added <= 5_000_000
    assert has_mac_between(asked.response, bench.device(device_type), SUPPLIER)
    assert len(asked.response.date_time) == 12
    if use_case is UseCase.CS01B:
        assert (outcome.value, outcome.balance) == (added, before + added)


@BOTH
def test_the_same_utrn_is_refused_the_second_time(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    top_up(bench, use_case, device_type, UTRN)
    before = balance(bench, device_type)

    _, again = top_up(bench, use_case, device_type, UTRN)

    assert not again.accepted
    assert balance(bench, device_type) == before
    assert bench.observed == [f"UTRN {UTRN} was used before"]
    assert top_up(bench, use_case, device_type, OTHER)[1].accepted


def test_the_same_command_again_adds_nothing_and_is_answered_as_before() -> None:
    bench = Bench()
    asked, _ = top_up(bench, UseCase.CS01A, DeviceType.ESME, UTRN)
    before = balance(bench, DeviceType.ESME)

    again = bench.send(bench.device(DeviceType.ESME), gbcs(asked.command))

    assert again == asked.contents
    assert balance(bench, DeviceType.ESME) == before


def test_a_utrn_used_at_one_meter_is_good_at_another() -> None:
    bench = Bench()

    outcomes = [top_up(bench, use_case, kind, UTRN)[1].accepted for use_case, kind in METERS]

    assert outcomes == [True, True]


def test_a_meter_remembers_the_last_hundred_utrns() -> None:
    bench = Bench()
    for number in range(101):
        top_up(bench, UseCase.CS01A, DeviceType.ESME, f"{number:020}")

    first_of_them_all = top_up(bench, UseCase.CS01A, DeviceType.ESME, f"{0:020}")
    second_last = top_up(bench, UseCase.CS01A, DeviceType.ESME, f"{99:020}")

    assert first_of_them_all[1].accepted
    assert not second_last[1].accepted
    assert len(bench.state.devices[bench.device(DeviceType.ESME)].life.purse.utrns) == 100


@pytest.mark.parametrize("by", [NETWORK_OPERATOR, ACB])
def test_only_the_supplier_tops_up(by: Eui) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)

    asked = ask(
        bench,
        UseCase.CS01B,
        meter,
        lambda exchange: encode_top_up_command(UseCase.CS01B, UTRN, exchange),
        by=by,
        behalf=STRANGER if by == ACB else None,
    )

    assert len(asked.contents) == 1
    assert bench.observed == ["silent: the originator is not known"]
