"""Our tables and a published schema agree on what DUIS is, and a folder of schemas is read or refused for a reason."""

import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from benchmarks.duis_mutations import TREE_MUTATIONS, sample_requests
from smart_metering.duis.service_requests import UninterpretedBody
from smart_metering.duis_xml.faults import NotDuisError, RefusedRequestError, XmlFault
from smart_metering.duis_xml.messages import read_request, write_request
from smart_metering.duis_xml.names import Element, duis
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.requests import read_request_tree, request_tree, schema_version_of
from smart_metering.duis_xml.simple_types import REFERENCE, REFERENCE_VARIANT
from smart_metering.duis_xml.validating import Schema, SchemaFolderError
from smart_metering.service_requests import SERVICE_REQUESTS
from tests.support.duis_xml import NOW, known_certificates, read_version, signed

XSD = "{http://www.w3.org/2001/XMLSchema}"
STRICTER = (
    "a body that is carried, not read",  # the schema may allow it or not
    "it is not base64",  # libxml2 passes over characters that base64 has not
    "comments within a value",  # of which a careless reader sees half
    "date-time",  # without a zone: which instant is meant?
    "firmware version",  # of the OTA header: eight hex characters
    "expected a whole number 1 to 1000000000000",  # no schedule has the id 0
    "expected one of 1, 2, 3, 4, 5, 6, 7, 8",  # Command Variant 9 is the DCC's own
    "expected a time of day",  # 24:00, or in another zone
    "expected a date",  # in another zone
    "expected DSP",  # a schedule of another SRV than its read
    "expected nothing more",  # a Signature, which was taken out before
)
"""What we refuse and the schema allows, each for its reason."""


@pytest.fixture(scope="module")
def schema(reference_data: Path) -> Schema:
    return Schema.from_folder(reference_data / "xsd")


def test_what_is_read_is_what_the_schema_allows(schema: Schema) -> None:
    chance = Random("mutations of unsigned requests")
    read = [it for it in sample_requests() if not isinstance(it.body, UninterpretedBody)]
    corpus = [write_request(request) for request in read]
    verdicts: Counter[tuple[bool, bool]] = Counter()
    for _ in range(6_000):
        octets = chance.choice(TREE_MUTATIONS)(chance, chance.choice(corpus), corpus)
        try:
            root = read_tree(octets)
        except NotDuisError:
            continue
        ours, theirs = our_verdict(root), their_verdict(schema, root)

        verdicts[not ours, not theirs] += 1
        assert ours or not theirs, f"we read what the schema does not allow: {theirs}\n{octets!r}"
        assert theirs or not ours or any(why in ours for why in STRICTER), f"{ours}\n{octets!r}"

    assert min(verdicts[True, True], verdicts[False, False]) > 300


def our_verdict(root: Element) -> str:
    """What is wrong with a request, empty if nothing."""
    try:
        if root.tag != duis("Request"):
            return f"{root.tag}, expected a Request"
        schema_version_of(root)
        body = read_request_tree(root).body
    except XmlFault as fault:
        return str(fault)
    return "a body that is carried, not read" if isinstance(body, UninterpretedBody) else ""


def their_verdict(schema: Schema, root: Element) -> str:
    try:
        schema.validate(root)
    except XmlFault as fault:
        return str(fault)
    return ""


def test_a_request_that_the_schema_does_not_allow_is_refused(schema: Schema) -> None:
    root = request_tree(read_version(), "5.4")
    root.set("schemaVersion", "five")

    with pytest.raises(XmlFault, match="schema of DUIS"):
        schema.validate(root)
    with pytest.raises(RefusedRequestError, match="E100"):
        read_request(etree.tostring(root), known_certificates().get, NOW, schema=schema)
    read = read_request(signed(read_version()), known_certificates().get, NOW, schema=schema)
    assert read.request == read_version()


def test_references_are_those_of_the_schema(reference_data: Path) -> None:
    root = etree.parse(str(reference_data / "xsd" / "duis-5.4.xsd")).getroot()

    for name, kind in (("ServiceReference", REFERENCE), ("ServiceReferenceVariant", REFERENCE_VARIANT)):
        (node,) = (it for it in root.iterchildren(f"{XSD}simpleType") if it.get("name") == name)
        values = [it.get("value", "") for it in node.iter(f"{XSD}enumeration")]
        assert [kind.read(value) for value in values] == values
        assert len(values) == len({getattr(row, FIELDS[name]) for row in SERVICE_REQUESTS})


FIELDS = {"ServiceReference": "service_reference", "ServiceReferenceVariant": "srv"}


def test_a_folder_without_schemas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaFolderError, match="found none"):
        Schema.from_folder(tmp_path)
    with pytest.raises(SchemaFolderError, match="found none"):
        Schema.from_folder(tmp_path / "nowhere")


def test_a_folder_of_two_versions_is_refused(reference_data: Path, tmp_path: Path) -> None:
    for name in ("one.xsd", "two.xsd"):
        shutil.copy(reference_data / "xsd" / "duis-5.4.xsd", tmp_path / name)

    with pytest.raises(SchemaFolderError, match=r"found one\.xsd, two\.xsd"):
        Schema.from_folder(tmp_path)


def test_a_schema_that_imports_what_is_not_there_is_refused(reference_data: Path, tmp_path: Path) -> None:
    shutil.copy(reference_data / "xsd" / "duis-5.4.xsd", tmp_path / "DUIS Schema.xsd")

    with pytest.raises(SchemaFolderError, match="no spaces"):
        Schema.from_folder(tmp_path)
