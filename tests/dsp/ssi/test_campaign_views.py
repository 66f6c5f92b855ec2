"""A campaign as a page has it: what is listed, what is drawn, and what may be sent."""

from dsp.core.campaigns import Step, begin
from dsp.core.state import State
from dsp.ssi.views.campaigns import ACTIONS, campaign_view, chart_of, permitted
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from tests.dsp.core.test_campaigns import LATER, N60, after, campaign
from tests.support.dsp_premises import START


def test_a_chart_reaches_from_the_request_to_now() -> None:
    chart = chart_of(after(N60), Instant(START + 5_000))

    assert chart["at"] == [START / 1000, LATER / 1000, START / 1000 + 5]
    assert chart["steps"] == [
        {"name": Step.ON_ITS_WAY, "number": 1, "counts": [1, 0, 0]},
        {"name": Step.AT_HUB, "number": 3, "counts": [0, 1, 1]},
    ]


def test_a_page_lists_what_stands_at_a_step_from_where_it_is_asked() -> None:
    devices = [Eui(f"00-DB-00-00-00-00-00-{number:02X}") for number in range(120)]
    course = begin(campaign(*devices))

    view = campaign_view(State(), course, chosen=Step.ON_ITS_WAY, start=50, size=50)

    assert [row.device_id for row in view.rows] == devices[50:100]
    assert (view.first, view.last, view.count) == (51, 100, 120)
    assert (view.before_href, view.after_href) == (
        "/campaigns/3?step=image%20on%20its%20way%20to%20the%20hub",
        "/campaigns/3?step=image%20on%20its%20way%20to%20the%20hub&start=100",
    )
    assert campaign_view(State(), course, chosen=None, start=5_000, size=50).first == 120


def test_nothing_is_sent_to_who_runs_the_version_or_was_left_out() -> None:
    assert not any(
        permitted(step, srv) for step in (Step.ACTIVE, Step.LEFT_OUT) for srv in ("11.1", "11.2", "11.3")
    )
    assert {row[1] for row in ACTIONS} == {"11.1", "11.2", "11.3"}
