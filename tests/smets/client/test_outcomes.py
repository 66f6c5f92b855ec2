"""What messages about firmware say, in words and in fields."""

import pytest

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    DecodedValue,
    DeviceAlert,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
    FutureDatedOutcome,
    encode_activate_firmware_response,
    encode_future_dated_outcome,
)
from smart_metering.gbcs.firmware_alerts import FirmwareReceipt, encode_firmware_receipt
from smart_metering.gbcs.generic_alerts import encode_generic_alert
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.gbcs.supply_outage_alerts import SupplyOutage, encode_supply_outage_alert
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, parse_instant
from smart_metering.use_cases import UseCase
from smets.client.outcomes import Outcome, outcome_of

V2 = FirmwareVersion("00000002")
COUNTER = 1_700_000_000_000
DATE = parse_instant("2021-11-05T02:00:00Z")
READS = (UseCase.ECS52, UseCase.GCS38, UseCase.CS08)
RECEIPTS = (UseCase.ESME_FIRMWARE_RECEIPT, UseCase.GSME_FIRMWARE_RECEIPT)


def _message(use_case: int, payload: bytes, cra: CraFlag = CraFlag.RESPONSE) -> bytes:
    return encode(
        Message(
            cra=cra,
            counter=COUNTER,
            originator=Eui("00-DB-12-34-00-00-00-02"),
            target=Eui("90-B3-D5-1F-30-01-00-00"),
            message_code=use_case,
            payload=payload,
            signature=b"",
        )
    )


def _outcome(body: ResponseBody | None, srv: str = "") -> Outcome | None:
    response = ServiceResponse(
        request_id="", response_date_time=Instant(0), service_reference_variant=srv, body=body
    )
    return outcome_of(response)


def _of_payload(use_case: int, payload: bytes) -> Outcome:
    outcome = _outcome(GbcsPayload(gbcs_payload=_message(use_case, payload)))
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("use_case", READS)
def test_a_read_shows_the_version(use_case: UseCase) -> None:
    outcome = _of_payload(use_case, encode_read_response(use_case, V2, COUNTER))

    assert outcome == Outcome(text="firmware 00000002", success=True, firmware_version=V2)


@pytest.mark.parametrize("use_case", READS)
def test_a_read_that_failed_shows_none(use_case: UseCase) -> None:
    outcome = _of_payload(use_case, encode_read_response(use_case, None, COUNTER))

    assert (outcome.success, outcome.firmware_version) == (False, None)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (ActivationCode.SUCCESS, "success, firmware 00000002"),
        (ActivationCode.NO_IMAGE_HELD, "noImageHeld, firmware 00000002"),
        (ActivationCode.HASH_MISMATCH, "hashMismatch, firmware 00000002"),
        (ActivationCode.ACTIVATION_FAILURE, "activationFailure, firmware 00000002"),
    ],
)
def test_an_activation_shows_its_code_and_the_version_that_runs(code: ActivationCode, text: str) -> None:
    outcome = _of_payload(UseCase.CS06, encode_activate_firmware_response(ActivationOutcome(code, V2)))

    assert outcome.text == text
    assert outcome.success is (code is ActivationCode.SUCCESS)


def test_an_acceptance_shows_no_version_yet() -> None:
    outcome = _of_payload(UseCase.CS06, encode_activate_firmware_response(None))

    assert (outcome.success, outcome.firmware_version) == (True, None)


def test_a_dated_activation_shows_its_alert_its_date_and_its_outcome() -> None:
    payload = encode_future_dated_outcome(
        FutureDatedOutcome(
            alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL,
            execution_time=DATE,
            originator_counter=7,
            outcome=ActivationOutcome(ActivationCode.SUCCESS, V2),
        )
    )
    body = FutureDatedDeviceAlertMessage(
        future_dated_alert_code=0x8F66, gbcs_payload=_message(UseCase.CS06_ALERT, payload, CraFlag.ALERT)
    )

    outcome = _outcome(body)

    assert outcome is not None
    assert outcome.text.startswith(
        "8F66 future dated command successful at 2021-11-05T02:00:00.000Z: success"
    )
    assert outcome.firmware_version == V2


@pytest.mark.parametrize("use_case", RECEIPTS)
@pytest.mark.parametrize("is_verified", [True, False])
def test_a_receipt_says_whether_the_image_was_verified(use_case: UseCase, is_verified: bool) -> None:
    code = (
        DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL
        if is_verified
        else DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED
    )
    payload = encode_firmware_receipt(use_case, FirmwareReceipt(code, DATE, bytes(32)), COUNTER)
    octets = _message(use_case, payload, CraFlag.ALERT)
    alert = DeviceAlert(response_id="", alert_code=code, response_date_time=DATE, gbcs_payload=octets)

    outcome = outcome_of(alert)

    assert outcome is not None
    assert outcome.success is is_verified
    assert f"{code:04X}" in outcome.text


def test_a_smets1_response_may_show_no_version() -> None:
    body = Smets1ResponseMessage(success=True, activate_image_response_code="success")

    assert _outcome(body, "11.3") == Outcome(text="success, success, no firmware version", success=True)


def test_a_smets1_device_tells_values_and_no_version_that_was_not_asked_for() -> None:
    values = (DecodedValue(name="ActiveImportRegister", value="7"),)

    outcome = _outcome(Smets1ResponseMessage(success=True, content=values), "4.1.1")

    assert outcome == Outcome(text="success, ActiveImportRegister 7", success=True, values=values)


def test_of_many_values_a_line_tells_the_first_and_how_many_more_there_are() -> None:
    values = tuple(DecodedValue(name="PrimaryValue", value=str(number)) for number in range(50))

    outcome = _outcome(Smets1ResponseMessage(success=True, content=values), "4.8.1")

    assert outcome is not None
    assert outcome.text.endswith("PrimaryValue 7, and 42 values more")
    assert outcome.values == values


def test_a_utrn_to_be_entered_by_hand_is_shown() -> None:
    outcome = _outcome(Smets1ResponseMessage(success=True, utrn="00000001635984000001"), "2.2")

    assert outcome is not None
    assert outcome.text == "success, UTRN 00000001635984000001"


@pytest.mark.parametrize("is_gas", [True, False], ids=["GBZ", "DLMS"])
@pytest.mark.parametrize(
    ("code", "name"), [(0x8F52, "8F52 event log cleared"), (0x8F00, "8F00")], ids=["known", "unknown"]
)
def test_an_alert_says_what_happened_and_when(is_gas: bool, code: int, name: str) -> None:
    payload = encode_generic_alert(is_gas, code, DATE, COUNTER)
    octets = _message(UseCase.CRITICAL_ALERT, payload, CraFlag.ALERT)

    outcome = outcome_of(
        DeviceAlert(response_id="", alert_code=code, response_date_time=DATE, gbcs_payload=octets)
    )

    assert outcome == Outcome(text=f"{name} at 2021-11-05T02:00:00.000Z")


def test_an_outage_says_from_when_until_when_there_was_no_supply() -> None:
    outage = SupplyOutage(
        alert_code=0x8F36, at=DATE, interrupted_at=Instant(DATE - 600_000), restored_at=Instant(DATE - 60_000)
    )
    octets = _message(UseCase.ECS80, encode_supply_outage_alert(outage, COUNTER), CraFlag.ALERT)

    outcome = outcome_of(
        DeviceAlert(response_id="", alert_code=0x8F36, response_date_time=DATE, gbcs_payload=octets)
    )

    assert outcome == Outcome(
        text="8F36 long supply outage restored: none from 2021-11-05T01:50:00.000Z to 2021-11-05T01:59:00.000Z"
    )


def test_what_cannot_be_read_is_said_so() -> None:
    assert "cannot be read" in _of_payload(UseCase.ECS52, b"\xff").text
    assert "use case 0063" in _of_payload(0x0063, b"").text


def test_an_answer_without_a_payload_has_no_outcome() -> None:
    assert _outcome(None) is None
