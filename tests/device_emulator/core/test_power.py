"""A Device without power: what does not happen meanwhile, and what is told afterwards."""

from pathlib import Path

import pytest

from device_emulator.core.engineer_records import PowerCutPlanned, PowerSwitched
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
)
from smart_metering.gbcs.comms_hub_device_log import decode_read_log_response, encode_read_log_command
from smart_metering.gbcs.gas_profile import GasProfile
from smart_metering.gbcs.message import encode
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.records import changed
from smart_metering.sm_wan import CertificatesWanted, DeviceCertificates, Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator import meter_questions
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    STRANGER,
    SUPPLIER,
    V1,
    V2,
    Bench,
    firmware,
    is_signed_by,
    messages,
    only_message,
    template,
)
from tests.device_emulator.by_hand import (
    cut_at_activation,
    dated_outcomes,
    outages_told,
    refused,
    switch,
)
from tests.device_emulator.commands import ask, let_join
from tests.device_emulator.restarting import woken
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

OFF_FOR = [
    (0, DeviceAlertCode.SUPPLY_OUTAGE_RESTORED),
    (3 * MINUTE_MS - 1, DeviceAlertCode.SUPPLY_OUTAGE_RESTORED),
    (3 * MINUTE_MS, DeviceAlertCode.LONG_SUPPLY_OUTAGE_RESTORED),
]


def off_for(bench: Bench, device: Eui, milliseconds: int) -> None:
    switch(bench, device, on=False)
    bench.wait(milliseconds)
    switch(bench, device, on=True)


# --- off ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device_type", "use_case"), [(DeviceType.ESME, UseCase.ECS52), (DeviceType.GSME, UseCase.GCS38)]
)
def test_the_hub_says_that_a_device_without_power_cannot_be_reached(
    device_type: DeviceType, use_case: UseCase
) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    switch(bench, meter, on=False)

    contents = bench.read(use_case, meter)

    assert contents == [Receipt(frame="frame", delivered=False)]
    assert bench.inside(device_type).off_since == NOON
    switch(bench, meter, on=True)
    assert only_message(bench.read(use_case, meter)).originator == meter
    assert bench.inside(device_type).off_since is None


def test_the_hub_gives_out_certificates_of_a_device_without_power() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    switch(bench, meter, on=False)

    (content,) = bench.send(meter, CertificatesWanted())
    assert isinstance(content, DeviceCertificates)


def test_a_device_without_power_takes_no_command_locally() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = encode(bench.read_command(UseCase.ECS52, meter))
    switch(bench, meter, on=False)

    answer, _ = bench.emulator.deliver_locally(meter, octets, bench.now)

    assert answer == b""
    switch(bench, meter, on=True)
    assert bench.emulator.deliver_locally(meter, octets, bench.now)[0] != b""


def test_the_hub_last_heard_it_when_it_went() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    switch(bench, meter, on=False)
    bench.wait(HOUR_MS)

    asked = ask(bench, UseCase.CCS05, bench.hub, encode_read_log_command, by=ACB)

    entries = decode_read_log_response(asked.response.payload, asked.exchange)
    assert entries is not None
    heard = {row.device: row.last_communication for row in entries}
    assert heard[meter] == NOON
    assert heard[bench.device(DeviceType.GSME)] == NOON + HOUR_MS


def test_registers_stand_still_and_go_on_from_there() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    twin = Bench()
    for each in (bench, twin):
        each.wait(10 * MINUTE_MS)
    before = meter_questions.registers(bench).active_import_wh

    switch(bench, meter, on=False)
    bench.wait(2 * DAY_MS + 7 * MINUTE_MS)
    shown_off = meter_questions.shown(bench, DeviceType.ESME)["ActiveImportRegister"]
    switch(bench, meter, on=True)
    after = meter_questions.registers(bench).active_import_wh
    bench.wait(DAY_MS)
    twin.wait(2 * DAY_MS + 7 * MINUTE_MS)
    used_next_day = -meter_questions.registers(twin).active_import_wh
    twin.wait(DAY_MS)
    used_next_day += meter_questions.registers(twin).active_import_wh

    assert (after, int(shown_off)) == (before, before)
    assert meter_questions.registers(bench).active_import_wh == after + used_next_day


def test_half_hours_without_power_stand_in_the_log_with_nothing_in_them() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    started = meter_questions.registers(bench).active_import_wh
    bench.wait(45 * MINUTE_MS)
    off_for(bench, meter, 2 * HOUR_MS)
    bench.wait(75 * MINUTE_MS)

    entries = meter_questions.profile(bench, Instant(NOON + MINUTE_MS), bench.now)

    used = [entry.active_import_wh for entry in entries]
    assert len(used) == 8
    assert [value == 0 for value in used] == [False, False, True, True, True, False, False, False]
    assert sum(used) == meter_questions.registers(bench).active_import_wh - started


def test_a_gas_meter_without_power_counts_nothing_and_its_mirror_shows_that() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    bench.wait(10 * MINUTE_MS)
    before = meter_questions.gas_register(bench, DeviceType.GPF)
    switch(bench, meter, on=False)
    bench.wait(DAY_MS)

    while_off = meter_questions.gas_register(bench, DeviceType.GPF)
    switch(bench, meter, on=True)
    own = meter_questions.gas_register(bench, DeviceType.GSME)
    mirrored = meter_questions.gas_register(bench, DeviceType.GPF)
    bench.wait(30 * MINUTE_MS)

    assert while_off == mirrored == before
    assert own.consumption is not None
    assert before.consumption is not None
    assert own.consumption > before.consumption  # The ten minutes after the mirror's last look.
    refreshed = meter_questions.gas_register(bench, DeviceType.GPF).consumption
    assert refreshed is not None
    assert refreshed >= own.consumption
    log = meter_questions.gas_profile(
        bench, DeviceType.GSME, Instant(NOON + HOUR_MS), Instant(NOON + 20 * HOUR_MS)
    )
    assert isinstance(log, GasProfile)
    assert set(log.samples) == {0}


# --- on again -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lasted", "code"), OFF_FOR)
def test_an_esme_tells_its_network_operator_of_an_outage(lasted: int, code: DeviceAlertCode) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    switch(bench, meter, on=False)
    bench.wait(lasted)

    contents = switch(bench, meter, on=True)

    ((alert, outage),) = outages_told(contents)
    assert only_message(contents) == alert
    assert (alert.target, outage.alert_code) == (NETWORK_OPERATOR, code)
    hundredths = NOON + lasted - lasted % 10
    assert (outage.at, outage.interrupted_at, outage.restored_at) == (hundredths, NOON, hundredths)
    assert is_signed_by(alert, meter)
    log = [(event.at, event.code) for event in bench.inside(DeviceType.ESME).log]
    assert log == [(NOON, DeviceAlertCode.SUPPLY_INTERRUPTED), (NOON + lasted, code)]


@pytest.mark.parametrize(
    "device_type", [DeviceType.GSME, DeviceType.PPMID, DeviceType.HCALCS, DeviceType.IHD]
)
def test_other_devices_come_back_without_a_word(device_type: DeviceType) -> None:
    bench = Bench()
    device = bench.device(device_type)
    switch(bench, device, on=False)
    bench.wait(HOUR_MS)

    assert switch(bench, device, on=True) == []


def test_an_esme_that_knows_no_network_operator_only_logs_its_outage() -> None:
    whole = template()
    rows = tuple(changed(row, network_operator=None) for row in whole.devices)
    bench = Bench(premises=changed(whole, devices=rows))
    meter = bench.device(DeviceType.ESME)
    switch(bench, meter, on=False)

    assert switch(bench, meter, on=True) == []
    assert len(bench.inside(DeviceType.ESME).log) == 2


def test_a_dated_activation_that_was_missed_is_carried_out_when_the_power_is_back() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    date = Instant(NOON + HOUR_MS)
    bench.activate(meter, octets, execution_time=date)
    switch(bench, meter, on=False)

    assert bench.wait(2 * HOUR_MS) == []
    assert bench.inside(DeviceType.ESME).firmware_version == V1
    contents = switch(bench, meter, on=True)

    (told,) = dated_outcomes(contents)
    assert told.outcome == ActivationOutcome(ActivationCode.SUCCESS, V2)
    assert (told.alert_code, told.execution_time) == (DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL, date)
    assert [it.message_code for it in messages(contents)] == [UseCase.ECS80, UseCase.CS06_ALERT]
    assert bench.inside(DeviceType.ESME).firmware_version == V2


def test_a_date_that_is_still_to_come_is_kept_as_ever() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    date = Instant(NOON + HOUR_MS)
    bench.activate(meter, octets, execution_time=date)

    off_for(bench, meter, 10 * MINUTE_MS)

    assert bench.emulator.next_deadline() == date
    assert dated_outcomes(bench.wait_until(date)) != []


def test_a_dated_change_of_supplier_that_was_missed_is_carried_out_too() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    replace_supplier(bench, meter, changed(credentials_of(STRANGER), execution_time=Instant(NOON + HOUR_MS)))

    switch(bench, meter, on=False)
    bench.wait(2 * HOUR_MS)
    before = bench.inside(DeviceType.GSME).supplier
    switch(bench, meter, on=True)

    assert (before, bench.inside(DeviceType.GSME).supplier) == (SUPPLIER, STRANGER)


def test_a_device_that_is_off_joins_when_it_is_on_if_its_hub_still_lets_it() -> None:
    joined = []
    for minutes_off in (1, 20):
        bench = Bench(premises=template(awaiting=[DeviceType.ESME]))
        meter = bench.device(DeviceType.ESME)
        switch(bench, meter, on=False)
        let_join(bench, meter, join_time_seconds=600)
        bench.wait(minutes_off * MINUTE_MS)
        switch(bench, meter, on=True)
        bench.wait(10 * SECOND_MS)
        joined.append(bench.inside(DeviceType.ESME).joined)

    assert joined == [True, False]


def test_a_cut_while_it_joins_ends_the_joining() -> None:
    bench = Bench(premises=template(awaiting=[DeviceType.ESME]))
    meter = bench.device(DeviceType.ESME)
    let_join(bench, meter)
    switch(bench, meter, on=False)

    assert bench.wait(10 * SECOND_MS) == []
    assert not bench.inside(DeviceType.ESME).joined


def test_an_image_on_its_way_rests_and_goes_on() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    due = bench.emulator.next_deadline()
    assert due is not None
    half = (due - NOON) // 2
    bench.wait(half)
    off_for(bench, meter, HOUR_MS)

    assert bench.emulator.next_deadline() == due + HOUR_MS
    assert bench.inside(DeviceType.ESME).pending_version is None
    bench.wait_for_transfer()
    assert bench.inside(DeviceType.ESME).pending_version == V2


def test_a_device_that_is_off_asks_for_its_image_when_it_is_on() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    switch(bench, meter, on=False)
    bench.distribute(octets, meter)

    assert bench.emulator.next_deadline() is None
    bench.wait(DAY_MS)
    switch(bench, meter, on=True)
    bench.wait_for_transfer()

    assert bench.inside(DeviceType.ESME).pending_version == V2


def test_it_is_off_after_a_restart_too(tmp_path: Path) -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=Instant(bench.now + HOUR_MS))
    off_since = bench.now
    switch(bench, meter, on=False)

    again = woken(bench, tmp_path)

    assert again.emulator.next_deadline() is None
    assert again.inside(DeviceType.ESME).off_since == off_since
    again.wait(2 * HOUR_MS)
    assert len(dated_outcomes(switch(again, meter, on=True))) == 1


# --- what cannot be done ------------------------------------------------------------------------------------


def test_what_is_so_already_is_refused() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    refused(bench, PowerSwitched(device=meter, on=True), "on already")
    switch(bench, meter, on=False)
    refused(bench, PowerSwitched(device=meter, on=False), "off already")
    refused(bench, PowerCutPlanned(device=meter), "off: it activates nothing")
    switch(bench, meter, on=True)
    cut_at_activation(bench, meter)
    refused(bench, PowerCutPlanned(device=meter), "next activation already")


@pytest.mark.parametrize("device_type", [DeviceType.CHF, DeviceType.GPF])
def test_the_functions_of_a_hub_go_with_it(device_type: DeviceType) -> None:
    bench = Bench()

    refused(bench, PowerSwitched(device=bench.device(device_type), on=False), f"its Comms Hub {bench.hub}")
    refused(bench, PowerCutPlanned(device=bench.device(device_type)), f"its Comms Hub {bench.hub}")


def test_what_activates_nothing_cannot_be_cut_while_it_does() -> None:
    bench = Bench()

    refused(
        bench, PowerCutPlanned(device=bench.device(DeviceType.IHD)), "SMETS2\\+ IHD activates no firmware"
    )
