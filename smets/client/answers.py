"""What Devices answer, beside what is about firmware: read out of each use case's payload, as fields and in words.

Fields stand in small records, named after GBCS and the Message Mapping Catalogue, so that a test can ask for a number
and a person can read a line. What a Device encrypts is opened with the key of the party that asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from smart_metering.gbcs.clear_event_log import decode_clear_event_log_response
from smart_metering.gbcs.commissioning import CommissionOutcome, decode_commission_response
from smart_metering.gbcs.comms_hub_device_log import (
    ConnectedDevice,
    LogChangeOutcome,
    decode_log_change_response,
    decode_read_log_response,
)
from smart_metering.gbcs.device_log import DeviceLogEntry, decode_device_log_response
from smart_metering.gbcs.electricity_identity import Identity, decode_electricity_identity_response
from smart_metering.gbcs.electricity_profile import decode_electricity_profile_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.gas_profile import GasProfileRefusal, decode_gas_profile_response
from smart_metering.gbcs.gas_registers import decode_gas_register_response
from smart_metering.gbcs.import_registers import ElectricityRegisters, decode_electricity_registers_response
from smart_metering.gbcs.joining import JoinCode, decode_join_response
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.prepayment_registers import PrepaymentRegisters, decode_prepayment_registers_response
from smart_metering.gbcs.supply_status import SupplyStatus, decode_supply_status_response
from smart_metering.gbcs.top_up import decode_top_up_response
from smart_metering.instants import Instant, format_instant
from smart_metering.records import Record
from smart_metering.use_cases import UseCase
from smets.client.credential_answers import (
    HeldCredentials,
    ReplacedCredentials,
    held_credentials,
    replaced_at_date,
    replaced_credentials,
)
from smets.client.opening import Opener

AMOUNTS_OF_A_POUND = 100_000  # GBCS counts in thousandths of a penny (likely)


class GasVolume(Record, frozen=True, kw_only=True):
    """None where the Device could not read its register, or not in cubic metres."""

    cubic_metres: Decimal | None


class ProfileEntry(Record, frozen=True, kw_only=True):
    """What was used in the half hour that ends at `at` (likely); None where the Device has no value."""

    at: Instant
    used: int | None
    secondary: int | None = None


class ImportProfile(Record, frozen=True, kw_only=True):
    """Half hours, oldest first, in `unit`: Wh, or dm³ (thousandths of a cubic metre)."""

    unit: str
    entries: tuple[ProfileEntry, ...]


class TopUp(Record, frozen=True, kw_only=True):
    """Only a GSME tells the top-up's value and the new balance, in thousandths of a penny (likely)."""

    accepted: bool
    value: int | None
    balance: int | None


class EventLog(Record, frozen=True, kw_only=True):
    """Whether the log was cleared."""

    cleared: bool


class Join(Record, frozen=True, kw_only=True):
    """The name of what became of it, as MMC 5.4 has it: success, deviceLogFull ..."""

    code: str


class DeviceLog(Record, frozen=True, kw_only=True):
    """The Devices with which the read one is joined; None where it could not read its log."""

    devices: tuple[DeviceLogEntry, ...] | None


class HanLog(Record, frozen=True, kw_only=True):
    """The Devices on the log of a Comms Hub Function; None where it could not read it."""

    devices: tuple[ConnectedDevice, ...] | None


Content = (
    ElectricityRegisters
    | GasVolume
    | PrepaymentRegisters
    | ImportProfile
    | Identity
    | SupplyStatus
    | TopUp
    | EventLog
    | CommissionOutcome
    | Join
    | DeviceLog
    | HanLog
    | LogChangeOutcome
    | HeldCredentials
    | ReplacedCredentials
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is for people; `success` as the Device sees it."""

    content: Content
    text: str
    success: bool = True


def _electricity_registers(message: Message, opener: Opener) -> Answer:
    registers = decode_electricity_registers_response(
        message.payload, exchange_of(message), opener.secret_of(message)
    )
    words = [f"import {registers.active_import_wh:,} Wh"]
    if registers.secondary_active_import_wh is not None:
        words.append(f"secondary import {registers.secondary_active_import_wh:,} Wh")
    words.append(f"reactive import {registers.reactive_import_varh:,} varh")
    return Answer(registers, ", ".join(words))


def _gas_register(message: Message, opener: Opener) -> Answer:
    register = decode_gas_register_response(message.payload, exchange_of(message), opener.secret_of(message))
    volume = register.cubic_metres
    if volume is None:
        return Answer(GasVolume(cubic_metres=None), "no consumption in cubic metres", success=False)
    return Answer(GasVolume(cubic_metres=volume), f"consumption {volume:,.3f} m³")


def _prepayment_registers(message: Message, opener: Opener) -> Answer:
    registers = decode_prepayment_registers_response(
        message.payload, exchange_of(message), opener.secret_of(message)
    )
    debts = (
        registers.accumulated_debt_register
        + registers.payment_debt_register
        + registers.time_debt_register_1
        + registers.time_debt_register_2
    )
    words = (
        f"balance {_pounds(registers.meter_balance)}",
        f"emergency credit {_pounds(registers.emergency_credit_balance)}",
        f"debts {_pounds(debts)}",
    )
    return Answer(registers, ", ".join(words))


def _electricity_profile(message: Message, opener: Opener) -> Answer:
    entries = decode_electricity_profile_response(
        message.payload, exchange_of(message), opener.secret_of(message)
    )
    rows = tuple(
        ProfileEntry(at=entry.at, used=entry.active_import_wh, secondary=entry.secondary_active_import_wh)
        for entry in entries
    )
    return _profile(ImportProfile(unit="Wh", entries=rows))


def _gas_profile(message: Message, opener: Opener) -> Answer:
    profile = decode_gas_profile_response(message.payload, exchange_of(message), opener.secret_of(message))
    if isinstance(profile, GasProfileRefusal):
        nothing = ImportProfile(unit="dm³", entries=())
        return Answer(nothing, f"no profile: {profile.name.replace('_', ' ').lower()}", success=False)
    rows = tuple(ProfileEntry(at=at, used=used) for at, used in profile.entries)
    return _profile(ImportProfile(unit="dm³", entries=rows))


def _profile(profile: ImportProfile) -> Answer:
    entries = profile.entries
    if not entries:
        return Answer(profile, "no half hours in this period")
    used = sum((entry.used or 0) + (entry.secondary or 0) for entry in entries)
    since, until = format_instant(entries[0].at), format_instant(entries[-1].at)
    return Answer(
        profile, f"{len(entries)} half hours from {since} to {until}, {used:,} {profile.unit} in all"
    )


def _identity(message: Message, opener: Opener) -> Answer:
    identity = decode_electricity_identity_response(message.payload, exchange_of(message))
    text = (
        f"{identity.device}, variant {identity.meter_variant}, model {identity.model_type}, "
        f"manufacturer {identity.manufacturer_identifier}, supply after tampering {identity.supply_tamper_state}"
    )
    return Answer(identity, text)


def _supply_status(message: Message, opener: Opener) -> Answer:
    use_case = UseCase(message.message_code)
    status = decode_supply_status_response(use_case, message.payload, exchange_of(message))
    battery = status.remaining_battery_days
    text = f"supply {status.supply_state}"
    return Answer(status, text if battery is None else f"{text}, battery for {battery:,} days")


def _top_up(message: Message, opener: Opener) -> Answer:
    use_case = UseCase(message.message_code)
    outcome = decode_top_up_response(use_case, message.payload, exchange_of(message))
    words = ["top-up accepted" if outcome.accepted else f"top-up refused ({outcome.result})"]
    words += [f"worth {_pounds(outcome.value)}"] if outcome.value is not None else []
    words += [f"balance {_pounds(outcome.balance)}"] if outcome.balance is not None else []
    content = TopUp(accepted=outcome.accepted, value=outcome.value, balance=outcome.balance)
    return Answer(content, ", ".join(words), outcome.accepted)


def _event_log(message: Message, opener: Opener) -> Answer:
    cleared = decode_clear_event_log_response(message.payload, exchange_of(message))
    text = "event log cleared" if cleared else "event log not cleared"
    return Answer(EventLog(cleared=cleared), text, cleared)


def _commission(message: Message, opener: Opener) -> Answer:
    use_case = UseCase(message.message_code)
    outcome = decode_commission_response(use_case, message.payload, exchange_of(message))
    verdict = "clock set" if outcome.success else "clock not set, unreliable"
    return Answer(outcome, f"{verdict}: {format_instant(outcome.device_time)}", outcome.success)


def _join(message: Message, opener: Opener) -> Answer:
    code = decode_join_response(message.payload)
    success = code is JoinCode.SUCCESS
    return Answer(Join(code=code.mmc_name), "joined" if success else f"not joined: {code.mmc_name}", success)


def _device_log(message: Message, opener: Opener) -> Answer:
    entries = decode_device_log_response(message.payload)
    if entries is None:
        return Answer(DeviceLog(devices=None), "the Device could not read its log", success=False)
    listed = ", ".join(f"{entry.device_type} {entry.device}" for entry in entries)
    return Answer(DeviceLog(devices=entries), f"joined with {listed or 'nobody'}")


def _han_log(message: Message, opener: Opener) -> Answer:
    entries = decode_read_log_response(message.payload, exchange_of(message))
    if entries is None:
        return Answer(HanLog(devices=None), "the hub could not read its log", success=False)
    listed = ", ".join(f"{entry.device} {_heard(entry.last_communication)}" for entry in entries)
    return Answer(HanLog(devices=entries), f"on the log: {listed or 'nobody'}")


def _heard(at: Instant | None) -> str:
    return "never heard" if at is None else f"heard {format_instant(at)}"


def _log_change(message: Message, opener: Opener) -> Answer:
    use_case = UseCase(message.message_code)
    outcome = decode_log_change_response(use_case, message.payload, exchange_of(message))
    done = "put on the log" if use_case is UseCase.CCS01 else "put off the log"
    results = " ".join(map(str, outcome.results))
    return Answer(outcome, done if outcome.success else f"not {done}: results {results}", outcome.success)


def _held_credentials(message: Message, opener: Opener) -> Answer:
    held = held_credentials(message)
    return Answer(held, held.text)


def _replaced_credentials(message: Message, opener: Opener) -> Answer:
    replaced = replaced_credentials(message)
    return Answer(replaced, replaced.text, replaced.success)


def _replaced_at_date(message: Message, opener: Opener) -> Answer:
    replaced = replaced_at_date(message)
    return Answer(replaced, replaced.text, replaced.success)


def _pounds(amount: int) -> str:
    """`£66.67570`, of thousandths of a penny."""
    sign = "-" if amount < 0 else ""
    return f"{sign}£{Decimal(abs(amount)) / AMOUNTS_OF_A_POUND:,.5f}"


READERS: dict[int, Callable[[Message, Opener], Answer]] = {
    UseCase.CCS01: _log_change,
    UseCase.CCS02: _log_change,
    UseCase.CCS05: _han_log,
    UseCase.CS01A: _top_up,
    UseCase.CS01B: _top_up,
    UseCase.CS02A: _held_credentials,
    UseCase.CS02B: _replaced_credentials,
    UseCase.CS02B_ALERT: _replaced_at_date,
    UseCase.CS03A1: _join,
    UseCase.CS03B: _join,
    UseCase.CS07: _device_log,
    UseCase.ECS15A: _event_log,
    UseCase.ECS17B: _electricity_registers,
    UseCase.ECS19: _prepayment_registers,
    UseCase.ECS22B: _electricity_profile,
    UseCase.ECS26E: _identity,
    UseCase.ECS45: _supply_status,
    UseCase.ECS70: _commission,
    UseCase.GCS13A: _gas_register,
    UseCase.GCS17: _gas_profile,
    UseCase.GCS28: _commission,
    UseCase.GCS33: _supply_status,
}
"""How the answer of each use case is read. Each raises DecodeError, and Sealed where the party cannot open it."""
