"""What a supplier is told unasked: that the event log was cleared (8F52), that a Command of others failed (8F53)."""

from collections.abc import Callable

import pytest

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.clear_event_log import (
    decode_clear_event_log_response,
    encode_clear_event_log_command,
)
from smart_metering.gbcs.generic_alerts import GenericAlert, decode_generic_alert
from smart_metering.gbcs.import_registers import encode_electricity_registers_command
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.read_firmware_version import encode_read_command
from smart_metering.gbcs.top_up import encode_top_up_command
from smart_metering.identifiers import Eui
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    STRANGER,
    SUPPLIER,
    Bench,
    gbcs,
    is_signed_by,
    messages,
    only_message,
    smets1_template,
)
from tests.device_emulator.commands import ask, command, with_mac_of
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier


def read(bench: Bench, by: Eui, device_type: DeviceType = DeviceType.ESME) -> Message:
    use_case = UseCase.ECS52 if device_type is DeviceType.ESME else UseCase.GCS38
    return command(
        bench,
        use_case,
        bench.device(device_type),
        lambda exchange: encode_read_command(use_case, exchange.counter),
        by=by,
    )


def alerts(bench: Bench, message: Message) -> list[GenericAlert]:
    contents = bench.send(message.target, gbcs(message))
    return [decode_generic_alert(False, it.payload, it.counter) for it in messages(contents)]


FAILED = GenericAlert(alert_code=DeviceAlertCode.FAILED_AUTHENTICATION, at=NOON)


def test_a_cleared_event_log_is_told_to_the_supplier() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    asked = ask(bench, UseCase.ECS15A, meter, encode_clear_event_log_command)

    (alert,) = asked.alerts
    assert decode_clear_event_log_response(asked.response.payload, asked.exchange)
    assert messages(asked.contents) == [asked.response, alert]
    assert (alert.message_code, alert.target) == (UseCase.CRITICAL_ALERT, SUPPLIER)
    assert is_signed_by(alert, meter)
    assert decode_generic_alert(False, alert.payload, alert.counter) == GenericAlert(
        alert_code=DeviceAlertCode.EVENT_LOG_CLEARED, at=NOON
    )
    assert bench.state.devices[meter].life.event_log_cleared_at == NOON


def test_only_the_supplier_clears_the_log() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    for party in (NETWORK_OPERATOR, ACB):
        asked = ask(bench, UseCase.ECS15A, meter, encode_clear_event_log_command, by=party)
        assert [it.target for it in messages(asked.contents)] == [SUPPLIER]
    assert bench.state.devices[meter].life.event_log_cleared_at is None


OTHERS: dict[str, Callable[[Bench], Message]] = {
    "a party that it does not know": lambda bench: read(bench, STRANGER),
    "a network operator that may not": lambda bench: command(
        bench,
        UseCase.CS01A,
        bench.device(DeviceType.ESME),
        lambda exchange: encode_top_up_command(UseCase.CS01A, 20 * "1", exchange),
        by=NETWORK_OPERATOR,
    ),
    "a wrong MAC": lambda bench: with_mac_of(read(bench, NETWORK_OPERATOR), STRANGER),
}


@pytest.mark.parametrize("why", OTHERS)
def test_a_command_of_others_that_fails_is_told_to_the_supplier(why: str) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    alert = only_message(bench.send(meter, gbcs(OTHERS[why](bench))))

    assert (alert.target, alert.message_code) == (SUPPLIER, UseCase.CRITICAL_ALERT)
    assert is_signed_by(alert, meter)
    assert decode_generic_alert(False, alert.payload, alert.counter) == FAILED


def test_one_command_is_told_of_once_however_often_it_is_tried() -> None:
    bench = Bench()
    first, second = read(bench, STRANGER), read(bench, STRANGER)

    told = [alerts(bench, message) for message in (first, first, first, second, second)]

    assert told == [[FAILED], [], [], [FAILED], []]


def test_the_suppliers_own_mistakes_are_not_told() -> None:
    bench = Bench()

    assert alerts(bench, with_mac_of(read(bench, SUPPLIER), STRANGER)) == []


def test_a_command_that_is_heard_is_not_told() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    asked = ask(bench, UseCase.ECS17B, meter, encode_electricity_registers_command, by=NETWORK_OPERATOR)

    assert asked.alerts == []


def test_after_a_change_of_supplier_the_former_one_is_a_stranger() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(STRANGER))

    alert = only_message(bench.send(meter, gbcs(read(bench, SUPPLIER))))

    assert alert.target == STRANGER


@pytest.mark.parametrize(
    ("bench", "device_type"),
    [(Bench(), DeviceType.GSME), (Bench(premises=smets1_template()), DeviceType.ESME)],
    ids=["a gas meter", "SMETS1"],
)
def test_other_devices_do_not_tell(bench: Bench, device_type: DeviceType) -> None:
    assert alerts(bench, read(bench, STRANGER, device_type)) == []
