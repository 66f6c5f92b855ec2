"""Transform: from a Service Request to GBCS. Rows say which use case serves an SRV, and what its payload is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp.core.records import Outstanding
from dsp.core.state import State
from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.duis import device_requests as duis
from smart_metering.duis.service_requests import ActivateFirmware, Body, ServiceRequest
from smart_metering.gbcs.activate_firmware import ActivateFirmwareCommand, encode_activate_firmware_command
from smart_metering.gbcs.clear_event_log import encode_clear_event_log_command
from smart_metering.gbcs.commissioning import ClockSetting, encode_commission_command
from smart_metering.gbcs.comms_hub_device_log import (
    Addition,
    encode_addition_command,
    encode_read_log_command,
    encode_removal_command,
)
from smart_metering.gbcs.device_log import encode_device_log_command
from smart_metering.gbcs.electricity_identity import encode_electricity_identity_command
from smart_metering.gbcs.electricity_profile import ProfilePeriod, encode_electricity_profile_command
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.gas_profile import encode_gas_profile_command, gas_profile_period
from smart_metering.gbcs.gas_registers import encode_gas_register_command
from smart_metering.gbcs.import_registers import encode_electricity_registers_command
from smart_metering.gbcs.joining import Join, encode_join_command
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.prepayment_registers import encode_prepayment_registers_command
from smart_metering.gbcs.read_firmware_version import encode_read_command
from smart_metering.gbcs.security_credentials import RemotePartyRole, encode_security_credentials_command
from smart_metering.gbcs.supply_status import encode_supply_status_command
from smart_metering.gbcs.top_up import encode_top_up_command
from smart_metering.gbcs.update_security_credentials import (
    ReplacementCredentials,
    encode_update_security_credentials_command,
)
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, SECOND_MS, Instant
from smart_metering.use_cases import UseCase, is_critical

_ESME, _GSME, _GPF, _CHF = DeviceType.ESME, DeviceType.GSME, DeviceType.GPF, DeviceType.CHF

_ROWS: tuple[tuple[str, UseCase, frozenset[DeviceType]], ...] = (
    # SRV      use case          Device Types
    ("2.2",    UseCase.CS01A,    frozenset({_ESME})),
    ("2.2",    UseCase.CS01B,    frozenset({_GSME})),
    ("3.3",    UseCase.ECS15A,   frozenset({_ESME})),
    ("4.1.1",  UseCase.ECS17B,   frozenset({_ESME})),
    ("4.1.1",  UseCase.GCS13A,   frozenset({_GSME, _GPF})),
    ("4.3",    UseCase.ECS19,    frozenset({_ESME})),
    ("4.8.1",  UseCase.ECS22B,   frozenset({_ESME})),
    ("4.8.1",  UseCase.GCS17,    frozenset({_GSME, _GPF})),
    ("6.2.4",  UseCase.ECS26E,   frozenset({_ESME})),
    ("6.23",   UseCase.CS02B,    frozenset({_ESME, _GSME, _GPF, DeviceType.HCALCS})),
    ("6.24.1", UseCase.CS02A,    TYPE_1),
    ("7.4",    UseCase.ECS45,    frozenset({_ESME})),
    ("7.4",    UseCase.GCS33,    frozenset({_GSME, _GPF})),
    ("8.1.1",  UseCase.ECS70,    frozenset({_ESME})),
    ("8.1.1",  UseCase.GCS28,    frozenset({_GSME})),
    ("8.7.1",  UseCase.CS03A1,   frozenset({_ESME, _GSME})),
    ("8.7.2",  UseCase.CS03B,    frozenset({_ESME, _GSME, _GPF})),
    ("8.9",    UseCase.CCS05,    frozenset({_CHF})),
    ("8.9",    UseCase.CS07,     TYPE_1 - {_CHF}),
    ("8.11",   UseCase.CCS01,    frozenset({_CHF})),
    ("11.2",   UseCase.ECS52,    frozenset({_ESME, _CHF})),
    ("11.2",   UseCase.GCS38,    frozenset({_GSME, _GPF})),
    ("11.2",   UseCase.CS08,     frozenset({DeviceType.PPMID, DeviceType.HCALCS})),
    ("11.3",   UseCase.CS06,     frozenset({_ESME, _GSME, DeviceType.HCALCS})),
)  # fmt: skip

USE_CASES = {(srv, kind): use_case for srv, use_case, types in _ROWS for kind in types}

DEFAULT_GBCS_VERSION = "4.2"

REMOTE_PARTY_ROLES = {
    "Root": RemotePartyRole.ROOT,
    "Recovery": RemotePartyRole.RECOVERY,
    "Supplier": RemotePartyRole.SUPPLIER,
    "NetworkOperator": RemotePartyRole.NETWORK_OPERATOR,
    "ACB": RemotePartyRole.ACCESS_CONTROL_BROKER,
    "TransCoS": RemotePartyRole.TRANSITIONAL_COS,
}
"""DUIS 5.4's names of the parties whose credentials 6.24.1 asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """What a payload is made of. `body` is always that of the use case's own SRV."""

    state: State
    body: Body
    exchange: Exchange


def use_case_of(srv: str, device_type: DeviceType, body: Body | None = None) -> UseCase | None:
    """The use case that serves the SRV for such a Device; None where it is not emulated. 8.11 looks into its body."""
    if isinstance(body, duis.UpdateHanDeviceLog) and body.request_type == "Remove":
        return UseCase.CCS02
    return USE_CASES.get((srv, device_type))


def pre_command(state: State, request: ServiceRequest, use_case: UseCase) -> Message:
    """The Pre-Command of a Critical request: from the User to the Device, unsigned."""
    return draft(state, request.request_id, request.body, use_case, None)


def command_of(state: State, outstanding: Outstanding, use_case: UseCase, acb: Eui) -> Message:
    """The Command, from whoever the Device knows: the User, a party of the DCC, or the ACB on the User's behalf."""
    on_behalf = outstanding.command.originator == acb and outstanding.user != acb
    behalf = outstanding.request.request_id if on_behalf and use_case is not UseCase.CS02A else None
    return draft(state, outstanding.command, outstanding.request.body, use_case, behalf)


def draft(
    state: State, command: RequestId, body: Body, use_case: UseCase, behalf: RequestId | None
) -> Message:
    """The Command without MAC. `behalf` is the request of a party that the Device does not know."""
    exchange = Exchange(
        originator=command.originator,
        device=command.target,
        counter=command.counter,
        recipient=behalf.originator if behalf else command.originator,
        recipient_counter=command.counter,
    )
    certificate = b""
    if behalf and isinstance(body, duis.ReadActiveImportProfileData):
        certificate = body.ka_public_security_credentials
    return Message(
        cra=CraFlag.COMMAND,
        counter=command.counter,
        originator=command.originator,
        target=command.target,
        message_code=use_case,
        payload=PAYLOADS[use_case](Drafting(state=state, body=body, exchange=exchange)),
        supplementary_party=behalf.originator if behalf else None,
        supplementary_counter=behalf.counter if behalf else None,
        certificate=certificate,
        signature=None if is_critical(use_case) else b"",
    )


def _firmware_version(use_case: UseCase) -> "Payload":
    return lambda drafting: encode_read_command(use_case, drafting.exchange.counter)


def _activate_firmware(drafting: Drafting) -> bytes:
    body = drafting.body
    assert isinstance(body, ActivateFirmware)
    return encode_activate_firmware_command(
        ActivateFirmwareCommand(
            manufacturer_image_hash=body.firmware_hash,
            originator_counter=drafting.exchange.counter,
            execution_time=body.execution_date_time,
        )
    )


def _top_up(use_case: UseCase) -> "Payload":
    def payload(drafting: Drafting) -> bytes:
        assert isinstance(drafting.body, duis.TopUpDevice)
        return encode_top_up_command(use_case, drafting.body.utrn, drafting.exchange)

    return payload


def _electricity_profile(drafting: Drafting) -> bytes:
    start, end = _period(drafting)
    return encode_electricity_profile_command(ProfilePeriod(start=start, end=end), drafting.exchange)


def _gas_profile(drafting: Drafting) -> bytes:
    return encode_gas_profile_command(gas_profile_period(*_period(drafting)), drafting.exchange)


def _period(drafting: Drafting) -> tuple[Instant, Instant]:
    assert isinstance(drafting.body, duis.ReadActiveImportProfileData)
    period = drafting.body.read_log_period
    return period.start_date_time, period.end_date_time


def _commission(use_case: UseCase) -> "Payload":
    def payload(drafting: Drafting) -> bytes:
        body = drafting.body
        assert isinstance(body, duis.CommissionDeviceSynchroniseClock)
        latest = Instant(body.current_date_time + body.tolerance_period * SECOND_MS)
        setting = ClockSetting(at=body.current_date_time, latest=latest)
        return encode_commission_command(use_case, setting, drafting.exchange)

    return payload


def _join(use_case: UseCase) -> "Payload":
    def payload(drafting: Drafting) -> bytes:
        body = drafting.body
        assert isinstance(body, duis.JoinServiceCritical | duis.JoinServiceNonCritical)
        other = drafting.state.devices[body.other_device_id]
        join = Join(other_device=body.other_device_id, device_type=other.device.device_type)
        return encode_join_command(use_case, join)

    return payload


def _add_to_device_log(drafting: Drafting) -> bytes:
    body = drafting.body
    assert isinstance(body, duis.UpdateHanDeviceLog)
    assert body.add_device_to_chf_whitelist is not None
    addition = Addition(
        device=body.device_id,
        install_code=body.add_device_to_chf_whitelist.install_code,
        join_time_seconds=body.add_device_to_chf_whitelist.join_time_period,
    )
    return encode_addition_command(addition, drafting.exchange)


def _remove_from_device_log(drafting: Drafting) -> bytes:
    assert isinstance(drafting.body, duis.UpdateHanDeviceLog)
    return encode_removal_command(drafting.body.device_id, drafting.exchange)


def _read_credentials(drafting: Drafting) -> bytes:
    assert isinstance(drafting.body, duis.RetrieveDeviceSecurityCredentialsKrp)
    return encode_security_credentials_command(
        tuple(REMOTE_PARTY_ROLES[role] for role in drafting.body.remote_party_roles)
    )


def _replace_credentials(drafting: Drafting) -> bytes:
    body = drafting.body
    assert isinstance(body, duis.UpdateSecurityCredentialsCos)
    cancels = body.execution_date_time == CANCELLATION  # A cancellation leaves every counter as it is.
    return encode_update_security_credentials_command(
        ReplacementCredentials(
            digital_signing=body.digital_signing_certificate,
            key_agreement=body.key_agreement_certificate,
            key_agreement_top_up=body.key_agreement_top_up_certificate or None,
            certification_path=body.certification_path_certificates,
            originator_counter=drafting.exchange.counter,
            supplier_floor_sequence_number=None if cancels else body.supplier_floor_seq_number,
            top_up_floor_sequence_number=None
            if cancels
            else body.supplier_prepayment_top_up_floor_seq_number,
            apply_time_based_checks=body.apply_time_based_cpv_checks,
            execution_time=body.execution_date_time,
        )
    )


Payload = Callable[[Drafting], bytes]

PAYLOADS: dict[UseCase, Payload] = {
    UseCase.CS01A: _top_up(UseCase.CS01A),
    UseCase.CS01B: _top_up(UseCase.CS01B),
    UseCase.CS02A: _read_credentials,
    UseCase.CS02B: _replace_credentials,
    UseCase.CS03A1: _join(UseCase.CS03A1),
    UseCase.CS03B: _join(UseCase.CS03B),
    UseCase.CS06: _activate_firmware,
    UseCase.CS07: lambda _: encode_device_log_command(),
    UseCase.CS08: _firmware_version(UseCase.CS08),
    UseCase.CCS01: _add_to_device_log,
    UseCase.CCS02: _remove_from_device_log,
    UseCase.CCS05: lambda drafting: encode_read_log_command(drafting.exchange),
    UseCase.ECS15A: lambda drafting: encode_clear_event_log_command(drafting.exchange),
    UseCase.ECS17B: lambda drafting: encode_electricity_registers_command(drafting.exchange),
    UseCase.ECS19: lambda drafting: encode_prepayment_registers_command(drafting.exchange),
    UseCase.ECS22B: _electricity_profile,
    UseCase.ECS26E: lambda drafting: encode_electricity_identity_command(drafting.exchange),
    UseCase.ECS45: lambda drafting: encode_supply_status_command(UseCase.ECS45, drafting.exchange),
    UseCase.ECS52: _firmware_version(UseCase.ECS52),
    UseCase.ECS70: _commission(UseCase.ECS70),
    UseCase.GCS13A: lambda drafting: encode_gas_register_command(drafting.exchange),
    UseCase.GCS17: _gas_profile,
    UseCase.GCS28: _commission(UseCase.GCS28),
    UseCase.GCS33: lambda drafting: encode_supply_status_command(UseCase.GCS33, drafting.exchange),
    UseCase.GCS38: _firmware_version(UseCase.GCS38),
}
