"""Explain from both sides: which faults are told among the hops, where, and how sure that is."""

import pytest

from smart_metering.administration import Fate, FaultRule
from smart_metering.drawn_faults import DrawnFault
from smart_metering.duis.service_requests import ActivateFirmware
from smart_metering.identifiers import Eui, RequestId, parse_request_id
from smart_metering.instants import MINUTE_MS, Instant
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.records import changed
from smets.client.errors import NotThere
from smets.client.explanation import Explained, explain, join
from smets.client.records import Explanation, Hop
from smets.client.user import DEFAULT_ACB
from tests.smets.running_system import ESME, HCALCS, RunningSystem

USER, OTHER = Eui("90-B3-D5-1F-30-01-00-00"), Eui("90-B3-D5-1F-30-02-00-00")
METER = Eui("00-DB-12-34-00-00-00-02")
DCC = (DEFAULT_ACB, CHANGE_OF_SUPPLIER_PARTY)

HOPS = (
    # at    place         party
    (10, "door", USER),
    (10, "post book", USER),
    (20, "SM WAN", ""),
    (20, "answer", USER),
)
TOLD = Explanation(
    request_id=str(RequestId(USER, METER, 7)),
    service_reference_variant="11.3",
    device_id=METER,
    hops=tuple(Hop(at=Instant(at), place=place, what="", party=party) for at, place, party in HOPS),
)
OWN = Fate(
    at=Instant(10),
    device_id=METER,
    direction="TO_DEVICE",
    rule="rule",
    fate="lose",
    reference="11.3",
    originator=USER,
    counter=7,
)
BY_THE_DCC = changed(OWN, originator=DEFAULT_ACB, counter=1_000)


def told(*fates: Fate, of: Explanation = TOLD) -> list[str]:
    """Places and faults in their order; a fault that is not certain ends in a question mark."""
    return [
        f"fault{'' if hop.certain else '?'}" if isinstance(hop, DrawnFault) else hop.place
        for hop in join(of, fates, DCC)
    ]


def test_a_fault_of_the_way_down_stands_after_the_post_book() -> None:
    assert told(OWN) == ["door", "post book", "fault", "SM WAN", "answer"]


def test_a_fault_of_the_way_up_stands_before_what_came_of_it() -> None:
    assert told(changed(OWN, at=Instant(20))) == ["door", "post book", "fault", "SM WAN", "answer"]
    assert told(changed(OWN, at=Instant(21)))[-1] == "fault"


def test_what_is_still_under_way_comes_after_a_fault_of_its_instant() -> None:
    still = Hop(at=Instant(10), place="post book", what="still there")

    assert told(OWN, of=changed(TOLD, hops=(*TOLD.hops[:2], still))) == [
        *("door", "post book", "fault", "post book"),
    ]


def test_a_fault_that_names_the_request_is_of_it_at_any_time() -> None:
    assert "fault" in told(changed(OWN, at=Instant(99), reference=""))


@pytest.mark.parametrize(
    "other",
    [
        changed(OWN, counter=8),
        changed(OWN, originator=OTHER),
        changed(OWN, device_id=Eui("00-DB-12-34-00-00-00-03")),
    ],
    ids=["another request", "another User", "another Device"],
)
def test_a_fault_of_another_request_is_not_told(other: Fate) -> None:
    assert told(other) == [hop.place for hop in TOLD.hops]


@pytest.mark.parametrize("originator", [*DCC, METER, None])
def test_a_fault_that_only_fits_is_told_as_such(originator: Eui | None) -> None:
    assert "fault?" in told(changed(BY_THE_DCC, originator=originator))


@pytest.mark.parametrize(
    "misfit",
    [
        changed(BY_THE_DCC, at=Instant(9)),
        changed(BY_THE_DCC, at=Instant(21)),
        changed(BY_THE_DCC, reference="11.2"),
    ],
    ids=["before", "after", "another SRV"],
)
def test_a_fault_of_the_dcc_that_does_not_fit_is_not_told(misfit: Fate) -> None:
    assert told(misfit) == [hop.place for hop in TOLD.hops]


def test_where_the_request_went_in_its_own_name_a_command_of_the_dcc_is_another() -> None:
    assert "fault?" not in told(OWN, BY_THE_DCC)


def test_without_an_srv_nothing_fits() -> None:
    unasked = changed(TOLD, service_reference_variant="")

    assert told(changed(BY_THE_DCC, reference=""), of=unasked) == [hop.place for hop in TOLD.hops]


# --- with a system that runs


async def explained(world: RunningSystem, request_id: str) -> Explained:
    return await explain(world.administration, world.emulator, parse_request_id(request_id), DCC)


async def test_the_fault_that_lost_a_response_is_told_before_its_end(world: RunningSystem) -> None:
    rule = FaultRule(name="lost once", fate="lose", next=1, direction="FROM_DEVICE", references=("11.3",))
    await world.emulator.set_faults([rule])
    body = ActivateFirmware(firmware_hash=bytes(32))
    answer = await world.supplier.send("11.3", world.device(ESME), body)
    await world.administration.advance(MINUTE_MS)

    hops = (await explained(world, answer.request_id)).hops

    (at,) = [at for at, hop in enumerate(hops) if isinstance(hop, DrawnFault)]
    fault, after = hops[at], hops[at + 1]
    assert isinstance(fault, DrawnFault)
    assert isinstance(after, Hop)
    assert (fault.certain, fault.fate.rule, fault.fate.fate) == (True, "lost once", "lose")
    assert after.what.startswith("E21: given up after 3 attempts")


async def test_a_command_in_the_dccs_own_name_is_found_by_what_fits(world: RunningSystem) -> None:
    """An HCALCS knows its supplier for 11.3 only, so the ACB reads it."""
    rule = FaultRule(name="slow", fate="delay", delay=2_000, next=1, direction="FROM_DEVICE")
    await world.emulator.set_faults([rule])
    answer = await world.supplier.send("11.2", world.device(HCALCS))
    await world.administration.advance(MINUTE_MS)

    told = await explained(world, answer.request_id)

    assert [hop.certain for hop in told.hops if isinstance(hop, DrawnFault)] == [False]
    assert (told.service_reference_variant, told.device_id) == ("11.2", world.device(HCALCS))


async def test_a_request_without_a_device_is_told_without_its_faults(world: RunningSystem) -> None:
    await world.distribute_v2()
    (record, *_) = [it async for it in world.administration.audit_trail(world.supplier.eui)][-2:]

    told = await explained(world, record.request_id)

    assert told.service_reference_variant == "11.1"
    assert {hop.place for hop in told.hops if isinstance(hop, Hop)} >= {"door", "answer", "DCC Alert"}


async def test_a_request_that_never_arrived_is_not_there(world: RunningSystem) -> None:
    with pytest.raises(NotThere, match="ever arrived"):
        await explained(world, str(RequestId(USER, METER, 1)))
