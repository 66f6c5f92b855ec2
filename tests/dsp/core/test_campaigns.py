"""A campaign is read out of the trail: messages and changes move a Device, each by its row, and nothing else does."""

from itertools import pairwise

import pytest

from dsp.core.campaigns import MOST_POINTS, Campaign, Course, Step, begin, campaign_of, go_on, standing
from dsp.core.records import AuditRecord, SmiChange
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from tests.support.dsp_premises import ESME, GSME, NOWHERE, START, SUPPLIER, V1, V2

REQUEST = f"{SUPPLIER}:90-B3-D5-1F-30-00-00-02:7"
LATER = Instant(START + 1)


def record(kind: str, title: str = "", *, srv: str = "", code: str = "", cause: str = "") -> AuditRecord:
    """About the ESME; an acknowledgement with an E code is a refusal."""
    return AuditRecord(
        at=LATER,
        device=ESME,
        device_type=None,
        message_kind=kind,
        title=title,
        srv=srv,
        user=SUPPLIER,
        response_code=code,
        cause=cause,
        refused=code.startswith("E") and kind == "Acknowledgement",
    )


N60 = record("DCCAlert", "N60", cause=REQUEST)
N61 = record("DCCAlert", "N61", cause=REQUEST)
OTHERS_N60 = record("DCCAlert", "N60", cause=REQUEST + "0")
VERIFIED = record("DeviceAlert", "8F72")
REJECTED = record("DeviceAlert", "8F1C")
ASKED = record("Acknowledgement", srv="11.3", code="I99")
REFUSED = record("Acknowledgement", srv="11.3", code="E5")
PRE_COMMAND = record("PreCommand", srv="11.3", code="I0")
LOST = record("ServiceResponse", srv="11.3", code="E21")
ANSWERED = record("ServiceResponse", srv="11.3", code="I0")
READ_ASKED = record("Acknowledgement", srv="11.2", code="I99")
READ_LOST = record("ServiceResponse", srv="11.2", code="E20")
READ = record("ServiceResponse", srv="11.2", code="I0")
LEARNED = SmiChange(at=LATER, device=ESME, what=f"firmware version {V1} -> {V2}")
WENT_BACK = SmiChange(at=LATER, device=ESME, what=f"firmware version {V2} -> {V1}")
SUSPENDED = SmiChange(at=LATER, device=ESME, what="Commissioned -> Suspended")

WAYS = (
    # what happened                                     where that leads
    ((),                                                Step.ON_ITS_WAY),
    ((N60,),                                            Step.AT_HUB),
    ((N61,),                                            Step.NOT_DELIVERED),
    ((OTHERS_N60,),                                     Step.ON_ITS_WAY),
    ((N60, N61),                                        Step.AT_HUB),
    ((N60, VERIFIED),                                   Step.VERIFIED),
    ((VERIFIED, N60),                                   Step.VERIFIED),
    ((N60, REJECTED),                                   Step.REJECTED),
    ((N60, REJECTED, VERIFIED),                         Step.VERIFIED),
    ((N60, VERIFIED, PRE_COMMAND),                      Step.VERIFIED),
    ((N60, VERIFIED, ASKED),                            Step.ASKED),
    ((N60, VERIFIED, REFUSED),                          Step.REFUSED),
    ((N60, VERIFIED, ASKED, VERIFIED),                  Step.ASKED),
    ((N60, VERIFIED, ASKED, LOST),                      Step.NO_ANSWER),
    ((N60, VERIFIED, ASKED, ANSWERED),                  Step.ANSWERED),
    ((N60, VERIFIED, ASKED, ANSWERED, LEARNED),         Step.ACTIVE),
    ((N60, VERIFIED, ASKED, LEARNED, ANSWERED),         Step.ACTIVE),
    ((N60, ASKED, LOST, READ_ASKED),                    Step.NO_ANSWER),
    ((N60, ASKED, LOST, READ_ASKED, READ_LOST),         Step.NO_ANSWER),
    ((N60, ASKED, LOST, READ_ASKED, LEARNED, READ),     Step.ACTIVE),
    ((N60, ASKED, LOST, ASKED),                         Step.ASKED),
    ((LEARNED, ASKED),                                  Step.ACTIVE),
    ((LEARNED, WENT_BACK),                              Step.ANSWERED),
    ((WENT_BACK,),                                      Step.ON_ITS_WAY),
    ((SUSPENDED,),                                      Step.ON_ITS_WAY),
)  # fmt: skip


def campaign(*devices: Eui, warned: DspUpdateFirmwareWarning | None = None, code: str = "I0") -> Campaign:
    sent = AuditRecord(
        at=START,
        device=SUPPLIER,
        device_type=None,
        message_kind="ServiceRequest",
        srv="11.1",
        user=SUPPLIER,
        request_id=REQUEST,
    )
    body = UpdateFirmware(firmware_file="file", firmware_version=V2, device_id_list=devices or (ESME,))
    decision = Decision(code=code, row="no Device in the list passes", source="", mark=Mark.CHOICE)
    answer = AuditRecord(
        at=START,
        device=SUPPLIER,
        device_type=None,
        message_kind="ServiceResponse",
        user=SUPPLIER,
        response_code=code,
        refused=code.startswith("E"),
        body=warned,
        decision=decision,
    )
    return campaign_of(3, sent, body, answer)


def after(*events: AuditRecord | SmiChange) -> Course:
    course = begin(campaign())
    go_on(course, events)
    return course


@pytest.mark.parametrize(("events", "step"), WAYS)
def test_what_happened_leads_to_where_a_device_stands(
    events: tuple[AuditRecord | SmiChange, ...], step: Step
) -> None:
    course = after(*events)

    assert course.progress[ESME].step is step
    assert {it: count for it, count in course.counts.items() if count} == {step: 1}


def test_a_read_that_has_no_answer_yet_is_told_and_then_what_came() -> None:
    assert after(N60, ASKED, LOST, READ_ASKED).progress[ESME].read_asked
    lost = after(N60, ASKED, LOST, READ_ASKED, READ_LOST).progress[ESME]

    assert (lost.read_asked, lost.why) == (False, "no answer to 11.2 either: E20")


def test_what_was_before_the_campaign_or_of_another_device_moves_nothing() -> None:
    course = begin(campaign(GSME))
    go_on(course, [N60, VERIFIED, LEARNED])
    earlier = begin(campaign())
    go_on(earlier, [SmiChange(at=Instant(START - 1), device=ESME, what=LEARNED.what)])

    assert (course.changes, earlier.changes) == (0, 0)


def test_devices_that_are_left_out_stay_so() -> None:
    warned = DspUpdateFirmwareWarning(
        invalid_device_id_list=(NOWHERE,), not_commissioned_device_id_list=(ESME,)
    )
    course = begin(campaign(GSME, ESME, NOWHERE, GSME, warned=warned, code="W110101"))
    go_on(course, [N60, LEARNED])

    assert standing(course, [Step.LEFT_OUT]) == [ESME, NOWHERE]
    assert course.progress[ESME].why == "not commissioned"
    assert standing(course, [Step.ON_ITS_WAY]) == [GSME]


def test_a_request_that_was_refused_moves_nobody() -> None:
    course = begin(campaign(code="E110105"))
    go_on(course, [N60, VERIFIED])

    assert course.progress[ESME].step is Step.LEFT_OUT
    assert course.campaign.why == "no Device in the list passes"


@pytest.mark.parametrize("apart", [1, 1_000])
def test_the_points_of_many_moments_are_spread_over_the_whole_time(apart: int) -> None:
    course, changes = begin(campaign()), 100_000
    moments = (Instant(START + number * apart) for number in range(1, changes + 1))
    go_on(
        course,
        (changed(ASKED if number % 2 else LOST, at=at) for number, at in enumerate(moments, start=1)),
    )

    distances = [after.at - before.at for before, after in pairwise(course.points)]
    assert 100 < len(course.points) <= MOST_POINTS
    assert min(distances) > 0
    assert max(distances) < 3 * sum(distances) / len(distances)
    assert (course.points[0].at, course.points[-1].at) == (START, START + changes * apart)
    assert course.points[-1].by_step == {Step.NO_ANSWER: 1}


def test_before_a_long_silence_the_last_change_is_kept() -> None:
    course = begin(campaign())
    moments = [*range(1, 10_000), 10_000_000]
    go_on(course, (changed(ASKED if at % 2 else LOST, at=Instant(START + at)) for at in moments))

    assert [point.at - START for point in course.points[-2:]] == moments[-2:]
    assert course.points[-2].by_step == {Step.ASKED: 1}


def test_the_course_of_many_moments_is_thinned_and_keeps_its_ends() -> None:
    course = begin(campaign())
    for number in range(5_000):
        event = ASKED if number % 2 else LOST
        go_on(
            course,
            [
                AuditRecord(
                    at=Instant(START + number),
                    device=ESME,
                    device_type=None,
                    message_kind=event.message_kind,
                    srv="11.3",
                    user=SUPPLIER,
                    response_code=event.response_code,
                )
            ],
        )

    assert len(course.points) <= MOST_POINTS
    assert (course.points[0].at, course.points[-1].at) == (START, START + 4_999)
    assert course.points[-1].by_step == {Step.ASKED: 1}
