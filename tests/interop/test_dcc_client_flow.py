"""A User's system of DCC's packages talks to the DSP: requests there, Service Responses pushed back, all reconciled.

Our own client signs the Pre-Commands, for DCC's GBCS parser is not on npm. Nothing of DCC's is in the repository: the
packages are installed from npm beside it, or these tests say that they are skipped.
"""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import RequestId
from smart_metering.instants import Instant
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.pki.keys import KeyUsage
from smart_metering.rpc.v1 import receive_response_pb2 as pb2
from smart_metering.rpc.v1.receive_response_pb2_grpc import ReceiveResponseStub
from smets.client.checked import CheckedResponse
from smets.client.connection import Connection, calling_as
from smets.local_system.connection import SystemConnection
from smets.local_system.duis import Duis
from tests.interop.dcc_client import DccClient, Event, dcc_client
from tests.interop.published_system import METER, SUPPLIER, published_system
from tests.interop.signing_tool import expect_java

RATE = 20.0  # times as fast as real time
DELAY_SECONDS = 5.0  # the client starts a Java virtual machine before it knows of an Acknowledgement
READ, ACTIVATE = "ECS52_11.2", "CS06_11.3_IMMEDIATE"
COUNTER = 1_893_456_000_000


@dataclass(frozen=True, slots=True)
class Meeting:
    """DCC's client and the system, which pushes to it."""

    connection: SystemConnection
    client: DccClient

    async def check(self, pushed: Event) -> CheckedResponse:
        """What our own client says of a Service Response that DCC's took."""
        octets = b64decode(pushed["payload"])
        async with self.connection.user(SUPPLIER) as supplier:
            return supplier.check_local(pushed["requestId"].upper(), octets, Instant(COUNTER))


@pytest.fixture
async def meeting(duis_packages: Path, key_store_file: Path, tmp_path: Path) -> AsyncIterator[Meeting]:
    """In the schema version that the published tool knows."""
    expect_java()
    duis = Duis(listen="127.0.0.1:0", schema_version="5.1", response_delay=DELAY_SECONDS)
    async with (
        published_system(tmp_path, key_store_file, duis=duis, rate=RATE) as connection,
        dcc_client(duis_packages, connection.duis) as client,
    ):
        await push_to(connection, await client.url())
        yield Meeting(connection, client)


async def push_to(connection: SystemConnection, url: str) -> None:
    async with Connection(connection.dsp) as line:
        await ReceiveResponseStub(line.channel).SetAddress(
            pb2.ReceiveResponseAddress(url=url), metadata=calling_as(SUPPLIER)
        )


def signed(pre_command: str, keys: GivenKeys) -> str:
    """The Signed Pre-Command, both in base64."""
    message = decode(b64decode(pre_command))
    return b64encode(encode(sign(message, keys.private_keys[SUPPLIER, KeyUsage.DIGITAL_SIGNING]))).decode()


async def test_a_critical_request_goes_its_whole_way(meeting: Meeting, published_keys: GivenKeys) -> None:
    request_id = RequestId(SUPPLIER, METER, COUNTER)
    key = str(request_id).lower()

    transformed = await meeting.client.send(ACTIVATE, request_id)
    body = {"SignedPreCommand": {"GBCSPayload": signed(transformed["preCommand"], published_keys)}}
    acknowledged = await meeting.client.send(ACTIVATE, request_id, commandVariant=5, body=body)
    pushed = await meeting.client.pushed()
    again = await meeting.client.send(ACTIVATE, request_id, commandVariant=5, body=body)

    pre_command = decode(b64decode(transformed["preCommand"]))
    assert (transformed["code"], transformed["requestId"]) == ("I0", key)
    assert (pre_command.originator, pre_command.target, pre_command.counter) == (SUPPLIER, METER, COUNTER)
    assert acknowledged == {"code": "I99", "requestId": key, "preCommand": ""}
    assert (pushed["status"], pushed["code"], pushed["requestId"]) == (204, "I0", key)
    assert pushed["reconciled"]
    assert pushed["responseId"] == request_id.response_id.lower()
    checked = await meeting.check(pushed)
    assert checked.verified.holds is True
    assert checked.outcome is not None
    assert checked.outcome.text == "noImageHeld, firmware 00000001"  # none was distributed
    assert again == {"code": "E40", "requestId": key, "preCommand": ""}  # a RequestID is used once


async def test_a_read_is_pushed_to_who_waits_for_it(meeting: Meeting) -> None:
    first, second = (RequestId(SUPPLIER, METER, COUNTER + more) for more in (1, 2))

    answers = [await meeting.client.send(READ, request_id) for request_id in (first, second)]
    pushed = [await meeting.client.pushed() for _ in answers]

    assert [answer["code"] for answer in answers] == ["I99", "I99"]
    assert [push["requestId"] for push in pushed] == [str(first).lower(), str(second).lower()]
    assert all(push["reconciled"] and push["status"] == 204 for push in pushed)
    checked = [await meeting.check(push) for push in pushed]
    assert [check.verified.holds for check in checked] == [True, True]
    assert [check.outcome and check.outcome.firmware_version for check in checked] == ["00000001"] * 2


async def test_without_its_signature_a_pre_command_is_refused(meeting: Meeting) -> None:
    request_id = RequestId(SUPPLIER, METER, COUNTER + 3)

    transformed = await meeting.client.send(ACTIVATE, request_id)
    body = {"SignedPreCommand": {"GBCSPayload": transformed["preCommand"]}}
    refused = await meeting.client.send(ACTIVATE, request_id, commandVariant=5, body=body)

    assert refused == {"code": "E100", "requestId": str(request_id).lower(), "preCommand": ""}
