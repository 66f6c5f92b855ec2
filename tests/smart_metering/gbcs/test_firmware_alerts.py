"""Receipt, transfer and PPMID activation alerts: octet for octet, and nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets
from smart_metering.gbcs.firmware_alerts import (
    FirmwareReceipt,
    FirmwareTransfer,
    FirmwareTransferCode,
    PpmidActivation,
    PpmidActivationCode,
    decode_firmware_receipt,
    decode_firmware_transfer,
    decode_ppmid_activation,
    encode_firmware_receipt,
    encode_firmware_transfer,
    encode_ppmid_activation,
)
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import Instant, parse_instant
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.strictness import (
    every_change_is_refused_or_seen,
    read_or_refuse,
)

NEW_YEAR_2015 = parse_instant("2015-01-01T00:00:00Z")
REAL_COUNTER = 0x018283262EE1
HASH = bytes([1]) * 32

SUCCESSFUL = FirmwareReceipt(DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL, NEW_YEAR_2015, HASH)
FAILED = FirmwareReceipt(DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED, NEW_YEAR_2015, HASH)

RECEIPTS = [
    (
        UseCase.ESME_FIRMWARE_RECEIPT,
        SUCCESSFUL,
        2000,
        f"0F 200007D0 00 02 03 12 8F72 09 0C 07DF0101FF000000008000FF 09 20 {HASH.hex()}",
    ),
    (
        UseCase.ESME_FIRMWARE_RECEIPT,
        FAILED,
        REAL_COUNTER,
        f"0F 20262EE1 00 02 03 12 8F1C 09 0C 07DF0101FF000000008000FF 09 20 {HASH.hex()}",
    ),
    (UseCase.GSME_FIRMWARE_RECEIPT, SUCCESSFUL, 2000, f"0109 01 8F72 1C374A80 09 20 {HASH.hex()}"),
    (UseCase.GSME_FIRMWARE_RECEIPT, FAILED, 2000, f"0109 01 8F1C 1C374A80 09 20 {HASH.hex()}"),
]
receipts = pytest.mark.parametrize(("use_case", "receipt", "counter", "octets"), RECEIPTS)

TRANSFER = FirmwareTransfer(
    alert_code=DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL,
    at=NEW_YEAR_2015,
    target=Eui("00-DB-12-34-56-78-90-A4"),
    version=FirmwareVersion("0123ABCD"),
    code=FirmwareTransferCode.FILE_TRANSFER_SUCCESS,
)
TRANSFER_OCTETS = bytes.fromhex(
    "30 29 02 03 008F8A 18 0F 32303135303130313030303030305A 04 08 00DB1234567890A4 04 04 0123ABCD 02 01 00"
)

ACTIVATION = PpmidActivation(
    alert_code=DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION,
    at=NEW_YEAR_2015,
    version=FirmwareVersion("1234ABCD"),
    code=PpmidActivationCode.SUCCESS,
)
ACTIVATION_OCTETS = bytes.fromhex(
    "30 1F 02 03 008F8B 18 0F 32303135303130313030303030305A 04 04 1234ABCD 02 01 00"
)


@receipts
def test_a_receipt_octet_for_octet(
    use_case: UseCase, receipt: FirmwareReceipt, counter: int, octets: str
) -> None:
    payload = bytes.fromhex(octets)

    assert encode_firmware_receipt(use_case, receipt, counter) == payload
    assert decode_firmware_receipt(use_case, payload) == receipt
    assert decode_firmware_receipt(use_case, payload, counter) == receipt


def test_a_transfer_octet_for_octet() -> None:
    assert encode_firmware_transfer(TRANSFER) == TRANSFER_OCTETS
    assert decode_firmware_transfer(TRANSFER_OCTETS) == TRANSFER


def test_a_ppmid_activation_octet_for_octet() -> None:
    assert encode_ppmid_activation(ACTIVATION) == ACTIVATION_OCTETS
    assert decode_ppmid_activation(ACTIVATION_OCTETS) == ACTIVATION


# --- its own inverse ----------------------------------------------------------------------------------------

instants = st.integers(parse_instant("2000-01-01T00:00:00Z") // 1000, 4_000_000_000).map(
    lambda seconds: Instant(seconds * 1000)
)
versions = st.binary(min_size=4, max_size=4).map(version_from_octets)


@given(
    use_case=st.sampled_from([UseCase.ESME_FIRMWARE_RECEIPT, UseCase.GSME_FIRMWARE_RECEIPT]),
    receipt=st.builds(
        FirmwareReceipt,
        st.sampled_from(
            [DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL, DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED]
        ),
        instants,
        st.binary(min_size=32, max_size=32),
    ),
    counter=st.integers(0, 2**64 - 1),
)
def test_decoding_a_receipt_undoes_encoding(
    use_case: UseCase, receipt: FirmwareReceipt, counter: int
) -> None:
    payload = encode_firmware_receipt(use_case, receipt, counter)

    assert decode_firmware_receipt(use_case, payload, counter) == receipt


@given(
    transfer=st.builds(
        FirmwareTransfer,
        alert_code=st.sampled_from(
            [DeviceAlertCode.FIRMWARE_TRANSFER_SUCCESSFUL, DeviceAlertCode.FIRMWARE_TRANSFER_FAILED]
        ),
        at=instants,
        target=st.integers(0, 2**64 - 1).map(eui_from_number),
        version=versions,
        code=st.sampled_from(FirmwareTransferCode),
    )
)
def test_decoding_a_transfer_undoes_encoding(transfer: FirmwareTransfer) -> None:
    assert decode_firmware_transfer(encode_firmware_transfer(transfer)) == transfer


@given(
    activation=st.builds(
        PpmidActivation,
        alert_code=st.just(DeviceAlertCode.PPMID_FIRMWARE_ACTIVATION),
        at=instants,
        version=versions,
        code=st.sampled_from(PpmidActivationCode),
    )
)
def test_decoding_a_ppmid_activation_undoes_encoding(activation: PpmidActivation) -> None:
    assert decode_ppmid_activation(encode_ppmid_activation(activation)) == activation


# --- strictness ---------------------------------------------------------------------------------------------


@receipts
def test_a_changed_receipt_every_change_is_refused_or_seen(
    use_case: UseCase, receipt: FirmwareReceipt, counter: int, octets: str
) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda payload: decode_firmware_receipt(use_case, payload, counter),
        lambda other: encode_firmware_receipt(use_case, other, counter),
    )


def test_a_changed_transfer_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(TRANSFER_OCTETS, decode_firmware_transfer, encode_firmware_transfer)


def test_a_changed_ppmid_activation_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(ACTIVATION_OCTETS, decode_ppmid_activation, encode_ppmid_activation)


@pytest.mark.parametrize(
    ("use_case", "octets", "offset"),
    [
        (UseCase.ESME_FIRMWARE_RECEIPT, RECEIPTS[0][3].replace("8F72", "8F66"), 9),
        (UseCase.GSME_FIRMWARE_RECEIPT, RECEIPTS[2][3].replace("8F72", "8F66"), 3),
    ],
)
def test_a_code_of_another_alert_is_refused(use_case: UseCase, octets: str, offset: int) -> None:
    with pytest.raises(DecodeError, match=f"octet {offset}: alert code 8F66"):
        decode_firmware_receipt(use_case, bytes.fromhex(octets))


@pytest.mark.parametrize("use_case", [UseCase.CS06, UseCase.CCS08])
def test_only_meters_send_receipts(use_case: UseCase) -> None:
    with pytest.raises(AssertionError):
        encode_firmware_receipt(use_case, SUCCESSFUL, 2000)
    with pytest.raises(AssertionError):
        decode_firmware_receipt(use_case, b"")


@given(payload=st.binary(max_size=80))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    for decode in (
        lambda octets: decode_firmware_receipt(UseCase.ESME_FIRMWARE_RECEIPT, octets),
        lambda octets: decode_firmware_receipt(UseCase.GSME_FIRMWARE_RECEIPT, octets),
        decode_firmware_transfer,
        decode_ppmid_activation,
    ):
        read_or_refuse(payload, decode)
