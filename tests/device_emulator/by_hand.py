"""What is done by hand at a bench, each in a word."""

import pytest

from device_emulator.core.engineer import CannotBeDone
from device_emulator.core.engineer_records import (
    ByHand,
    DeviceClockSet,
    HubPowerSwitched,
    PowerCutPlanned,
    PowerSwitched,
    Tampered,
)
from device_emulator.devices.tampers import Tamper
from smart_metering.gbcs.activate_firmware import FutureDatedOutcome, decode_future_dated_outcome
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.supply_outage_alerts import SupplyOutage, decode_supply_outage_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import UplinkContent
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import Bench, messages


def do(bench: Bench, event: ByHand) -> list[UplinkContent]:
    """What came up the SM WAN at once."""
    return bench.gather(bench.emulator.do_by_hand(event, bench.now))


def switch(bench: Bench, device: Eui, on: bool) -> list[UplinkContent]:
    return do(bench, PowerSwitched(device=device, on=on))


def switch_hub(bench: Bench, on: bool) -> list[UplinkContent]:
    return do(bench, HubPowerSwitched(comms_hub=bench.hub, on=on))


def cut_at_activation(bench: Bench, device: Eui) -> None:
    do(bench, PowerCutPlanned(device=device))


def tamper(bench: Bench, device: Eui, how: Tamper) -> list[UplinkContent]:
    return do(bench, Tampered(device=device, tamper=how))


def clock_ahead(bench: Bench, device: Eui, milliseconds: int) -> None:
    do(bench, DeviceClockSet(device=device, ahead_ms=milliseconds))


def clock_reads(bench: Bench, device: Eui, reading: Instant) -> None:
    do(bench, DeviceClockSet(device=device, reading=reading))


def refused(bench: Bench, event: ByHand, why: str) -> None:
    """It cannot be done, and nothing changed."""
    bench.emulator.ledger.take_changes()
    with pytest.raises(CannotBeDone, match=why):
        do(bench, event)
    assert bench.emulator.ledger.take_changes() == []


def outages_told(contents: list[UplinkContent]) -> list[tuple[Message, SupplyOutage]]:
    return [
        (it, decode_supply_outage_alert(it.payload, it.counter))
        for it in messages(contents)
        if it.message_code == UseCase.ECS80
    ]


def dated_outcomes(contents: list[UplinkContent]) -> list[FutureDatedOutcome]:
    return [
        decode_future_dated_outcome(it.payload)
        for it in messages(contents)
        if it.message_code == UseCase.CS06_ALERT
    ]
