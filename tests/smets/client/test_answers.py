"""What Devices answer, use case by use case: in fields, and in words for people."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import (
    DspScheduledMessage,
    GbcsPayload,
    ResponseBody,
    ServiceResponse,
)
from smart_metering.gbcs.clear_event_log import encode_clear_event_log_response
from smart_metering.gbcs.commissioning import CommissionOutcome, encode_commission_response
from smart_metering.gbcs.comms_hub_device_log import (
    ADDED,
    NOT_ADDED,
    REMOVED,
    ConnectedDevice,
    encode_log_change_response,
    encode_read_log_response,
)
from smart_metering.gbcs.credential_outcomes import ReplacementOutcome, UpdateOutcome
from smart_metering.gbcs.device_log import DeviceLogEntry, encode_device_log_response
from smart_metering.gbcs.electricity_identity import (
    Identity,
    SupplyTamperState,
    encode_electricity_identity_response,
)
from smart_metering.gbcs.electricity_profile import (
    ElectricityProfileEntry,
    encode_electricity_profile_response,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.gas_profile import GasProfile, GasProfileRefusal, encode_gas_profile_response
from smart_metering.gbcs.gas_registers import GasRegister, encode_gas_register_response
from smart_metering.gbcs.import_registers import ElectricityRegisters, encode_electricity_registers_response
from smart_metering.gbcs.joining import JoinCode, encode_join_response
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.gbcs.prepayment_registers import PrepaymentRegisters, encode_prepayment_registers_response
from smart_metering.gbcs.protection import shared_secret
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    CredentialUsage,
    RemotePartyCredentials,
    RemotePartyRole,
    encode_security_credentials_response,
)
from smart_metering.gbcs.supply_status import SupplyState, encode_supply_status_response
from smart_metering.gbcs.top_up import REFUSED, TopUpOutcome, encode_top_up_response
from smart_metering.gbcs.update_security_credentials import (
    FutureDatedUpdate,
    encode_update_security_credentials_alert,
    encode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import parse_instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.use_cases import USE_CASE_ROWS, UseCase
from smets.client.answers import (
    DeviceLog,
    EventLog,
    GasVolume,
    HanLog,
    ImportProfile,
    Join,
    ProfileEntry,
    TopUp,
)
from smets.client.credential_answers import HeldCredentials, ReplacedCredentials, Replacement
from smets.client.opening import Opener
from smets.client.outcomes import Outcome, outcome_of, read_payload
from smets.client.user_keys import Repository, SharedSecrets

SEED = b"of this test"
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
NEW_SUPPLIER = Eui("90-B3-D5-1F-30-03-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
METER = Eui("00-DB-12-34-00-00-00-02")
PPMID = Eui("00-DB-12-34-00-00-00-04")
COUNTER = 1_700_000_000_000
AT = parse_instant("2021-11-04T00:00:00Z")
LATER = parse_instant("2021-11-04T00:30:00Z")
AT_TEXT, LATER_TEXT = "2021-11-04T00:00:00.000Z", "2021-11-04T00:30:00.000Z"
EXCHANGE = Exchange(
    originator=SUPPLIER, device=METER, counter=COUNTER, recipient=SUPPLIER, recipient_counter=COUNTER
)
PKI = DevelopmentPki(SEED)
KEY = PKI.organisation(SUPPLIER, "02")[KeyUsage.KEY_AGREEMENT].private_key
SECRET = shared_secret(KEY, PKI.device(METER)[KeyUsage.KEY_AGREEMENT].private_key.public_key())
OPENER = Opener(SUPPLIER, SharedSecrets(KEY, Repository(seed=SEED)))
RESPONSE = Message(
    cra=CraFlag.RESPONSE,
    counter=COUNTER,
    originator=METER,
    target=SUPPLIER,
    message_code=UseCase.ECS17B,
    payload=b"",
    signature=b"",
)
REGISTERS = ElectricityRegisters(active_import_wh=4_512_331, reactive_import_varh=1_002)


def _read(use_case: UseCase, payload: bytes, cra: CraFlag = CraFlag.RESPONSE) -> Outcome:
    octets = encode(replace(RESPONSE, cra=cra, message_code=use_case, payload=payload))
    return read_payload(octets, OPENER)


# --- registers and profiles, which are encrypted ------------------------------------------------------------


def test_registers_of_an_esme_are_in_watt_hours() -> None:
    outcome = _read(UseCase.ECS17B, encode_electricity_registers_response(REGISTERS, EXCHANGE, SECRET))

    assert outcome == Outcome(
        text="import 4,512,331 Wh, reactive import 1,002 varh", success=True, content=REGISTERS
    )


def test_a_twin_element_esme_shows_its_second_register() -> None:
    registers = ElectricityRegisters(
        active_import_wh=1, reactive_import_varh=2, secondary_active_import_wh=3_000
    )

    outcome = _read(UseCase.ECS17B, encode_electricity_registers_response(registers, EXCHANGE, SECRET))

    assert outcome.text == "import 1 Wh, secondary import 3,000 Wh, reactive import 2 varh"


def test_the_register_of_a_gsme_is_in_cubic_metres() -> None:
    payload = encode_gas_register_response(GasRegister(consumption=1_234_567), EXCHANGE, SECRET)

    outcome = _read(UseCase.GCS13A, payload)

    assert outcome.text == "consumption 1,234.567 m³"
    assert outcome.content == GasVolume(cubic_metres=Decimal("1234.567"))


def test_a_register_that_could_not_be_read_is_no_success() -> None:
    payload = encode_gas_register_response(GasRegister(consumption=None), EXCHANGE, SECRET)

    outcome = _read(UseCase.GCS13A, payload)

    assert (outcome.success, outcome.content) == (False, GasVolume(cubic_metres=None))


def test_balances_are_in_pounds_to_the_thousandth_of_a_penny() -> None:
    registers = PrepaymentRegisters(
        meter_balance=-6_667_570,
        emergency_credit_balance=500_000,
        accumulated_debt_register=1,
        payment_debt_register=2,
        time_debt_register_1=3,
        time_debt_register_2=4,
    )

    outcome = _read(UseCase.ECS19, encode_prepayment_registers_response(registers, EXCHANGE, SECRET))

    assert outcome.text == "balance -£66.67570, emergency credit £5.00000, debts £0.00010"
    assert outcome.content == registers


def test_a_profile_is_told_by_its_ends_and_kept_entry_by_entry() -> None:
    entries = (
        ElectricityProfileEntry(at=AT, active_import_wh=1_000),
        ElectricityProfileEntry(at=LATER, active_import_wh=250),
    )

    outcome = _read(UseCase.ECS22B, encode_electricity_profile_response(entries, EXCHANGE, SECRET))

    assert outcome.text == f"2 half hours from {AT_TEXT} to {LATER_TEXT}, 1,250 Wh in all"
    assert outcome.content == ImportProfile(
        unit="Wh", entries=(ProfileEntry(at=AT, used=1_000), ProfileEntry(at=LATER, used=250))
    )


def test_an_empty_profile_is_said_so() -> None:
    outcome = _read(UseCase.ECS22B, encode_electricity_profile_response((), EXCHANGE, SECRET))

    assert outcome.text == "no half hours in this period"


def test_a_gas_profile_knows_what_is_missing() -> None:
    payload = encode_gas_profile_response(GasProfile(start=AT, samples=(120, None)), EXCHANGE, SECRET)

    outcome = _read(UseCase.GCS17, payload)

    assert outcome.text == f"2 half hours from {AT_TEXT} to {LATER_TEXT}, 120 dm³ in all"
    assert outcome.content == ImportProfile(
        unit="dm³", entries=(ProfileEntry(at=AT, used=120), ProfileEntry(at=LATER, used=None))
    )


def test_a_gas_profile_that_is_refused_says_why() -> None:
    outcome = _read(UseCase.GCS17, encode_gas_profile_response(GasProfileRefusal.NOT_FOUND, EXCHANGE, SECRET))

    assert (outcome.text, outcome.success) == ("no profile: not found", False)


# --- who may open what ---------------------------------------------------------------------------------------


PROTECTED = replace(RESPONSE, payload=encode_electricity_registers_response(REGISTERS, EXCHANGE, SECRET))
FOR_ANOTHER = replace(PROTECTED, target=NEW_SUPPLIER)
THROUGH_THE_ACB = replace(PROTECTED, target=ACB, supplementary_party=SUPPLIER, supplementary_counter=COUNTER)


def _asked_through_the_acb(own_counter: int) -> Message:
    """As the Device answers when the party's certificate went with the Command: under a counter of its own."""
    exchange = replace(EXCHANGE, originator=ACB, recipient_counter=own_counter)
    return replace(
        THROUGH_THE_ACB,
        payload=encode_electricity_registers_response(REGISTERS, exchange, SECRET),
        supplementary_originator_counter=own_counter,
    )


def test_a_party_opens_what_it_asked_for_through_the_acb_with_its_certificate() -> None:
    assert read_payload(encode(_asked_through_the_acb(9)), OPENER).content == REGISTERS


@pytest.mark.parametrize(
    ("message", "opener", "what"),
    [
        (PROTECTED, Opener(), f"encrypted for {SUPPLIER}"),
        (FOR_ANOTHER, OPENER, f"encrypted for {NEW_SUPPLIER}"),
        (THROUGH_THE_ACB, OPENER, f"encrypted for {ACB}"),
        (PROTECTED, Opener(SUPPLIER, SharedSecrets(KEY, Repository())), "no key agreement certificate"),
        (
            PROTECTED,
            Opener(SUPPLIER, SharedSecrets(KEY, Repository(seed=b"another"))),
            "cannot be read: octet .*wrong tag",
        ),
    ],
    ids=["no keys", "another's", "the ACB's", "no certificate", "another certificate"],
)
def test_what_cannot_be_opened_is_said_so(message: Message, opener: Opener, what: str) -> None:
    outcome = read_payload(encode(message), opener)

    assert (outcome.success, outcome.content) == (None, None)
    assert re.search(what, outcome.text)


# --- what everybody can read ---------------------------------------------------------------------------------


def _identity() -> bytes:
    identity = Identity(
        device=METER,
        meter_variant="AD",
        model_type="010A030B",
        manufacturer_identifier="AB01",
        supply_tamper_state=SupplyTamperState.LOCKED,
    )
    return encode_electricity_identity_response(identity, EXCHANGE)


def _replaced(status: CredentialStatus) -> UpdateOutcome:
    return UpdateOutcome(
        originator_counter=7,
        replacements=(
            ReplacementOutcome(
                usage=CredentialUsage.DIGITAL_SIGNING,
                status=status,
                existing_party=SUPPLIER,
                existing_key_id=bytes(8),
                new_party=NEW_SUPPLIER,
                new_key_id=bytes(range(8)),
            ),
        ),
    )


def _clock(use_case: UseCase, success: bool) -> bytes:
    return encode_commission_response(use_case, CommissionOutcome(device_time=AT, success=success), EXCHANGE)


def _top_up(use_case: UseCase, outcome: TopUpOutcome) -> bytes:
    return encode_top_up_response(use_case, outcome, EXCHANGE)


_ENTRIES = (DeviceLogEntry(device=PPMID, device_type=DeviceType.PPMID),)
_CONNECTED = (
    ConnectedDevice(device=METER, last_communication=AT),
    ConnectedDevice(device=PPMID, last_communication=None),
)
_HELD = (
    RemotePartyCredentials(
        role=RemotePartyRole.SUPPLIER,
        floor_sequence_number=5,
        credentials=(
            Credential(usage=CredentialUsage.DIGITAL_SIGNING, party=SUPPLIER, key_id=bytes(8)),
            Credential(usage=CredentialUsage.KEY_AGREEMENT, party=SUPPLIER, key_id=bytes(8)),
        ),
    ),
    RemotePartyCredentials(
        role=RemotePartyRole.TRANSITIONAL_COS, status=CredentialStatus.TRUST_ANCHOR_NOT_FOUND
    ),
)
_DONE, _FAILED = _replaced(CredentialStatus.SUCCESS), _replaced(CredentialStatus.BAD_CERTIFICATE)
_replace = encode_update_security_credentials_response

PLAIN = (
    # use case, payload, whether it is a success, what is said
    (
        UseCase.ECS26E,
        _identity(),
        True,
        f"{METER}, variant AD, model 010A030B, manufacturer AB01, supply after tampering Locked",
    ),
    (
        UseCase.ECS45,
        encode_supply_status_response(UseCase.ECS45, SupplyState.ARMED, EXCHANGE),
        True,
        "supply Armed",
    ),
    (
        UseCase.GCS33,
        encode_supply_status_response(UseCase.GCS33, SupplyState.ENABLED, EXCHANGE, 3_341),
        True,
        "supply Enabled, battery for 3,341 days",
    ),
    (UseCase.CS01A, _top_up(UseCase.CS01A, TopUpOutcome()), True, "top-up accepted"),
    (UseCase.CS01A, _top_up(UseCase.CS01A, TopUpOutcome(result=REFUSED)), False, "top-up refused (1)"),
    (
        UseCase.CS01B,
        _top_up(UseCase.CS01B, TopUpOutcome(value=1_500_000, balance=-10)),
        True,
        "top-up accepted, worth £15.00000, balance -£0.00010",
    ),
    (UseCase.ECS15A, encode_clear_event_log_response(True, EXCHANGE), True, "event log cleared"),
    (UseCase.ECS15A, encode_clear_event_log_response(False, EXCHANGE), False, "event log not cleared"),
    (UseCase.ECS70, _clock(UseCase.ECS70, True), True, f"clock set: {AT_TEXT}"),
    (UseCase.GCS28, _clock(UseCase.GCS28, False), False, f"clock not set, unreliable: {AT_TEXT}"),
    (UseCase.CS03A1, encode_join_response(JoinCode.SUCCESS), True, "joined"),
    (UseCase.CS03B, encode_join_response(JoinCode.DEVICE_LOG_FULL), False, "not joined: deviceLogFull"),
    (UseCase.CS07, encode_device_log_response(_ENTRIES), True, f"joined with PPMID {PPMID}"),
    (UseCase.CS07, encode_device_log_response(()), True, "joined with nobody"),
    (UseCase.CS07, encode_device_log_response(None), False, "the Device could not read its log"),
    (
        UseCase.CCS05,
        encode_read_log_response(_CONNECTED, EXCHANGE),
        True,
        f"on the log: {METER} heard {AT_TEXT}, {PPMID} never heard",
    ),
    (UseCase.CCS05, encode_read_log_response(None, EXCHANGE), False, "the hub could not read its log"),
    (UseCase.CCS01, encode_log_change_response(UseCase.CCS01, ADDED, EXCHANGE), True, "put on the log"),
    (
        UseCase.CCS01,
        encode_log_change_response(UseCase.CCS01, NOT_ADDED, EXCHANGE),
        False,
        "not put on the log: results 1 250 250",
    ),
    (UseCase.CCS02, encode_log_change_response(UseCase.CCS02, REMOVED, EXCHANGE), True, "put off the log"),
    (
        UseCase.CS02A,
        encode_security_credentials_response(_HELD),
        True,
        f"Supplier {SUPPLIER} from counter 5; TransCoS trustAnchorNotFound",
    ),
    (UseCase.CS02B, _replace(_DONE), True, f"credentials replaced: DigitalSigning are now of {NEW_SUPPLIER}"),
    (UseCase.CS02B, _replace(_FAILED), False, "not replaced: DigitalSigning badCertificate"),
    (UseCase.CS02B, _replace(None), True, "accepted, for its date or as a cancellation"),
)


@pytest.mark.parametrize(
    ("use_case", "payload", "success", "text"), PLAIN, ids=[f"{row[0].name} {row[3][:30]}" for row in PLAIN]
)
def test_an_answer_is_told_in_words(use_case: UseCase, payload: bytes, success: bool, text: str) -> None:
    outcome = _read(use_case, payload)

    assert (outcome.text, outcome.success) == (text, success)
    assert outcome.content is not None


@pytest.mark.parametrize(
    ("use_case", "payload", "content"),
    [
        (
            UseCase.CS01A,
            _top_up(UseCase.CS01A, TopUpOutcome()),
            TopUp(accepted=True, value=None, balance=None),
        ),
        (UseCase.ECS15A, encode_clear_event_log_response(False, EXCHANGE), EventLog(cleared=False)),
        (UseCase.CS03B, encode_join_response(JoinCode.WRITE_FAILURE), Join(code="writeFailure")),
        (UseCase.CS07, encode_device_log_response(_ENTRIES), DeviceLog(devices=_ENTRIES)),
        (UseCase.CCS05, encode_read_log_response(_CONNECTED, EXCHANGE), HanLog(devices=_CONNECTED)),
        (UseCase.CCS01, encode_log_change_response(UseCase.CCS01, NOT_ADDED, EXCHANGE), NOT_ADDED),
        (UseCase.ECS70, _clock(UseCase.ECS70, True), CommissionOutcome(device_time=AT, success=True)),
    ],
)
def test_an_answer_keeps_its_fields(use_case: UseCase, payload: bytes, content: object) -> None:
    assert _read(use_case, payload).content == content


def test_credentials_are_kept_role_by_role_under_the_names_of_duis() -> None:
    held = _read(UseCase.CS02A, encode_security_credentials_response(_HELD)).content

    assert isinstance(held, HeldCredentials)
    assert [(row.role, row.status, row.floor, len(row.credentials)) for row in held.roles] == [
        ("Supplier", "success", 5, 2),
        ("TransCoS", "trustAnchorNotFound", 0, 0),
    ]


def test_a_dated_change_of_supplier_is_told_with_its_date() -> None:
    alert = FutureDatedUpdate(
        alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL, execution_time=AT, outcome=_DONE
    )

    outcome = _read(UseCase.CS02B_ALERT, encode_update_security_credentials_alert(alert), cra=CraFlag.ALERT)

    assert outcome.text == f"at {AT_TEXT}: credentials replaced: DigitalSigning are now of {NEW_SUPPLIER}"
    assert outcome.content == ReplacedCredentials(
        success=True,
        at=AT,
        replacements=(
            Replacement(
                usage="DigitalSigning", status="success", existing_party=SUPPLIER, new_party=NEW_SUPPLIER
            ),
        ),
    )


READ_BY_THE_DCC = {UseCase.CCS08, UseCase.CS09}  # alerts to the Access Control Broker, told as DCC Alerts


@pytest.mark.parametrize("use_case", sorted({row.use_case for row in USE_CASE_ROWS} - READ_BY_THE_DCC))
def test_every_use_case_is_read(use_case: UseCase) -> None:
    assert "not read here" not in _read(use_case, b"").text


@pytest.mark.parametrize(
    "carried",
    [
        lambda octets: GbcsPayload(gbcs_payload=octets),
        lambda octets: DspScheduledMessage(gbcs_payload=octets, dsp_schedule_id=1),
    ],
    ids=["Response", "run of a schedule"],
)
def test_a_run_of_a_schedule_is_read_like_any_response(carried: Callable[[bytes], ResponseBody]) -> None:
    body = carried(encode(PROTECTED))

    outcome = outcome_of(ServiceResponse(request_id="", response_date_time=AT, body=body), OPENER)

    assert outcome is not None
    assert outcome.content == REGISTERS
