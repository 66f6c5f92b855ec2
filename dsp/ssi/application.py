"""The Self-Service Interface as an ASGI application: at each page the same order of who, whether, and then what.

1  the Host is one of this server's                  headers.py       421
2  the path and the method are of a page             pages.py         404, 405
3  a session that has not ended, where one is needed                  to the sign-in
4  the page is for this caller                       pages.py         403
5  what changes something comes from a page of ours  _is_ours         403
6  the page                                          what it refuses is answered by a page, too
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dsp.identity.sessions import Session, cookie_name
from dsp.ssi.desks import Desks
from dsp.ssi.forms import NO_FIELDS, read_form
from dsp.ssi.headers import SafeHeaders
from dsp.ssi.pages import MOST_OCTETS_OF, PAGES, For, Page
from dsp.ssi.refusing import Refused, forbidden
from dsp.ssi.rendering import Renderer, Way
from dsp.ssi.static_files import ROOT, StaticFiles
from dsp.ssi.tokens import GuestTokens, guest_cookie_name
from dsp.ssi.views.addresses import address_of
from dsp.ssi.visits import Visit, local
from smart_metering.rpc.listening import is_loopback

CSRF_FIELD, CSRF_HEADER = "csrf_token", "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""What a page sends with a request that nobody made: it looks by itself whether something has changed."""
SAFE_SITES = frozenset({"same-origin", "none"})
FORGED = "This form came from no page of this session. Load the page anew and try again."
OUR_FAULT = "Something went wrong here, and it was written down. Nothing that you did is to blame."

_log = structlog.get_logger()

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def ssi_application(desks: Desks, listen: str, pages: tuple[Page, ...] = PAGES) -> ASGIApp:
    """What is served at `listen`, HOST:PORT."""
    files = StaticFiles()
    door = _Door(desks, Renderer(files), pages)
    application = Starlette(
        routes=[
            Route(f"{ROOT}{{name:path}}", files.serve, methods=["GET"]),
            *_routes(door, pages),
        ],
        exception_handlers={
            Refused: door.refused,
            HTTPException: door.not_served,
            Exception: door.failed,
        },
    )
    return SafeHeaders(application, only_loopback=is_loopback(listen))


def _routes(door: "_Door", pages: tuple[Page, ...]) -> list[Route]:
    """One for each path, so that another method is answered by what is allowed."""
    by_path: dict[str, dict[str, Page]] = {}
    for page in pages:
        by_path.setdefault(page.path, {})[page.method] = page
    return [Route(path, door.endpoint(rows), methods=list(rows)) for path, rows in by_path.items()]


class _Door:
    def __init__(self, desks: Desks, renderer: Renderer, pages: tuple[Page, ...]) -> None:
        self._desks = desks
        self._renderer = renderer
        self._pages = pages
        self._guests = GuestTokens()
        renderer.prepare()

    def endpoint(self, rows: dict[str, Page]) -> Endpoint:
        """What serves one path."""

        async def serve(request: Request) -> Response:
            page = rows.get("GET" if request.method == "HEAD" else request.method)
            assert page is not None, request.method
            return await self._serve(page, request)

        return serve

    async def _serve(self, page: Page, request: Request) -> Response:
        visit, new_guest = self._visit(request, in_background=page.in_background)
        if page.audience is not For.ANYBODY and visit.session is None:
            return _to_sign_in(visit)
        if not _is_for(page, visit.session):
            raise forbidden(f"This page is for {page.audience}.")
        if page.method != "GET":
            most = MOST_OCTETS_OF[page.takes]
            visit.form = await read_form(request, most) if most else NO_FIELDS
            self._check_ours(visit)
        response = await page.visited(visit)
        if new_guest:
            _greet(visit, response, new_guest)
        return response

    def _visit(self, request: Request, *, in_background: bool) -> tuple[Visit, str]:
        """And the cookie of a guest who was not here before. A page that is only open keeps no session from idling."""
        over_tls = request.url.scheme == "https"
        used = not in_background and BACKGROUND_HEADER not in request.headers
        cookie = request.cookies.get(cookie_name(over_tls=over_tls), "")
        session = self._desks.identity.session(cookie, used=used)
        guest = request.cookies.get(guest_cookie_name(over_tls=over_tls), "")
        new_guest = "" if guest or session is not None else self._guests.new_guest()
        return Visit(
            request=request,
            desks=self._desks,
            renderer=self._renderer,
            session=session,
            csrf_token=session.csrf_token if session is not None else self._guests.token(guest or new_guest),
            ways=self._ways(session, request.url.path),
        ), new_guest

    def _ways(self, session: Session | None, path: str) -> tuple[Way, ...]:
        if session is None:
            return ()
        return tuple(
            Way(href=page.path, text=page.named, is_here=f"{path}/".startswith(f"{page.path}/"))
            for page in self._pages
            if page.named and _is_for(page, session)
        )

    def _check_ours(self, visit: Visit) -> None:
        """Raises Refused unless a page of ours, shown to this caller, sent it."""
        request = visit.request
        token = request.headers.get(CSRF_HEADER) or visit.form.text(CSRF_FIELD)
        if visit.session is not None:
            has_token = visit.session.permits(token)
        else:
            guest = request.cookies.get(guest_cookie_name(over_tls=visit.is_over_tls), "")
            has_token = self._guests.permits(guest, token)
        if not has_token or not _is_of_our_site(request):
            raise forbidden(FORGED)

    # --- what goes wrong

    async def refused(self, request: Request, error: Exception) -> Response:
        """As a page, or within the page that asked."""
        assert isinstance(error, Refused)
        visit, new_guest = self._visit(request, in_background=True)  # a refusal is no use of the session
        if visit.is_htmx:
            response: Response = visit.page(
                "refusal_part.html", error.title, status=error.status, what=error.what
            )
            response.headers["HX-Retarget"] = "#messages"
            response.headers["HX-Reswap"] = "innerHTML"
            response.headers["HX-Reselect"] = "unset"
            response.headers["HX-Push-Url"] = "false"
        else:
            response = visit.page("refusal.html", error.title, status=error.status, what=error.what)
        if new_guest:
            _greet(visit, response, new_guest)
        return response

    async def not_served(self, request: Request, error: Exception) -> Response:
        """No such path, or no such method."""
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        what = "There is no such page." if status is HTTPStatus.NOT_FOUND else status.description
        response = await self.refused(request, Refused(status, status.phrase, what))
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """Our own fault: it says nothing of what it was."""
        _log.error("a page failed", path=request.url.path, why=repr(error), exc_info=error)
        return await self.refused(
            request, Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Our own fault", OUR_FAULT)
        )


def _is_for(page: Page, session: Session | None) -> bool:
    match page.audience:
        case For.ANYBODY:
            return True
        case For.SIGNED_IN:
            return session is not None
        case For.PARTY:
            return session is not None and session.caller.eui is not None
        case For.OPERATOR:
            return session is not None and session.caller.is_operator


def _is_of_our_site(request: Request) -> bool:
    """What the browser itself says of where a form came from; an old one says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return (site is None or site in SAFE_SITES) and (origin is None or origin.lower() == ours.lower())


def _to_sign_in(visit: Visit) -> Response:
    """And from there back to the page that was asked for."""
    asked = visit.request.url
    then = local(asked.path + (f"?{asked.query}" if asked.query else ""))
    is_page = visit.request.method == "GET" and not visit.is_htmx and then != "/"
    address = address_of("/sign-in", {"then": then if is_page else ""})
    if visit.is_htmx:
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _greet(visit: Visit, response: Response, guest: str) -> None:
    over_tls = visit.is_over_tls
    response.set_cookie(
        guest_cookie_name(over_tls=over_tls),
        guest,
        path="/",
        httponly=True,
        samesite="strict",
        secure=over_tls,
    )
