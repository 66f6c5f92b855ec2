"""Explain: hops in the order of time, each check with the row that decided, whatever way a request took."""

from dsp.core.authorisation import AT_EXECUTION
from dsp.core.explained_checks import CHECK_ROWS, GRANTED, NOT_ASKED
from dsp.core.explanation import Place, explain
from dsp.core.records import AuditRecord, SmiChange
from dsp.core.state import State
from dsp.rules.releases import rules_as_of
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import (
    DevicePrenotification,
    DspSchedule,
    ReadInventory,
    ReadLogPeriodOffset,
)
from smart_metering.duis.service_requests import (
    UninterpretedBody,
)
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.sm_wan import Gbcs
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    IMPORT_MPAN,
    MANUFACTURER,
    MODEL,
    NOWHERE,
    OTHER_SUPPLIER,
    START,
    STRANGER,
    SUPPLIER,
    V2,
    party,
    registration,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended
from tests.support.explaining import Logs, check_called, codes, explained, hop_at, places
from tests.support.hand_made_device import ACB

# --- one request, whole


def test_a_read_that_restores_is_told_from_the_door_to_who_was_told() -> None:
    world = suspended(ESME, running=V2)

    hops = explained(world, world.read_version(ESME))

    assert places(hops) == [
        *("door", "access control", "post book", "SM WAN", "answer"),
        *("SMI", "SMI", "DCC Alert", "DCC Alert"),
    ]
    assert hops[0].what == "Service Request 11.2 Read Firmware Version, Command Variant 1"
    assert hops[1].what == "granted as IS"
    assert hops[2].what == "I99: taken and acknowledged"
    assert hops[3].what == "Response of the Device after 1 attempt"
    assert hops[3].decision is not None
    assert (hops[3].decision.code, hops[3].decision.mark) == ("learned", Mark.CERTAIN)
    assert "00000001 -> 00000002" in hops[5].what
    assert "Suspended -> Commissioned" in hops[6].what
    assert [hop.party for hop in hops[7:]] == [SUPPLIER, DISTRIBUTOR]
    assert hops[7].what == "N29 Device Restored from Suspension"
    assert hops[7].decision is not None
    assert hops[7].decision.source == "SECMP0105 report"


def test_the_explanation_says_which_request_it_is_of() -> None:
    world = premises()
    answer = world.read_version(ESME)

    told = Logs(world).explain(answer.request_id)

    assert told is not None
    assert (told.request_id, told.service_reference_variant) == (answer.request_id, "11.2")
    assert told.device_id == ESME


def test_a_response_that_teaches_nothing_says_why() -> None:
    world = suspended(ESME, before_secmp0105(), running=V2)

    hops = explained(world, world.activate(ESME))

    decision = hop_at(hops, Place.SM_WAN).decision
    assert decision is not None
    assert decision.code == "not learned"


def test_a_critical_request_comes_in_twice_under_its_request_id() -> None:
    world = premises()

    hops = explained(world, world.activate(ESME))

    assert places(hops)[:6] == [
        *("door", "access control", "transform"),
        *("door", "access control", "post book"),
    ]
    assert "Command Variant 4" in hops[0].what
    assert hops[3].what.startswith("Signed Pre-Command 11.3")
    assert codes(hops[1]) == codes(hops[4])


def test_what_a_non_device_request_changed_comes_before_its_answer() -> None:
    world = premises()
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        device_type="ESME",
        smets_chts_version="SMETS V5.0",
        firmware_version="0000000A",
        esme_variant="AD",
    )

    hops = explained(world, world.ask("12.2", body))

    assert places(hops) == ["door", "access control", "SMI", "answer"]
    assert hops[2].device_id == NOWHERE


def test_what_refuses_after_access_control_says_so_in_its_answer() -> None:
    world = premises()

    hops = explained(world, world.ask("8.2", ReadInventory()))

    assert places(hops) == ["door", "access control", "answer"]
    assert hops[1].what == "granted as IS"
    assert hops[2].decision is not None
    assert (hops[2].what, hops[2].decision.code) == ("E100", "E100")


def test_a_request_that_is_not_emulated_ends_with_that() -> None:
    world = premises()
    answer = world.ask(
        "7.1", UninterpretedBody(element="EnableSupply"), target=ESME, variant=CommandVariant.TRANSFORM
    )

    hops = explained(world, answer)

    assert answer.response_code is None
    assert hops[-1].what == "passed every check, but is not emulated"


# --- what came later


def silent() -> DspWorld:
    world = premises()
    world.devices[ESME].silent = True
    return world


def test_silence_is_told_with_its_attempts_and_a_late_response_as_late() -> None:
    world = silent()
    answer = world.read_version(ESME)
    said = world.devices[ESME].answer(world.devices[ESME].heard[0])
    world.advance(30 * SECOND_MS)
    assert isinstance(said, Gbcs)
    world.say(ESME, said.gbcs)

    hops = explained(world, answer)

    assert [hop.what for hop in hops[3:]] == [
        "E21: given up after 3 attempts, delivered",
        "Service Response E21",
        "late Response of the Device after 3 attempts",
        "Service Response I0",
    ]
    assert hops[3].decision is not None
    assert hops[3].decision.code == "E21"


def test_a_device_that_is_not_reached_is_told_so() -> None:
    world = premises()
    world.devices[ESME].reachable = False
    answer = world.read_version(ESME)
    world.advance(30 * SECOND_MS)

    assert explained(world, answer)[3].what == "E20: given up after 3 attempts, never delivered"


def test_what_is_still_under_way_is_told_as_of_now() -> None:
    world = silent()
    answer = world.read_version(ESME)
    world.advance(SECOND_MS)

    last = explained(world, answer)[-1]

    assert (last.place, last.at) == ("post book", START + SECOND_MS)
    assert last.what == "still there: sent, or waiting for certificates to be sent; 1 attempt, delivered"


def test_a_held_request_that_is_refused_at_its_date_tells_the_checks_again() -> None:
    world = premises()
    answer = world.read_version(ESME, at=Instant(START + DAY_MS))
    world.load(registrations=[registration(IMPORT_MPAN, OTHER_SUPPLIER, Instant(START + HOUR_MS))])
    world.advance(DAY_MS)

    hops = explained(world, answer)

    again = hop_at(hops, Place.ACCESS_CONTROL, 1)
    assert (again.what, again.at) == ("asked again, refused: E4", START + DAY_MS)
    assert check_called(again, "E4 ").code == "E4"
    made = [row.name for row in CHECK_ROWS if row.check in AT_EXECUTION]
    asked = [check.row.split(":")[0] for check in again.checks if check.code != NOT_ASKED]
    assert asked == made[: len(asked)]
    assert hops[-1].what == "Service Response E4"


DAILY = DspSchedule(
    schedule_frequency="Daily",
    schedule_start_date=Instant(START - START % DAY_MS),
    schedule_execution_start_time=3 * HOUR_MS,  # START is two o'clock
    dsp_scheduled_service_reference_variant="4.8.1",
    device_id=ESME,
    read_log_period_offset=ReadLogPeriodOffset(
        start_date_offset=-1, end_date_offset=-1, end_time=DAY_MS - 30 * MINUTE_MS
    ),
)
FIRST_RUN = RequestId(SUPPLIER, ESME, START + HOUR_MS - 1)


def test_a_run_of_a_schedule_is_told_as_one() -> None:
    world = silent()
    world.ask("5.1", DAILY)
    world.advance(HOUR_MS)

    hops = explained(world, FIRST_RUN)

    assert hops[0].what.endswith("a run of a DSP schedule")
    assert hops[1].what == "granted as IS"
    assert codes(hops[1]).count(GRANTED) == len(AT_EXECUTION)


def test_a_run_that_is_refused_says_by_which_check() -> None:
    world = silent()
    world.ask("5.1", DAILY)
    world.load(parties=[changed(party(SUPPLIER), suspended=True)])
    world.advance(HOUR_MS)

    hops = explained(world, FIRST_RUN)

    assert hops[1].what == "refused: E3"
    assert check_called(hops[1], "E3 ").code == "E3"
    assert places(hops)[2:] == ["DCC Alert"]


def test_firmware_under_way_is_told_and_so_is_its_end() -> None:
    world = premises()
    answer = world.update_firmware([ESME])
    log = Logs(world)

    before = log.explain(answer.request_id)
    world.advance(6 * DAY_MS)
    after = log.explain(answer.request_id)

    assert before is not None
    assert before.hops[-1].what == "still there: firmware for 1 Devices, sent to 0 of 1 hubs"
    assert after is not None
    assert after.hops[-1].what.startswith("N61 ")


def test_what_nobody_ever_heard_of_has_no_explanation() -> None:
    assert Logs(premises()).explain(RequestId(STRANGER, ESME, 1)) is None


# --- by hand


def test_changes_come_at_their_time_between_the_messages() -> None:
    def message(at: int, kind: str, **given: object) -> AuditRecord:
        record = AuditRecord(
            at=Instant(at),
            device=ESME,
            device_type=DeviceType.ESME,
            message_kind=kind,
            user=SUPPLIER,
            user_role=UserRole.IS,
            device_status=SmiStatus.COMMISSIONED,
            srv="11.2",
            command_variant=CommandVariant.SEND,
        )
        return changed(record, **given)

    def change(at: int, what: str) -> SmiChange:
        return SmiChange(at=Instant(at), device=ESME, what=what)

    records = [
        message(1, "ServiceRequest"),
        message(1, "Acknowledgement", response_code="I99"),
        message(3, "DCCAlert", title="N29"),
        message(3, "DeviceAlert", title="8F72"),
        message(5, "ServiceResponse", response_code="I0", response_id="x"),
    ]
    changes = [change(1, "at once"), change(2, "between"), change(3, "before its alert"), change(5, "after")]

    told = explain(
        RequestId(SUPPLIER, ESME, 1),
        records,
        changes,
        rules=rules_as_of(),
        state=State(),
        now=Instant(9),
    )

    assert told is not None
    assert [hop.what for hop in told.hops] == [
        "Service Request 11.2, Command Variant 1",
        "granted as IS",
        "I99: taken and acknowledged",
        "at once",
        "between",
        "before its alert",
        "N29 Device Restored from Suspension",
        "8F72 Firmware Verification Successful",
        "Response of the Device",
        "Service Response I0",
        "after",
    ]
    assert [hop.at for hop in told.hops] == sorted(hop.at for hop in told.hops)
    assert told.hops[1].checks


def test_what_came_of_a_request_that_is_no_longer_kept_is_told_without_a_door() -> None:
    change = SmiChange(at=START, device=ESME, what="joined the HAN")

    told = explain(RequestId(ACB, ESME, 1), [], [change], rules=rules_as_of(), state=State(), now=START)

    assert told is not None
    assert (told.service_reference_variant, places(told.hops)) == ("", ["SMI"])
