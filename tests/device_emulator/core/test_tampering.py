"""Tampering with a meter: it logs that, and tells its supplier by the alert that GBCS has for it."""

import pytest

from device_emulator.core.engineer_records import Tampered
from device_emulator.devices.tampers import Tamper
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.generic_alerts import GenericAlert, decode_generic_alert
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    NOON,
    STRANGER,
    SUPPLIER,
    TYPES,
    Bench,
    is_signed_by,
    only_message,
    smets1_template,
    template,
)
from tests.device_emulator.by_hand import refused, switch, tamper
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

ALERTS = [
    # Device Type       what is done                 alert
    (DeviceType.ESME, Tamper.COVER, 0x8F74, "Meter Cover Removed"),
    (DeviceType.ESME, Tamper.TERMINAL_COVER, 0x8F76, "Terminal Cover Removed"),
    (DeviceType.ESME, Tamper.SECOND_TERMINAL_COVER, 0x8F77, "Second Terminal Cover Removed"),
    (DeviceType.ESME, Tamper.MAGNET, 0x8F75, "Strong Magnetic field"),
    (DeviceType.ESME, Tamper.OTHER, 0x8F78, "Other"),
    (DeviceType.GSME, Tamper.COVER, 0x8F74, "Meter Cover Removed"),
    (DeviceType.GSME, Tamper.BATTERY_COVER, 0x8F73, "Battery Cover Removed"),
    (DeviceType.GSME, Tamper.MAGNET, 0x8F75, "Strong Magnetic field"),
    (DeviceType.GSME, Tamper.OTHER, 0x8F78, "Other"),
]


@pytest.mark.parametrize(("device_type", "how", "code", "name"), ALERTS)
def test_a_meter_tells_its_supplier_what_was_done_to_it(
    device_type: DeviceType, how: Tamper, code: int, name: str
) -> None:
    bench = Bench()
    meter = bench.device(device_type)

    alert = only_message(tamper(bench, meter, how))

    told = decode_generic_alert(device_type is DeviceType.GSME, alert.payload, alert.counter)
    assert told == GenericAlert(alert_code=code, at=NOON)
    assert (alert.message_code, alert.target) == (UseCase.CRITICAL_ALERT, SUPPLIER)
    assert is_signed_by(alert, meter)
    (event,) = bench.inside(device_type).log
    assert (event.at, event.code, event.name) == (NOON, code, f"Unauthorised Physical Access - {name}")


def test_after_a_change_of_supplier_the_new_one_is_told() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(STRANGER))

    assert only_message(tamper(bench, meter, Tamper.COVER)).target == STRANGER


def test_a_meter_that_knows_no_supplier_only_logs_it() -> None:
    whole = template()
    bench = Bench(
        premises=changed(whole, devices=tuple(changed(row, supplier=None) for row in whole.devices))
    )

    assert tamper(bench, bench.device(DeviceType.ESME), Tamper.COVER) == []
    assert len(bench.inside(DeviceType.ESME).log) == 1
    assert bench.observed == ["8F74 is told nobody: it knows no supplier"]


def test_of_too_many_entries_the_oldest_goes() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    for how in (Tamper.COVER, *[Tamper.MAGNET] * 100):
        tamper(bench, meter, how)

    assert {event.code for event in bench.inside(DeviceType.ESME).log} == {0x8F75}
    assert len(bench.inside(DeviceType.ESME).log) == 100


@pytest.mark.parametrize(
    "device_type", [it for it in DeviceType if it not in (DeviceType.ESME, DeviceType.GSME)]
)
def test_other_devices_have_no_alert_of_it(device_type: DeviceType) -> None:
    bench = Bench(premises=template([*TYPES, DeviceType.CAD]))

    event = Tampered(device=bench.device(device_type), tamper=Tamper.COVER)
    refused(bench, event, f"a SMETS2\\+ {device_type} has no tamper alert 'cover'; what it has: none")


def test_a_meter_has_only_its_own_covers() -> None:
    bench = Bench()

    event = Tampered(device=bench.device(DeviceType.GSME), tamper=Tamper.TERMINAL_COVER)
    refused(bench, event, "'terminal-cover'; what it has: cover, battery-cover, magnet, other")


def test_smets1_has_no_such_alert() -> None:
    bench = Bench(premises=smets1_template())

    refused(
        bench, Tampered(device=bench.device(DeviceType.ESME), tamper=Tamper.COVER), "a SMETS1 ESME has no"
    )


def test_a_meter_without_power_notices_nothing() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    switch(bench, meter, on=False)

    refused(bench, Tampered(device=meter, tamper=Tamper.COVER), "off: it notices nothing")
