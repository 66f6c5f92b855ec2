"""Signs in the name of the originator and validates, with the keys of a state folder and nothing that runs."""

from pathlib import Path

import pytest
from lxml import etree

from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.duis_xml.messages import write_response
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import Signer, sign
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.response_codes import ResponseCode
from smart_metering.user_roles import UserRole
from smets.client.counters import CountersInMemory
from smets.client.user import DEFAULT_ACB
from smets.duis.documents import read_document
from smets.duis.faults import MissingKey, Unconforming
from smets.duis.keys import KeyRing
from smets.duis.signing import SigningTool
from smets.local_system.state_folder import Organisation, StateFolder
from tests.support.duis_files import METER, SUPPLIER, activate_firmware_file, read_version_file

SEED = "a seed"
OTHER = Eui("90-B3-D5-1F-30-02-00-00")
PARTIES = (
    Organisation(eui=Eui(SUPPLIER), roles=(UserRole.IS,)),
    Organisation(eui=OTHER, roles=(UserRole.ED,)),
)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.prepare(SEED, DEFAULT_ACB, PARTIES)
    return folder


@pytest.fixture
def tool(state: StateFolder) -> SigningTool:
    counters = CountersInMemory()
    return SigningTool(KeyRing(state.path), lambda _: counters)


def signer(party: Eui, role: str = "02", usage: KeyUsage = KeyUsage.XML_SIGNING) -> Signer:
    credential = DevelopmentPki(SEED.encode()).organisation(party, role)[usage]
    return Signer(private_key=credential.private_key, serial_number=serial_number_of(credential.certificate))


def answer(code: ResponseCode = ResponseCode.I99) -> ServiceResponse:
    return ServiceResponse(
        request_id=f"{SUPPLIER}:{METER}:1",
        response_code=code,
        response_date_time=Instant(1_763_690_400_000),
        service_reference="11.2",
        service_reference_variant="11.2",
    )


def request(**said: str) -> bytes:
    return read_version_file(**said).encode()  # type: ignore[arg-type]


DSP = signer(DEFAULT_ACB, "04")


def test_what_is_signed_is_validated_and_comes_back_without_its_signature(tool: SigningTool) -> None:
    signed = tool.sign(read_document(request()))

    validated = tool.validate(signed.octets)

    assert validated.signed_by == SUPPLIER
    assert b"Signature" not in validated.octets
    assert read_document(validated.octets).request_id == signed.document.request_id


def test_counters_are_of_the_present_and_no_two_are_the_same(tool: SigningTool) -> None:
    document = read_document(request())

    counters = [tool.sign(document).document.request_id.counter for _ in range(50)]

    assert len({*counters}) == 50
    assert counters == sorted(counters)
    assert counters[0] > 1_763_690_400_000
    assert tool.sign(document, keep_counter=True).document.request_id.counter == 1000


def test_a_party_without_a_key_for_xml_signs_with_its_ds_key(state: StateFolder, tool: SigningTool) -> None:
    for path in (state.party(OTHER), state.certificates):
        for file in path.glob("90b3d51f30020000-xml*"):
            file.unlink()

    signed = tool.sign(read_document(request(originator=OTHER)))

    assert tool.validate(signed.octets).signed_by == OTHER
    ds = signer(OTHER, "03", KeyUsage.DIGITAL_SIGNING)
    assert str(ds.serial_number) in signed.octets.decode()


def test_without_the_originators_key_nothing_is_signed(state: StateFolder, tool: SigningTool) -> None:
    with pytest.raises(MissingKey, match="no key to sign with as 90-B3-D5-1F-30-09-00-00"):
        tool.sign(read_document(request(originator="90-B3-D5-1F-30-09-00-00")))
    (state.certificates / "90b3d51f30020000-xml.pem").unlink()
    with pytest.raises(MissingKey, match="no certificate to sign with as 90-B3-D5-1F-30-02-00-00"):
        tool.sign(read_document(request(originator=OTHER)))
    (state.party(OTHER) / "90b3d51f30020000-xml.key.pem").write_text("broken")
    with pytest.raises(MissingKey, match=r"90b3d51f30020000-xml\.key\.pem"):
        tool.sign(read_document(request(originator=OTHER)))


def test_a_request_that_is_not_duis_is_only_signed_unchecked(tool: SigningTool) -> None:
    document = read_document(request(body="<sr:Nothing/>"))

    with pytest.raises(Unconforming, match="Nothing"):
        tool.sign(document)

    assert b"<sr:Nothing/>" in tool.sign(document, unchecked=True).octets


def test_the_schema_is_asked_where_there_is_one(state: StateFolder, reference_data: Path) -> None:
    schema = Schema.from_folder(reference_data / "xsd")
    strict = SigningTool(KeyRing(state.path), lambda _: CountersInMemory(), schema)

    signed = strict.sign(read_document(activate_firmware_file().encode()))
    assert strict.validate(signed.octets).signed_by == SUPPLIER
    with pytest.raises(Unconforming, match="schema of DUIS"):
        strict.sign(read_document(request().replace(b"ServiceReference>11.2", b"ServiceReference>11.9")))
    with pytest.raises(Unconforming, match="schema of DUIS"):
        strict.validate(write_response(answer(), signer=DSP).replace(b"I99", b"I98"))


@pytest.mark.parametrize("code", [ResponseCode.I99, ResponseCode.E5])
def test_a_response_of_the_dsp_is_read_with_who_signed_it(tool: SigningTool, code: ResponseCode) -> None:
    validated = tool.validate(write_response(answer(code), signer=DSP))

    assert validated.message == answer(code)
    assert validated.signed_by == DEFAULT_ACB


def test_a_response_may_be_unsigned_a_request_may_not(tool: SigningTool) -> None:
    assert tool.validate(write_response(answer())).signed_by is None
    with pytest.raises(Unconforming, match="not signed"):
        tool.validate(request())


def test_a_response_that_another_than_the_dsp_signed_is_refused(tool: SigningTool) -> None:
    octets = write_response(answer(), signer=signer(Eui(SUPPLIER)))

    with pytest.raises(Unconforming, match="signed by 90-B3-D5-1F-30-01-00-00 in role 87"):
        tool.validate(octets)


def test_a_request_that_another_than_its_originator_signed_is_refused(tool: SigningTool) -> None:
    root = read_tree(tool.sign(read_document(request())).octets)
    root.remove(root[-1])
    sign(root, signer(OTHER, "03"))

    with pytest.raises(Unconforming, match="signed by 90-B3-D5-1F-30-02-00-00, expected 90-B3-D5-1F-30-01"):
        tool.validate(etree.tostring(root))


def test_a_changed_document_does_not_verify_and_an_unknown_signer_is_no_fault_of_it(
    tool: SigningTool, tmp_path: Path
) -> None:
    octets = write_response(answer(), signer=DSP)

    with pytest.raises(Unconforming, match="digest"):
        tool.validate(octets.replace(b"I99", b"I0"))
    with pytest.raises(MissingKey, match="is not known"):
        tool.validate(octets.replace(str(DSP.serial_number).encode(), b"12345"))
    with pytest.raises(MissingKey, match="no certificates to verify by"):
        SigningTool(KeyRing(tmp_path / "none"), lambda _: CountersInMemory()).validate(octets)
