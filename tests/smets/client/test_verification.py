"""What a User can say of a Device's message: genuine, not genuine, or not its to verify."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from smart_metering.duis.service_responses import (
    DeviceAlert,
    DspScheduledMessage,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    ServiceResponse,
)
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.gbcs.protection import add_mac, shared_secret, sign
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.key_folders import KeyFolderError, write_certificates
from smart_metering.pki.keys import KeyUsage
from smart_metering.use_cases import UseCase
from smets.client.user_keys import Repository, UserKeys
from smets.client.verification import Verified, Verifier

SEED = b"of this test"
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
METER = Eui("00-DB-12-34-00-00-00-02")
PKI = DevelopmentPki(SEED)
OWN = PKI.organisation(SUPPLIER, "02")
METERS = PKI.device(METER)
KEYS = UserKeys(
    digital_signing=OWN[KeyUsage.DIGITAL_SIGNING].private_key,
    key_agreement=OWN[KeyUsage.KEY_AGREEMENT].private_key,
)
RESPONSE = Message(
    cra=CraFlag.RESPONSE,
    counter=7,
    originator=METER,
    target=SUPPLIER,
    message_code=UseCase.ECS52,
    payload=b"\x00",
    signature=b"",
)
SECRET = shared_secret(METERS[KeyUsage.KEY_AGREEMENT].private_key, KEYS.key_agreement.public_key())
SIGNING_KEY = METERS[KeyUsage.DIGITAL_SIGNING].private_key


def _verify(octets: bytes, repository: Repository | None = None) -> Verified:
    response = ServiceResponse(
        request_id=f"{SUPPLIER}:{METER}:7",
        response_date_time=Instant(0),
        body=GbcsPayload(gbcs_payload=octets),
    )
    return Verifier(SUPPLIER, KEYS, repository or Repository(seed=SEED)).verify(response)


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


def test_a_mac_for_the_user_holds() -> None:
    assert _verify(encode(add_mac(RESPONSE, SECRET))).holds is True


def test_a_signature_holds() -> None:
    assert _verify(encode(sign(replace(RESPONSE, signature=None), SIGNING_KEY))).holds is True


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (_flipped(encode(add_mac(RESPONSE, SECRET))), "does not hold"),
        (_flipped(encode(sign(replace(RESPONSE, signature=None), SIGNING_KEY))), "does not hold"),
        (encode(RESPONSE), "neither signature nor MAC"),
        (encode(add_mac(replace(RESPONSE, counter=8), SECRET)), "it answers .*:8, not .*:7"),
        (encode(add_mac(replace(RESPONSE, originator=ACB), SECRET)), "it answers"),
        (b"\x00\x01", "cannot be read"),
    ],
    ids=["MAC", "signature", "neither", "counter", "Device", "octets"],
)
def test_what_is_not_genuine_is_said_so(octets: bytes, what: str) -> None:
    verified = _verify(octets)

    assert verified.holds is False
    assert re.search(what, verified.what)


def test_what_is_made_for_the_acb_is_not_the_users_to_verify() -> None:
    verified = _verify(encode(add_mac(replace(RESPONSE, target=ACB), SECRET)))

    assert verified.holds is None
    assert ACB in verified.what


def test_without_the_devices_certificate_nothing_is_verified() -> None:
    nobody = Repository()

    for octets in (
        encode(add_mac(RESPONSE, SECRET)),
        encode(sign(replace(RESPONSE, signature=None), SIGNING_KEY)),
    ):
        verified = _verify(octets, nobody)
        assert verified.holds is None
        assert "certificate" in verified.what


def test_where_a_use_case_is_signed_no_mac_stands_in_for_the_signature() -> None:
    verified = _verify(encode(add_mac(replace(RESPONSE, message_code=UseCase.ECS70), SECRET)))

    assert verified.holds is False
    assert verified.what == "a message of use case 0062 without its signature"


def test_a_signature_is_for_everyone_to_verify() -> None:
    answer = replace(RESPONSE, message_code=UseCase.CS02B, target=ACB, signature=None)

    verified = _verify(encode(sign(answer, SIGNING_KEY)))
    forged = _verify(_flipped(encode(sign(answer, SIGNING_KEY))))

    assert verified == Verified(True, f"signature of {METER} for {ACB} verified")
    assert forged.holds is False


def test_a_run_of_a_schedule_answers_its_request_like_any_other() -> None:
    verifier = Verifier(SUPPLIER, KEYS, Repository(seed=SEED))
    body = DspScheduledMessage(gbcs_payload=encode(add_mac(RESPONSE, SECRET)), dsp_schedule_id=1)

    def run(counter: int) -> ServiceResponse:
        request_id = f"{SUPPLIER}:{METER}:{counter}"
        return ServiceResponse(request_id=request_id, response_date_time=Instant(0), body=body)

    assert verifier.verify(run(7)).holds is True
    assert verifier.verify(run(8)).holds is False


def test_an_alert_has_a_counter_of_its_own() -> None:
    octets = encode(sign(replace(RESPONSE, cra=CraFlag.ALERT, signature=None, counter=99), SIGNING_KEY))
    verifier = Verifier(SUPPLIER, KEYS, Repository(seed=SEED))
    alert = DeviceAlert(response_id="", alert_code=1, response_date_time=Instant(0), gbcs_payload=octets)
    dated = ServiceResponse(
        request_id=f"{SUPPLIER}:{METER}:7",
        response_date_time=Instant(0),
        body=FutureDatedDeviceAlertMessage(future_dated_alert_code=0x8F66, gbcs_payload=octets),
    )

    assert verifier.verify(alert).holds is True
    assert verifier.verify(dated).holds is True


def test_what_carries_nothing_of_a_device_needs_no_verification() -> None:
    answer = ServiceResponse(request_id="", response_date_time=Instant(0))

    assert Verifier(SUPPLIER, KEYS, Repository()).verify(answer).holds is None


def test_a_repository_reads_the_certificates_of_a_folder(tmp_path: Path) -> None:
    write_certificates(tmp_path, METERS.values())

    assert _verify(encode(add_mac(RESPONSE, SECRET)), Repository(tmp_path)).holds is True


def test_a_broken_certificate_is_not_passed_over(tmp_path: Path) -> None:
    write_certificates(tmp_path, METERS.values())
    for path in tmp_path.iterdir():
        path.write_text("no certificate")

    with pytest.raises(KeyFolderError):
        _verify(encode(add_mac(RESPONSE, SECRET)), Repository(tmp_path, SEED))
