"""SR 6.23: what the Change of Supplier party signs, and what refuses all else."""

import pytest

from smart_metering.gbcs.protection import signature_is_valid
from smart_metering.gbcs.update_security_credentials import (
    decode_update_security_credentials_command,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.device_answers import last_command
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_MPAN,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    MPRN,
    OTHER_SUPPLIER,
    PPMID,
    START,
    SUPPLIER,
)
from tests.support.hand_made_device import SEED
from tests.support.inventory_requests import kept
from tests.support.supplier_changes import (
    ANOTHER_S,
    DS,
    KA,
    MINE,
    TAKEN_BY_6_23,
    TODAY,
    TOP_UP,
    ask_for_change,
    credentials,
    gaining,
)
from tests.support.traces import assert_refused, trace_of

I99, E2, E4, E5, E11, E100 = (
    ResponseCode.I99,
    ResponseCode.E2,
    ResponseCode.E4,
    ResponseCode.E5,
    ResponseCode.E11,
    ResponseCode.E100,
)
SUPPLY, ANOTHERS, WRONG_USE, UNREADABLE, NO_KEY = (
    ResponseCode.E062301,
    ResponseCode.E062302,
    ResponseCode.E062303,
    ResponseCode.E062304,
    ResponseCode.E062305,
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"import_mpxn": ""}, SUPPLY),
        ({"import_mpxn": MPRN}, SUPPLY),
        ({"import_mpxn": EXPORT_MPAN}, SUPPLY),
        ({"digital_signing_certificate": ANOTHER_S[DS]}, ANOTHERS),
        ({"key_agreement_certificate": ANOTHER_S[KA]}, ANOTHERS),
        ({"key_agreement_top_up_certificate": ANOTHER_S[TOP_UP]}, ANOTHERS),
        ({"digital_signing_certificate": MINE[KA]}, WRONG_USE),
        ({"key_agreement_certificate": MINE[DS]}, WRONG_USE),
        ({"key_agreement_top_up_certificate": MINE[DS]}, WRONG_USE),
        ({"digital_signing_certificate": b""}, UNREADABLE),
        ({"certification_path_certificates": (bytes(1 << 16),)}, UNREADABLE),
        ({"certification_path_certificates": (MINE[DS],) * 4}, E100),
        ({"digital_signing_certificate": MINE[DS][:-1]}, UNREADABLE),
        ({"digital_signing_certificate": MINE[DS] + b"\0"}, UNREADABLE),
        ({"key_agreement_certificate": b"x"}, UNREADABLE),
        ({"key_agreement_top_up_certificate": b"x"}, UNREADABLE),
        ({"key_agreement_certificate": b""}, NO_KEY),
        ({"certification_path_certificates": ()}, UNREADABLE),
        ({"certification_path_certificates": (b"x",)}, UNREADABLE),
        ({"certification_path_certificates": (MINE[DS], b"")}, UNREADABLE),
        ({"execution_date_time": Instant(START - 1)}, E100),
        ({"execution_date_time": Instant(TODAY + 30 * DAY_MS + 1)}, E100),
    ],
)
def test_what_the_change_of_supplier_party_would_not_sign_is_refused(
    changes: dict[str, object], code: ResponseCode
) -> None:
    world = gaining()
    before = trace_of(world)

    assert_refused(world, before, ask_for_change(world, changed(credentials(), **changes)), code)


def test_of_two_faults_the_point_of_supply_answers() -> None:
    wrong = credentials(import_mpxn="1", digital_signing_certificate=b"x")

    assert ask_for_change(gaining(), wrong).response_code is SUPPLY


@pytest.mark.parametrize(
    ("device", "top_up"),
    [
        *((device, b"") for device in TAKEN_BY_6_23),
        *((meter, MINE[usage]) for meter in (ESME, GSME) for usage in (TOP_UP, KA)),
    ],
)
def test_what_is_in_order_is_signed_and_sent_by_the_change_of_supplier_party(
    device: Eui, top_up: bytes
) -> None:
    world = gaining()

    answer = ask_for_change(world, credentials(device, key_agreement_top_up_certificate=top_up), device)

    assert answer.response_code is I99
    command = last_command(world, device)
    key = derive_private_key(SEED, CHANGE_OF_SUPPLIER_PARTY, KeyUsage.DIGITAL_SIGNING).public_key()
    assert (command.message_code, command.originator) == (UseCase.CS02B, CHANGE_OF_SUPPLIER_PARTY)
    assert signature_is_valid(command, key)
    inside = decode_update_security_credentials_command(command.payload)
    assert (inside.digital_signing, inside.key_agreement) == (MINE[DS], MINE[KA])
    assert (inside.key_agreement_top_up, inside.originator_counter) == (top_up or None, command.counter)


@pytest.mark.parametrize(
    ("user", "device", "code"),
    [
        (SUPPLIER, ESME, E4),
        (DISTRIBUTOR, ESME, E2),
        (GAS_SUPPLIER, ESME, E4),
        (OTHER_SUPPLIER, PPMID, E11),
        (OTHER_SUPPLIER, CHF, E11),
    ],
)
def test_only_the_gaining_supplier_sends_it_and_only_for_what_has_a_supplier(
    user: Eui, device: Eui, code: ResponseCode
) -> None:
    world = gaining()
    before = trace_of(world)

    assert_refused(world, before, ask_for_change(world, credentials(), device, by=user), code)


@pytest.mark.parametrize("status", SmiStatus)
def test_a_device_in_service_takes_it_suspended_or_not(status: SmiStatus) -> None:
    world = gaining()
    device = changed(kept(world, ESME).device, device_status=status)
    world.engine.state.put_device(changed(kept(world, ESME), device=device))

    taken = status in (SmiStatus.COMMISSIONED, SmiStatus.SUSPENDED, SmiStatus.RECOVERED)
    assert ask_for_change(world, credentials()).response_code is (I99 if taken else E5)


@pytest.mark.parametrize("device", [HCALCS, GPF])
def test_nothing_but_a_meter_is_given_a_top_up_certificate(device: Eui) -> None:
    world = gaining()
    before = trace_of(world)

    answer = ask_for_change(world, credentials(device, key_agreement_top_up_certificate=MINE[TOP_UP]), device)

    assert_refused(world, before, answer, WRONG_USE)
