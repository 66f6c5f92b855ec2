"""How a Device comes on the HAN and leaves it: 8.11 to its hub, the hub's alert, and what can reach it meanwhile."""

import pytest

from smart_metering.administration import FaultRule
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.comms_hub_device_log import (
    Addition,
    LogChangeOutcome,
    decode_log_change_response,
    decode_read_log_response,
    encode_addition_command,
    encode_read_log_command,
    encode_removal_command,
)
from smart_metering.gbcs.firmware_alerts import FirmwareTransferCode, decode_firmware_transfer
from smart_metering.gbcs.generic_alerts import GenericAlert, decode_generic_alert
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import MINUTE_MS, SECOND_MS, Instant
from smart_metering.sm_wan import CertificatesWanted, DeviceCertificates, Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NOON,
    SUPPLIER,
    V2,
    Bench,
    firmware,
    gbcs,
    has_mac_between,
    is_signed_by,
    messages,
    only_message,
    template,
)
from tests.device_emulator.commands import BEHALF_COUNTER, ask, command

NOT_DELIVERED = [Receipt(frame="frame", delivered=False)]
INSTALL_CODE = bytes(range(16))
ELSEWHERE = parse_eui("00-DB-12-34-56-78-99-00")


def waiting(*types: DeviceType, premises: int = 1) -> Bench:
    """Premises where Devices of these types are not on the HAN yet."""
    return Bench(premises=template(awaiting=types, count=premises))


def add(bench: Bench, device: Eui, join_time_seconds: int = 60, hub: Eui | None = None) -> LogChangeOutcome:
    addition = Addition(device=device, install_code=INSTALL_CODE, join_time_seconds=join_time_seconds)
    asked = ask(
        bench,
        UseCase.CCS01,
        hub or bench.hub,
        lambda exchange: encode_addition_command(addition, exchange),
        by=ACB,
        behalf=SUPPLIER,
    )
    assert asked.response.supplementary_counter == BEHALF_COUNTER
    assert has_mac_between(asked.response, hub or bench.hub, ACB)
    return decode_log_change_response(UseCase.CCS01, asked.response.payload, asked.exchange)


def remove(bench: Bench, device: Eui) -> LogChangeOutcome:
    asked = ask(
        bench,
        UseCase.CCS02,
        bench.hub,
        lambda exchange: encode_removal_command(device, exchange),
        by=ACB,
        behalf=SUPPLIER,
    )
    assert asked.alerts == []
    return decode_log_change_response(UseCase.CCS02, asked.response.payload, asked.exchange)


def hub_log(bench: Bench) -> dict[Eui, bool]:
    """The Devices on the CHF Device Log, and whether each was ever heard."""
    asked = ask(bench, UseCase.CCS05, bench.hub, encode_read_log_command, by=ACB)
    entries = decode_read_log_response(asked.response.payload, asked.exchange)
    assert entries is not None
    return {entry.device: entry.last_communication is not None for entry in entries}


def read_version(bench: Bench, meter: Eui) -> list[Receipt]:
    return [it for it in bench.read(UseCase.ECS52, meter) if isinstance(it, Receipt)]


# --- not yet ------------------------------------------------------------------------------------------------


def test_nothing_reaches_a_device_that_awaits_installation() -> None:
    bench = waiting(DeviceType.ESME)
    meter = bench.device(DeviceType.ESME)

    assert bench.read(UseCase.ECS52, meter) == NOT_DELIVERED
    assert bench.send(meter, CertificatesWanted()) == NOT_DELIVERED
    assert not bench.inside(DeviceType.ESME).joined
    assert len(bench.state.devices) == 0


def test_all_other_devices_are_joined_from_the_start_and_on_the_log() -> None:
    bench = waiting(DeviceType.ESME)

    on_log = {
        bench.device(kind) for kind in (DeviceType.GSME, DeviceType.PPMID, DeviceType.HCALCS, DeviceType.IHD)
    }

    assert hub_log(bench) == dict.fromkeys(on_log, True)
    assert bench.inside(DeviceType.GSME).joined


@pytest.mark.parametrize(("device_type", "alerts"), [(DeviceType.ESME, 0), (DeviceType.PPMID, 1)])
def test_no_firmware_reaches_it(device_type: DeviceType, alerts: int) -> None:
    bench = waiting(device_type)
    device = bench.device(device_type)

    contents = bench.distribute(firmware(device_type), device)

    told = [decode_firmware_transfer(message.payload) for message in messages(contents)]
    assert [it.code for it in told] == alerts * [FirmwareTransferCode.FILE_TRANSFER_FAILURE]
    assert bench.observed == [f"no firmware: not on the HAN of {bench.hub}"]
    assert bench.wait(60 * MINUTE_MS) == []
    assert bench.inside(device_type).pending_version is None


def test_the_mirror_of_a_gas_meter_that_is_not_there_shows_nothing() -> None:
    bench = waiting(DeviceType.GSME)

    assert bench.inside(DeviceType.GPF).mirrored_version is None


# --- installation -------------------------------------------------------------------------------------------


def test_a_device_joins_a_few_seconds_after_its_hub_lets_it() -> None:
    bench = waiting(DeviceType.ESME)
    meter = bench.device(DeviceType.ESME)

    assert add(bench, meter).success
    whitelisted = hub_log(bench)
    bench.wait(4 * SECOND_MS)
    early = bench.inside(DeviceType.ESME).joined
    alert = only_message(bench.wait(SECOND_MS))

    assert (whitelisted[meter], early) == (False, False)
    assert bench.inside(DeviceType.ESME).joined
    assert hub_log(bench)[meter]
    assert read_version(bench, meter) == [Receipt(frame="frame", delivered=True)]
    assert isinstance(bench.send(meter, CertificatesWanted())[0], DeviceCertificates)
    assert (alert.originator, alert.target) == (bench.hub, ACB)


def test_the_hub_tells_the_broker_that_its_log_changed_and_no_more() -> None:
    bench = waiting(DeviceType.ESME)
    add(bench, bench.device(DeviceType.ESME))

    alert = only_message(bench.wait(5 * SECOND_MS))

    assert alert.message_code == UseCase.CRITICAL_ALERT
    assert is_signed_by(alert, bench.hub)
    assert decode_generic_alert(False, alert.payload, alert.counter) == GenericAlert(
        alert_code=DeviceAlertCode.CHF_DEVICE_LOG_CHANGED, at=Instant(NOON + 5 * SECOND_MS)
    )


def test_each_device_that_joins_is_told_of_once() -> None:
    bench = waiting(DeviceType.ESME, DeviceType.PPMID)
    meter, display = bench.device(DeviceType.ESME), bench.device(DeviceType.PPMID)
    add(bench, meter)
    add(bench, display)
    add(bench, meter)

    alerts = messages(bench.wait(60 * SECOND_MS))

    assert len(alerts) == 2
    assert len({alert.counter for alert in alerts}) == 2
    assert messages(bench.wait(60 * SECOND_MS)) == []


def test_a_device_does_not_join_when_its_time_is_too_short() -> None:
    bench = waiting(DeviceType.ESME)
    meter = bench.device(DeviceType.ESME)

    assert add(bench, meter, join_time_seconds=4).success

    assert bench.wait(60 * SECOND_MS) == []
    assert hub_log(bench)[meter] is False
    add(bench, meter, join_time_seconds=5)
    assert len(messages(bench.wait(60 * SECOND_MS))) == 1


def test_a_device_elsewhere_is_on_the_log_and_never_joins() -> None:
    bench = waiting(DeviceType.ESME, premises=2)
    neighbours_meter = bench.device(DeviceType.ESME, premises=1)

    outcomes = [add(bench, ELSEWHERE).success, add(bench, neighbours_meter).success]

    assert outcomes == [True, True]
    assert bench.wait(60 * SECOND_MS) == []
    assert (hub_log(bench)[ELSEWHERE], hub_log(bench)[neighbours_meter]) == (False, False)
    assert bench.read(UseCase.ECS52, neighbours_meter) == NOT_DELIVERED


def test_adding_what_has_joined_changes_nothing() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    before = hub_log(bench)

    assert add(bench, meter).success
    assert bench.wait(60 * SECOND_MS) == []
    assert hub_log(bench) == before


def test_the_hubs_own_functions_and_a_seventeenth_device_cannot_be_added() -> None:
    bench = Bench()
    strangers = [parse_eui(f"00-DB-12-34-56-78-99-{number:02X}") for number in range(20)]

    outcomes = [add(bench, device).success for device in strangers]

    assert outcomes == 11 * [True] + 9 * [False]
    assert len(hub_log(bench)) == 16
    assert not add(bench, bench.hub).success
    assert not add(bench, bench.device(DeviceType.GPF)).success


def test_only_the_broker_changes_the_log() -> None:
    bench = waiting(DeviceType.ESME)
    addition = Addition(device=bench.device(DeviceType.ESME), install_code=INSTALL_CODE, join_time_seconds=60)
    message = command(
        bench, UseCase.CCS01, bench.hub, lambda exchange: encode_addition_command(addition, exchange)
    )

    assert messages(bench.send(bench.hub, gbcs(message))) == []
    assert bench.observed == ["silent: the originator is not known"]


# --- leaving ------------------------------------------------------------------------------------------------


def test_a_device_put_off_the_log_is_off_the_han() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    assert remove(bench, meter).success

    assert meter not in hub_log(bench)
    assert bench.read(UseCase.ECS52, meter) == NOT_DELIVERED
    assert not bench.inside(DeviceType.ESME).joined


def test_to_remove_again_is_no_fault_but_the_hubs_own_functions_stay() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    assert [remove(bench, meter).success for _ in range(2)] == [True, True]
    assert not remove(bench, bench.device(DeviceType.GPF)).success
    assert not remove(bench, bench.hub).success
    assert bench.inside(DeviceType.GPF).joined


def test_a_message_in_the_air_finds_its_device_gone() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    late = FaultRule(name="late", device=meter, fate="delay", delay=MINUTE_MS, next=1)
    bench.emulator.set_faults([late])
    assert bench.read(UseCase.ECS52, meter) == []

    remove(bench, meter)

    assert bench.wait(MINUTE_MS) == NOT_DELIVERED


def test_a_device_that_has_left_is_not_heard() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=Instant(NOON + 60 * MINUTE_MS))
    remove(bench, meter)

    assert bench.wait(60 * MINUTE_MS) == []
    assert bench.inside(DeviceType.ESME).firmware_version == V2
    assert bench.observed[-1] == f"unheard: not on the HAN of {bench.hub}"


def test_a_device_may_come_back() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    remove(bench, meter)

    add(bench, meter)

    assert len(messages(bench.wait(5 * SECOND_MS))) == 1
    assert read_version(bench, meter) == [Receipt(frame="frame", delivered=True)]
    assert hub_log(bench)[meter]


def test_a_device_put_off_the_log_while_it_joins_does_not_join() -> None:
    bench = waiting(DeviceType.ESME)
    meter = bench.device(DeviceType.ESME)
    add(bench, meter)

    remove(bench, meter)

    assert bench.wait(60 * SECOND_MS) == []
    assert not bench.inside(DeviceType.ESME).joined


def test_a_transfer_ends_when_its_device_leaves() -> None:
    bench = Bench()
    display = bench.device(DeviceType.PPMID)
    bench.distribute(firmware(DeviceType.PPMID), display)

    remove(bench, display)

    alert = only_message(bench.wait_for_transfer())
    assert decode_firmware_transfer(alert.payload).code is FirmwareTransferCode.FILE_TRANSFER_FAILURE
    assert bench.inside(DeviceType.PPMID).pending_version is None
