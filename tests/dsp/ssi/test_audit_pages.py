"""The pages of the Service Audit Trail, before and after the modification that shows titles; looks are written down."""

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dsp.core.audit_titles import title_of
from dsp.core.inputs import LookUpKind
from dsp.core.records import AuditRecord, LookUp
from dsp.rules.audit_visibility import MessageKind
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from dsp.runtime.records_desk import Page
from dsp.ssi.views.audit import title_row
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.identifiers import Eui
from smart_metering.user_roles import UserRole
from tests.dsp.rpc.loopback import HandHeldHost
from tests.dsp.ssi.browsing import OPERATOR, Shown, Site, serving, words_of
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GSME,
    NOWHERE,
    OTHER_USER,
    START,
    SUPPLIER,
    V1,
)

BEFORE = rules_with(("SECMP0105",))
AFTER = rules_with(("SECMP0105", "SAT-TITLES"))
READ = "11.2 Read Firmware Version"


@asynccontextmanager
async def lived_in(folder: Path, rules: RuleSet) -> AsyncIterator[Site]:
    """The supplier read the ESME's version; the other User asked hub and ESME for their logs: they say nothing."""
    async with serving(folder, rules=rules) as site:
        host = HandHeldHost(site.dcc)
        await host.attach()
        await site.dcc.send(site.dcc.read_version())
        await site.dcc.advance(60_000)
        for device in (CHF, ESME):
            host.devices[device].silent = True
            request = site.dcc.request("8.9", ReadDeviceLog(), target=device, by=OTHER_USER)
            await site.dcc.send(request, by=OTHER_USER)
        await site.dcc.advance(60_000)
        yield site
        await host.detach()


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[Site]:
    async with lived_in(tmp_path / "state", AFTER) as site:
        yield site


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Site]:
    async with lived_in(tmp_path / "state", BEFORE) as site:
        yield site


def rows(shown: Shown) -> list[list[str]]:
    """Of the table."""
    return [[words_of(cell) for cell in row] for row in shown.tree.xpath("//tbody/tr")]


async def visited(site: Site, user: Eui | None, path: str) -> Shown:
    """The page as this User has it."""
    async with site.signed_in(user) as browser:
        return await browser.get(path)


async def look_ups(site: Site) -> list[LookUp]:
    """All that were written down, newest first."""
    return [look for _, look in await site.dcc.dsp.records.read_look_ups(None, None, Page(limit=100))]


async def test_own_records_stand_newest_first_with_the_way_to_each_whole(after: Site) -> None:
    shown = await visited(after, SUPPLIER, "/audit")

    listed = rows(shown)
    assert [row[1] for row in listed] == ["Service Response", "Acknowledgement", "Service Request"]
    assert {row[2] for row in listed} == {READ}
    assert [row[5] for row in listed] == ["I0", "I99", ""]
    assert {row[6] for row in listed} == {f"{SUPPLIER}:{ESME}:1"}

    whole = await visited(after, SUPPLIER, shown.attributes("//tbody/tr[1]/td[last()]/a/@href")[0])

    assert "GbcsPayload" in whole.texts("//pre")[0]
    assert "Shown to you as the User that sent or received it" in whole.text


@pytest.mark.parametrize("user", [SUPPLIER, DISTRIBUTOR])
async def test_after_the_modification_who_is_responsible_sees_titles_and_why(after: Site, user: Eui) -> None:
    shown = await visited(after, user, f"/audit?device={ESME}&show=titles")

    listed = rows(shown)
    others = [row[2:4] for row in listed if row[2] == "8.9"]
    assert others, listed
    assert {row[1] for row in listed} <= {"Service Request", "Service Response", "Signed Pre-Command"}
    viewer = {SUPPLIER: "Responsible Supplier", DISTRIBUTOR: "Responsible Network Operator"}[user]
    assert {row[-1] for row in listed} == {f"{viewer} of the Device"}
    assert {row[5] for row in listed if row[2] == "8.9"} == {"OU"}
    assert "modification report on the Service Audit Trail" in shown.texts("//details")[0]
    assert (["11.2", "Read Firmware Version"] in [row[2:4] for row in listed]) == (user == DISTRIBUTOR)
    assert not shown.tree.xpath("//tbody//a")


@pytest.mark.parametrize("shown", [True, False])
async def test_titles_have_a_column_of_codes_by_the_switch_alone(tmp_path: Path, shown: bool) -> None:
    rules = rules_with(("SECMP0105", "SAT-TITLES"), switches=Switches(audit_titles_show_response_code=shown))
    async with lived_in(tmp_path / "state", rules) as site:
        page = await visited(site, SUPPLIER, f"/audit?device={ESME}&show=titles&kind=ServiceRequest")

    assert rows(page)  # of requests, and none of them has a code
    assert ("Code" in page.texts("//thead//th")) == shown


@pytest.mark.parametrize("user", [OTHER_USER, AGENT, EXPORT_SUPPLIER, GAS_SUPPLIER, GAS_TRANSPORTER], ids=str)
async def test_who_is_not_responsible_sees_no_title(after: Site, user: Eui) -> None:
    shown = await visited(after, user, f"/audit?device={ESME}&show=titles")

    assert rows(shown) == []
    if user != OTHER_USER:
        assert "neither Responsible Supplier nor Responsible Network Operator" in shown.text


async def test_before_the_modification_there_are_no_titles_and_the_page_says_why(before: Site) -> None:
    own = await visited(before, SUPPLIER, "/audit")
    titles = await visited(before, SUPPLIER, f"/audit?device={ESME}&show=titles")
    file = await visited(before, SUPPLIER, f"/audit.csv?device={ESME}&show=titles")

    assert len(rows(own)) == 3
    assert "own records only" in own.text
    assert rows(titles) == []
    assert "no modification in force shows titles" in titles.text
    assert file.status == 403


async def test_before_and_after_look_different(tmp_path: Path) -> None:
    shown = {}
    for name, rules in (("before", BEFORE), ("after", AFTER)):
        async with lived_in(tmp_path / name, rules) as site:
            shown[name] = await visited(site, SUPPLIER, f"/audit?device={ESME}&show=titles")

    assert "own records only" in shown["before"].text
    assert "titles of others in force" in shown["after"].text
    assert len(rows(shown["after"])) > len(rows(shown["before"])) == 0


@pytest.mark.parametrize(
    ("search", "count"),
    [
        ("kind=ServiceRequest", 1),
        ("kind=DCCAlert", 0),
        (f"device={ESME.lower()}", 3),
        (f"device={GSME}", 0),
        ("from=2021-11-21T02:00", 3),
        ("from=2021-11-21T02:00:00.001Z", 1),
        ("to=2021-11-21T02:00:00.001Z", 2),
        ("from=2021-11-22T00:00", 0),
    ],
)
async def test_filters_narrow_what_is_listed(after: Site, search: str, count: int) -> None:
    shown = await visited(after, SUPPLIER, f"/audit?{search}")

    assert len(rows(shown)) == count, rows(shown)


@pytest.mark.parametrize(
    "search",
    ["device=nothing", "kind=Anything", "from=yesterday", "to=2021-13-01T00:00", "before=-1", "show=all"],
)
async def test_a_search_that_cannot_be_read_is_refused(after: Site, search: str) -> None:
    assert (await visited(after, SUPPLIER, f"/audit?{search}")).status == 400


async def test_pages_lead_to_older_records(after: Site) -> None:
    for _ in range(30):
        await after.dcc.send(after.dcc.read_version())
    async with after.signed_in(SUPPLIER) as browser:
        first = await browser.get("/audit")
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])

    assert len(rows(first)) == 50
    assert len(rows(second)) == 13
    assert not second.attributes("//a[@rel='next']/@href")
    assert len(first.response.content) < 150_000


async def test_files_hold_what_the_list_shows(after: Site) -> None:
    table = await visited(after, SUPPLIER, "/audit.csv")
    whole = await visited(after, SUPPLIER, "/audit.json")
    titles = await visited(after, SUPPLIER, f"/audit.json?device={ESME}&show=titles")

    lines = list(csv.DictReader(io.StringIO(table.source)))
    assert [line["message_kind"] for line in lines] == [
        "ServiceResponse",
        "Acknowledgement",
        "ServiceRequest",
    ]
    assert lines[0]["request_id"] == f"{SUPPLIER}:{ESME}:1"
    records = json.loads(whole.source)["records"]
    assert records[0]["content"]["body"]["type"] == "GbcsPayload"
    assert bytes.fromhex(records[0]["content"]["body"]["gbcs_payload"])
    told = json.loads(titles.source)["titles"]
    assert {line["srv"] for line in told} == {"8.9"}
    assert {name for line in told for name in line} == {
        *("record", "at", "device", "device_type", "message_kind", "srv", "title", "originator_role"),
        "response_code",
    }
    for file in (table, whole, titles):
        assert file.response.headers["content-disposition"].startswith("attachment; ")


async def test_titles_as_a_file_are_of_one_device(after: Site) -> None:
    assert (await visited(after, SUPPLIER, "/audit.csv?show=titles")).status == 400
    assert (await visited(after, SUPPLIER, f"/audit.csv?show=titles&device={NOWHERE}")).status == 404


async def test_a_record_of_another_is_as_one_that_is_not_there(after: Site) -> None:
    theirs = (await visited(after, OTHER_USER, "/audit")).attributes("//td[last()]/a/@href")
    for path in (*theirs, "/audit/records/999999", "/audit/records/x", f"/audit/records/{'9' * 30}"):
        shown = await visited(after, SUPPLIER, path)

        assert shown.status == 404
        assert "You have no such record" in shown.text


async def test_each_look_is_written_down(after: Site) -> None:
    await visited(after, SUPPLIER, f"/audit?device={ESME}")
    await visited(after, DISTRIBUTOR, f"/audit?device={ESME}&show=titles")
    await visited(after, AGENT, f"/audit.json?device={ESME}&show=titles")

    looks = [look.looked_up for look in await look_ups(after)]
    assert [(it.user, it.what, it.device, it.refused) for it in looks] == [
        (AGENT, LookUpKind.TITLES, ESME, True),
        (DISTRIBUTOR, LookUpKind.TITLES, ESME, False),
        (SUPPLIER, LookUpKind.OWN_RECORDS, ESME, False),
    ]


async def test_an_operator_of_no_party_has_no_records_of_its_own(after: Site) -> None:
    shown = await visited(after, OPERATOR, "/audit")

    assert shown.status == 403
    assert V1 not in shown.source


@pytest.mark.parametrize(
    ("kind", "role", "expected"),
    [
        (MessageKind.SERVICE_REQUEST, UserRole.OU, "OU"),
        (MessageKind.SERVICE_RESPONSE, None, "no role"),
        (MessageKind.DEVICE_ALERT, None, "no role"),
        (MessageKind.DCC_ALERT, None, "the DCC"),
    ],
)
def test_a_title_without_a_role_is_the_dccs_only_if_the_record_tells(
    kind: MessageKind, role: UserRole | None, expected: str
) -> None:
    record = AuditRecord(
        at=START, device=ESME, device_type=None, message_kind=kind, user=SUPPLIER, user_role=role
    )

    assert title_row(title_of(1, record, Switches()), ()).role == expected
