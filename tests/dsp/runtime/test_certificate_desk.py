"""Certificates are found by owner and by serial number, of organisations and of Devices, however many there are."""

import pytest

from dsp.core.records import Certificates, SmiDevice
from dsp.core.state import State
from dsp.runtime.certificate_desk import CertificateDesk
from smart_metering.administration import Party
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.pki.certificates import OrganisationRole, device_certificate
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.given_keys import Use
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of

SEED = b"a seed"
PKI = DevelopmentPki(SEED)
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
METER = Eui("00-DB-12-34-56-78-90-A0")
DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT
PP_KA, XML = KeyUsage.PREPAYMENT_KEY_AGREEMENT, KeyUsage.XML_SIGNING


def device(device_id: Eui, device_type: DeviceType = DeviceType.ESME) -> SmiDevice:
    return SmiDevice(
        device=InventoryDevice(
            device_id=device_id,
            device_type=device_type,
            device_status=None,
            device_manufacturer="106C",
            device_model="433100AC",
        )
    )


def state_with(*devices: SmiDevice) -> State:
    state = State()
    for one in devices:
        state.put_device(one)
    return state


def organisations(party: Eui, role: str, *usages: KeyUsage) -> dict[Use, bytes]:
    certificates = PKI.certificates(party, role)
    return {(party, usage): certificates[usage] for usage in usages or certificates}


def found(desk: CertificateDesk, entity: Eui, role: int | None = None) -> list[bytes]:
    return [row.certificate for row in desk.in_use_by(entity, role)]


def foreign(device_id: Eui, usage: KeyUsage) -> bytes:
    """A certificate whose serial number says nothing: that of another Device, as a foreign authority may give it."""
    certificate = device_certificate(b"another seed", device_id, usage)
    serial = serial_number_of(certificate).to_bytes(16, "big")
    assert certificate.count(serial) == 1
    return certificate.replace(serial, serial[:8] + bytes.fromhex("0123456789ABCDEF"))


def given(device_id: Eui) -> Certificates:
    return Certificates(
        device=device_id, digital_signing=foreign(device_id, DS), key_agreement=foreign(device_id, KA)
    )


def test_a_device_of_the_smi_has_its_derived_certificates_before_its_hub_said_anything() -> None:
    desk = CertificateDesk(state_with(device(METER)), SEED, {})

    assert found(desk, METER) == [device_certificate(SEED, METER, usage) for usage in (DS, KA)]


@pytest.mark.parametrize("usage", [DS, KA])
def test_a_device_is_found_by_its_serial_number(usage: KeyUsage) -> None:
    desk = CertificateDesk(state_with(device(METER)), SEED, {})
    certificate = device_certificate(SEED, METER, usage)

    row = desk.with_serial_number(serial_number_of(certificate))

    assert row is not None
    assert row.certificate == certificate


def test_what_its_hub_gave_stands_in_place_of_what_the_seed_gives() -> None:
    state = state_with(device(METER))
    desk = CertificateDesk(state, SEED, {})
    derived = serial_number_of(device_certificate(SEED, METER, DS))

    state.put_certificates(given(METER))

    assert found(desk, METER) == [foreign(METER, DS), foreign(METER, KA)]
    assert desk.with_serial_number(derived) is None


@pytest.mark.parametrize("after_a_restart", [False, True])
def test_a_certificate_whose_number_says_nothing_is_found_by_it(after_a_restart: bool) -> None:
    state = state_with(device(METER))
    desk = CertificateDesk(state, SEED, {})
    state.put_certificates(given(METER))
    if after_a_restart:
        restarted = State()
        restarted.ledger.take_over(state.ledger)
        desk = CertificateDesk(restarted, SEED, {})

    for usage in (DS, KA):
        row = desk.with_serial_number(serial_number_of(foreign(METER, usage)))
        assert row is not None
        assert row.certificate == foreign(METER, usage)


def test_a_certificate_that_was_replaced_is_not_found_any_more() -> None:
    state = state_with(device(METER))
    desk = CertificateDesk(state, SEED, {})
    state.put_certificates(given(METER))

    derived = [device_certificate(SEED, METER, usage) for usage in (DS, KA)]
    state.put_certificates(Certificates(device=METER, digital_signing=derived[0], key_agreement=derived[1]))

    assert desk.with_serial_number(serial_number_of(foreign(METER, DS))) is None
    assert found(desk, METER) == derived


def test_nothing_is_found_of_who_is_not_in_the_smi() -> None:
    desk = CertificateDesk(state_with(), SEED, {})

    assert found(desk, METER) == []
    assert desk.with_serial_number(serial_number_of(device_certificate(SEED, METER, DS))) is None


def test_a_device_without_gbcs_has_no_certificates() -> None:
    desk = CertificateDesk(state_with(device(METER, DeviceType.IHD)), SEED, {})

    assert found(desk, METER) == []


def test_no_other_device_is_looked_at_to_find_one_by_its_number() -> None:
    state = state_with(*(device(eui_from_number(number)) for number in range(2_000)))
    desk = CertificateDesk(state, SEED, {})
    asked: list[Eui] = []
    own = desk._derive

    def derive(device_id: Eui, usage: KeyUsage) -> bytes:
        asked.append(device_id)
        return own(device_id, usage)

    desk._derive = derive  # type: ignore[assignment]
    row = desk.with_serial_number(serial_number_of(device_certificate(SEED, eui_from_number(1_999), KA)))

    assert row is not None
    assert set(asked) == {eui_from_number(1_999)}


def test_one_certificate_of_a_supplier_is_in_use_for_each_usage() -> None:
    known = organisations(SUPPLIER, "02")
    desk = CertificateDesk(State(), SEED, known)

    assert found(desk, SUPPLIER) == [known[SUPPLIER, DS], known[SUPPLIER, KA]]


@pytest.mark.parametrize(
    ("role", "usages"),
    [(2, (DS, KA)), (135, (XML,)), (137, ()), (3, ())],
)
def test_a_role_tells_an_organisations_certificates_apart(role: int, usages: tuple[KeyUsage, ...]) -> None:
    known = organisations(SUPPLIER, "02")
    desk = CertificateDesk(State(), SEED, known)

    assert found(desk, SUPPLIER, role) == [known[SUPPLIER, usage] for usage in usages]


def test_a_device_has_no_role() -> None:
    desk = CertificateDesk(state_with(device(METER)), SEED, {})

    assert found(desk, METER, 2) == []


def test_an_organisation_that_signs_xml_alone_has_that_certificate_in_use() -> None:
    known = organisations(SUPPLIER, "02", XML)
    desk = CertificateDesk(State(), SEED, known)

    assert found(desk, SUPPLIER) == [known[SUPPLIER, XML]]


@pytest.mark.parametrize("usage", list(KeyUsage))
def test_every_certificate_of_an_organisation_is_found_by_its_number(usage: KeyUsage) -> None:
    known = organisations(ACB, "04") | organisations(SUPPLIER, "02")
    desk = CertificateDesk(State(), SEED, known)

    row = desk.with_serial_number(serial_number_of(known[SUPPLIER, usage]))

    assert row is not None
    assert row.certificate == known[SUPPLIER, usage]


def test_what_was_loaded_of_a_party_goes_first() -> None:
    state = State()
    loaded = DevelopmentPki(b"another").certificates(SUPPLIER, OrganisationRole.SUPPLIER)
    state.parties.put(
        Party(eui=SUPPLIER, digital_signing_certificate=loaded[DS], key_agreement_certificate=loaded[KA])
    )
    desk = CertificateDesk(state, SEED, organisations(SUPPLIER, "02"))

    assert found(desk, SUPPLIER) == [loaded[DS], loaded[KA]]
    row = desk.with_serial_number(serial_number_of(loaded[KA]))
    assert row is not None
    assert row.certificate == loaded[KA]


def test_a_party_that_was_loaded_later_is_found() -> None:
    state = State()
    desk = CertificateDesk(state, SEED, {})
    certificates = PKI.certificates(SUPPLIER, OrganisationRole.SUPPLIER)

    state.parties.put(Party(eui=SUPPLIER, digital_signing_certificate=certificates[DS]))

    assert found(desk, SUPPLIER) == [certificates[DS]]
