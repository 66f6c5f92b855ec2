"""Sign-in, sign-out and what guards both: no session is laid ready, no form is forged, no way leads elsewhere."""

from pathlib import Path

import pytest

from dsp.ssi.headers import HEADERS
from dsp.ssi.pages import PAGES, For, Page
from tests.dsp.ssi.browsing import OPERATOR, Site, serving
from tests.support.dsp_premises import DISTRIBUTOR, ROLES, SUPPLIER

PASSWORD = "a long enough password"
READS = [page for page in PAGES if page.method == "GET"]
WRITES = [page for page in PAGES if page.method == "POST"]


def named(page: Page) -> str:
    return f"{page.method} {page.path}"


def an_address(page: Page) -> str:
    """A path that this page serves."""
    return page.path.replace("{device_id}", "00-DB-12-34-56-78-90-02").replace("{request_id}", "nothing")


@pytest.mark.parametrize("page", [page for page in READS if page.audience is not For.ANYBODY], ids=named)
async def test_who_is_not_signed_in_is_led_to_the_sign_in(site: Site, page: Page) -> None:
    async with site.browser() as browser:
        shown = await browser.get(an_address(page))

    assert shown.status == 303
    assert shown.leads_to.partition("?")[0] == "/sign-in"


async def test_sign_in_leads_back_to_the_page_that_was_asked_for(site: Site) -> None:
    async with site.browser() as browser:
        asked = await browser.get("/about?a=b")
        form = await browser.get(asked.leads_to)
        then = form.attributes("//form[@action='/develop']/input[@name='then']/@value")[0]

        entered = await browser.post("/develop", {"party": SUPPLIER, "then": then})

    assert entered.leads_to == "/about?a=b"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "\\x"],
)
async def test_no_sign_in_leads_elsewhere(site: Site, elsewhere: str) -> None:
    async with site.browser() as browser:
        await browser.get("/sign-in")

        entered = await browser.post("/develop", {"party": SUPPLIER, "then": elsewhere})

    assert entered.leads_to == "/"


async def test_an_account_signs_in_by_its_password(site: Site) -> None:
    await site.dcc.dsp.identity.accounts.add("ann", PASSWORD, SUPPLIER, is_operator=False)
    async with site.browser() as browser:
        await browser.get("/sign-in")

        wrong = await browser.post("/sign-in", {"account": "ann", "password": "another password"})
        right = await browser.post("/sign-in", {"account": "ann", "password": PASSWORD})
        about = await browser.get("/about")

    assert wrong.status == 422
    assert "no such account, or another password" in wrong.text
    assert right.status == 303
    assert "ann (IS)" in about.text


async def test_a_password_that_is_guessed_too_often_is_to_be_waited_for(site: Site) -> None:
    async with site.browser() as browser:
        await browser.get("/sign-in")

        tries = [await browser.post("/sign-in", {"account": "ann", "password": "x" * 12}) for _ in range(6)]

    assert [it.status for it in tries] == [422] * 5 + [429]
    assert int(tries[-1].response.headers["retry-after"]) > 0


async def test_development_sign_in_is_there_only_where_it_is_asked_for_and_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path / "on") as on, on.browser() as browser:
        with_it = await browser.get("/sign-in")
    async with serving(tmp_path / "off", development_sign_in=False) as off, off.browser() as browser:
        without = await browser.get("/sign-in")
        tried = await browser.post("/develop", {"party": SUPPLIER})

    assert "Development sign-in is on" in with_it.text
    assert len(with_it.tree.xpath("//form[@action='/develop']")) == len(ROLES) + 1
    assert "evelopment" not in without.text
    assert tried.status == 404


async def test_a_session_ends_with_its_sign_out(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        kept = dict(browser.http.cookies)

        await browser.post("/sign-out")

        assert "smets-session" not in browser.http.cookies
        browser.http.cookies.update(kept)
        assert (await browser.get("/about")).leads_to.startswith("/sign-in")


async def test_a_session_that_another_laid_ready_ends_when_one_signs_in(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as attacker, site.browser() as victim:
        laid_ready = attacker.http.cookies["smets-session"]
        victim.http.cookies.set("smets-session", laid_ready, "127.0.0.1", "/")
        victim.csrf_token = attacker.csrf_token

        await victim.post("/develop", {"party": DISTRIBUTOR})

        assert victim.http.cookies["smets-session"] != laid_ready
        assert (await attacker.get("/about")).leads_to.startswith("/sign-in")
        assert (await victim.get("/about")).status == 200


async def test_cookies_are_for_this_site_and_no_script(site: Site) -> None:
    async with site.browser() as browser:
        greeted = await browser.get("/sign-in")
        entered = await browser.post("/develop", {"party": SUPPLIER})

    for cookie in (greeted.response.headers["set-cookie"], entered.response.headers["set-cookie"]):
        assert "httponly" in cookie.lower()
        assert "samesite=strict" in cookie.lower()


@pytest.mark.parametrize("page", WRITES, ids=named)
@pytest.mark.parametrize("token", ["", "another"])
async def test_a_form_of_no_page_of_this_session_changes_nothing(site: Site, page: Page, token: str) -> None:
    async with site.signed_in(SUPPLIER if page.audience is For.PARTY else OPERATOR) as browser:
        browser.csrf_token = token

        refused = await browser.post(an_address(page))

    assert refused.status == 403
    assert "came from no page of this session" in refused.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_form_from_elsewhere_is_refused_even_with_its_token(
    site: Site, headers: dict[str, str]
) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        refused = await browser.post("/theme", {"theme": "dark", "back": "/"}, **headers)
        taken = await browser.post(
            "/theme", {"theme": "dark", "back": "/"}, **{"Sec-Fetch-Site": "same-origin"}
        )

    assert (refused.status, taken.status) == (403, 303)


async def test_the_token_of_another_session_is_none_of_this_one(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as one, site.signed_in(SUPPLIER) as other:
        other.csrf_token = one.csrf_token

        refused = await other.post("/sign-out")

    assert refused.status == 403


async def test_every_answer_has_the_headers_that_guard_it(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        answers = [
            await browser.get("/about"),
            await browser.get("/nothing-here"),
            await browser.get("/static/app.css"),
            await browser.get("/"),
            await browser.post("/sign-out", {"csrf_token": "wrong"}),
        ]

    assert [it.status for it in answers] == [200, 404, 200, 303, 403]
    for answer in answers:
        assert {name: answer.response.headers.get(name) for name in HEADERS} == HEADERS


async def test_what_is_shown_is_kept_nowhere_and_files_for_long(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        about = await browser.get("/about")
        style = await browser.get(about.attributes("//link[@rel='stylesheet']/@href")[0])

    assert about.response.headers["cache-control"] == "no-store"
    assert "immutable" in style.response.headers["cache-control"]


async def test_a_page_of_another_host_cannot_read_what_loopback_serves(site: Site) -> None:
    async with site.browser() as browser:
        misled = await browser.get("/sign-in", Host="elsewhere.example")

    assert misled.status == 421


async def test_a_page_that_is_not_there_and_a_method_that_is_none_are_told(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        missing = await browser.get("/nothing-here")
        wrong = await browser.post("/about")

    assert (missing.status, wrong.status) == (404, 405)
    assert "There is no such page." in missing.text
    assert set(wrong.response.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_what_goes_wrong_within_a_page_is_told_within_it(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        part = await browser.get("/nothing-here", **{"HX-Request": "true"})

    assert part.status == 404
    assert part.response.headers["hx-retarget"] == "#messages"
    assert "<html" not in part.source


async def test_a_part_of_a_page_whose_session_ended_leads_the_window_to_the_sign_in(site: Site) -> None:
    async with site.browser() as browser:
        part = await browser.get("/about", **{"HX-Request": "true"})

    assert (part.status, part.response.headers["hx-redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"csrf_token=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        ("ä=1".encode(), "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(300)), "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(
    site: Site, body: bytes, media_type: str, status: int
) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        answer = await browser.http.post("/theme", content=body, headers={"content-type": media_type})

    assert answer.status_code == status


async def test_the_theme_is_kept(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        before = await browser.get("/about")
        led = await browser.post("/theme", {"theme": "dark", "back": "/about"})
        after = await browser.get("/about")
        refused = await browser.post("/theme", {"theme": "pink", "back": "/about"})

    assert (before.attributes("/html/@data-theme"), after.attributes("/html/@data-theme")) == ([], ["dark"])
    assert led.leads_to == "/about"
    assert refused.status == 400
