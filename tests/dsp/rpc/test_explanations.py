"""The door of explain: a running DSP tells what became of a request, and of none that never arrived."""

from pathlib import Path

import grpc
import pytest
from grpc import aio

from dsp.runtime.explanation_desk import ExplanationDesk
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.identifiers import RequestId, parse_request_id
from smart_metering.instants import SECOND_MS
from smart_metering.rpc.v1 import explanation_pb2 as pb2
from smart_metering.rpc.v1.explanation_pb2_grpc import ExplanationsStub
from tests.dsp.rpc.loopback import PATIENCE_SECONDS, Dcc, HandHeldHost, running
from tests.support.dsp_premises import DISTRIBUTOR, ESME, MANUFACTURER, MODEL, NOWHERE, SUPPLIER


async def explain(dcc: Dcc, request_id: str) -> pb2.Explanation:
    """Nobody says who is asking."""
    stub = ExplanationsStub(dcc.channel)
    return await stub.Explain(pb2.ExplainRequest(request_id=request_id), timeout=PATIENCE_SECONDS)


async def refused(dcc: Dcc, request_id: str) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(aio.AioRpcError) as error:
        await explain(dcc, request_id)
    return error.value.code(), error.value.details() or ""


async def test_a_read_is_told_hop_by_hop(dcc: Dcc) -> None:
    await HandHeldHost(dcc).attach()
    request = dcc.read_version()
    await dcc.send(request)
    await dcc.advance(10 * SECOND_MS)

    told = await explain(dcc, request.request_id)

    assert [hop.place for hop in told.hops] == ["door", "access control", "post book", "SM WAN", "answer"]
    assert (told.request_id, told.service_reference_variant) == (request.request_id, "11.2")
    assert (told.device_id, told.hops[0].party) == (ESME, SUPPLIER)
    assert told.hops[1].decision.source == "choice G14"
    assert {check.code for check in told.hops[1].checks} == {"granted", "not asked"}
    assert told.hops[3].decision.mark
    assert not told.hops[4].HasField("decision")


async def test_a_request_id_is_taken_in_either_case(dcc: Dcc) -> None:
    request = dcc.read_version()
    await dcc.send(request)

    told = await explain(dcc, request.request_id.lower())

    assert told.request_id == request.request_id
    assert told.hops[-1].what.startswith("still there")


async def test_a_refusal_is_told_with_its_check(dcc: Dcc) -> None:
    body = DevicePrenotification(
        device_id=NOWHERE, device_manufacturer=MANUFACTURER, device_model=MODEL, device_type="ESME"
    )
    variant = CommandVariant.NON_DEVICE
    request = dcc.request("12.2", body, target=ESME, by=DISTRIBUTOR, variant=variant)
    await dcc.non_device(request, by=DISTRIBUTOR)

    told = await explain(dcc, request.request_id)

    (refusing,) = [check for check in told.hops[1].checks if check.code == told.hops[1].decision.code]
    assert told.hops[1].what == f"refused: {refusing.code}"
    assert refusing.row.endswith(told.hops[1].decision.row)


async def test_what_was_explained_is_explained_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as dcc:
        await dcc.load_premises()
        request = dcc.read_version()
        await dcc.send(request)
        before = await explain(dcc, request.request_id)

    async with running(tmp_path) as dcc:
        after = await explain(dcc, request.request_id)

    assert after == before


async def test_what_is_too_much_to_tell_is_said_to_be_left_out(dcc: Dcc) -> None:
    request = dcc.read_version()
    await dcc.send(request)

    for most, places in ((2, ["left out"]), (3, [])):
        desk = ExplanationDesk(dcc.dsp.runtime, dcc.dsp.records, most_told=most)
        told = await desk.explain(parse_request_id(request.request_id))

        assert told is not None
        assert [hop.place for hop in told.hops if hop.place == "left out"] == places


async def test_a_request_that_never_arrived_is_not_found(dcc: Dcc) -> None:
    never = str(RequestId(SUPPLIER, ESME, 77))

    assert await refused(dcc, never) == (
        grpc.StatusCode.NOT_FOUND,
        f"request_id: no request {never} ever arrived",
    )


@pytest.mark.parametrize("text", ["", "last", f"{SUPPLIER}:{ESME}", f"{SUPPLIER}:{ESME}:-1"])
async def test_what_is_no_request_id_is_refused(dcc: Dcc, text: str) -> None:
    code, details = await refused(dcc, text)

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details.startswith("request_id: ")
