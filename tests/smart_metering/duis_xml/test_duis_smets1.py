"""What the emulator's SMETS1 Devices answer finds its place in decoded DUIS XML, and a published schema allows it."""

from pathlib import Path

import pytest

from device_emulator.devices import decoded_content
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import DecodedValue, ServiceResponse, Smets1ResponseMessage
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.messages import read_response, write_response
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.validating import Schema
from smart_metering.gbcs.commissioning import CommissionOutcome
from smart_metering.gbcs.comms_hub_device_log import ConnectedDevice
from smart_metering.gbcs.credential_outcomes import ReplacementOutcome, UpdateOutcome
from smart_metering.gbcs.device_log import DeviceLogEntry
from smart_metering.gbcs.electricity_identity import Identity, SupplyTamperState
from smart_metering.gbcs.electricity_profile import ElectricityProfileEntry
from smart_metering.gbcs.gas_profile import GasProfile
from smart_metering.gbcs.gas_registers import GasRegister
from smart_metering.gbcs.import_registers import ElectricityRegisters
from smart_metering.gbcs.joining import JoinCode
from smart_metering.gbcs.prepayment_registers import PrepaymentRegisters
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    CredentialUsage,
    RemotePartyCredentials,
    RemotePartyRole,
)
from smart_metering.gbcs.supply_status import SupplyState, SupplyStatus
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of
from tests.support.duis_xml import ACB, DSP_SIGNING, METER, NOW, SUPPLIER, read_version, signer_of

PARTY = RemotePartyCredentials(
    role=RemotePartyRole.SUPPLIER,
    floor_sequence_number=7,
    credentials=(
        Credential(usage=CredentialUsage.DIGITAL_SIGNING, party=SUPPLIER, key_id=bytes(8)),
        Credential(usage=CredentialUsage.KEY_AGREEMENT, party=SUPPLIER, key_id=bytes(8)),
    ),
)
ABSENT = RemotePartyCredentials(role=RemotePartyRole.RECOVERY, status=CredentialStatus.TRUST_ANCHOR_NOT_FOUND)
UPDATED = UpdateOutcome(
    originator_counter=2**63,
    top_up_floor_sequence_number=9,
    replacements=tuple(
        ReplacementOutcome(
            usage=usage,
            existing_party=SUPPLIER,
            existing_key_id=bytes(8),
            new_party=ACB,
            new_key_id=b"\xff" * 8,
        )
        for usage in (CredentialUsage.DIGITAL_SIGNING, CredentialUsage.KEY_AGREEMENT)
    ),
)
IDENTITY = Identity(
    device=METER,
    meter_variant="A",
    model_type="433100AC",
    manufacturer_identifier="106C",
    supply_tamper_state=SupplyTamperState.UNCHANGED,
)
REGISTERS = ElectricityRegisters(active_import_wh=1, reactive_import_varh=2)
TWIN = ElectricityRegisters(active_import_wh=1, reactive_import_varh=2, secondary_active_import_wh=3)
PREPAYMENT = PrepaymentRegisters(
    emergency_credit_balance=-1,
    accumulated_debt_register=0,
    payment_debt_register=3,
    time_debt_register_1=4,
    time_debt_register_2=5,
    meter_balance=-(2**31),
)
HALF_HOURS = tuple(ElectricityProfileEntry(at=NOW, active_import_wh=number) for number in range(48))
LOG = (
    DeviceLogEntry(device=METER, device_type=DeviceType.ESME),
    DeviceLogEntry(device=SUPPLIER, device_type=DeviceType.IHD),
)
HAN = (
    ConnectedDevice(device=METER, last_communication=NOW),
    ConnectedDevice(device=SUPPLIER, last_communication=None),
)

ANSWERED: tuple[tuple[str, str, tuple[DecodedValue, ...]], ...] = (
    ("a top-up", "2.2", ()),
    ("a log that is cleared", "3.3", ()),
    ("registers", "4.1.1", decoded_content.of_electricity_registers(REGISTERS)),
    ("registers of a twin element", "4.1.1", decoded_content.of_electricity_registers(TWIN)),
    ("a gas register", "4.1.1", decoded_content.of_gas_register(GasRegister(consumption=7))),
    ("a gas register that is broken", "4.1.1", decoded_content.of_gas_register(GasRegister(consumption=None))),
    ("prepayment", "4.3", decoded_content.of_prepayment_registers(PREPAYMENT)),
    ("a gas meter's balance", "4.3", decoded_content.of_meter_balance(-5)),
    ("half hours", "4.8.1", decoded_content.of_electricity_profile(HALF_HOURS)),
    ("no half hours", "4.8.1", ()),
    ("gas half hours", "4.8.1", decoded_content.of_gas_profile(GasProfile(start=NOW, samples=(1, None, 1000)))),
    ("an identity", "6.2.4", decoded_content.of_identity(IDENTITY)),
    ("a change of supplier", "6.23", decoded_content.of_replacement(UPDATED)),
    ("a change of supplier that is dated", "6.23", decoded_content.of_replacement(None)),
    ("credentials", "6.24.1", decoded_content.of_credentials((PARTY, ABSENT))),
    ("supply", "7.4", decoded_content.of_supply_status(SupplyStatus(supply_state=SupplyState.ARMED))),
    (
        "gas supply",
        "7.4",
        decoded_content.of_supply_status(
            SupplyStatus(supply_state=SupplyState.ENABLED, remaining_battery_days=99)
        ),
    ),
    ("a clock", "8.1.1", decoded_content.of_clock(CommissionOutcome(device_time=NOW, success=True), gas=False)),
    ("a gas clock", "8.1.1", decoded_content.of_clock(CommissionOutcome(device_time=NOW, success=False), gas=True)),
    ("a Device Log", "8.9", decoded_content.of_device_log(LOG)),
    ("a hub's Device Log", "8.9", decoded_content.of_comms_hub_log(HAN)),
    ("an empty Device Log", "8.9", ()),
    ("a Device that is added", "8.11", ()),
    *((f"a join: {code.name}", "8.7.2", decoded_content.of_join(code)) for code in JoinCode),
)  # fmt: skip


def response_of(srv: str, body: Smets1ResponseMessage) -> ServiceResponse:
    request_id = read_version().request_id
    return ServiceResponse(
        request_id=str(request_id),
        response_id=request_id.response_id,
        response_code=ResponseCode.I0,
        response_date_time=NOW,
        service_reference=service_reference_of(srv),
        service_reference_variant=srv,
        body=body,
    )


@pytest.mark.parametrize(("srv", "content"), [row[1:] for row in ANSWERED], ids=[row[0] for row in ANSWERED])
@pytest.mark.parametrize("success", [True, False])
def test_an_answer_comes_back_as_it_was(srv: str, content: tuple[DecodedValue, ...], success: bool) -> None:
    response = response_of(srv, Smets1ResponseMessage(success=success, content=content))

    assert read_response(write_response(response, signer=signer_of(ACB, DSP_SIGNING))) == response


@pytest.mark.parametrize(("srv", "content"), [row[1:] for row in ANSWERED], ids=[row[0] for row in ANSWERED])
def test_an_answer_is_as_the_schema_says(
    srv: str, content: tuple[DecodedValue, ...], reference_data: Path
) -> None:
    response = response_of(srv, Smets1ResponseMessage(success=True, content=content))

    octets = write_response(response, signer=signer_of(ACB, DSP_SIGNING))

    Schema.from_folder(reference_data / "xsd").validate(read_tree(octets))


def test_the_answer_names_one_certificate() -> None:
    octets = write_response(
        response_of("2.2", Smets1ResponseMessage(success=True)), signer=signer_of(ACB, DSP_SIGNING)
    )

    assert octets.count(b"<ds:SignatureValue>") == 2
    assert octets.count(b"<ds:X509SerialNumber>") == 1


def test_gas_and_electricity_are_told_apart() -> None:
    gas = decoded_content.of_gas_profile(GasProfile(start=NOW, samples=(1,)))
    signer = signer_of(ACB, DSP_SIGNING)

    written = write_response(
        response_of("4.8.1", Smets1ResponseMessage(success=True, content=gas)), signer=signer
    )

    assert b"<ra:Gas><ra:PrimaryValue>0.001</ra:PrimaryValue></ra:Gas>" in written


def test_only_the_first_letter_of_a_variant_is_shown() -> None:
    content = decoded_content.of_identity(changed(IDENTITY, meter_variant="ADE"))
    signer = signer_of(ACB, DSP_SIGNING)

    written = write_response(
        response_of("6.2.4", Smets1ResponseMessage(success=True, content=content)), signer=signer
    )

    assert b"<ra:MeterVariant>A</ra:MeterVariant></ra:Electricity>" in written


def test_a_value_without_a_place_is_not_written() -> None:
    content = (DecodedValue(name="Temperature", value="7"),)

    with pytest.raises(UnwritableError, match="no place for Temperature"):
        write_response(
            response_of("7.4", Smets1ResponseMessage(success=True, content=content)),
            signer=signer_of(ACB, DSP_SIGNING),
        )
