"""The desk for what comes up the SM WAN: each frame once, each Response to its request, each alert on its way."""

from dsp.core import firmware_distribution, outstanding
from dsp.core.alerts import take_alert
from dsp.core.learning import LEARNED, Shown, compare_mirror, judge, learn
from dsp.core.service_audit_trail import post
from dsp.core.state import Certificates, HeldUplinks, HostPosition, Outstanding, SmiDevice, Stage
from dsp.core.turn import Turn
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_responses import (
    GbcsPayload,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    decode_activate_firmware_command,
    decode_activate_firmware_response,
)
from smart_metering.gbcs.message import CraFlag, Message, decode
from smart_metering.gbcs.protection import mac_is_valid, signature_is_valid
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import DeviceCertificates, FirmwareAtHub, Gbcs, Receipt, Smets1Response, Uplink
from smart_metering.use_cases import UseCase, is_critical

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
    if awaited is None or awaited.stage is Stage.DATED or not awaited.octets:
        return  # Repeated: the same Response was already taken, or nobody asked yet.
    asked = decode(awaited.octets).message_code
    if message.message_code != asked:
        what = f"a Response of use case {message.message_code:04X} to {asked:04X}: dropped"
        turn.observe(device.device.device_id, what)
        return
    try:
        version, success, accepted = _read(message)
    except DecodeError as error:
        turn.observe(device.device.device_id, f"a Response whose payload cannot be read: {error}")
        return
    if accepted:
        _date(turn, awaited)
    else:
        turn.state.remove_outstanding(awaited)
    _conclude(
        turn, device, awaited, GbcsPayload(gbcs_payload=octets), version, success, _verifiable(turn, message)
    )


def _take_smets1_response(turn: Turn, device: SmiDevice, response: Smets1Response) -> None:
    key = RequestId(response.originator, device.device.device_id, response.counter)
    awaited = turn.state.outstanding.get(str(key))
    if awaited is None:
        return  # Repeated: the same Response was already taken, or nobody asked.
    asked = awaited.request.service_reference_variant
    if device.generation is not Generation.SMETS1 or response.service_reference_variant != asked:
        what = f"a SMETS1 Response to {response.service_reference_variant} from a {device.generation} Device"
        turn.observe(device.device.device_id, f"{what}, asked for {asked}: dropped")
        return
    if response.accepted and awaited.stage is Stage.DATED:
        return  # Repeated: its acceptance was already taken.
    if response.accepted:
        _date(turn, awaited)
    else:
        turn.state.remove_outstanding(awaited)
    body = Smets1ResponseMessage(
        success=response.success,
        activate_image_response_code=response.activation_code,
        firmware_version=response.firmware_version,
    )
    _conclude(turn, device, awaited, body, response.firmware_version, response.success, verified=True)


def _read(message: Message) -> tuple[FirmwareVersion | None, bool, bool]:
    """The version a Response shows, whether it tells success, and whether it only accepts a dated command."""
    use_case = UseCase(message.message_code)
    if use_case is not UseCase.CS06:
        version = decode_read_response(use_case, message.payload, message.counter)
        return version, version is not None, False
    outcome = decode_activate_firmware_response(message.payload)
    if outcome is None:
        return None, True, True
    return outcome.firmware_version, outcome.code is ActivationCode.SUCCESS, False


def _date(turn: Turn, awaited: Outstanding) -> None:
    """The Device answered NULL: it holds the command until its date, or has dropped the one that this cancels."""
    command = decode_activate_firmware_command(decode(awaited.octets).payload)
    outstanding.forget_dated(turn, awaited)
    if command.execution_time is None or command.execution_time == CANCELLATION:
        turn.state.remove_outstanding(awaited)
    else:
        outstanding.dated(turn, awaited, Instant(max(turn.now, command.execution_time)))


def _conclude(
    turn: Turn,
    device: SmiDevice,
    awaited: Outstanding,
    body: ResponseBody,
    version: FirmwareVersion | None,
    success: bool,
    verified: bool,
) -> None:
    """The Response goes to who asked; then the SMI learns from it, or compares what a GPF mirrors."""
    srv = awaited.request.service_reference_variant
    shown = Shown(srv=srv, version=version, success=success, verified=verified, role=awaited.role)
    decision = judge(turn, device, shown)
    _push(turn, awaited, body, decision)
    if device.device.device_type is DeviceType.GPF:
        compare_mirror(turn, device, version, awaited.user)
    elif decision.code == LEARNED and version is not None:
        learn(turn, device, version)


def _push(turn: Turn, awaited: Outstanding, body: ResponseBody, decision: Decision) -> None:
    request = awaited.request
    response = ServiceResponse(
        request_id=str(request.request_id),
        response_id=request.request_id.response_id,
        response_code=ResponseCode.I0,
        response_date_time=turn.now,
        service_reference=request.service_reference,
        service_reference_variant=request.service_reference_variant,
        body=body,
        decision=decision,
    )
    post(turn, (awaited.user,), response, awaited.device)


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
    assert device.comms_hub is not None
    firmware_distribution.ask_for_certificates(turn, device.comms_hub, device_id)


def _take_certificates(turn: Turn, device: SmiDevice, given: DeviceCertificates) -> None:
    device_id = device.device.device_id
    if fault := _certificate_fault(device_id, given):
        turn.observe(device_id, f"certificates refused: {fault}")
        return
    turn.state.certificates.put(
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
