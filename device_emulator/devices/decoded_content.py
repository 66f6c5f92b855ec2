"""What answers say in decoded content, under the element names of the Message Mapping Catalogue 5.4.

Elements within others stand without those that hold them; where a group repeats, its elements do, in order.
"""

from base64 import b64encode

from device_emulator.devices.profile import Content
from smart_metering.device_types import TYPE_2, DeviceType
from smart_metering.duis.service_responses import DecodedValue
from smart_metering.gbcs.commissioning import CommissionOutcome
from smart_metering.gbcs.comms_hub_device_log import ConnectedDevice
from smart_metering.gbcs.credential_outcomes import UpdateOutcome
from smart_metering.gbcs.device_log import DeviceLogEntry
from smart_metering.gbcs.electricity_identity import Identity
from smart_metering.gbcs.electricity_profile import ElectricityProfileEntry
from smart_metering.gbcs.gas_profile import GasProfile, GasProfileRefusal
from smart_metering.gbcs.gas_registers import GasRegister
from smart_metering.gbcs.import_registers import ElectricityRegisters
from smart_metering.gbcs.joining import JoinCode
from smart_metering.gbcs.prepayment_registers import PrepaymentRegisters
from smart_metering.gbcs.security_credentials import CredentialStatus, RemotePartyCredentials, RemotePartyRole
from smart_metering.gbcs.supply_status import SupplyStatus
from smart_metering.instants import format_instant

ROLE_NAMES = {
    RemotePartyRole.ROOT: "Root",
    RemotePartyRole.RECOVERY: "Recovery",
    RemotePartyRole.SUPPLIER: "Supplier",
    RemotePartyRole.NETWORK_OPERATOR: "NetworkOperator",
    RemotePartyRole.ACCESS_CONTROL_BROKER: "ACB",
    RemotePartyRole.TRANSITIONAL_COS: "TransCoS",
}

_THOUSANDTHS = 1_000


def of_electricity_registers(registers: ElectricityRegisters) -> Content:
    """In Wh and varh."""
    return _content(
        ActiveImportRegister=registers.active_import_wh,
        ReactiveImportRegister=registers.reactive_import_varh,
        SecondaryActiveImportRegister=registers.secondary_active_import_wh,
    )


def of_gas_register(register: GasRegister) -> Content:
    """In cubic metres."""
    volume = register.cubic_metres
    return _content(ConsumptionRegister=None if volume is None else f"{volume:.3f}")


def of_prepayment_registers(registers: PrepaymentRegisters) -> Content:
    return _content(
        EmergencyCreditBalance=registers.emergency_credit_balance,
        AccumulatedDebtRegister=registers.accumulated_debt_register,
        PaymentDebtRegister=registers.payment_debt_register,
        TimeDebtRegister1=registers.time_debt_register_1,
        TimeDebtRegister2=registers.time_debt_register_2,
        MeterBalance=registers.meter_balance,
    )


def of_meter_balance(balance: int) -> Content:
    return _content(MeterBalance=balance)


def of_electricity_profile(entries: tuple[ElectricityProfileEntry, ...]) -> Content:
    return tuple(
        value
        for entry in entries
        for value in _content(
            Timestamp=format_instant(entry.at),
            PrimaryValue=entry.active_import_wh,
            SecondaryValue=entry.secondary_active_import_wh,
        )
    )


def of_gas_profile(profile: GasProfile | GasProfileRefusal) -> Content:
    if isinstance(profile, GasProfileRefusal):
        return ()
    return tuple(
        value
        for at, used in profile.entries
        for value in _content(
            Timestamp=format_instant(at),
            PrimaryValue=None if used is None else f"{used / _THOUSANDTHS:.3f}",
        )
    )


def of_identity(identity: Identity) -> Content:
    return _content(
        DeviceIdentifier=identity.device,
        ModelType=identity.model_type,
        ManufacturerIdentifier=identity.manufacturer_identifier,
        SupplyTamperState=identity.supply_tamper_state,
        MeterVariant=identity.meter_variant,
    )


def of_supply_status(status: SupplyStatus) -> Content:
    return _content(SupplyState=status.supply_state, RemainingBatteryCapacity=status.remaining_battery_days)


def of_clock(outcome: CommissionOutcome, gas: bool) -> Content:
    status = "reliable" if outcome.success else "unreliable"
    return _content(
        DeviceTime=format_instant(outcome.device_time),
        ElecClockTimeStatus=None if gas else status,
        GasClockTimeStatus=status if gas else None,
    )


def of_join(code: JoinCode) -> Content:
    return _content(joinResponseCode=code.mmc_name)


def of_device_log(entries: tuple[DeviceLogEntry, ...]) -> Content:
    return tuple(
        value
        for entry in entries
        for value in _content(DeviceID=entry.device, DeviceType=_type_name(entry.device_type))
    )


def of_comms_hub_log(entries: tuple[ConnectedDevice, ...]) -> Content:
    """A Device that was never heard has no time."""
    return tuple(
        value
        for entry in entries
        for value in _content(
            DeviceID=entry.device,
            LastCommunicationsDateTime=None
            if entry.last_communication is None
            else format_instant(entry.last_communication),
        )
    )


def of_credentials(parties: tuple[RemotePartyCredentials, ...]) -> Content:
    values: list[DecodedValue] = []
    for party in parties:
        head = _content(
            RemotePartyRole=ROLE_NAMES.get(party.role, party.role.name), StatusCode=_status_name(party.status)
        )
        values += head if not party.credentials else ()
        for credential in party.credentials:
            values += head
            values += _content(
                RemotePartyFloorSeqNumber=party.floor_sequence_number,
                CertificateUsage=credential.usage,
                ExistingRemotePartyID=credential.party,
                ExistingCertificateHash=_base64(credential.key_id),
            )
    return tuple(values)


def of_replacement(outcome: UpdateOutcome | None) -> Content:
    """None: accepted for its date, or cancelled; there is nothing to tell yet."""
    if outcome is None:
        return ()
    values = _content(
        AuthorisingRemotePartyOriginatorCounter=outcome.originator_counter,
        CredentialsReplacementMode="SupplierByTransCoS",
        RemotePartyFloorSeqNumber=outcome.supplier_floor_sequence_number,
        RemotePartyPrepaymentTopUpFloorSeqNumber=outcome.top_up_floor_sequence_number,
    )
    for row in outcome.replacements:
        values += _content(
            StatusCode=_status_name(row.status),
            CertificateType=row.usage,
            RemotePartyRole=ROLE_NAMES[RemotePartyRole.SUPPLIER],
            ExistingRemotePartyID=row.existing_party,
            NewRemotePartyID=row.new_party,
            ExistingCertificateHash=_base64(row.existing_key_id),
            NewCertificateHash=_base64(row.new_key_id),
        )
    return values


def _content(**values: str | int | None) -> Content:
    """Without what is None."""
    return tuple(
        DecodedValue(name=name, value=str(value)) for name, value in values.items() if value is not None
    )


def _type_name(device_type: DeviceType) -> str:
    return "Type2" if device_type in TYPE_2 else device_type.value


def _status_name(status: CredentialStatus) -> str:
    first, *others = status.name.lower().split("_")
    return first + "".join(map(str.capitalize, others))


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode()
