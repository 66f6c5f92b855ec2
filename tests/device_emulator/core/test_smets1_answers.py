"""What the S1SP makes of a SMETS1 Device's answers: decoded content under the names of the catalogue, and success."""

from collections.abc import Callable

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.clear_event_log import encode_clear_event_log_command
from smart_metering.gbcs.commissioning import ClockSetting, encode_commission_command
from smart_metering.gbcs.comms_hub_device_log import encode_read_log_command, encode_removal_command
from smart_metering.gbcs.device_log import encode_device_log_command
from smart_metering.gbcs.electricity_identity import encode_electricity_identity_command
from smart_metering.gbcs.electricity_profile import ProfilePeriod, encode_electricity_profile_command
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.gas_profile import encode_gas_profile_command, gas_profile_period
from smart_metering.gbcs.gas_registers import encode_gas_register_command
from smart_metering.gbcs.import_registers import encode_electricity_registers_command
from smart_metering.gbcs.joining import Join, encode_join_command
from smart_metering.gbcs.prepayment_registers import encode_prepayment_registers_command
from smart_metering.gbcs.security_credentials import RemotePartyRole, encode_security_credentials_command
from smart_metering.gbcs.supply_status import encode_supply_status_command
from smart_metering.gbcs.top_up import encode_top_up_command
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import CANCELLATION, HOUR_MS, Instant
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.records import changed
from smart_metering.sm_wan import Receipt, Smets1Response, UplinkContent
from smart_metering.use_cases import UseCase, reference_of
from tests.device_emulator.bench import ACB, FIRST_EUI, NOON, STRANGER, SUPPLIER, Bench, smets1_template
from tests.device_emulator.commands import ask
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

NOW = ClockSetting(at=NOON, latest=NOON)
HOUR_AGO = Instant(NOON - HOUR_MS)
ELSEWHERE = Join(other_device=parse_eui("00-DB-12-34-56-78-99-00"), device_type=DeviceType.PPMID)
PERIOD = ProfilePeriod(start=HOUR_AGO, end=NOON)
LATER = Instant(NOON + HOUR_MS)

Payload = Callable[[Exchange], bytes]

ROWS: tuple[tuple[UseCase, DeviceType, Eui, Payload, tuple[str, ...]], ...] = (
    (
        UseCase.ECS17B, DeviceType.ESME, SUPPLIER, encode_electricity_registers_command,
        ("ActiveImportRegister", "ReactiveImportRegister"),
    ),
    (
        UseCase.ECS19, DeviceType.ESME, SUPPLIER, encode_prepayment_registers_command,
        (
            "EmergencyCreditBalance", "AccumulatedDebtRegister", "PaymentDebtRegister",
            "TimeDebtRegister1", "TimeDebtRegister2", "MeterBalance",
        ),
    ),
    (
        UseCase.ECS22B, DeviceType.ESME, SUPPLIER,
        lambda exchange: encode_electricity_profile_command(PERIOD, exchange),
        3 * ("Timestamp", "PrimaryValue"),
    ),
    (
        UseCase.ECS26E, DeviceType.ESME, SUPPLIER, encode_electricity_identity_command,
        ("DeviceIdentifier", "ModelType", "ManufacturerIdentifier", "SupplyTamperState", "MeterVariant"),
    ),
    (
        UseCase.ECS45, DeviceType.ESME, SUPPLIER,
        lambda exchange: encode_supply_status_command(UseCase.ECS45, exchange),
        ("SupplyState",),
    ),
    (UseCase.ECS15A, DeviceType.ESME, SUPPLIER, encode_clear_event_log_command, ()),
    (
        UseCase.CS01A, DeviceType.ESME, SUPPLIER,
        lambda exchange: encode_top_up_command(UseCase.CS01A, 20 * "1", exchange), (),
    ),
    (
        UseCase.ECS70, DeviceType.ESME, SUPPLIER,
        lambda exchange: encode_commission_command(UseCase.ECS70, NOW, exchange),
        ("DeviceTime", "ElecClockTimeStatus"),
    ),
    (
        UseCase.CS07, DeviceType.ESME, SUPPLIER, lambda _: encode_device_log_command(),
        4 * ("DeviceID", "DeviceType"),
    ),
    (UseCase.GCS13A, DeviceType.GSME, SUPPLIER, encode_gas_register_command, ("ConsumptionRegister",)),
    (UseCase.GCS13A, DeviceType.GPF, SUPPLIER, encode_gas_register_command, ("ConsumptionRegister",)),
    (
        UseCase.GCS17, DeviceType.GSME, SUPPLIER,
        lambda exchange: encode_gas_profile_command(gas_profile_period(HOUR_AGO, NOON), exchange),
        3 * ("Timestamp", "PrimaryValue"),
    ),
    (
        UseCase.GCS33, DeviceType.GSME, SUPPLIER,
        lambda exchange: encode_supply_status_command(UseCase.GCS33, exchange),
        ("SupplyState", "RemainingBatteryCapacity"),
    ),
    (
        UseCase.GCS28, DeviceType.GSME, SUPPLIER,
        lambda exchange: encode_commission_command(UseCase.GCS28, NOW, exchange),
        ("DeviceTime", "GasClockTimeStatus"),
    ),
    (
        UseCase.CS02A, DeviceType.ESME, ACB,
        lambda _: encode_security_credentials_command((RemotePartyRole.NETWORK_OPERATOR,)),
        2 * (
            "RemotePartyRole", "StatusCode", "RemotePartyFloorSeqNumber", "CertificateUsage",
            "ExistingRemotePartyID", "ExistingCertificateHash",
        ),
    ),
    (
        UseCase.CCS05, DeviceType.CHF, ACB, encode_read_log_command,
        4 * ("DeviceID", "LastCommunicationsDateTime"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("use_case", "device_type", "by", "payload", "names"), ROWS, ids=lambda it: getattr(it, "name", None)
)
def test_an_answer_is_decoded(
    use_case: UseCase, device_type: DeviceType, by: Eui, payload: Payload, names: tuple[str, ...]
) -> None:
    bench = Bench(premises=smets1_template())

    asked = ask(bench, use_case, bench.device(device_type), payload, by=by)

    answer = answer_of(asked.contents)
    assert (answer.originator, answer.counter) == (by, asked.command.counter)
    assert answer.service_reference_variant == reference_of(use_case)
    assert (answer.success, answer.accepted) == (True, False)
    assert tuple(value.name for value in answer.content) == names


def test_the_values_are_those_that_the_device_shows() -> None:
    bench = Bench(premises=smets1_template())
    meter = bench.device(DeviceType.ESME)

    answer = answer_of(ask(bench, UseCase.ECS17B, meter, encode_electricity_registers_command).contents)

    assert set(answer.content) < set(bench.inside(DeviceType.ESME).readings)


REFUSED: tuple[tuple[UseCase, DeviceType, Eui, Payload, tuple[str, ...]], ...] = (
    (
        UseCase.ECS70,
        DeviceType.ESME,
        SUPPLIER,
        lambda exchange: encode_commission_command(
            UseCase.ECS70, ClockSetting(at=LATER, latest=LATER), exchange
        ),
        ("2025-11-21T12:00:00.000Z", "unreliable"),
    ),
    (
        UseCase.CS03A1,
        DeviceType.ESME,
        SUPPLIER,
        lambda _: encode_join_command(UseCase.CS03A1, ELSEWHERE),
        ("invalidOrMissingCertificate",),
    ),
    (
        UseCase.CCS02,
        DeviceType.CHF,
        ACB,
        lambda exchange: encode_removal_command(FIRST_EUI, exchange),
        (),
    ),
    (
        UseCase.GCS17,
        DeviceType.GSME,
        SUPPLIER,
        lambda exchange: encode_gas_profile_command(gas_profile_period(LATER, LATER), exchange),
        (),
    ),
)


@pytest.mark.parametrize(
    ("use_case", "device_type", "by", "payload", "values"), REFUSED, ids=lambda it: getattr(it, "name", None)
)
def test_a_failure_is_told_as_one(
    use_case: UseCase, device_type: DeviceType, by: Eui, payload: Payload, values: tuple[str, ...]
) -> None:
    bench = Bench(premises=smets1_template())

    answer = answer_of(ask(bench, use_case, bench.device(device_type), payload, by=by).contents)

    assert not answer.success
    assert tuple(value.value for value in answer.content) == values


def test_a_utrn_used_twice_is_told_as_a_failure() -> None:
    bench = Bench(premises=smets1_template())
    outcomes = [
        answer_of(
            ask(
                bench,
                UseCase.CS01B,
                bench.device(DeviceType.GSME),
                lambda exchange: encode_top_up_command(UseCase.CS01B, 20 * "1", exchange),
            ).contents
        ).success
        for _ in range(2)
    ]

    assert outcomes == [True, False]


def test_a_change_of_supplier_is_told_in_names() -> None:
    bench = Bench(premises=smets1_template())
    meter = bench.device(DeviceType.ESME)

    answer = answer_of(replace_supplier(bench, meter, credentials_of(STRANGER)))

    values = [(value.name, value.value) for value in answer.content]
    assert (answer.originator, answer.service_reference_variant) == (CHANGE_OF_SUPPLIER_PARTY, "6.23")
    assert values[:3] == [
        ("AuthorisingRemotePartyOriginatorCounter", str(answer.counter)),
        ("CredentialsReplacementMode", "SupplierByTransCoS"),
        ("RemotePartyFloorSeqNumber", "500"),
    ]
    assert values.count(("NewRemotePartyID", STRANGER)) == 3
    assert bench.inside(DeviceType.ESME).supplier == STRANGER


def test_a_dated_change_of_supplier_is_accepted_and_told_at_its_date() -> None:
    bench = Bench(premises=smets1_template())
    meter = bench.device(DeviceType.ESME)
    wanted = credentials_of(STRANGER)

    accepted = answer_of(replace_supplier(bench, meter, changed(wanted, execution_time=LATER)))
    carried_out = answer_of(bench.wait(HOUR_MS))

    assert (accepted.success, accepted.accepted, accepted.content) == (True, True, ())
    assert (carried_out.success, carried_out.accepted) == (True, False)
    assert carried_out.counter == accepted.counter
    assert len(carried_out.content) > 3
    cancelled = replace_supplier(bench, meter, changed(wanted, execution_time=CANCELLATION))
    assert answer_of(cancelled).accepted


def answer_of(contents: list[UplinkContent]) -> Smets1Response:
    """The one answer of the S1SP; what else came up are receipts and alerts."""
    (answer,) = (it for it in contents if isinstance(it, Smets1Response))
    assert all(it.delivered for it in contents if isinstance(it, Receipt))
    return answer
