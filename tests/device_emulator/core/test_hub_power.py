"""A Comms Hub without power: nothing reaches its premises and nothing leaves them; its Devices live on."""

from pathlib import Path

import pytest

from device_emulator.core.engineer_records import HubPowerSwitched
from device_emulator.devices.tampers import Tamper
from smart_metering.administration import FaultRule
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.activate_firmware import ActivationCode, ActivationOutcome
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.ota.image import file_digest
from smart_metering.records import changed
from smart_metering.sm_wan import CertificatesWanted, FirmwareAtHub
from smart_metering.use_cases import UseCase
from tests.device_emulator import meter_questions
from tests.device_emulator.bench import (
    NOON,
    STRANGER,
    SUPPLIER,
    V1,
    V2,
    Bench,
    firmware,
    messages,
    only_message,
    template,
)
from tests.device_emulator.by_hand import (
    dated_outcomes,
    outages_told,
    refused,
    switch,
    switch_hub,
    tamper,
)
from tests.device_emulator.commands import let_join
from tests.device_emulator.restarting import woken
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier


def attached(bench: Bench) -> object:
    return bench.emulator.inspect_hub(bench.hub, attached=True)


@pytest.mark.parametrize("device_type", [DeviceType.ESME, DeviceType.CHF])
def test_a_frame_to_a_hub_without_power_is_lost_without_a_receipt(device_type: DeviceType) -> None:
    bench = Bench()
    device = bench.device(device_type)
    switch_hub(bench, on=False)

    assert bench.read(UseCase.ECS52, device) == []
    assert bench.send(device, CertificatesWanted()) == []
    assert bench.offer(firmware(DeviceType.ESME), bench.device(DeviceType.ESME)) == []
    assert bench.wanted == []
    switch_hub(bench, on=True)
    assert messages(bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))) != []


def test_other_premises_go_on() -> None:
    bench = Bench(premises=template(count=2))
    switch_hub(bench, on=False)

    assert messages(bench.read(UseCase.ECS52, bench.device(DeviceType.ESME, 1))) != []
    assert bench.inside(DeviceType.ESME).hub_off_since == NOON
    assert bench.inside(DeviceType.ESME).off_since is None


def test_meters_live_on_and_what_they_say_goes_out_when_the_hub_is_back() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=Instant(NOON + HOUR_MS))
    before = meter_questions.registers(bench).active_import_wh
    switch_hub(bench, on=False)

    assert bench.wait(DAY_MS) == []
    assert tamper(bench, meter, Tamper.COVER) == []
    switch(bench, meter, on=False)
    assert switch(bench, meter, on=True) == []
    assert bench.inside(DeviceType.ESME).firmware_version == V2
    sent = switch_hub(bench, on=True)

    assert [it.message_code for it in messages(sent)] == [
        UseCase.CS06_ALERT,
        UseCase.CRITICAL_ALERT,
        UseCase.ECS80,
    ]
    (told,) = dated_outcomes(sent)
    assert told.outcome == ActivationOutcome(ActivationCode.SUCCESS, V2)
    assert bench.uplinks[-1].at == bench.now
    assert meter_questions.registers(bench).active_import_wh > before
    assert bench.wait(DAY_MS) == []


def test_what_was_kept_is_kept_over_a_restart(tmp_path: Path) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    switch_hub(bench, on=False)
    tamper(bench, meter, Tamper.MAGNET)

    again = woken(bench, tmp_path)

    assert again.emulator.next_deadline() is None
    assert again.wait(HOUR_MS) == []
    assert len(messages(switch_hub(again, on=True))) == 1


def test_a_message_that_the_air_delays_arrives_when_the_hub_is_back() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.emulator.set_faults(
        [FaultRule(name="slow", direction="FROM_DEVICE", fate="delay", next=1, delay=MINUTE_MS)]
    )
    bench.read(UseCase.ECS52, meter)
    switch_hub(bench, on=False)

    assert bench.wait(HOUR_MS) == []
    assert only_message(switch_hub(bench, on=True)).originator == meter


def test_a_command_that_the_air_delays_is_lost_with_the_hub() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.emulator.set_faults(
        [FaultRule(name="slow", direction="TO_DEVICE", fate="delay", next=1, delay=MINUTE_MS)]
    )
    bench.read(UseCase.ECS52, meter)
    switch_hub(bench, on=False)

    assert bench.wait(HOUR_MS) == []
    assert switch_hub(bench, on=True) == []
    assert bench.wait(HOUR_MS) == []


def test_an_image_rests_at_the_hub_and_goes_on() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    due = bench.emulator.next_deadline()
    assert due is not None
    bench.wait((due - NOON) // 3)
    switch_hub(bench, on=False)

    assert bench.wait(DAY_MS) == []
    hub = bench.emulator.inspect_hub(bench.hub, attached=True)
    assert hub is not None
    rests = {row.device_id: row.transfer_remaining for row in hub.devices}
    switch_hub(bench, on=True)

    assert rests[meter] == due - NOON - (due - NOON) // 3
    assert bench.emulator.next_deadline() == due + DAY_MS
    bench.wait_for_transfer()
    assert bench.inside(DeviceType.ESME).pending_version == V2


def test_an_image_goes_on_only_with_both_powers() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    bench.wait(SECOND_MS)
    switch_hub(bench, on=False)
    switch(bench, meter, on=False)

    switch_hub(bench, on=True)
    after_the_hub = bench.emulator.next_deadline()
    switch(bench, meter, on=True)

    assert after_the_hub is None
    assert bench.emulator.next_deadline() is not None


@pytest.mark.parametrize("comes", ["while it is off", "after"])
def test_a_hub_that_waited_for_a_file_asks_again(comes: str) -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.offer(octets, meter)
    switch_hub(bench, on=False)
    bench.wanted.clear()
    if comes == "while it is off":
        assert bench.gather(bench.emulator.file_arrived(file_digest(octets), octets, bench.now)) == []

    sent = switch_hub(bench, on=True)
    if comes == "after":
        assert sent == []
        assert bench.wanted == [file_digest(octets)]
        sent = bench.gather(bench.emulator.file_arrived(file_digest(octets), octets, bench.now))

    assert sent == [FirmwareAtHub(request_id="11.1", success=True)]
    bench.wait_for_transfer()
    assert bench.inside(DeviceType.ESME).pending_version == V2


def test_a_file_that_cannot_be_had_is_told_of_by_hubs_with_power_only() -> None:
    bench = Bench()
    octets = firmware(DeviceType.ESME)
    bench.offer(octets, bench.device(DeviceType.ESME))
    switch_hub(bench, on=False)

    assert bench.gather(bench.emulator.file_failed(file_digest(octets), bench.now)) == []
    switch_hub(bench, on=True)
    assert bench.wanted == [file_digest(octets)] * 2


def test_nobody_joins_a_hub_without_power_but_in_time_when_it_is_back() -> None:
    joined = []
    for minutes_off in (1, 20):
        bench = Bench(premises=template(awaiting=[DeviceType.ESME]))
        let_join(bench, bench.device(DeviceType.ESME), join_time_seconds=600)
        switch_hub(bench, on=False)
        assert bench.wait(minutes_off * MINUTE_MS) == []
        assert not bench.inside(DeviceType.ESME).joined
        switch_hub(bench, on=True)
        bench.wait(10 * SECOND_MS)
        joined.append(bench.inside(DeviceType.ESME).joined)

    assert joined == [True, False]


def test_the_gas_proxy_is_off_with_its_hub_and_shows_what_it_saw_before() -> None:
    bench = Bench()
    bench.wait(10 * MINUTE_MS)
    before = meter_questions.gas_register(bench, DeviceType.GPF)
    meter, octets = bench.device(DeviceType.GSME), firmware(DeviceType.GSME)
    bench.stage(octets, meter)
    bench.activate(meter, octets)
    switch_hub(bench, on=False)
    bench.wait(6 * HOUR_MS)
    switch_hub(bench, on=True)

    shown = meter_questions.gas_register(bench, DeviceType.GPF), bench.inside(DeviceType.GPF).mirrored_version
    bench.wait(30 * MINUTE_MS)

    assert shown == (before, V1)
    assert bench.inside(DeviceType.GPF).mirrored_version == V2
    assert meter_questions.gas_register(bench, DeviceType.GPF) != before


def test_the_gas_proxy_does_what_it_missed() -> None:
    bench = Bench()
    proxy = bench.device(DeviceType.GPF)
    replace_supplier(bench, proxy, changed(credentials_of(STRANGER), execution_time=Instant(NOON + HOUR_MS)))
    switch_hub(bench, on=False)
    bench.wait(2 * HOUR_MS)
    before = bench.inside(DeviceType.GPF).supplier

    sent = switch_hub(bench, on=True)

    assert (before, bench.inside(DeviceType.GPF).supplier) == (SUPPLIER, STRANGER)
    assert [it.message_code for it in messages(sent)] == [UseCase.CS02B_ALERT]


def test_what_waits_at_a_hub_is_seen() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.emulator.uplinks_taken(bench.emulator.last_uplink)
    bench.offer(firmware(DeviceType.ESME), meter)
    bench.read(UseCase.ECS52, meter)
    switch_hub(bench, on=False)
    tamper(bench, meter, Tamper.OTHER)
    switch(bench, bench.device(DeviceType.PPMID), on=False)

    hub = bench.emulator.inspect_hub(bench.hub, attached=False)
    line = bench.emulator.summarise_hub(bench.hub, attached=False)

    assert hub is not None
    assert (hub.attached, hub.off_since, hub.uplinks_waiting) == (False, NOON, 2)
    assert hub.files_wanted == (file_digest(firmware(DeviceType.ESME)),)
    rows = {row.device_type: row for row in hub.devices}
    assert len(rows) == len(bench.premises.devices)
    assert rows[DeviceType.ESME].messages_kept == 1
    assert rows[DeviceType.PPMID].off_since == NOON
    assert (line.devices, line.devices_off, line.off_since) == (7, 1, NOON)
    assert bench.emulator.inspect_hub(meter, attached=False) is None


def test_hubs_are_listed_in_order_beyond_one() -> None:
    bench = Bench(premises=template(count=3))
    hubs = list(bench.emulator.comms_hubs())

    assert bench.emulator.comms_hubs_after(None, 2) == hubs[:2]
    assert bench.emulator.comms_hubs_after(hubs[0], 5) == hubs[1:]
    assert bench.emulator.comms_hubs_after(bench.device(DeviceType.ESME, 1), 5) == hubs[2:]
    assert bench.emulator.comms_hubs_after(hubs[2], 5) == []


def test_what_cannot_be_done_to_a_hub_is_refused() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    refused(bench, HubPowerSwitched(comms_hub=bench.hub, on=True), "the hub is on already")
    refused(
        bench, HubPowerSwitched(comms_hub=meter, on=False), f"but a SMETS2\\+ ESME; its hub is {bench.hub}"
    )
    switch_hub(bench, on=False)
    refused(bench, HubPowerSwitched(comms_hub=bench.hub, on=False), "the hub is off already")


def test_a_hub_says_nothing_of_its_outage() -> None:
    bench = Bench()
    switch_hub(bench, on=False)
    bench.wait(HOUR_MS)

    sent = switch_hub(bench, on=True)

    assert (sent, outages_told(sent)) == ([], [])
    assert DeviceAlertCode.SUPPLY_INTERRUPTED not in [it.code for it in bench.inside(DeviceType.CHF).log]
