"""What a message to a User says, read out of the payload of its Device: for people, and for tests to ask."""

from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    DecodedValue,
    DeviceAlert,
    DspScheduledMessage,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.firmware_alerts import decode_firmware_receipt
from smart_metering.gbcs.generic_alerts import decode_generic_alert
from smart_metering.gbcs.message import Message, decode
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.gbcs.supply_outage_alerts import decode_supply_outage_alert
from smart_metering.instants import format_instant
from smart_metering.use_cases import UseCase
from smets.client.answers import READERS, Content
from smets.client.opening import Opener, Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`success` and `firmware_version` are None where the message does not say. `content` holds what a GBCS answer says
    that is not about firmware, `values` what a SMETS1 Device's does, under the Message Mapping Catalogue's names."""

    text: str
    success: bool | None = None
    firmware_version: FirmwareVersion | None = None
    content: Content | None = None
    values: tuple[DecodedValue, ...] = ()


NO_KEYS = Opener()


def outcome_of(message: ServiceResponse | DeviceAlert, opener: Opener = NO_KEYS) -> Outcome | None:
    """None: it carries no payload of a Device. A payload that cannot be read is an outcome that says so."""
    if isinstance(message, DeviceAlert):
        return read_payload(message.gbcs_payload, opener)
    match message.body:
        case (
            GbcsPayload(gbcs_payload=octets)
            | FutureDatedDeviceAlertMessage(gbcs_payload=octets)
            | DspScheduledMessage(gbcs_payload=octets)
        ):
            return read_payload(octets, opener)
        case Smets1ResponseMessage() as response:
            return _smets1(response, message.service_reference_variant)
        case _:
            return None


def read_payload(octets: bytes, opener: Opener = NO_KEYS) -> Outcome:
    """Of any GBCS message from a Device of the use cases that are emulated; `opener` has the key that reads it."""
    try:
        message = decode(octets)
        if read_here := _READ_HERE.get(message.message_code):
            return read_here(message)
        if (read := READERS.get(message.message_code)) is None:
            return Outcome(text=f"use case {message.message_code:04X}, which is not read here")
        answer = read(message, opener)
        return Outcome(text=answer.text, success=answer.success, content=answer.content)
    except Sealed as sealed:
        return Outcome(text=str(sealed))
    except (DecodeError, ValueError) as error:
        return Outcome(text=f"a payload that cannot be read: {error}")


def _read_version(message: Message) -> Outcome:
    version = decode_read_response(UseCase(message.message_code), message.payload)
    text = "the Device could not read its version" if version is None else f"firmware {version}"
    return Outcome(text=text, success=version is not None, firmware_version=version)


def _activated(message: Message) -> Outcome:
    outcome = decode_activate_firmware_response(message.payload)
    if outcome is None:
        return Outcome(text="accepted, for its date or as a cancellation", success=True)
    return _activation(outcome, "")


def _activated_at_date(message: Message) -> Outcome:
    alert = decode_future_dated_outcome(message.payload)
    return _activation(
        alert.outcome, f"{_alert(alert.alert_code)} at {format_instant(alert.execution_time)}: "
    )


def _activation(outcome: ActivationOutcome, before: str) -> Outcome:
    return Outcome(
        text=f"{before}{outcome.code.mmc_name}, firmware {outcome.firmware_version}",
        success=outcome.code is ActivationCode.SUCCESS,
        firmware_version=outcome.firmware_version,
    )


def _receipt(message: Message) -> Outcome:
    receipt = decode_firmware_receipt(UseCase(message.message_code), message.payload, message.counter)
    return Outcome(
        text=f"{_alert(receipt.alert_code)}, image hash {receipt.calculated_hash.hex()}",
        success=receipt.alert_code is DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL,
    )


def _generic_alert(message: Message) -> Outcome:
    """A GSME and the GPF write GBZ, all others DLMS."""
    is_gas = not message.payload.startswith(_DATA_NOTIFICATION)
    alert = decode_generic_alert(is_gas, message.payload, message.counter)
    return Outcome(text=f"{_alert(alert.alert_code)} at {format_instant(alert.at)}")


def _supply_outage(message: Message) -> Outcome:
    outage = decode_supply_outage_alert(message.payload, message.counter)
    since, until = format_instant(outage.interrupted_at), format_instant(outage.restored_at)
    return Outcome(text=f"{_alert(outage.alert_code)}: none from {since} to {until}")


def _smets1(response: Smets1ResponseMessage, srv: str) -> Outcome:
    words = ["success" if response.success else "failure"]
    words += [response.activate_image_response_code] if response.activate_image_response_code else []
    words += [f"UTRN {response.utrn}"] if response.utrn else []
    if response.firmware_version or srv in _TELL_A_VERSION:
        words.append(
            f"firmware {response.firmware_version}" if response.firmware_version else "no firmware version"
        )
    words += [f"{value.name} {value.value}" for value in response.content[:_VALUES_TOLD]]
    if len(response.content) > _VALUES_TOLD:
        words.append(f"and {len(response.content) - _VALUES_TOLD} values more")
    return Outcome(
        text=", ".join(words),
        success=response.success,
        firmware_version=response.firmware_version,
        values=response.content,
    )


def _alert(code: int) -> str:
    """A code that GBCS has and the tables do not is told as it is."""
    if code not in tuple(DeviceAlertCode):
        return f"{code:04X}"
    return f"{code:04X} {DeviceAlertCode(code).name.replace('_', ' ').lower()}"


_DATA_NOTIFICATION = b"\x0f"  # how an alert in DLMS begins
_VALUES_TOLD = 8  # of a SMETS1 Device's answer in one line; all of them are in `values`
_TELL_A_VERSION = frozenset({"11.2", "11.3"})

_READ_HERE: dict[int, Callable[[Message], Outcome]] = {
    UseCase.ECS52: _read_version,
    UseCase.GCS38: _read_version,
    UseCase.CS08: _read_version,
    UseCase.CS06: _activated,
    UseCase.CS06_ALERT: _activated_at_date,
    UseCase.ESME_FIRMWARE_RECEIPT: _receipt,
    UseCase.GSME_FIRMWARE_RECEIPT: _receipt,
    UseCase.ECS80: _supply_outage,
    UseCase.CRITICAL_ALERT: _generic_alert,
    UseCase.NON_CRITICAL_ALERT: _generic_alert,
}
