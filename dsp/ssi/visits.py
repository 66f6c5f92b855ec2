"""One request for a page: who makes it, what it brought, and the ways to answer it."""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dsp.core.lookers import Looking
from dsp.identity.caller import Caller
from dsp.identity.sessions import Session, cookie_name, set_cookie
from dsp.ssi.desks import Desks
from dsp.ssi.forms import NO_FIELDS, Fields, read_query
from dsp.ssi.refusing import forbidden
from dsp.ssi.rendering import Frame, Renderer, Way, Who
from smart_metering.identifiers import Eui

THEME_COOKIE = "smets-theme"
NEXT_THEME = {"": "dark", "dark": "light", "light": ""}  # "": as the reader's system has it
A_YEAR_IN_SECONDS = 365 * 24 * 3600


@dataclass
class Visit:
    """`session` is None for who is not signed in; `csrf_token` is what the forms of its pages carry.

    `ways` are those of the navigation that are open to this caller.
    """

    request: Request
    desks: Desks
    renderer: Renderer
    session: Session | None
    csrf_token: str
    ways: tuple[Way, ...] = ()
    form: Fields = NO_FIELDS

    @cached_property
    def query(self) -> Fields:
        """What the address says after its `?`. Raises Refused."""
        return read_query(self.request)

    @property
    def caller(self) -> Caller:
        """Who is signed in: on a page that is for who is."""
        assert self.session is not None, "the page is open to anybody"
        return self.session.caller

    @property
    def user(self) -> Eui:
        """The party for which the caller looks. Raises Refused for an operator who is of none."""
        if self.caller.eui is None:
            raise forbidden(
                "This page shows what is one party's own; an operator of no party has nothing there."
            )
        return self.caller.eui

    @property
    def looking(self) -> Looking:
        """What the caller may see is asked of this."""
        runtime, caller = self.desks.runtime, self.caller
        return Looking(
            state=runtime.engine.state,
            rules=runtime.engine.rules,
            user=caller.eui,
            is_operator=caller.is_operator,
            now=runtime.clock.now(),
        )

    @property
    def is_over_tls(self) -> bool:
        """Whether nobody on the way can read it."""
        return self.request.url.scheme == "https"

    @property
    def session_cookie(self) -> str:
        """What the browser says its session is; empty: it says nothing."""
        return self.request.cookies.get(cookie_name(over_tls=self.is_over_tls), "")

    @property
    def is_htmx(self) -> bool:
        """Whether a part of a page asks, not a whole window."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def theme(self) -> str:
        """Empty: as the reader's system has it."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in NEXT_THEME else ""

    def page(
        self, template: str, title: str, *, status: int = HTTPStatus.OK, **content: object
    ) -> HTMLResponse:
        """A whole page."""
        return HTMLResponse(self.renderer.render(template, self._frame(title), **content), status)

    def lead_to(self, address: str) -> Response:
        """After something was done: to the page that shows it. Only to a page of this site."""
        if self.is_htmx:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": local(address)})
        return RedirectResponse(local(address), HTTPStatus.SEE_OTHER)

    def set_session(self, response: Response, cookie: str) -> None:
        """From now on the browser has this session; empty: none."""
        response.headers.append("Set-Cookie", set_cookie(cookie, over_tls=self.is_over_tls))

    def _frame(self, title: str) -> Frame:
        engine = self.desks.runtime.engine
        address = self.request.url
        return Frame(
            title=title,
            back=address.path + (f"?{address.query}" if address.query else ""),
            csrf_token=self.csrf_token,
            theme=self.theme,
            next_theme=NEXT_THEME[self.theme],
            ways=self.ways,
            who=_who(self.session.caller) if self.session is not None else None,
            develops=self.desks.identity.may_develop,
            now=self.desks.runtime.clock.now(),
            rules=", ".join(engine.rules.modifications) or "none",
        )


def local(address: str) -> str:
    """The address if it is one of this site, else `/`: nobody is led elsewhere by a link that begins here."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    is_local = not parts.scheme and not parts.netloc and address.startswith("/")
    is_plain = address.isascii() and address.isprintable() and "\\" not in address
    return address if is_local and is_plain else "/"


def _who(caller: Caller) -> Who:
    roles = [*(["operator"] if caller.is_operator else []), *caller.roles]
    return Who(name=caller.name, eui=caller.eui or "", roles=", ".join(roles))
