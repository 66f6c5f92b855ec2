"""Every kind of message that a User receives is valid for DCC's tool and passes the guards of DCC's parser.

Nothing of DCC's is in the repository: the packages are installed from npm beside it, or these tests say that they are
skipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.duis.service_responses import (
    CommandFailure,
    DccAlert,
    DeviceAlert,
    DspUpdateFirmwareWarning,
    GbcsPayload,
    Message,
    ServiceResponse,
)
from smart_metering.duis_xml.alert_shapes import ALERTS
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.messages import write_response
from smart_metering.duis_xml.signature import Signer
from smart_metering.duis_xml.versions import NEWEST
from smart_metering.identifiers import Eui
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.response_codes import ResponseCode
from tests.interop.programs import Answer, ask
from tests.interop.signing_tool import ExitCode, Job, Outcome, run_signing_tool
from tests.support.duis_messages import MESSAGES, REQUEST_ID, response_of
from tests.support.duis_xml import METER, NOW

DSP = Eui("90-B3-D5-1F-30-00-00-02")
DSP_SERIAL_NUMBER = 167048897159233642262001557408276884033  # the one that the tool knows in all its versions
TOOL_VERSION = "5.1"
"""The schema of DUIS by which the published tool validates."""

EACH_KIND = 12  # drawn of each
GUARDS = {
    # kind: the guards that take it, where they have other names
    "Acknowledgement": ["NoBody"],
    **{element: ["DCCAlertMessage"] for element in ALERTS},
}
REFUSED_KINDS = {
    # kind: why DCC's parser has no guard for it, although the schema has
    kind: "the parser knows no SMETS1ResponseMessage"
    for kind in MESSAGES
    if kind.startswith("SMETS1 ")
}
NEVER_SENT = DspUpdateFirmwareWarning()
"""A warning that warns of no Device: the schema allows it, DCC's parser does not, and the DSP sends none."""


@dataclass(frozen=True, slots=True)
class Written:
    kind: str
    message: Message
    version: str
    xml: bytes


@pytest.fixture(scope="module")
def signer(published_keys: GivenKeys) -> Signer:
    """The DSP, with its published key."""
    use = DSP, KeyUsage.XML_SIGNING
    serial_number = serial_number_of(published_keys.certificates[use])
    assert serial_number == DSP_SERIAL_NUMBER
    return Signer(private_key=published_keys.private_keys[use], serial_number=serial_number)


@pytest.fixture(scope="module")
def drawn(signer: Signer) -> list[Written]:
    """Of every kind some, in the schema version of the tool, as far as that has it, and in the newest."""
    return [
        row
        for kind, strategy in MESSAGES.items()
        for message in examples_of(strategy)
        for row in written(kind, message, signer)
    ]


@pytest.fixture(scope="module")
def validated(duis_packages: Path, drawn: list[Written]) -> list[Outcome]:
    return run_signing_tool(duis_packages, [Job("Validate", row.xml) for row in drawn])


def examples_of(strategy: st.SearchStrategy[Message]) -> list[Message]:
    """The same in every run."""
    found: list[Message] = []

    @settings(
        max_examples=EACH_KIND,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(message: Message) -> None:
        if not isinstance(message, ServiceResponse) or message.body != NEVER_SENT:
            found.append(message)

    collect()
    return found


def written(kind: str, message: Message, signer: Signer) -> Iterator[Written]:
    for version in (TOOL_VERSION, NEWEST):
        try:
            yield Written(kind, message, version, write_response(message, version, signer))
        except UnwritableError:
            assert version == TOOL_VERSION


def test_every_kind_of_message_is_valid_for_dccs_tool(drawn: list[Written], validated: list[Outcome]) -> None:
    valid: set[str] = set()
    for row, outcome in zip(drawn, validated, strict=True):
        if row.version == TOOL_VERSION:
            assert outcome.code is ExitCode.SUCCESS, f"{outcome.said}\n{row}"
            valid.add(row.kind)

    assert valid == MESSAGES.keys()


def test_of_the_newest_version_dccs_tool_refuses_only_what_its_schema_does_not_know(
    drawn: list[Written], validated: list[Outcome], signer: Signer
) -> None:
    refused: set[str] = set()
    for row, outcome in zip(drawn, validated, strict=True):
        if row.version == NEWEST and outcome.code is not ExitCode.SUCCESS:
            assert outcome.code is ExitCode.INVALID, outcome.said
            assert "failed xsd validation" in outcome.said
            assert says_more_than_the_tool_knows(row.message, signer), row
            refused.add(row.kind)

    assert refused == {"DSPInventory", "DSPSchedulesRead"}


def says_more_than_the_tool_knows(message: Message, signer: Signer) -> bool:
    """Whether the older version of a message is another, or none."""
    try:
        older = write_response(message, TOOL_VERSION, signer)
    except UnwritableError:
        return True
    return len(older) != len(write_response(message, NEWEST, signer))


def test_every_kind_of_message_passes_the_guards_of_dccs_parser_but_these(
    duis_packages: Path, drawn: list[Written], validated: list[Outcome]
) -> None:
    rows = [
        (row, outcome.xml.decode())
        for row, outcome in zip(drawn, validated, strict=True)
        if outcome.code is ExitCode.SUCCESS
    ]

    answers: list[Answer] = ask(duis_packages, "duis/guards.mjs", question=[xml for _, xml in rows])

    for (row, _), answer in zip(rows, answers, strict=True):
        taken = row.kind not in REFUSED_KINDS
        assert answer["taken"] is taken, row
        assert answer["guards"] == (GUARDS.get(row.kind, [row.kind]) if taken else []), row
        assert (answer["requestId"], answer["responseId"]) == ids_of(row.message)
        assert answer["code"] == getattr(row.message, "response_code", "I0")


def ids_of(message: Message) -> tuple[str, str]:
    """As DCC's parser has them: in lower case."""
    match message:
        case ServiceResponse():
            return message.request_id.lower(), message.response_id.lower()
        case DeviceAlert():
            return "", message.response_id.lower()
        case DccAlert():
            return "", ""


def test_every_code_is_valid_for_dccs_tool(duis_packages: Path, signer: Signer) -> None:
    failure = CommandFailure(command_request_id=str(REQUEST_ID), device_id=METER)
    messages: list[Message] = [
        *(response_of("11.1", None, code) for code in ResponseCode),
        *(DccAlert(dcc_alert_code=code, response_date_time=NOW, body=failure) for code in DccAlertCode),
    ]

    outcomes = run_signing_tool(
        duis_packages,
        [Job("Validate", write_response(message, TOOL_VERSION, signer)) for message in messages],
    )

    assert {outcome.said for outcome in outcomes if outcome.code is not ExitCode.SUCCESS} == set()


def test_an_acknowledgement_may_be_unsigned(duis_packages: Path) -> None:
    octets = write_response(response_of("11.2", None, ResponseCode.I99))

    (outcome,) = run_signing_tool(duis_packages, [Job("Validate", octets)])

    assert outcome.code is ExitCode.SUCCESS
    assert "without signature" in outcome.said


def test_dccs_tool_refuses_what_was_changed_after_it_was_signed(duis_packages: Path, signer: Signer) -> None:
    message = response_of("11.2", GbcsPayload(gbcs_payload=b"\xdf\x09\x02"))
    octets = write_response(message, signer=signer)
    stranger = replace(signer, serial_number=signer.serial_number + 1)
    jobs = [
        Job("Validate", octets),
        Job("Validate", octets.replace(b"3wkC", b"3wkD")),
        Job("Validate", octets.replace(b">I0<", b">I9<")),
        Job("Validate", write_response(message, signer=stranger)),
    ]
    assert len({job.xml for job in jobs}) == len(jobs)

    outcomes = run_signing_tool(duis_packages, jobs)

    assert [outcome.code for outcome in outcomes] == [
        ExitCode.SUCCESS,
        ExitCode.INVALID,  # the digest
        ExitCode.INVALID,  # the schema has no such code
        ExitCode.MISSING_KEY,
    ]


def test_the_guards_refuse_what_we_never_send(duis_packages: Path) -> None:
    alert = DeviceAlert(
        response_id=REQUEST_ID.response_id, alert_code=0x8F72, response_date_time=NOW, gbcs_payload=b"\xdd"
    )
    octets = write_response(alert).decode()
    counted = octets.replace(
        "<sr:GBCSPayload>", "<sr:ThrottledAlertCount>7</sr:ThrottledAlertCount><sr:GBCSPayload>"
    )
    warning = write_response(response_of("11.1", NEVER_SENT)).decode()

    answers = ask(duis_packages, "duis/guards.mjs", question=[octets, counted, warning])

    assert [answer["taken"] for answer in answers] == [True, False, False]
