"""Firmware on its way: to the hub, over the HAN, and what hub and Device tell of it."""

from pathlib import Path

import pytest

from device_emulator.core.transfers import BLOCK_OCTETS, BLOCKS_PER_SECOND
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.firmware_alerts import (
    FirmwareReceipt,
    FirmwareTransfer,
    FirmwareTransferCode,
    PpmidActivation,
    PpmidActivationCode,
    decode_firmware_receipt,
    decode_firmware_transfer,
    decode_ppmid_activation,
)
from smart_metering.gbcs.message import CraFlag
from smart_metering.identifiers import parse_eui
from smart_metering.instants import Instant
from smart_metering.ota.image import file_digest
from smart_metering.ota.making import Defect
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.sm_wan import DeviceCertificates, FirmwareAtHub
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    STRANGER,
    SUPPLIER,
    V1,
    V2,
    V3,
    Bench,
    firmware,
    image_hash,
    is_signed_by,
    messages,
    only_message,
    private_key,
    template,
)

METERS = [
    (DeviceType.ESME, UseCase.ESME_FIRMWARE_RECEIPT),
    (DeviceType.GSME, UseCase.GSME_FIRMWARE_RECEIPT),
]


@pytest.mark.parametrize(("device_type", "use_case"), METERS)
def test_a_meter_tells_its_supplier_of_a_good_image(device_type: DeviceType, use_case: UseCase) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    octets = firmware(device_type)

    at_hub = bench.distribute(octets, meter)
    alert = only_message(bench.wait_for_transfer())

    assert at_hub == [FirmwareAtHub(request_id="11.1", success=True)]
    assert (alert.cra, alert.message_code, alert.target) == (CraFlag.ALERT, use_case, SUPPLIER)
    assert (alert.counter, alert.mac, alert.date_time) == (bench.now, None, b"")
    assert is_signed_by(alert, meter)
    receipt = decode_firmware_receipt(use_case, alert.payload, alert.counter)
    assert receipt.alert_code is DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL
    assert receipt.calculated_hash == image_hash(octets)
    assert bench.inside(device_type).pending_version == V2


@pytest.mark.parametrize(("device_type", "use_case"), METERS)
@pytest.mark.parametrize("defect", [Defect.BAD_SIGNATURE, Defect.WRONG_DEVICE_TYPE])
def test_a_meter_tells_its_supplier_of_a_bad_image_and_discards_it(
    device_type: DeviceType, use_case: UseCase, defect: Defect
) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    bench.stage(firmware(device_type, V3), meter)

    alert = only_message(bench.stage(firmware(device_type, defect=defect), meter))

    receipt = decode_firmware_receipt(use_case, alert.payload)
    assert isinstance(receipt, FirmwareReceipt)
    assert receipt.alert_code is DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED
    assert bench.inside(device_type).pending_version is None


def test_an_image_of_another_supplier_is_not_accepted() -> None:
    bench = Bench()

    bench.stage(firmware(DeviceType.ESME, signer=STRANGER), bench.device(DeviceType.ESME))

    assert bench.inside(DeviceType.ESME).pending_version is None
    assert bench.observed == ["image refused: the signature is not the supplier's"]


def test_a_foreign_image_is_judged_by_header_and_signature_alone(reference_data: Path) -> None:
    octets = (reference_data / "firmware" / "gfi-esme-sample.ota").read_bytes()
    bench = Bench()

    bench.stage(octets, bench.device(DeviceType.ESME))

    # The sample's own supplier signed it, not the bench's.
    assert bench.observed == ["image refused: the signature is not the supplier's"]


def test_a_transfer_takes_as_long_as_its_blocks() -> None:
    bench = Bench()
    octets = firmware(DeviceType.ESME)
    began = bench.now

    bench.distribute(octets, bench.device(DeviceType.ESME))

    blocks = -(-len(octets) // BLOCK_OCTETS)
    assert bench.emulator.next_deadline() == Instant(began + blocks * 1000 // BLOCKS_PER_SECOND)


def test_a_newer_file_takes_the_place_of_one_on_its_way() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.distribute(firmware(DeviceType.ESME, V2), meter, request="first")
    bench.wait(1)
    bench.distribute(firmware(DeviceType.ESME, V3), meter, request="second")

    bench.wait_for_transfer()

    assert bench.inside(DeviceType.ESME).pending_version == V3
    assert bench.emulator.next_deadline() is None


def test_hardware_out_of_range_is_told_by_the_hub_at_once() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    contents = bench.distribute(firmware(DeviceType.ESME, defect=Defect.WRONG_HARDWARE), meter)

    alert = only_message(contents)
    assert contents[0] == FirmwareAtHub(request_id="11.1", success=True)
    assert (alert.originator, alert.target, alert.message_code) == (bench.hub, ACB, UseCase.CCS08)
    assert is_signed_by(alert, bench.hub)
    assert decode_firmware_transfer(alert.payload) == FirmwareTransfer(
        alert_code=DeviceAlertCode.FIRMWARE_TRANSFER_FAILED,
        at=bench.now,
        target=meter,
        version=V2,
        code=FirmwareTransferCode.HARDWARE_VERSION_MISMATCH,
    )
    assert bench.emulator.next_deadline() is None


@pytest.mark.parametrize(
    ("defect", "code"),
    [
        (None, FirmwareTransferCode.FILE_TRANSFER_SUCCESS),
        (Defect.BAD_SIGNATURE, FirmwareTransferCode.IMAGE_DISCARDED),
    ],
)
def test_of_a_load_control_switch_the_hub_alone_tells(
    defect: Defect | None, code: FirmwareTransferCode
) -> None:
    bench = Bench()
    switch = bench.device(DeviceType.HCALCS)

    alert = only_message(bench.stage(firmware(DeviceType.HCALCS, defect=defect), switch))

    assert (alert.originator, alert.target) == (bench.hub, ACB)
    assert decode_firmware_transfer(alert.payload).code is code


def ppmid_told(bench: Bench, octets: bytes) -> tuple[FirmwareTransferCode, PpmidActivation]:
    transfer, activation = messages(bench.stage(octets, bench.device(DeviceType.PPMID)))
    assert activation.message_code == UseCase.CS09
    assert (activation.originator, activation.target) == (bench.device(DeviceType.PPMID), ACB)
    assert is_signed_by(activation, bench.device(DeviceType.PPMID))
    return decode_firmware_transfer(transfer.payload).code, decode_ppmid_activation(activation.payload)


def test_a_ppmid_activates_by_itself() -> None:
    bench = Bench()

    transfer, activation = ppmid_told(bench, firmware(DeviceType.PPMID))

    assert transfer is FirmwareTransferCode.FILE_TRANSFER_SUCCESS
    assert (activation.version, activation.code) == (V2, PpmidActivationCode.SUCCESS)
    assert bench.inside(DeviceType.PPMID).firmware_version == V2


def test_a_ppmid_that_fails_to_activate_names_what_still_runs() -> None:
    bench = Bench()

    _, activation = ppmid_told(bench, firmware(DeviceType.PPMID, defect=Defect.ROLLBACK))

    assert (activation.version, activation.code) == (V1, PpmidActivationCode.FAILURE)


def test_a_ppmid_discards_an_image_for_another_device_type() -> None:
    bench = Bench()
    octets = firmware(DeviceType.PPMID, defect=Defect.WRONG_DEVICE_TYPE)

    alert = only_message(bench.stage(octets, bench.device(DeviceType.PPMID)))

    assert decode_firmware_transfer(alert.payload).code is FirmwareTransferCode.IMAGE_DISCARDED


def test_what_takes_no_firmware_is_left_out() -> None:
    bench = Bench()
    elsewhere = parse_eui("00-DB-12-34-56-78-90-12")
    octets = firmware(DeviceType.ESME)

    bench.distribute(octets, bench.device(DeviceType.GPF), elsewhere)

    assert len(bench.observed) == 2
    assert bench.emulator.next_deadline() is None


# --- files that are not at hand


def test_a_hub_waits_for_a_file_that_the_emulator_has_to_ask_for() -> None:
    bench = Bench()
    octets = firmware(DeviceType.ESME)
    sha256 = file_digest(octets)

    asked = bench.offer(octets, bench.device(DeviceType.ESME))
    assert (asked, bench.wanted, bench.emulator.wanted_files()) == ([], [sha256], [sha256])
    contents = bench.gather(bench.emulator.file_arrived(sha256, octets, bench.now))

    assert contents == [FirmwareAtHub(request_id="11.1", success=True)]
    assert bench.emulator.wanted_files() == []
    bench.wait_for_transfer()
    assert bench.inside(DeviceType.ESME).pending_version == V2


def test_a_request_that_is_repeated_is_not_begun_again() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    bench.wait_for_transfer()

    assert bench.offer(octets, meter) == [FirmwareAtHub(request_id="11.1", success=True)]
    assert bench.emulator.next_deadline() is None


@pytest.mark.parametrize("octets", [b"", b"no firmware"])
def test_a_file_that_cannot_be_read_is_told_as_not_at_the_hub(octets: bytes) -> None:
    bench = Bench()
    bench.offer(octets, bench.device(DeviceType.ESME))

    contents = bench.gather(bench.emulator.file_arrived(file_digest(octets), octets, bench.now))

    assert contents == [FirmwareAtHub(request_id="11.1", success=False)]
    assert bench.emulator.wanted_files() == []


def test_one_file_serves_many_hubs_at_once() -> None:
    bench = Bench(premises=template(count=3))
    octets = firmware(DeviceType.ESME)
    for number in range(3):
        bench.offer(octets, bench.device(DeviceType.ESME, number), premises=number)

    contents = bench.gather(bench.emulator.file_arrived(file_digest(octets), octets, bench.now))

    assert contents == [FirmwareAtHub(request_id="11.1", success=True)] * 3


# --- certificates


def test_a_hub_gives_out_the_certificates_of_its_devices() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    given = bench.certificates(meter)

    assert isinstance(given, DeviceCertificates)
    certified = read_certificate(given.digital_signing)
    assert (certified.entity, certified.usage) == (meter, KeyUsage.DIGITAL_SIGNING)
    assert certified.public_key == private_key(meter, KeyUsage.DIGITAL_SIGNING).public_key()
    assert read_certificate(given.key_agreement).usage is KeyUsage.KEY_AGREEMENT


def test_versions_are_those_of_the_file() -> None:
    bench = Bench()
    octets = firmware(DeviceType.ESME, FirmwareVersion("0002012F"))

    bench.stage(octets, bench.device(DeviceType.ESME))

    assert bench.inside(DeviceType.ESME).pending_version == "0002012F"
