"""Change of Supplier (SR 6.23): whose Commands a Device hears, and who learns of it."""

from pathlib import Path

import pytest

from device_emulator.core.keys import Keys
from ledger.books import Put
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.credential_outcomes import UpdateOutcome
from smart_metering.gbcs.date_times import decode_dlms_date_time
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.read_firmware_version import encode_read_command
from smart_metering.gbcs.security_credentials import (
    CredentialStatus,
    CredentialUsage,
)
from smart_metering.gbcs.update_security_credentials import (
    decode_update_security_credentials_alert,
    decode_update_security_credentials_response,
    encode_update_security_credentials_command,
)
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import CANCELLATION, HOUR_MS, MINUTE_MS, Instant
from smart_metering.pki.certificates import OrganisationRole, key_identifier
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.sm_wan import UplinkContent
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    STRANGER,
    SUPPLIER,
    V2,
    Bench,
    firmware,
    gbcs,
    has_mac_between,
    image_hash,
    is_signed_by,
    keys,
    messages,
    only_message,
    private_key,
    template,
)
from tests.device_emulator.commands import certificate_of, command
from tests.device_emulator.restarting import woken
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

GAINING = parse_eui("90-B3-D5-1F-30-05-00-00")
"""A supplier of which the emulator was never given a certificate."""

LATER = Instant(NOON + HOUR_MS)


def outcome_of(contents: list[UplinkContent]) -> UpdateOutcome | None:
    return decode_update_security_credentials_response(only_message(contents).payload)


def read_by(bench: Bench, device: Eui, party: Eui) -> list[Message]:
    """11.2 asked by a party directly; its answer, if it is heard."""
    message = command(
        bench,
        UseCase.ECS52,
        device,
        lambda exchange: encode_read_command(UseCase.ECS52, exchange.counter),
        by=party,
    )
    return [it for it in messages(bench.send(device, gbcs(message))) if it.target == party]


def key_id(party: Eui, usage: KeyUsage) -> bytes:
    return key_identifier(private_key(party, usage).public_key())


# --- at once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device_type", [DeviceType.ESME, DeviceType.GSME, DeviceType.GPF, DeviceType.HCALCS])
def test_every_device_that_knows_a_supplier_takes_another(device_type: DeviceType) -> None:
    bench = Bench()
    device = bench.device(device_type)

    contents = replace_supplier(bench, device, credentials_of(GAINING))

    response = only_message(contents)
    outcome = outcome_of(contents)
    assert outcome is not None
    assert outcome.success
    assert outcome.originator_counter == bench.counter
    assert (outcome.supplier_floor_sequence_number, outcome.top_up_floor_sequence_number) == (500, 7)
    assert is_signed_by(response, device)
    assert (response.target, response.mac) == (CHANGE_OF_SUPPLIER_PARTY, None)
    assert decode_dlms_date_time(response.date_time) == NOON
    assert bench.inside(device_type).supplier == GAINING


def test_the_outcome_names_the_keys_that_went_and_those_that_came() -> None:
    bench = Bench()

    outcome = outcome_of(replace_supplier(bench, bench.device(DeviceType.ESME), credentials_of(GAINING)))

    assert outcome is not None
    signing, agreement, top_up = outcome.replacements
    assert (signing.usage, agreement.usage, top_up.usage) == tuple(CredentialUsage)[:3]
    assert (signing.existing_party, signing.new_party) == (SUPPLIER, GAINING)
    assert signing.existing_key_id == key_id(SUPPLIER, KeyUsage.DIGITAL_SIGNING)
    assert agreement.new_key_id == key_id(GAINING, KeyUsage.KEY_AGREEMENT)
    assert top_up.new_key_id == key_id(GAINING, KeyUsage.PREPAYMENT_KEY_AGREEMENT)
    assert top_up.existing_key_id == bytes(8)


def test_from_then_on_only_the_new_supplier_is_heard() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    before = [len(read_by(bench, meter, party)) for party in (SUPPLIER, GAINING)]

    replace_supplier(bench, meter, credentials_of(GAINING))

    after = [len(read_by(bench, meter, party)) for party in (SUPPLIER, GAINING, NETWORK_OPERATOR)]
    assert (before, after) == ([1, 0], [0, 1, 1])
    assert has_mac_between(read_by(bench, meter, GAINING)[0], meter, GAINING)


def test_the_new_supplier_signs_firmware_and_activates_it_and_learns_of_it() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(GAINING))
    octets = firmware(DeviceType.ESME, signer=GAINING)

    receipt = only_message(bench.stage(octets, meter))
    old, new = (
        bench.activate_command(meter, image_hash(octets), originator=party, counter=10_000)
        for party in (SUPPLIER, GAINING)
    )

    assert receipt.target == GAINING
    assert [it for it in messages(bench.send(meter, gbcs(old))) if it.target == SUPPLIER] == []
    assert len(messages(bench.send(meter, gbcs(new)))) == 1
    assert bench.inside(DeviceType.ESME).firmware_version == V2


def test_an_image_of_the_old_supplier_is_refused() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.stage(firmware(DeviceType.ESME), meter)
    replace_supplier(bench, meter, credentials_of(GAINING))

    bench.stage(firmware(DeviceType.ESME), meter)

    assert bench.observed == ["image refused: the signature is not the supplier's"]


@pytest.mark.parametrize(("counter", "answers"), [(500, 0), (501, 1)])
def test_the_new_suppliers_counters_must_exceed_the_floor(counter: int, answers: int) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(GAINING))

    message = bench.activate_command(meter, bytes(32), originator=GAINING, counter=counter)

    assert len([it for it in messages(bench.send(meter, gbcs(message))) if it.target == GAINING]) == answers


def test_a_supplier_may_come_back() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(GAINING))

    outcome = outcome_of(replace_supplier(bench, meter, credentials_of(SUPPLIER)))

    assert outcome is not None
    assert outcome.replacements[0].existing_party == GAINING
    assert [len(read_by(bench, meter, party)) for party in (SUPPLIER, GAINING)] == [1, 0]


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [SUPPLIER, STRANGER, ACB, NETWORK_OPERATOR])
def test_nobody_else_replaces_a_supplier(by: Eui) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)

    assert messages(replace_supplier(bench, meter, credentials_of(GAINING), by=by)) == []
    assert messages(replace_supplier(bench, meter, credentials_of(GAINING), signer=by)) == []
    assert bench.inside(DeviceType.GSME).supplier == SUPPLIER
    assert bench.observed == [
        "silent: the originator is not known",
        "silent: the signature is wrong",
    ]


def test_a_payload_that_names_another_counter_meets_silence() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    message = command(
        bench,
        UseCase.CS02B,
        meter,
        lambda exchange: encode_update_security_credentials_command(
            changed(credentials_of(GAINING), originator_counter=exchange.counter + 1)
        ),
        by=CHANGE_OF_SUPPLIER_PARTY,
    )

    assert messages(bench.send(meter, gbcs(message))) == []
    assert "is not the header's" in bench.observed[0]


def test_without_keys_of_the_change_of_supplier_party_nobody_is_heard_as_it() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    known = keys()
    others = {party: own for party, own in known.parties.items() if party != CHANGE_OF_SUPPLIER_PARTY}
    bench.emulator.keys = Keys(known.seed, others, known.acb)

    assert messages(replace_supplier(bench, meter, credentials_of(GAINING))) == []
    assert bench.observed == ["silent: the originator is not known"]


def test_a_falling_counter_meets_silence() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)

    answers = []
    for counter in (900, 899, 900, 901):
        contents = replace_supplier(bench, meter, credentials_of(GAINING), counter=counter)
        answers.append(len(messages(contents)))

    assert answers == [1, 0, 0, 1]


SPOILT = {
    "unreadable": changed(credentials_of(GAINING), digital_signing=bytes.fromhex("3000")),
    "a network operator's": credentials_of(GAINING, OrganisationRole.NETWORK_OPERATOR),
    "of two suppliers": changed(
        credentials_of(GAINING), key_agreement=certificate_of(STRANGER, KeyUsage.KEY_AGREEMENT)
    ),
    "for the wrong use": changed(
        credentials_of(GAINING), key_agreement=certificate_of(GAINING, KeyUsage.DIGITAL_SIGNING)
    ),
}


@pytest.mark.parametrize("dated", [False, True], ids=["at once", "dated"])
@pytest.mark.parametrize("why", SPOILT)
def test_certificates_that_cannot_be_taken_are_told_of_and_change_nothing(why: str, dated: bool) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    wanted = changed(SPOILT[why], execution_time=LATER if dated else None)

    outcome = outcome_of(replace_supplier(bench, meter, wanted))

    assert outcome is not None
    assert {row.status for row in outcome.replacements} == {CredentialStatus.BAD_CERTIFICATE}
    assert all(
        (row.existing_party, row.existing_key_id) == (row.new_party, row.new_key_id)
        for row in outcome.replacements
    )
    assert len(read_by(bench, meter, SUPPLIER)) == 1
    assert bench.wait(2 * HOUR_MS) == []
    assert len(bench.state.certificates) == 0


# --- dated --------------------------------------------------------------------------------------------------


def test_a_dated_replacement_is_accepted_then_carried_out_and_told_by_an_alert() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    accepted = replace_supplier(bench, meter, changed(credentials_of(GAINING), execution_time=LATER))
    counter = bench.counter
    meanwhile = len(read_by(bench, meter, SUPPLIER))
    alert = only_message(bench.wait(HOUR_MS))

    assert (outcome_of(accepted), meanwhile) == (None, 1)
    told = decode_update_security_credentials_alert(alert.payload)
    assert (alert.message_code, alert.target) == (UseCase.CS02B_ALERT, CHANGE_OF_SUPPLIER_PARTY)
    assert is_signed_by(alert, meter)
    assert told.alert_code is DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL
    assert (told.execution_time, told.outcome.originator_counter) == (LATER, counter)
    assert told.outcome.replacements[0].new_party == GAINING
    assert [len(read_by(bench, meter, party)) for party in (SUPPLIER, GAINING)] == [0, 1]
    assert bench.wait(HOUR_MS) == []


def test_a_dated_replacement_can_be_cancelled() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, changed(credentials_of(GAINING), execution_time=LATER))

    cancelled = replace_supplier(
        bench,
        meter,
        changed(
            credentials_of(GAINING),
            execution_time=CANCELLATION,
            supplier_floor_sequence_number=None,
            top_up_floor_sequence_number=None,
        ),
    )

    assert outcome_of(cancelled) is None
    assert bench.wait(2 * HOUR_MS) == []
    assert bench.inside(DeviceType.ESME).supplier == SUPPLIER


def test_a_dated_replacement_takes_the_place_of_the_one_that_waits() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, changed(credentials_of(STRANGER), execution_time=LATER))
    replace_supplier(
        bench, meter, changed(credentials_of(GAINING), execution_time=Instant(LATER + MINUTE_MS))
    )

    assert bench.wait_until(LATER) == []
    assert len(messages(bench.wait(MINUTE_MS))) == 1
    assert bench.inside(DeviceType.ESME).supplier == GAINING


# --- what is kept -------------------------------------------------------------------------------------------


def test_certificates_are_kept_once_for_all_devices() -> None:
    bench = Bench(premises=template(count=3))

    for premises in range(3):
        replace_supplier(bench, bench.device(DeviceType.ESME, premises), credentials_of(GAINING))

    written = [
        change
        for change in bench.emulator.ledger.take_changes()
        if isinstance(change, Put) and change.book == "organisation_certificates"
    ]
    assert len(bench.state.certificates) == len(written) == 3


@pytest.mark.parametrize("dated", [False, True], ids=["at once", "dated"])
def test_a_change_of_supplier_outlives_a_restart(tmp_path: Path, dated: bool) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, changed(credentials_of(GAINING), execution_time=LATER if dated else None))

    again = woken(bench, tmp_path)
    again.wait(HOUR_MS)

    assert again.inside(DeviceType.ESME).supplier == GAINING
    assert [len(read_by(again, meter, party)) for party in (SUPPLIER, GAINING)] == [0, 1]
