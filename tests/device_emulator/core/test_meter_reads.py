"""What reads of a meter say (SR 4.1.1, 4.3, 4.8.1, 6.2.4, 7.4): what its registers show, and nothing to come."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.electricity_identity import (
    SupplyTamperState,
    decode_electricity_identity_response,
    encode_electricity_identity_command,
)
from smart_metering.gbcs.electricity_profile import (
    MOST_ENTRIES,
)
from smart_metering.gbcs.gas_profile import (
    GasProfile,
    GasProfileRefusal,
)
from smart_metering.gbcs.prepayment_registers import (
    decode_prepayment_registers_response,
    encode_prepayment_registers_command,
)
from smart_metering.gbcs.supply_status import (
    SupplyState,
    decode_supply_status_response,
    encode_supply_status_command,
)
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant, parse_instant
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    NETWORK_OPERATOR,
    NOON,
    SUPPLIER,
    Bench,
    secret,
    template,
    without,
)
from tests.device_emulator.commands import ask
from tests.device_emulator.meter_questions import (
    gas_profile,
    gas_register,
    profile,
    registers,
    shown,
)

HALF_HOUR_MS = 30 * MINUTE_MS


def test_registers_read_as_they_show_and_rise_with_time() -> None:
    bench = Bench()

    before = registers(bench)
    readings = shown(bench, DeviceType.ESME)
    bench.wait(DAY_MS)
    after = registers(bench, NETWORK_OPERATOR)

    assert readings["ActiveImportRegister"] == str(before.active_import_wh)
    assert readings["ReactiveImportRegister"] == str(before.reactive_import_varh)
    assert before.secondary_active_import_wh is None
    assert 2_000 < after.active_import_wh - before.active_import_wh < 30_000


def test_a_twin_element_meter_has_a_secondary_register() -> None:
    bench = Bench(premises=template(esme_variant="BD"))

    read = registers(bench)
    entries = profile(bench, Instant(NOON - DAY_MS), NOON)

    assert shown(bench, DeviceType.ESME)["SecondaryActiveImportRegister"] == str(
        read.secondary_active_import_wh
    )
    assert all(entry.secondary_active_import_wh is not None for entry in entries)


def test_the_profile_of_a_meter_sums_to_what_its_register_rose() -> None:
    bench = Bench()
    before = registers(bench)
    bench.wait(40 * DAY_MS)

    entries = profile(bench, Instant(NOON + HALF_HOUR_MS), bench.now)

    assert len(entries) == 40 * 48
    rise = registers(bench).active_import_wh - before.active_import_wh
    assert sum(entry.active_import_wh for entry in entries) == rise


def test_nothing_is_read_of_what_is_still_to_come() -> None:
    bench = Bench(now=Instant(NOON + 10 * MINUTE_MS))

    entries = profile(bench, Instant(NOON - HOUR_MS), Instant(NOON + DAY_MS))

    assert [entry.at for entry in entries] == [NOON - HOUR_MS, NOON - HALF_HOUR_MS, NOON]


def test_a_profile_goes_thirteen_months_back_and_no_further() -> None:
    bench = Bench()
    oldest = Instant(NOON - 397 * DAY_MS + HALF_HOUR_MS)

    entries = profile(bench, Instant(0), Instant(NOON - 390 * DAY_MS))

    assert entries[0].at == oldest
    assert entries[-1].at == NOON - 390 * DAY_MS


def test_a_profile_too_long_for_one_message_ends_early() -> None:
    bench = Bench()
    start = Instant(NOON - 397 * DAY_MS + HALF_HOUR_MS)

    entries = profile(bench, start, NOON)

    assert len(entries) == MOST_ENTRIES
    assert (entries[0].at, entries[-1].at) == (start, start + (MOST_ENTRIES - 1) * HALF_HOUR_MS)


def test_a_gas_meter_serves_all_thirteen_months_in_one_message() -> None:
    bench = Bench()
    before = gas_register(bench, DeviceType.GSME)
    bench.wait(100 * DAY_MS)
    start = Instant(bench.now - 397 * DAY_MS)

    whole = gas_profile(bench, DeviceType.GSME, start, bench.now)
    since = gas_profile(bench, DeviceType.GSME, Instant(NOON + HALF_HOUR_MS), bench.now)

    assert isinstance(whole, GasProfile)
    assert len(whole.samples) == 19_056
    assert isinstance(since, GasProfile)
    after = gas_register(bench, DeviceType.GSME)
    assert before.consumption is not None
    assert after.consumption is not None
    assert sum(it for it in since.samples if it is not None) == after.consumption - before.consumption


def test_a_gas_profile_begins_with_the_first_half_hour_of_its_period() -> None:
    bench = Bench()

    asked = gas_profile(
        bench, DeviceType.GSME, Instant(NOON - 70 * MINUTE_MS), Instant(NOON - 10 * MINUTE_MS)
    )

    assert isinstance(asked, GasProfile)
    assert [at for at, _ in asked.entries] == [NOON - HOUR_MS, NOON - HALF_HOUR_MS, NOON]


def test_a_period_without_gas_entries_is_not_found() -> None:
    bench = Bench()

    tomorrow = gas_profile(bench, DeviceType.GSME, Instant(NOON + DAY_MS), Instant(NOON + 2 * DAY_MS))

    assert tomorrow is GasProfileRefusal.NOT_FOUND
    assert profile(bench, Instant(NOON + DAY_MS), Instant(NOON + 2 * DAY_MS)) == ()


def test_the_gas_proxy_shows_the_gas_meter_as_of_its_last_look() -> None:
    bench = Bench(now=parse_instant("2025-01-21T19:10:00Z"))
    at_half_past = Bench(now=parse_instant("2025-01-21T19:00:00Z"))

    mirrored = gas_register(bench, DeviceType.GPF)

    assert mirrored == gas_register(at_half_past, DeviceType.GSME)
    assert mirrored.consumption != gas_register(bench, DeviceType.GSME).consumption
    assert shown(bench, DeviceType.GPF)["ConsumptionRegister"] == f"{mirrored.cubic_metres:.3f}"
    mirror = gas_profile(bench, DeviceType.GPF, parse_instant("2025-01-21T18:00:00Z"), bench.now)
    meter = gas_profile(bench, DeviceType.GSME, parse_instant("2025-01-21T18:00:00Z"), bench.now)
    assert mirror == meter


def test_a_gas_proxy_without_a_gas_meter_has_nothing_to_show() -> None:
    bench = Bench(premises=template(without(DeviceType.GSME)))

    register = gas_register(bench, DeviceType.GPF)

    assert (register.consumption, register.unit) == (None, None)
    assert gas_profile(bench, DeviceType.GPF, NOON, NOON) is GasProfileRefusal.HARDWARE_FAILURE
    assert shown(bench, DeviceType.GPF) == {}


def test_the_balance_falls_through_the_week_and_is_filled_up_on_monday() -> None:
    bench = Bench(now=parse_instant("2025-11-24T00:00:00Z"))
    meter = bench.device(DeviceType.ESME)
    balances = []
    for _ in range(8):
        asked = ask(bench, UseCase.ECS19, meter, encode_prepayment_registers_command)
        read = decode_prepayment_registers_response(
            asked.response.payload, asked.exchange, secret(meter, SUPPLIER)
        )
        assert shown(bench, DeviceType.ESME)["MeterBalance"] == str(read.meter_balance)
        balances.append(read.meter_balance)
        bench.wait(DAY_MS)

    assert balances[:7] == sorted(balances[:7], reverse=True)
    assert balances[7] == balances[0] > balances[6] > 0


def test_the_identity_of_a_meter_is_what_it_truly_is() -> None:
    bench = Bench(premises=template(esme_variant="ADE"))
    meter = bench.device(DeviceType.ESME)

    asked = ask(bench, UseCase.ECS26E, meter, encode_electricity_identity_command)

    identity = decode_electricity_identity_response(asked.response.payload, asked.exchange)
    assert (identity.device, identity.meter_variant) == (meter, "ADE")
    assert (identity.model_type, identity.manufacturer_identifier) == ("00011211", "121D")
    assert identity.supply_tamper_state is SupplyTamperState.UNCHANGED


@pytest.mark.parametrize(
    ("use_case", "device_type"),
    [
        (UseCase.ECS45, DeviceType.ESME),
        (UseCase.GCS33, DeviceType.GSME),
        (UseCase.GCS33, DeviceType.GPF),
    ],
)
def test_the_supply_is_on_and_a_battery_runs_down(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    days = []
    for _ in range(2):
        asked = ask(
            bench,
            use_case,
            bench.device(device_type),
            lambda exchange: encode_supply_status_command(use_case, exchange),
        )
        status = decode_supply_status_response(use_case, asked.response.payload, asked.exchange)
        assert status.supply_state is SupplyState.ENABLED
        days.append(status.remaining_battery_days)
        bench.wait(30 * DAY_MS)

    if use_case is UseCase.ECS45:
        assert days == [None, None]
    else:
        assert days[0] is not None
        assert days[1] == days[0] - 30


def test_reading_leaves_no_trace_but_the_messages() -> None:
    bench = Bench()
    registers(bench)
    first = bench.state.devices[bench.device(DeviceType.ESME)]

    bench.wait(DAY_MS)
    registers(bench)

    second = bench.state.devices[bench.device(DeviceType.ESME)]
    assert second.life is first.life
