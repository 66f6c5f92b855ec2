"""A Device made by hand for the tests of the DSP's core: little state, real GBCS bytes, and no fault of its own."""

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivateFirmwareCommand,
    ActivationCode,
    ActivationOutcome,
    FutureDatedOutcome,
    decode_activate_firmware_command,
    encode_activate_firmware_response,
    encode_future_dated_outcome,
)
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, response_to
from smart_metering.gbcs.protection import add_mac, mac_is_valid, shared_secret, sign
from smart_metering.gbcs.read_firmware_version import decode_read_command, encode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.sm_wan import (
    CertificatesWanted,
    DeviceCertificates,
    Downlink,
    FirmwareForDevices,
    Gbcs,
    Receipt,
    Smets1Response,
    UplinkContent,
)
from smart_metering.use_cases import UseCase

SEED = b"the world of the core's tests"
ACB = Eui("90-B3-D5-1F-30-00-00-02")


@cache
def device_credentials(device: Eui) -> dict[KeyUsage, Credential]:
    """The Device's keys and certificates."""
    return DevelopmentPki(SEED).device(device)


@cache
def secret_between(device: Eui, party: Eui) -> bytes:
    """What the Device's KA key and the party's make together."""
    private_key = device_credentials(device)[KeyUsage.KEY_AGREEMENT].private_key
    return shared_secret(private_key, derive_private_key(SEED, party, KeyUsage.KEY_AGREEMENT).public_key())


@dataclass(slots=True, kw_only=True)
class HandMadeDevice:
    """`staged` is the one image it holds, as hash and version; `heard` is every command handed to it, in octets.

    It is told its fate: not `reachable`, `silent`, or deaf to the question for its certificates.
    """

    device_id: Eui
    device_type: DeviceType
    comms_hub: Eui
    version: FirmwareVersion
    smets1: bool = False
    staged: tuple[bytes, FirmwareVersion] | None = None
    reachable: bool = True
    silent: bool = False
    certificates_given: bool = True
    activation: ActivationCode = ActivationCode.SUCCESS
    heard: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    dated: ActivateFirmwareCommand | None = None
    dated_for: Eui | None = None
    last_counter: int = -1
    alert_counter: int = 1_000

    def hear(self, downlink: Downlink) -> list[UplinkContent]:
        """What goes up the SM WAN when this frame has come down."""
        match downlink.content:
            case CertificatesWanted():
                return [self.certificates()] if self.certificates_given else []
            case FirmwareForDevices():
                return []
            case Gbcs(gbcs=octets) if self.reachable:
                self.heard.append(octets)
                receipt = Receipt(frame=downlink.frame, delivered=True)
                answer = None if self.silent else self.answer(octets)
                return [receipt] if answer is None else [receipt, answer]
            case Gbcs():
                return [Receipt(frame=downlink.frame, delivered=False)]

    def certificates(self) -> DeviceCertificates:
        """Its two certificates."""
        credentials = device_credentials(self.device_id)
        return DeviceCertificates(
            digital_signing=credentials[KeyUsage.DIGITAL_SIGNING].certificate,
            key_agreement=credentials[KeyUsage.KEY_AGREEMENT].certificate,
        )

    def answer(self, octets: bytes) -> UplinkContent | None:
        """Its Response, or nothing where a Device says nothing."""
        command = decode(octets)
        assert mac_is_valid(command, secret_between(self.device_id, ACB)), "the ACB's MAC must verify"
        if command.message_code == UseCase.CS06:
            return self._answer_activation(command)
        if self.smets1:
            return self._smets1(command, "11.2", success=True, version=self.version)
        use_case = UseCase(command.message_code)
        decode_read_command(use_case, command.payload, command.counter)
        return self.says(self.read_response(command, self.version))

    def read_response(self, command: Message, version: FirmwareVersion | None) -> bytes:
        """The Response to 11.2: a MAC for whoever asked."""
        payload = encode_read_response(UseCase(command.message_code), version, command.counter)
        secret = secret_between(self.device_id, command.originator)
        return encode(add_mac(response_to(command, payload), secret))

    def signed(self, message: Message) -> bytes:
        """A message under its DS key."""
        return encode(sign(message, self._signing_key))

    def alert(self, use_case: UseCase, target: Eui, payload: bytes, counter: int | None = None) -> bytes:
        """A signed alert, with its own rising counter unless one is given."""
        if counter is None:
            self.alert_counter = counter = self.alert_counter + 1
        return self.signed(
            Message(
                cra=CraFlag.ALERT,
                counter=counter,
                originator=self.device_id,
                target=target,
                message_code=use_case,
                payload=payload,
            )
        )

    def carry_out(self) -> bytes:
        """The time of its dated command has come: the alert 00CA."""
        command, party = self.dated, self.dated_for
        assert command is not None
        assert party is not None
        assert command.execution_time is not None
        self.dated = None
        outcome = self._activate(command)
        carried_out = outcome.code is ActivationCode.SUCCESS
        codes = DeviceAlertCode
        payload = encode_future_dated_outcome(
            FutureDatedOutcome(
                alert_code=codes.FUTURE_DATED_COMMAND_SUCCESSFUL
                if carried_out
                else codes.FUTURE_DATED_COMMAND_FAILED,
                execution_time=command.execution_time,
                originator_counter=command.originator_counter,
                outcome=outcome,
            )
        )
        return self.alert(UseCase.CS06_ALERT, party, payload)

    def says(self, octets: bytes) -> Gbcs:
        """A message on its way up, remembered so that a test can say it again."""
        self.said.append(octets)
        return Gbcs(gbcs=octets)

    @property
    def _signing_key(self) -> ec.EllipticCurvePrivateKey:
        return device_credentials(self.device_id)[KeyUsage.DIGITAL_SIGNING].private_key

    def _answer_activation(self, command: Message) -> UplinkContent | None:
        if command.counter <= self.last_counter:
            return None  # Replayed: a Device says nothing.
        self.last_counter = command.counter
        asked = decode_activate_firmware_command(command.payload)
        if self.smets1:
            outcome = self._activate(asked)
            return self._smets1(command, "11.3", success=outcome.code is ActivationCode.SUCCESS, version=None)
        if asked.execution_time is not None:
            self.dated = None if asked.execution_time == CANCELLATION else asked
            self.dated_for = command.originator
            return self.says(self.signed(response_to(command, encode_activate_firmware_response(None))))
        payload = encode_activate_firmware_response(self._activate(asked))
        return self.says(self.signed(response_to(command, payload)))

    def _activate(self, command: ActivateFirmwareCommand) -> ActivationOutcome:
        code = self.activation
        if self.staged is None:
            code = ActivationCode.NO_IMAGE_HELD
        elif self.staged[0] != command.manufacturer_image_hash:
            code = ActivationCode.HASH_MISMATCH
        elif code is ActivationCode.SUCCESS:
            self.version, self.staged = self.staged[1], None
        return ActivationOutcome(code, self.version)

    def _smets1(
        self, command: Message, srv: str, *, success: bool, version: FirmwareVersion | None
    ) -> Smets1Response:
        return Smets1Response(
            originator=command.originator,
            counter=command.counter,
            service_reference_variant=srv,
            success=success,
            firmware_version=version,
        )
