"""Device Alerts: taken once, held until their signature can be verified, passed on or read."""

from collections.abc import Callable

import pytest

from dsp.core.inputs import HubsClaimed
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import CommsHubAlert, DccAlert, DeviceAlert, PpmidAlert
from smart_metering.gbcs.firmware_alerts import (
    FirmwareReceipt,
    FirmwareTransfer,
    FirmwareTransferCode,
    PpmidActivation,
    PpmidActivationCode,
    encode_firmware_receipt,
    encode_firmware_transfer,
    encode_ppmid_activation,
)
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.gbcs.protection import add_mac
from smart_metering.gbcs.supply_outage_alerts import SupplyOutage, encode_supply_outage_alert
from smart_metering.identifiers import Eui
from smart_metering.sm_wan import CertificatesWanted, DeviceCertificates
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GSME,
    NOWHERE,
    PPMID,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    image_hash,
)
from tests.support.dsp_world import DspWorld, premises, suspended
from tests.support.hand_made_device import ACB, device_credentials, secret_between

SUCCESSFUL = DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL
FAILED = DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED
OUTAGE = DeviceAlertCode.LONG_SUPPLY_OUTAGE_RESTORED


def receipt(world: DspWorld, device: Eui, target: Eui, code: DeviceAlertCode = SUCCESSFUL) -> bytes:
    """A meter's alert that it received an image."""
    hand_made = world.devices[device]
    use_case = UseCase.GSME_FIRMWARE_RECEIPT if device == GSME else UseCase.ESME_FIRMWARE_RECEIPT
    counter = hand_made.alert_counter + 1
    payload = encode_firmware_receipt(use_case, FirmwareReceipt(code, START, image_hash(V2)), counter)
    return hand_made.alert(use_case, target, payload)


def everything(world: DspWorld) -> dict[Eui, list[str]]:
    """What anybody got."""
    return {user: codes for user in ROLES if (codes := world.take(user))}


def outage(world: DspWorld) -> bytes:
    """The meter's alert that its supply is back."""
    told = SupplyOutage(alert_code=OUTAGE, at=START, interrupted_at=START, restored_at=START)
    payload = encode_supply_outage_alert(told, world.devices[ESME].alert_counter + 1)
    return world.devices[ESME].alert(UseCase.ECS80, DISTRIBUTOR, payload)


def test_a_meter_s_word_on_an_outage_is_passed_on_as_it_is() -> None:
    world = premises()
    octets = outage(world)

    world.say(ESME, octets)

    assert world.last(DISTRIBUTOR) == DeviceAlert(
        response_id=f"{ESME}:{DISTRIBUTOR}:1001",
        alert_code=OUTAGE,
        response_date_time=START,
        gbcs_payload=octets,
    )
    assert everything(world) == {DISTRIBUTOR: [f"{OUTAGE:04X}"]}


@pytest.mark.parametrize(("device", "user"), [(ESME, SUPPLIER), (GSME, GAS_SUPPLIER)])
@pytest.mark.parametrize("code", [SUCCESSFUL, FAILED])
def test_a_meter_s_word_on_an_image_is_passed_on_as_it_is(
    device: Eui, user: Eui, code: DeviceAlertCode
) -> None:
    world = premises()
    octets = receipt(world, device, user, code)

    world.say(device, octets)

    assert world.last(user) == DeviceAlert(
        response_id=f"{device}:{user}:1001", alert_code=code, response_date_time=START, gbcs_payload=octets
    )
    assert everything(world) == {user: [f"{code:04X}"]}


def test_an_alert_is_taken_once_however_often_it_is_said() -> None:
    world = premises()
    octets = receipt(world, ESME, SUPPLIER)

    for _ in range(3):
        world.say(ESME, octets)

    assert everything(world) == {SUPPLIER: ["8F72"]}


def test_two_alerts_of_one_device_and_two_devices_with_one_counter_are_all_heard() -> None:
    world = premises()

    for device, user in ((ESME, SUPPLIER), (ESME, SUPPLIER), (GSME, GAS_SUPPLIER)):
        world.say(device, receipt(world, device, user))

    assert everything(world) == {SUPPLIER: ["8F72", "8F72"], GAS_SUPPLIER: ["8F72"]}


# --- held until it can be verified


def test_alerts_are_held_until_the_certificates_are_there_and_then_taken_in_order() -> None:
    world = premises()
    device = world.devices[ESME]
    device.certificates_given = False
    for code in (SUCCESSFUL, FAILED):
        world.say(ESME, receipt(world, ESME, SUPPLIER, code))
    before = everything(world)

    world.uplink(ESME, device.certificates())

    assert before == {}
    assert isinstance(world.sent[0].content, CertificatesWanted)
    assert everything(world) == {SUPPLIER: ["8F72", "8F1C"]}
    assert len(world.engine.state.held_uplinks) == 0


def test_the_certificates_are_asked_for_again_when_the_hub_is_there_again() -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    world.say(ESME, receipt(world, ESME, SUPPLIER))
    world.devices[ESME].certificates_given = True

    world.give(HubsClaimed(host="emulator", comms_hubs=(CHF,)))

    assert len(world.engine.state.held_uplinks) == 0
    assert world.take(SUPPLIER) == ["8F72"]


def test_a_held_alert_that_turns_out_forged_is_dropped() -> None:
    world = premises()
    device = world.devices[ESME]
    device.certificates_given = False
    octets = bytearray(receipt(world, ESME, SUPPLIER))
    octets[-1] ^= 1
    world.say(ESME, bytes(octets))

    world.uplink(ESME, device.certificates())

    assert everything(world) == {}
    assert "does not verify" in world.observed[-1]


def certificates_of(device: Eui, swapped: bool = False) -> DeviceCertificates:
    signing, agreement = (credential.certificate for credential in device_credentials(device).values())
    if swapped:
        signing, agreement = agreement, signing
    return DeviceCertificates(digital_signing=signing, key_agreement=agreement)


@pytest.mark.parametrize(
    "given",
    [
        certificates_of(GSME),
        certificates_of(ESME, swapped=True),
        DeviceCertificates(digital_signing=b"none", key_agreement=b"none"),
        DeviceCertificates(digital_signing=b"", key_agreement=b""),
    ],
    ids=["another Device's", "swapped", "unreadable", "empty"],
)
def test_certificates_that_are_not_the_device_s_own_are_refused(given: DeviceCertificates) -> None:
    world = premises()
    world.devices[ESME].certificates_given = False
    world.say(ESME, receipt(world, ESME, SUPPLIER))

    world.uplink(ESME, given)

    assert ESME not in world.engine.state.certificates
    assert "certificates refused" in world.observed[-1]
    assert everything(world) == {}


# --- what the DSP reads itself


@pytest.mark.parametrize(
    ("code", "alert", "name"),
    [
        (
            FirmwareTransferCode.FILE_TRANSFER_SUCCESS,
            DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL,
            "FileTransferSuccess",
        ),
        (
            FirmwareTransferCode.IMAGE_DISCARDED,
            DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
            "FirmwareImageDiscarded",
        ),
        (
            FirmwareTransferCode.HARDWARE_VERSION_MISMATCH,
            DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
            "HardwareVersionMismatch",
        ),
        (
            FirmwareTransferCode.FILE_TRANSFER_FAILURE,
            DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
            "FileTransferFailure",
        ),
    ],
)
def test_the_hub_s_word_on_a_transfer_becomes_n62_to_the_responsible_supplier(
    code: FirmwareTransferCode, alert: DeviceAlertCode, name: str
) -> None:
    world = premises()
    transfer = FirmwareTransfer(alert_code=alert, at=START, target=GSME, version=V2, code=code)

    world.say(CHF, world.devices[CHF].alert(UseCase.CCS08, ACB, encode_firmware_transfer(transfer)))

    n62 = world.last(GAS_SUPPLIER)
    assert isinstance(n62, DccAlert)
    assert n62.body == CommsHubAlert(
        comms_hub_device_id=CHF,
        alert_code=alert,
        time_stamp=START,
        device_id=GSME,
        firmware_version=V2,
        transfer_response_code=name,
    )
    assert everything(world) == {GAS_SUPPLIER: ["N62"]}


def test_a_transfer_to_a_device_that_the_smi_does_not_have_is_only_noted() -> None:
    world = premises()
    transfer = FirmwareTransfer(
        alert_code=DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL,
        at=START,
        target=NOWHERE,
        version=V2,
        code=FirmwareTransferCode.FILE_TRANSFER_SUCCESS,
    )

    world.say(CHF, world.devices[CHF].alert(UseCase.CCS08, ACB, encode_firmware_transfer(transfer)))

    assert everything(world) == {}
    assert NOWHERE in world.observed[-1]


def activation(world: DspWorld, code: PpmidActivationCode, version: str) -> bytes:
    payload = encode_ppmid_activation(
        PpmidActivation(
            alert_code=DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION,
            at=START,
            version=V2 if version == V2 else V1,
            code=code,
        )
    )
    return world.devices[PPMID].alert(UseCase.CS09, ACB, payload)


@pytest.mark.parametrize(
    ("code", "version", "learnt"),
    [(PpmidActivationCode.SUCCESS, V2, V2), (PpmidActivationCode.FAILURE, V2, V1)],
)
def test_a_ppmid_s_own_activation_becomes_n39_and_only_its_success_teaches(
    code: PpmidActivationCode, version: str, learnt: str
) -> None:
    world = premises()

    world.say(PPMID, activation(world, code, version))

    n39 = world.last(SUPPLIER)
    assert isinstance(n39, DccAlert)
    assert n39.body == PpmidAlert(
        device_id=PPMID,
        device_alert_code=DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION,
        time_stamp=START,
        firmware_version=V2,
        activation_success=code is PpmidActivationCode.SUCCESS,
    )
    assert everything(world) == {SUPPLIER: ["N39"], GAS_SUPPLIER: ["N39"]}
    assert world.version(PPMID) == learnt


def test_a_suspended_ppmid_is_restored_by_its_own_activation() -> None:
    world = suspended(PPMID)

    world.say(PPMID, activation(world, PpmidActivationCode.SUCCESS, V2))

    assert world.status(PPMID) is SmiStatus.COMMISSIONED
    assert everything(world) == {
        SUPPLIER: ["N39", "N29"],
        DISTRIBUTOR: ["N29"],
        GAS_SUPPLIER: ["N39", "N29"],
        GAS_TRANSPORTER: ["N29"],
    }


# --- what is no alert that can be taken


def test_an_alert_of_a_use_case_that_is_not_emulated_is_noted_once() -> None:
    world = premises()
    octets = world.devices[ESME].alert(UseCase.CS06, SUPPLIER, b"")

    for _ in range(2):
        world.say(ESME, octets)

    assert everything(world) == {}
    assert [what for what in world.observed if "not emulated" in what] == [
        "an alert of use case 0012: not emulated"
    ]


def garbled_payload(world: DspWorld) -> bytes:
    return world.devices[ESME].alert(UseCase.ESME_FIRMWARE_RECEIPT, SUPPLIER, b"\x00")


def garbled_signature(world: DspWorld) -> bytes:
    octets = bytearray(receipt(world, ESME, SUPPLIER))
    octets[-1] ^= 1
    return bytes(octets)


def another_device_s(world: DspWorld) -> bytes:
    return receipt(world, GSME, SUPPLIER)


def a_command(world: DspWorld) -> bytes:
    device = world.devices[ESME]
    return device.signed(
        Message(
            cra=CraFlag.COMMAND,
            counter=1,
            originator=ESME,
            target=SUPPLIER,
            message_code=UseCase.CS06,
            payload=b"",
        )
    )


def unprotected(world: DspWorld) -> bytes:
    return receipt(world, ESME, SUPPLIER)[:-65]


@pytest.mark.parametrize(
    ("say", "noted"),
    [
        (garbled_payload, "payload cannot be read"),
        (garbled_signature, "does not verify"),
        (another_device_s, "in the name of"),
        (a_command, "a command from a Device"),
        (unprotected, "does not verify"),
        (lambda _: b"", "cannot be read"),
        (lambda _: b"\xdf", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_noted_and_reaches_nobody(
    say: Callable[[DspWorld], bytes], noted: str
) -> None:
    world = premises()
    world.uplink(ESME, world.devices[ESME].certificates())

    world.say(ESME, say(world))

    assert everything(world) == {}
    assert noted in world.observed[-1]


def test_an_alert_without_a_signature_is_not_taken_on_a_mac_that_nobody_here_can_verify() -> None:
    world = premises()
    world.uplink(ESME, world.devices[ESME].certificates())
    use_case = UseCase.ESME_FIRMWARE_RECEIPT
    payload = encode_firmware_receipt(use_case, FirmwareReceipt(SUCCESSFUL, START, image_hash(V2)), 5)
    message = Message(
        cra=CraFlag.ALERT,
        counter=5,
        originator=ESME,
        target=SUPPLIER,
        message_code=use_case,
        payload=payload,
    )

    world.say(ESME, encode(add_mac(message, secret_between(ESME, DISTRIBUTOR))))

    assert everything(world) == {}
