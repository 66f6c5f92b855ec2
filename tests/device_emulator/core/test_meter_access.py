"""Who may read a meter (SR 4.1.1, 4.3, 4.8.1, 6.2.4, 7.4), and for whom it encrypts what it says."""

from collections.abc import Callable

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.date_times import decode_dlms_date_time
from smart_metering.gbcs.electricity_identity import (
    encode_electricity_identity_command,
)
from smart_metering.gbcs.electricity_profile import (
    ProfilePeriod,
    decode_electricity_profile_response,
    encode_electricity_profile_command,
)
from smart_metering.gbcs.exchange import Exchange, exchange_of
from smart_metering.gbcs.gas_registers import (
    encode_gas_register_command,
)
from smart_metering.gbcs.import_registers import (
    decode_electricity_registers_response,
    encode_electricity_registers_command,
)
from smart_metering.gbcs.prepayment_registers import (
    encode_prepayment_registers_command,
)
from smart_metering.gbcs.supply_status import (
    encode_supply_status_command,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    STRANGER,
    SUPPLIER,
    Bench,
    has_mac_between,
    secret,
)
from tests.device_emulator.commands import ask, certificate_of
from tests.device_emulator.meter_questions import (
    ask_profile,
    shown,
)

READS: tuple[tuple[UseCase, DeviceType, Callable[[Exchange], bytes], tuple[Eui, ...]], ...] = (
    (
        UseCase.ECS17B,
        DeviceType.ESME,
        encode_electricity_registers_command,
        (SUPPLIER, NETWORK_OPERATOR, ACB),
    ),
    (UseCase.ECS19, DeviceType.ESME, encode_prepayment_registers_command, (SUPPLIER,)),
    (UseCase.ECS26E, DeviceType.ESME, encode_electricity_identity_command, (SUPPLIER, NETWORK_OPERATOR, ACB)),
    (
        UseCase.ECS45,
        DeviceType.ESME,
        lambda exchange: encode_supply_status_command(UseCase.ECS45, exchange),
        (SUPPLIER, NETWORK_OPERATOR, ACB),
    ),
    (UseCase.GCS13A, DeviceType.GSME, encode_gas_register_command, (SUPPLIER, NETWORK_OPERATOR, ACB)),
    (UseCase.GCS13A, DeviceType.GPF, encode_gas_register_command, (SUPPLIER, NETWORK_OPERATOR, ACB)),
    (
        UseCase.GCS33,
        DeviceType.GSME,
        lambda exchange: encode_supply_status_command(UseCase.GCS33, exchange),
        (SUPPLIER, NETWORK_OPERATOR, ACB),
    ),
)


@pytest.mark.parametrize(
    ("use_case", "device_type", "payload", "parties"), READS, ids=lambda it: getattr(it, "name", None)
)
def test_those_may_read_whom_the_device_knows_for_it(
    use_case: UseCase,
    device_type: DeviceType,
    payload: Callable[[Exchange], bytes],
    parties: tuple[Eui, ...],
) -> None:
    bench = Bench()
    device = bench.device(device_type)

    for party in (SUPPLIER, NETWORK_OPERATOR, ACB, STRANGER):
        behalf = STRANGER if party == ACB else None
        asked = ask(bench, use_case, device, payload, by=party, behalf=behalf)
        if party in parties:
            assert has_mac_between(asked.response, device, party)
            assert asked.response.supplementary_party == behalf
        else:
            assert bench.observed[-1] == "silent: the originator is not known"


def test_a_register_read_says_when_and_a_profile_does_not() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    read = ask(bench, UseCase.ECS17B, meter, encode_electricity_registers_command).response
    log = ask_profile(bench, NOON, NOON).response

    assert decode_dlms_date_time(read.date_time) == NOON
    assert log.date_time == b""


def test_an_encrypted_answer_is_for_the_party_whose_certificate_came_along() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    certificate = certificate_of(STRANGER, KeyUsage.KEY_AGREEMENT)
    day = ProfilePeriod(start=Instant(NOON - DAY_MS), end=NOON)

    asked = ask(
        bench,
        UseCase.ECS22B,
        meter,
        lambda exchange: encode_electricity_profile_command(day, exchange),
        by=ACB,
        behalf=STRANGER,
        certificate=certificate,
    )

    response = asked.response
    entries = decode_electricity_profile_response(
        response.payload, exchange_of(response), secret(meter, STRANGER)
    )
    assert len(entries) == 49
    assert has_mac_between(response, meter, ACB)
    assert response.supplementary_party == STRANGER
    assert response.supplementary_originator_counter == NOON


def test_the_device_encrypts_for_strangers_under_a_counter_that_rises() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    certificate = certificate_of(STRANGER, KeyUsage.KEY_AGREEMENT)

    counters = [
        ask(
            bench,
            UseCase.ECS17B,
            meter,
            encode_electricity_registers_command,
            by=ACB,
            behalf=STRANGER,
            certificate=certificate,
        ).response.supplementary_originator_counter
        for _ in range(2)
    ]

    assert counters == [NOON, NOON + 1]


def test_without_a_certificate_the_answer_is_for_the_access_control_broker() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    asked = ask(bench, UseCase.ECS17B, meter, encode_electricity_registers_command, by=ACB, behalf=STRANGER)

    own = Exchange(
        originator=ACB,
        device=meter,
        counter=asked.command.counter,
        recipient=ACB,
        recipient_counter=asked.command.counter,
    )
    decoded = decode_electricity_registers_response(asked.response.payload, own, secret(meter, ACB))
    assert str(decoded.active_import_wh) == shown(bench, DeviceType.ESME)["ActiveImportRegister"]


@pytest.mark.parametrize(
    "certificate",
    [
        certificate_of(SUPPLIER, KeyUsage.KEY_AGREEMENT),
        certificate_of(STRANGER, KeyUsage.DIGITAL_SIGNING),
    ],
    ids=["another's", "for signatures"],
)
def test_a_certificate_that_cannot_serve_meets_silence(certificate: bytes) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    asked = ask(
        bench,
        UseCase.ECS17B,
        meter,
        encode_electricity_registers_command,
        by=ACB,
        behalf=STRANGER,
        certificate=certificate,
    )

    assert len(asked.contents) == 1
    assert "not a key agreement key" in bench.observed[-1]
