"""The door of events: what the logs hold from a position on, what comes then, and the SMI as it stands."""

from pathlib import Path

import grpc
import pytest
from grpc import aio

from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import events_pb2 as pb2
from smart_metering.rpc.v1.events_pb2_grpc import DspEventsStub
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.loopback import PATIENCE_SECONDS, Dcc, HandHeldHost, running
from tests.support.dsp_premises import DEVICE_TYPES, ESME, V1, cpl_entry


async def suspend(dcc: Dcc) -> None:
    """The firmware of the ESME off the CPL."""
    await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=cpl_entry(ESME, V1).entry_id))


async def restore(dcc: Dcc) -> None:
    await dcc.cpl.Add(to_message(cpl_entry(ESME, V1), cpl_pb2.CplEntry))


async def told(dcc: Dcc, *kinds: str, after: pb2.DspEventPosition | None = None) -> list[pb2.DspEventBatch]:
    """Up to now."""
    request = pb2.FollowDspEvents(after=after, kinds=kinds, until_now=True)
    return [batch async for batch in DspEventsStub(dcc.channel).Follow(request, timeout=PATIENCE_SECONDS)]


def events(batches: list[pb2.DspEventBatch]) -> list[tuple[str, str, str]]:
    """Kind, Device and what happened."""
    return [(it.kind, it.device_id, it.what) for batch in batches for it in batch.events]


async def test_a_suspension_is_told_with_its_alert_and_its_row(dcc: Dcc) -> None:
    await suspend(dcc)

    batches = await told(dcc)

    (change,) = [it for batch in batches for it in batch.events if it.kind == "SMI"]
    assert (change.device_id, change.state.device_status) == (ESME, "Suspended")
    assert change.what == "Commissioned -> Suspended: the CPL entry of its firmware removed"
    assert change.decision.source
    assert ("DCCAlert", ESME, "N28") in events(batches)


async def test_from_a_position_on_only_what_follows_is_told(dcc: Dcc) -> None:
    await suspend(dcc)
    before = await told(dcc)

    nothing = events(await told(dcc, after=before[-1].position))
    await restore(dcc)
    after = await told(dcc, after=before[-1].position)

    assert nothing == []
    assert [what for kind, _, what in events(after) if kind == "SMI"] == [
        "Suspended -> Commissioned: the CPL entry of its firmware reinstated"
    ]
    assert sorted(events(await told(dcc))) == sorted(events(before) + events(after))


async def test_who_follows_is_told_as_it_happens(dcc: Dcc) -> None:
    call = DspEventsStub(dcc.channel).Follow(pb2.FollowDspEvents(kinds=["SMI"]), timeout=PATIENCE_SECONDS)
    stream = aiter(call)
    first = await anext(stream)

    await suspend(dcc)
    second = await anext(stream)

    assert (len(first.events), len(second.events)) == (0, 1)
    call.cancel()


async def test_any_message_can_be_asked_for_by_its_kind(dcc: Dcc) -> None:
    await HandHeldHost(dcc).attach()
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)

    kinds = events(await told(dcc, "ServiceRequest", "ServiceResponse"))

    assert [kind for kind, _, _ in kinds] == ["ServiceRequest", "ServiceResponse"]


async def test_a_kind_that_there_is_not_is_refused(dcc: Dcc) -> None:
    with pytest.raises(aio.AioRpcError) as error:
        await told(dcc, "Rumour")

    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (error.value.details() or "").startswith("kinds: 'Rumour': expected SMI, ")


async def test_the_states_are_those_of_the_smi_and_say_where_to_go_on(dcc: Dcc) -> None:
    await suspend(dcc)
    stub = DspEventsStub(dcc.channel)

    batches = [it async for it in stub.ReadStates(pb2.ReadStatesRequest(), timeout=PATIENCE_SECONDS)]

    states = {state.device_id: state.device_status for batch in batches for state in batch.states}
    assert list(states) == sorted(DEVICE_TYPES)
    assert states[ESME] == "Suspended"
    assert events(await told(dcc, after=batches[0].position)) == []


async def test_devices_that_are_loaded_are_heard_of(tmp_path: Path) -> None:
    async with running(tmp_path / "state") as dcc:
        stub = DspEventsStub(dcc.channel)
        call = stub.Follow(pb2.FollowDspEvents(), timeout=PATIENCE_SECONDS)
        stream = aiter(call)
        first = await anext(stream)

        await dcc.load_premises()
        second = await anext(stream)
        batches = [it async for it in stub.ReadStates(pb2.ReadStatesRequest(), timeout=PATIENCE_SECONDS)]
        call.cancel()

        assert second.devices_version != first.devices_version
        assert batches[0].devices_version == second.devices_version
        assert sum(len(batch.states) for batch in batches) == len(DEVICE_TYPES)
