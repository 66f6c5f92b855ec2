"""Organisations' keys as another PKI than ours would have made them, for tests of what is brought from elsewhere."""

import json
from collections.abc import Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.gbcs import der
from smart_metering.identifiers import Eui, eui_octets
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.pki.found_keys import FoundKey
from smart_metering.pki.keys import KeyUsage, private_key_to_pem
from smart_metering.pki.pem import CERTIFICATE, write_pem
from smart_metering.pki.serial_numbers import serial_number_of

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui("90-B3-D5-1F-30-02-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
COS = Eui("90-B3-D5-1F-30-00-00-04")
METER = Eui("00-DB-12-34-56-78-90-A0")
DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT
PP_KA, XML = KeyUsage.PREPAYMENT_KEY_AGREEMENT, KeyUsage.XML_SIGNING

ELSEWHERE = b"another PKI than the one under test"
ROLES = {SUPPLIER: "02", NETWORK_OPERATOR: "03", ACB: "04", COS: "05"}
_USAGES = {DS: "digitalSignature", XML: "digitalSignature", KA: "keyAgreement", PP_KA: "keyAgreement"}
ALGORITHM = bytes.fromhex("300A06082A8648CE3D040302")
WITH_NULL = bytes.fromhex("300C06082A8648CE3D0403020500")


@cache
def elsewhere(party: Eui) -> Mapping[KeyUsage, Credential]:
    """What the other PKI has of a party."""
    return DevelopmentPki(ELSEWHERE).organisation(party, ROLES[party])


def found(party: Eui, usage: KeyUsage, *, name: str = "", key: bool = True, where: str = "") -> FoundKey:
    """As a source would have it."""
    credential = elsewhere(party)[usage]
    name = name or f"{eui_octets(party).hex()}-{usage}"
    return FoundKey(
        where=where or name,
        name=name,
        certificate=credential.certificate,
        private_key=credential.private_key if key else None,
    )


def pem_of(certificate: bytes) -> str:
    return write_pem(CERTIFICATE, certificate).decode()


def pem_of_key(private_key: ec.EllipticCurvePrivateKey) -> str:
    return private_key_to_pem(private_key).decode()


def entry_of(credential: Credential) -> dict[str, object]:
    """An entry of a key store of DCC Boxed."""
    role = read_certificate(credential.certificate).organisation_role
    return {
        "certificate": pem_of(credential.certificate),
        "privateKey": pem_of_key(credential.private_key),
        "name": f"{eui_octets(credential.entity).hex()}-{credential.usage}",
        "role": int(role, 16) if role else None,
    }


def with_null(certificate: bytes, *, times: int = 2) -> bytes:
    """As the test certificates of one of DCC's organisations are: the algorithm has a NULL for parameters."""
    _, start = der.read_length(certificate, 1)
    length, inner = der.read_length(certificate, start + 1)
    tbs, rest = certificate[inner : inner + length], certificate[inner + length :]
    assert tbs.count(ALGORITHM) == 1
    tbs = tbs.replace(ALGORITHM, WITH_NULL)
    if times == 2:
        rest = rest.replace(ALGORITHM, WITH_NULL)
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, tbs) + rest)


KeyStore = dict[str, dict[str, dict[str, dict[str, object]]]]


def key_store(*parties: Eui) -> KeyStore:
    """A key store of DCC Boxed with all that these parties have."""
    store: KeyStore = {}
    for party in parties:
        usages = store.setdefault(eui_octets(party).hex(), {})
        for usage, credential in elsewhere(party).items():
            serial = str(serial_number_of(credential.certificate))
            usages.setdefault(_USAGES[usage], {})[serial] = entry_of(credential)
    return store


def as_json(store: object) -> bytes:
    return json.dumps(store).encode()
