"""The desk for what comes up the SM WAN: each frame once, each Response to its request, each alert on its way."""

from dataclasses import dataclass

from dsp.core import firmware_distribution, outstanding
from dsp.core.alerts import take_alert
from dsp.core.conclusions import conclude
from dsp.core.reading import Told, date_of, told_by
from dsp.core.records import Certificates, HeldUplinks, HostPosition, Outstanding, SmiDevice, Stage
from dsp.core.turn import Turn
from smart_metering.decisions import Decision
from smart_metering.device_types import Generation
from smart_metering.duis.service_responses import (
    DspScheduledMessage,
    GbcsPayload,
    ResponseBody,
    Smets1ResponseMessage,
)
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode
from smart_metering.gbcs.protection import mac_is_valid, signature_is_valid
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.sm_wan import DeviceCertificates, FirmwareAtHub, Gbcs, Receipt, Smets1Response, Uplink
from smart_metering.use_cases import is_critical

MOST_HELD = 100
"""Messages of one Device that wait for its certificates; a Device in order says few before they are read."""


def take_uplink(turn: Turn, host: str, uplink: Uplink) -> None:
    """One frame from a hub. A sequence that was taken before is not taken again."""
    position = turn.state.host_positions.get(host)
    if position is not None and uplink.sequence <= position.sequence:
        return  # Repeated after a reconnection: the same frame was already taken.
    turn.state.host_positions.put(HostPosition(host=host, sequence=uplink.sequence))
    device = turn.state.devices.get(uplink.device)
    if device is None or device.comms_hub != uplink.comms_hub:
        turn.observe(uplink.device, f"refused: the SMI knows no such Device behind hub {uplink.comms_hub}")
        return
    match uplink.content:
        case Receipt(frame=frame, delivered=delivered):
            outstanding.receipt(turn, uplink.device, frame, delivered)
        case Gbcs(gbcs=octets):
            _take_gbcs(turn, device, uplink, octets)
        case Smets1Response():
            _take_smets1_response(turn, device, uplink.content)
        case DeviceCertificates():
            _take_certificates(turn, device, uplink.content)
        case FirmwareAtHub(request_id=request_id, success=success):
            firmware_distribution.at_hub(turn, uplink.comms_hub, request_id, success)


def _take_gbcs(turn: Turn, device: SmiDevice, uplink: Uplink, octets: bytes) -> None:
    device_id = device.device.device_id
    try:
        message = decode(octets)
    except DecodeError as error:
        turn.observe(device_id, f"a message that cannot be read: {error}")
        return
    if message.originator != device_id:
        turn.observe(device_id, f"a message in the name of {message.originator}: dropped")
        return
    certificates = turn.state.certificates.get(device_id)
    if certificates is None:
        _hold(turn, device, uplink)
        return
    if not _is_genuine(turn, message, certificates):
        turn.observe(device_id, "a message whose signature or MAC does not verify: dropped")
        return
    match message.cra:
        case CraFlag.RESPONSE:
            _take_response(turn, device, message, octets)
        case CraFlag.ALERT:
            take_alert(turn, device, message, octets)
        case _:
            turn.observe(device_id, "a command from a Device: dropped")


def _take_response(turn: Turn, device: SmiDevice, message: Message, octets: bytes) -> None:
    key = RequestId(message.target, message.originator, message.counter)
    awaited = turn.state.outstanding.get(str(key))
    if awaited is None or not awaited.octets or awaited.stage is Stage.DATED:
        return  # Repeated: the same Response was already taken, or nobody asked yet.
    turn.cause = str(awaited.request.request_id)
    asked = decode(awaited.octets).message_code
    if message.message_code != asked:
        what = f"a Response of use case {message.message_code:04X} to {asked:04X}: dropped"
        turn.observe(device.device.device_id, what)
        return
    try:
        told = told_by(message)
    except DecodeError as error:
        turn.observe(device.device.device_id, f"a Response whose payload cannot be read: {error}")
        return
    over = _settle(turn, awaited, told)
    body: ResponseBody = GbcsPayload(gbcs_payload=octets)
    if awaited.schedule_id:
        body = DspScheduledMessage(gbcs_payload=octets, dsp_schedule_id=awaited.schedule_id)
    conclude(turn, device, awaited, body, told, verified=_verifiable(turn, message), over=over)


@dataclass(frozen=True, slots=True)
class Returned:
    """A Response that was returned by 8.13 and taken, and what the DSP made of it."""

    decision: Decision


def take_returned(turn: Turn, message: Message, octets: bytes) -> Returned | str:
    """A Response to a Command that was delivered locally; or why it is not taken."""
    device = turn.state.devices.get(message.originator)
    certificates = turn.state.certificates.get(message.originator)
    awaited = turn.state.outstanding[str(RequestId(message.target, message.originator, message.counter))]
    if device is None or certificates is None or not _is_genuine(turn, message, certificates):
        return "its signature or MAC does not verify"
    if message.message_code != decode(awaited.octets).message_code:
        return f"it is of use case {message.message_code:04X}, another than the Command's"
    try:
        told = told_by(message)
    except DecodeError as error:
        return f"its payload cannot be read: {error}"
    turn.cause = str(awaited.request.request_id)
    over, verified = _settle(turn, awaited, told), _verifiable(turn, message)
    return Returned(conclude(turn, device, awaited, None, told, verified=verified, over=over))


def _take_smets1_response(turn: Turn, device: SmiDevice, response: Smets1Response) -> None:
    key = RequestId(response.originator, device.device.device_id, response.counter)
    awaited = turn.state.outstanding.get(str(key))
    if awaited is None or not awaited.octets:
        return  # Repeated: the same Response was already taken, or nobody asked yet.
    turn.cause = str(awaited.request.request_id)
    asked = awaited.request.service_reference_variant
    if device.generation is not Generation.SMETS1 or response.service_reference_variant != asked:
        what = f"a SMETS1 Response to {response.service_reference_variant} from a {device.generation} Device"
        turn.observe(device.device.device_id, f"{what}, asked for {asked}: dropped")
        return
    if response.accepted and awaited.stage is Stage.DATED:
        return  # Repeated: its acceptance was already taken.
    told = Told(success=response.success, accepted=response.accepted, version=response.firmware_version)
    over = _settle(turn, awaited, told)
    body = Smets1ResponseMessage(
        success=response.success,
        activate_image_response_code=response.activation_code,
        firmware_version=response.firmware_version,
        content=response.content,
    )
    conclude(turn, device, awaited, body, told, verified=True, over=over)


def _settle(turn: Turn, awaited: Outstanding, told: Told) -> bool:
    """Whether this Response ends the request; if not, the Device keeps the Command until its date."""
    if told.accepted:
        outstanding.forget_dated(turn, awaited)
        execution = date_of(decode(awaited.octets))
        if execution is not None and execution != CANCELLATION:
            outstanding.dated(turn, awaited, Instant(max(turn.now, execution)))
            return False
    turn.state.remove_outstanding(awaited)
    return True


def _is_genuine(turn: Turn, message: Message, certificates: Certificates) -> bool:
    """A signature is verified, and a MAC that is made for the ACB; a MAC for another party is the User's to check."""
    if message.signature or is_critical(message.message_code):  # No MAC stands in for a signature.
        return signature_is_valid(
            message, turn.secrets.signing_key(message.originator, certificates.digital_signing)
        )
    if message.mac is None:
        return False
    if message.target != turn.acb.eui:
        return True
    return mac_is_valid(message, turn.secrets.with_device(message.originator, certificates.key_agreement))


def _verifiable(turn: Turn, message: Message) -> bool:
    return bool(message.signature) or message.target == turn.acb.eui


def _hold(turn: Turn, device: SmiDevice, uplink: Uplink) -> None:
    """The certificates are asked for with each message that is held, since a question can get lost."""
    device_id = device.device.device_id
    held = turn.state.held_uplinks.get(device_id)
    uplinks = (*held.uplinks, uplink) if held else (uplink,)
    if len(uplinks) > MOST_HELD:
        turn.observe(device_id, f"dropped: {MOST_HELD} messages wait for its certificates already")
        return
    turn.state.held_uplinks.put(HeldUplinks(device=device_id, uplinks=uplinks))
    outstanding.ask_for_certificates(turn, device)


def _take_certificates(turn: Turn, device: SmiDevice, given: DeviceCertificates) -> None:
    device_id = device.device.device_id
    if fault := _certificate_fault(device_id, given):
        turn.observe(device_id, f"certificates refused: {fault}")
        return
    turn.state.put_certificates(
        Certificates(
            device=device_id, digital_signing=given.digital_signing, key_agreement=given.key_agreement
        )
    )
    outstanding.certificates_arrived(turn, device_id)
    held = turn.state.held_uplinks.get(device_id)
    if held is not None:
        turn.state.held_uplinks.remove(device_id)
        for uplink in held.uplinks:
            assert isinstance(uplink.content, Gbcs), uplink
            _take_gbcs(turn, turn.state.devices[device_id], uplink, uplink.content.gbcs)


def _certificate_fault(device: Eui, given: DeviceCertificates) -> str:
    for octets, usage in (
        (given.digital_signing, KeyUsage.DIGITAL_SIGNING),
        (given.key_agreement, KeyUsage.KEY_AGREEMENT),
    ):
        try:
            certified = read_certificate(octets)
        except DecodeError as error:
            return str(error)
        if certified.entity != device or certified.usage is not usage:
            return f"{usage} certificate of {certified.entity} for {certified.usage}, expected {device}"
    return ""
