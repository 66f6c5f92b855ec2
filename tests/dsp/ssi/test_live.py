"""What streams into a page that is left open: to each its own, from where it was, and never more than it can hold."""

import asyncio
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest

from dsp.core.live import live_event
from dsp.core.lookers import Looking
from dsp.core.records import AuditRecord, SmiChange
from dsp.identity.sessions import Session
from dsp.runtime import live_desk
from dsp.runtime.live_desk import MOST_EVENTS
from smart_metering.identifiers import Eui
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.loopback import PATIENCE_SECONDS
from tests.dsp.ssi.browsing import OPERATOR, Browser, Site
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    OTHER_USER,
    START,
    SUPPLIER,
    V1,
    cpl_entry,
)

XSS = "<img src=x onerror=alert(1)>"
MANY = 60_000
SUSPENDED = "Commissioned -> Suspended: the CPL entry of its firmware removed"


@dataclass
class Stream:
    """What an open page was sent."""

    lines: AsyncIterator[str]
    response: httpx.Response
    ids: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    dropped: int = 0
    skipped: list[bool] = field(default_factory=list)
    largest: int = 0

    async def next_parcel(self) -> int:
        """How many rows came with it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self.lines:
                if line.startswith("id: "):
                    self.ids.append(line.removeprefix("id: "))
                if line.startswith("data: "):
                    self.largest = max(self.largest, len(line))
                    content = json.loads(line.removeprefix("data: "))
                    self.rows += content["rows"]
                    self.dropped += content["dropped"]
                    self.skipped.append(content["skipped"])
                    return len(content["rows"])
        raise AssertionError("the stream ended")

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(row["kind"], row["device"], row["what"]) for row in self.rows]


@asynccontextmanager
async def streaming(browser: Browser, query: str = "after=0.0", **headers: str) -> AsyncIterator[Stream]:
    """An open page."""
    async with browser.http.stream("GET", f"/live/events?{query}", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await anext(lines)).startswith("retry: ")
        yield Stream(lines, response)


async def suspend(site: Site) -> None:
    """The firmware of the ESME off the CPL: N28 to supplier and distributor, and a change of the SMI."""
    await site.dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=cpl_entry(ESME, V1).entry_id))


async def restore(site: Site) -> None:
    await site.dcc.cpl.Add(to_message(cpl_entry(ESME, V1), cpl_pb2.CplEntry))


async def head(site: Site) -> str:
    changes, messages = await site.dcc.dsp.records.heads()
    return f"after={changes}.{messages}"


@pytest.mark.parametrize(
    ("who", "of", "expected"),
    [
        (SUPPLIER, "", {("SMI", SUSPENDED), ("DCCAlert", "N28")}),
        (DISTRIBUTOR, "", {("SMI", SUSPENDED), ("DCCAlert", "N28")}),
        (OTHER_USER, "&of=all", {("SMI", SUSPENDED)}),
        (GAS_SUPPLIER, "&of=all", {("SMI", SUSPENDED)}),
        (OPERATOR, "", {("SMI", SUSPENDED)}),
    ],
)
async def test_each_is_told_its_own(
    site: Site, who: Eui | None, of: str, expected: set[tuple[str, str]]
) -> None:
    since = await head(site)
    async with site.signed_in(who) as browser, streaming(browser, since + of) as stream:
        await suspend(site)
        await stream.next_parcel()
        while len(stream.rows) < len(expected):
            await stream.next_parcel()

    assert {(kind, what) for kind, _, what in stream.told} == expected
    assert {device for _, device, _ in stream.told} == {ESME}


async def test_who_is_not_responsible_is_told_of_its_own_devices_alone(site: Site) -> None:
    async with site.signed_in(GAS_SUPPLIER) as browser, streaming(browser, await head(site)) as stream:
        await suspend(site)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await stream.next_parcel()

    assert stream.rows == []


async def test_a_page_that_comes_back_goes_on_where_it_was(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        async with streaming(browser, await head(site)) as first:
            await suspend(site)
            while len(first.rows) < 2:
                await first.next_parcel()
        await restore(site)
        async with streaming(browser, "after=0.0", **{"Last-Event-ID": first.ids[-1]}) as second:
            while len(second.rows) < 2:
                await second.next_parcel()

    assert sorted(what for _, _, what in second.told) == [
        "N29",
        "Suspended -> Commissioned: the CPL entry of its firmware reinstated",
    ]


@pytest.mark.parametrize("nonsense", ["x", "1", "-1.2", f"{'9' * 40}.1", "1.2\u0663"])
async def test_a_position_that_is_none_begins_now(site: Site, nonsense: str) -> None:
    await suspend(site)
    async with site.signed_in(SUPPLIER) as browser, streaming(browser, f"after={nonsense}") as stream:
        await restore(site)
        while len(stream.rows) < 2:
            await stream.next_parcel()

    assert len(stream.rows) == 2


async def test_the_stream_ends_with_the_session(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser, streaming(browser, await head(site)) as stream:
        await browser.post("/sign-out")
        await suspend(site)
        async with asyncio.timeout(PATIENCE_SECONDS):
            rest = [line async for line in stream.lines]

    assert not any(line.startswith("data") for line in rest)


async def test_a_page_that_is_only_open_keeps_no_session_from_idling(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    identity = site.dcc.dsp.identity
    ask = identity.session

    def listened(cookie: str, *, used: bool = True) -> Session | None:
        seen.append(used)
        return ask(cookie, used=used)

    monkeypatch.setattr(identity, "session", listened)
    async with site.signed_in(SUPPLIER) as browser:
        seen.clear()
        async with streaming(browser):
            pass
        await browser.get("/live", **{"X-Background": "yes"})
        in_background = list(seen)
        await browser.get("/live")

    assert set(in_background) == {False}
    assert seen[-1] is True


async def test_a_stream_that_is_refused_keeps_no_session_from_idling(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_desk, "MOST_OPEN", 0)
    asked: list[bool] = []
    identity = site.dcc.dsp.identity
    ask = identity.session

    def listened(cookie: str, *, used: bool = True) -> Session | None:
        asked.append(used)
        return ask(cookie, used=used)

    async with site.signed_in(SUPPLIER) as browser:
        monkeypatch.setattr(identity, "session", listened)
        refused = await browser.get("/live/events")
        await browser.get("/no-such-page")

    assert refused.status == 503
    assert set(asked) == {False}


async def test_who_is_not_signed_in_hears_nothing(site: Site) -> None:
    async with site.browser() as browser:
        refused = await browser.get("/live/events")

    assert refused.leads_to.startswith("/sign-in")


async def test_only_so_many_pages_are_left_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_desk, "MOST_OPEN", 1)
    async with site.signed_in(SUPPLIER) as browser:
        async with streaming(browser, await head(site)) as stream:
            await suspend(site)
            await stream.next_parcel()
            refused = await browser.get("/live/events")
        while (again := (await browser.http.send(_asking(browser), stream=True))).status_code == 503:
            await again.aclose()  # The server has yet to see that the first has gone.
        await again.aclose()

    assert refused.status == 503
    assert again.status_code == 200


async def test_one_session_leaves_only_so_many_pages_open(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_desk, "MOST_OPEN_OF_SESSION", 1)
    since = await head(site)
    async with (
        site.signed_in(SUPPLIER) as browser,
        site.signed_in(SUPPLIER) as other,
        streaming(browser, since) as first,
        streaming(other, since) as second,
    ):
        await suspend(site)
        await first.next_parcel()
        await second.next_parcel()
        refused = await browser.get("/live/events")

    assert refused.status == 503


async def test_streams_that_are_let_in_together_are_no_more_than_there_is_room_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_desk, "MOST_OPEN_OF_SESSION", 1)
    async with site.signed_in(SUPPLIER) as browser, streaming(browser, await head(site)) as stream:
        await suspend(site)
        await stream.next_parcel()
        with monkeypatch.context() as patched:
            patched.setattr(live_desk.LiveDesk, "has_room", _room_at_the_door())
            async with streaming(browser) as late, asyncio.timeout(PATIENCE_SECONDS):
                rest = [line async for line in late.lines]

    assert not any(line.startswith("data") for line in rest)


def _room_at_the_door() -> Callable[[live_desk.LiveDesk, str], bool]:
    """What is asked of it twice: there was room at the door, and there is none within."""
    answers = iter((True, False))

    def has_room(_desk: live_desk.LiveDesk, _session: str) -> bool:
        return next(answers)

    return has_room


@pytest.mark.parametrize(("most", "skipped"), [(3, True), (1_000, False)])
async def test_a_page_that_was_away_for_long_goes_on_near_the_head_and_is_told_so(
    site: Site, monkeypatch: pytest.MonkeyPatch, most: int, skipped: bool
) -> None:
    monkeypatch.setattr(live_desk, "MOST_CAUGHT_UP", most)
    state = site.dcc.dsp.runtime.engine.state
    for number in range(10):
        change = SmiChange(at=START, device=ESME, what=f"change {number}")
        state.smi_changes.append(change, device=ESME, cause="")
    await site.dcc.dsp.runtime.flush()
    async with site.signed_in(OPERATOR) as browser, streaming(browser) as stream:
        while not stream.rows:
            await stream.next_parcel()

    last = ["change 7", "change 8", "change 9"]
    whats = [what for _, _, what in stream.told]
    assert whats[-3:] == last
    assert (whats == last) == skipped
    assert stream.skipped[0] == skipped


def _asking(browser: Browser) -> httpx.Request:
    return browser.http.build_request("GET", "/live/events")


async def test_a_dsp_that_stops_ends_its_streams_at_once(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser, streaming(browser, await head(site)) as stream:
        began = time.monotonic()
        await site.dcc.dsp.stop()
        stopped = time.monotonic() - began
        with suppress(httpx.HTTPError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert not [line async for line in stream.lines if line.startswith("data")]

    assert stopped < 5


async def test_an_hour_of_a_thousand_events_a_minute_is_held_within_bounds(site: Site) -> None:
    state, runtime = site.dcc.dsp.runtime.engine.state, site.dcc.dsp.runtime
    async with site.signed_in(SUPPLIER) as browser, streaming(browser, await head(site)) as stream:
        tracemalloc.start()
        for number in range(MANY):
            change = SmiChange(at=START, device=ESME, what=f"change {number}")
            state.smi_changes.append(change, device=ESME, cause="")
            if number % 1_000 == 999:
                await runtime.flush()
                tracemalloc.reset_peak() if number == 999 else None
        kept = []
        while stream.dropped + len(stream.rows) < MANY:
            kept.append(await stream.next_parcel())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert max(kept) <= MOST_EVENTS  # as many as the page keeps: what came before has gone
    assert stream.dropped + len(stream.rows) == MANY
    assert stream.dropped > MANY / 2
    assert stream.rows[-1]["what"] == f"change {MANY - 1}"
    assert stream.largest < 100_000
    assert peak < 64 * 1024 * 1024


async def test_the_page_shows_the_last_few_and_where_to_go_on(site: Site) -> None:
    await suspend(site)
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get("/live")

    changes, messages = await site.dcc.dsp.records.heads()
    assert shown.attributes("//tbody/@data-after") == [f"{changes}.{messages}"]
    assert sorted(shown.texts("//tbody/tr/td[2]")) == ["DCCAlert", "SMI"]
    assert SUSPENDED in shown.texts("//tbody/tr/td[4]")
    assert shown.attributes("//aside[@id='live-strip']/a/@href") == ["/live"]


async def test_what_outsiders_name_is_shown_as_text(site: Site) -> None:
    state, runtime = site.dcc.dsp.runtime.engine.state, site.dcc.dsp.runtime
    state.smi_changes.append(SmiChange(at=START, device=ESME, what=XSS), device=ESME, cause="")
    await runtime.flush()
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get("/live")

    assert XSS not in shown.source
    assert XSS in shown.texts("//tbody/tr/td[4]")


def test_a_record_is_told_as_the_rules_have_it(looking: Looking) -> None:
    device = looking.state.devices[ESME]
    change = SmiChange(at=START, device=ESME, what=f"asked by {DISTRIBUTOR}")
    alert = AuditRecord(
        at=START, device=ESME, device_type=None, message_kind="DeviceAlert", title="8F72", user=SUPPLIER
    )
    response = AuditRecord(
        at=START, device=ESME, device_type=None, message_kind="ServiceResponse", user=SUPPLIER
    )

    told = [live_event(looking, it, device, only_own=True) for it in (change, alert, response)]

    assert [it.what if it else None for it in told] == [
        "asked by another User",
        "8F72 Firmware Verification Successful",
        None,
    ]
    assert live_event(looking, change, None, only_own=False) is None


@pytest.fixture
def looking(site: Site) -> Looking:
    engine = site.dcc.dsp.runtime.engine
    return Looking(state=engine.state, rules=engine.rules, user=SUPPLIER, is_operator=False, now=START)
