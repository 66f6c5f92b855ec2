"""Encrypted attributes: a worked example, every exchange its own key, and no altered octet taken."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.encryption import decrypt_attribute, encrypt_attribute, open_encrypted
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import Eui
from tests.smart_metering.gbcs.reference_vectors import (
    SUPPLIER_AND_ESME,
    asked_for_supplier,
    commanded_by_supplier,
)
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

# ECS17b of a single element ESME, counter 1000
PLAINTEXT = bytes.fromhex("0201 0204 06 0000000A 0202 0F00 161E 06 0000000A 0202 0F00 1620")
ATTRIBUTE = bytes.fromhex(
    "3100000000 E3035372DDD0648ADEDB866DFF001F09450DEBD034C36C6101DC 1D3CB50D35311B344436F883"
)

# The beginning of ECS21b, read for a supplier that the ESME does not know; the key is of a prefix too.
BROKERED_PLAINTEXT = bytes.fromhex("0201 13 0207 06 0505050505 05")
BROKERED_CIPHERTEXT = bytes.fromhex("9A0B6D61C937548194A60B2C")


def test_the_worked_example_octet_for_octet() -> None:
    exchange = commanded_by_supplier()

    assert encrypt_attribute(exchange, SUPPLIER_AND_ESME, PLAINTEXT) == ATTRIBUTE
    assert decrypt_attribute(exchange, SUPPLIER_AND_ESME, ATTRIBUTE) == PLAINTEXT


def test_for_an_unknown_party_the_key_is_of_that_party_and_the_devices_counter() -> None:
    attribute = encrypt_attribute(asked_for_supplier(), SUPPLIER_AND_ESME, BROKERED_PLAINTEXT)

    assert attribute[5:-12] == BROKERED_CIPHERTEXT


@given(plaintext=st.binary(max_size=300), secret=st.binary(min_size=32, max_size=32))
def test_any_plaintext_comes_back(plaintext: bytes, secret: bytes) -> None:
    exchange = asked_for_supplier()

    attribute = encrypt_attribute(exchange, secret, plaintext)

    assert len(attribute) == len(plaintext) + 17
    assert decrypt_attribute(exchange, secret, attribute) == plaintext


def test_no_altered_octet_is_taken() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        ATTRIBUTE,
        lambda octets: decrypt_attribute(exchange, SUPPLIER_AND_ESME, octets),
        lambda plaintext: encrypt_attribute(exchange, SUPPLIER_AND_ESME, plaintext),
    )
    for offset in range(len(ATTRIBUTE)):
        altered = ATTRIBUTE[:offset] + bytes((ATTRIBUTE[offset] ^ 1,)) + ATTRIBUTE[offset + 1 :]
        with pytest.raises(DecodeError):
            decrypt_attribute(exchange, SUPPLIER_AND_ESME, altered)


@pytest.mark.parametrize(
    "exchange",
    [
        commanded_by_supplier(1001),
        commanded_by_supplier(device=Eui("00-DB-12-34-56-78-90-A1")),
        replace(commanded_by_supplier(), recipient=Eui("90-B3-D5-1F-30-02-00-00")),
        replace(commanded_by_supplier(), recipient_counter=1001),
    ],
)
def test_another_exchange_does_not_decrypt(exchange: Exchange) -> None:
    with pytest.raises(DecodeError, match="wrong tag"):
        decrypt_attribute(exchange, SUPPLIER_AND_ESME, ATTRIBUTE)


def test_another_secret_does_not_decrypt() -> None:
    with pytest.raises(DecodeError, match="octet 131: wrong tag"):
        decrypt_attribute(commanded_by_supplier(), bytes(32), ATTRIBUTE, offset=100)


def test_the_opened_plaintext_stands_where_its_ciphertext_stood() -> None:
    cursor = Cursor(b"before" + ATTRIBUTE + b"after", len(b"before"))

    plain = open_encrypted(cursor, len(ATTRIBUTE), commanded_by_supplier(), SUPPLIER_AND_ESME)

    assert plain.offset == len(b"before") + 5
    assert plain.octets[plain.offset :] == PLAINTEXT
    assert cursor.octets[cursor.offset :] == b"after"
