"""Retrieve Device Security Credentials (SR 6.24.1): a Device says whose keys it holds."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    CredentialUsage,
    RemotePartyCredentials,
    RemotePartyRole,
    decode_security_credentials_response,
    encode_security_credentials_command,
)
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.pki.certificates import key_identifier
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    SUPPLIER,
    Bench,
    has_mac_between,
    private_key,
)
from tests.device_emulator.commands import ask
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

GAINING = parse_eui("90-B3-D5-1F-30-05-00-00")


def credentials(bench: Bench, device: Eui, *roles: RemotePartyRole) -> tuple[RemotePartyCredentials, ...]:
    asked = ask(bench, UseCase.CS02A, device, lambda _: encode_security_credentials_command(roles), by=ACB)
    assert has_mac_between(asked.response, device, ACB)
    assert asked.response.supplementary_party is None
    return decode_security_credentials_response(asked.response.payload)


def key_id(party: Eui, usage: KeyUsage) -> bytes:
    return key_identifier(private_key(party, usage).public_key())


def test_a_device_tells_whose_keys_it_holds() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    supplier, operator, broker, trans_cos, root = credentials(
        bench,
        meter,
        RemotePartyRole.SUPPLIER,
        RemotePartyRole.NETWORK_OPERATOR,
        RemotePartyRole.ACCESS_CONTROL_BROKER,
        RemotePartyRole.TRANSITIONAL_COS,
        RemotePartyRole.ROOT,
    )

    assert supplier.credentials[0] == Credential(
        usage=CredentialUsage.DIGITAL_SIGNING,
        party=SUPPLIER,
        key_id=key_id(SUPPLIER, KeyUsage.DIGITAL_SIGNING),
    )
    holders = [row.credentials[0].party for row in (operator, broker, trans_cos)]
    assert holders == [NETWORK_OPERATOR, ACB, CHANGE_OF_SUPPLIER_PARTY]
    assert root.status is CredentialStatus.TRUST_ANCHOR_NOT_FOUND


def test_after_a_change_of_supplier_it_tells_the_new_one() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    replace_supplier(bench, meter, credentials_of(GAINING))

    (supplier,) = credentials(bench, meter, RemotePartyRole.SUPPLIER)

    assert supplier.floor_sequence_number == 500
    assert {row.party for row in supplier.credentials} == {GAINING}
    assert supplier.credentials[2].key_id == key_id(GAINING, KeyUsage.PREPAYMENT_KEY_AGREEMENT)


@pytest.mark.parametrize("device_type", [DeviceType.CHF, DeviceType.PPMID])
def test_a_device_that_knows_only_the_broker_says_so(device_type: DeviceType) -> None:
    bench = Bench()

    supplier, broker = credentials(
        bench, bench.device(device_type), RemotePartyRole.SUPPLIER, RemotePartyRole.ACCESS_CONTROL_BROKER
    )

    assert supplier.status is CredentialStatus.TRUST_ANCHOR_NOT_FOUND
    assert broker.credentials[0].party == ACB
