"""Every request template of DCC, signed by DCC's tool, is answered over HTTP: accepted, or refused for its reason.

Each answer is valid for DCC's tool and passes the guards of DCC's parser. Nothing of DCC's is in the repository: the
packages are installed from npm beside it, or these tests say that they are skipped.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx
import pytest

from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.identifiers import Eui
from smets.local_system.connection import SystemConnection
from smets.local_system.duis import Duis
from tests.interop.programs import ask
from tests.interop.published_system import (
    GAS_METER,
    GPF,
    HCALCS,
    HUB,
    METER,
    PPMID,
    SUPPLIER,
    published_system,
)
from tests.interop.signing_tool import ExitCode, Job, run_signing_tool
from tests.interop.template_answers import EXPECTED, LAST, NOT_EMULATED
from tests.interop.templates import Template, Templates, read_templates

RATE = 100.0  # times as fast as real time
PATHS = {
    Service.TRANSFORM: "/api/v1/serviceT",
    Service.SEND_COMMAND: "/api/v1/serviceS",
    Service.NON_DEVICE: "/api/v1/serviceD",
}
INSTEAD = {
    # of the templates                ours
    Eui("00-DB-12-34-56-78-90-A0"): METER,
    Eui("00-DB-12-34-56-78-90-A1"): GAS_METER,
    Eui("00-DB-12-34-56-78-90-A2"): HUB,
    Eui("00-DB-12-34-56-78-90-A3"): GPF,
    Eui("00-DB-12-34-56-78-90-A4"): PPMID,
    Eui("00-DB-12-34-56-78-90-A5"): HCALCS,
    Eui("00-DB-12-34-56-78-90-A6"): METER,
    Eui("90-B3-D5-1F-30-01-00-08"): SUPPLIER,  # of whom DCC's tool has no key
}
ROLES = {
    SUPPLIER: {"IS", "GS"},
    Eui("90-B3-D5-1F-30-01-00-08"): {"IS", "GS"},  # the supplier asks instead
    Eui("90-B3-D5-1F-30-02-00-00"): {"ED", "GT"},
    Eui("90-B3-D5-1F-30-03-00-00"): {"IS", "GS"},
    Eui("90-B3-D5-1F-30-00-00-02"): set(),
}
REQUEST_ID = re.compile(r":RequestID>([^<]+)</")


@pytest.fixture(scope="module")
def templates(duis_packages: Path) -> Templates:
    """In an order in which each finds its Device."""
    found = read_templates(duis_packages)
    place = {
        name: next((at for at, start in enumerate(LAST) if name.startswith(start)), -1) for name in found
    }
    return {name: found[name] for name in sorted(found, key=lambda name: (place[name], name))}


async def test_every_template_is_accepted_or_refused_for_its_reason(
    templates: Templates, duis_packages: Path, key_store_file: Path, tmp_path: Path
) -> None:
    requests = signed(templates, duis_packages)
    duis = Duis(listen="127.0.0.1:0", schema_version="5.1")

    async with published_system(tmp_path, key_store_file, duis=duis, rate=RATE) as connection:
        await let_the_meter_be_known(connection)
        answers = await sent(requests, templates, connection.duis)

    outcomes = run_signing_tool(duis_packages, [Job("Validate", octets) for octets in answers])
    assert {outcome.said for outcome in outcomes if outcome.code is not ExitCode.SUCCESS} == set()
    read = ask(duis_packages, "duis/guards.mjs", question=[outcome.xml.decode() for outcome in outcomes])
    assert all(answer["taken"] for answer in read)
    told = {
        name: (answer["code"], " ".join(answer["guards"]))
        for name, answer in zip(requests, read, strict=True)
    }
    assert told == dict.fromkeys(templates, NOT_EMULATED) | EXPECTED
    assert [request_id_of(octets) for octets in answers] == [request_id_of(it) for it in requests.values()]


def test_those_are_refused_by_their_role_whom_dccs_matrix_refuses(templates: Templates) -> None:
    refused = {name for name, (code, _) in EXPECTED.items() if code == "E2"}
    others = {name for name, (code, _) in EXPECTED.items() if code == "E1"}

    assert refused == {
        name
        for name, template in templates.items()
        if not ROLES[template.originator] & template.eligible_roles and name not in others
    }


def signed(templates: Templates, packages: Path) -> Mapping[str, bytes]:
    """For our Devices, each with a RequestID of its own."""
    texts = [for_ours(template, 1_000 + at) for at, template in enumerate(templates.values())]
    outcomes = run_signing_tool(packages, [Job("Sign", text.encode(), keep_counter=True) for text in texts])
    assert {outcome.said for outcome in outcomes if outcome.code is not ExitCode.SUCCESS} == set()
    return dict(zip(templates, (outcome.xml for outcome in outcomes), strict=True))


def for_ours(template: Template, counter: int) -> str:
    """EUIs are in lower case in a RequestID, and in upper case in a body."""
    text = re.sub(r":[0-9]+</sr:RequestID>", f":{counter}</sr:RequestID>", template.built)
    for theirs, ours in INSTEAD.items():
        text = text.replace(theirs, ours).replace(theirs.lower(), ours.lower())
    return text


def request_id_of(octets: bytes) -> str:
    """As it stands in the header."""
    found = REQUEST_ID.search(octets.decode())
    assert found is not None, octets
    return found[1]


async def let_the_meter_be_known(connection: SystemConnection) -> None:
    """A Command for local delivery can be made once the DSP has its certificates."""
    async with connection.user(SUPPLIER) as supplier:
        answer = await supplier.send("11.2", METER)
        await supplier.await_response(answer.request_id)


async def sent(requests: Mapping[str, bytes], templates: Templates, address: str) -> Iterable[bytes]:
    answers = []
    async with httpx.AsyncClient(
        base_url=f"http://{address}", timeout=3.0
    ) as client:  # as DCC's clients wait
        for name, octets in requests.items():
            service = service_of(CommandVariant(templates[name].command_variant))
            response = await client.post(
                PATHS[service], content=octets, headers={"content-type": "application/xml"}
            )
            assert response.status_code == 200, f"{name}: {response.text}"
            assert response.headers["content-type"].startswith("application/xml")
            answers.append(response.content)
    return answers
