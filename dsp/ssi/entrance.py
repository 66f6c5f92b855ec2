"""Sign-in and sign-out, and the theme of the pages."""

from http import HTTPStatus

from starlette.responses import Response

from dsp.identity.sessions import SignInRefused
from dsp.ssi.refusing import not_found
from dsp.ssi.views.development_users import development_users
from dsp.ssi.visits import A_YEAR_IN_SECONDS, NEXT_THEME, THEME_COOKIE, Visit
from smart_metering.identifiers import InvalidIdentifier, parse_eui

FIRST_PAGE = "/inventory"


async def front_door(visit: Visit) -> Response:
    """Whoever is signed in begins at the inventory."""
    return visit.lead_to(FIRST_PAGE)


async def show_sign_in(visit: Visit) -> Response:
    """The form; and where development sign-in is switched on, whom one may be."""
    if visit.session is not None:
        return visit.lead_to(FIRST_PAGE)
    return _sign_in_page(visit, then=visit.query.text("then"))


async def sign_in(visit: Visit) -> Response:
    """By account and password."""
    client = visit.request.client
    account, password = visit.form.text("account"), "".join(visit.form.texts("password"))
    address = client.host if client is not None else ""
    try:
        signed_in = await visit.desks.identity.sign_in(account, password, address, visit.session_cookie)
    except SignInRefused as error:
        return _sign_in_page(visit, then=visit.form.text("then"), account=account, refusal=error)
    return _led_in(visit, signed_in.cookie)


async def develop(visit: Visit) -> Response:
    """As the User that was picked, without a password: where that is switched on."""
    identity = visit.desks.identity
    if not identity.may_develop:
        raise not_found("Development sign-in is not switched on.")
    chosen = visit.form.text("party")
    try:
        party = parse_eui(chosen) if chosen else None
        signed_in = await identity.develop_sign_in(party, visit.session_cookie)
    except (InvalidIdentifier, SignInRefused) as error:
        return _sign_in_page(visit, then=visit.form.text("then"), refusal=error)
    return _led_in(visit, signed_in.cookie)


async def sign_out(visit: Visit) -> Response:
    """The session ends here; its cookie is worth nothing any more."""
    await visit.desks.identity.sign_out(visit.session_cookie)
    response = visit.lead_to("/sign-in")
    visit.set_session(response, "")
    return response


async def choose_theme(visit: Visit) -> Response:
    """Light, dark, or as the reader's system has it."""
    theme = visit.form.one_of("theme", NEXT_THEME)
    response = visit.lead_to(visit.form.text("back"))
    response.set_cookie(
        THEME_COOKIE, theme, max_age=A_YEAR_IN_SECONDS, path="/", httponly=True, samesite="lax"
    )
    return response


def _led_in(visit: Visit, cookie: str) -> Response:
    response = visit.lead_to(visit.form.text("then") or FIRST_PAGE)
    visit.set_session(response, cookie)
    return response


def _sign_in_page(
    visit: Visit, *, then: str, account: str = "", refusal: Exception | None = None
) -> Response:
    wait_seconds = refusal.wait_seconds if isinstance(refusal, SignInRefused) else 0
    wrong = HTTPStatus.TOO_MANY_REQUESTS if wait_seconds else HTTPStatus.UNPROCESSABLE_ENTITY
    response = visit.page(
        "sign_in.html",
        "Sign in",
        status=wrong if refusal is not None else HTTPStatus.OK,
        then=then,
        account=account,
        refusal=str(refusal or ""),
        users=development_users(visit.desks.runtime.engine.state) if visit.desks.identity.may_develop else (),
    )
    if wait_seconds:
        response.headers["Retry-After"] = str(wait_seconds)
    return response
