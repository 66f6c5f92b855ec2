"""The pages: a row for each, with who it is for and what the navigation calls it. The one list of what is served."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import Response

from dsp.ssi import about, audit, devices, entrance, explaining, inventory
from dsp.ssi.visits import Visit

Handler = Callable[[Visit], Awaitable[Response]]


class For(StrEnum):
    """Who a page is for."""

    ANYBODY = "anybody"
    SIGNED_IN = "who is signed in"
    PARTY = "who is signed in for a party"
    OPERATOR = "operators"


class Takes(StrEnum):
    """What the body of a request is. `UPLOAD`: the page reads it itself; its token comes in a header."""

    NOTHING = "nothing"
    FORM = "a form"
    UPLOAD = "a file"


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for by this method at this path. `named`: what the navigation calls it; empty: it is not there."""

    method: str
    path: str
    visited: Handler
    audience: For
    takes: Takes = Takes.NOTHING
    named: str = ""


PAGES = (
    #    method  path                    visited                 audience        takes        named
    Page("GET",  "/",                    entrance.front_door,    For.SIGNED_IN),
    Page("GET",  "/sign-in",             entrance.show_sign_in,  For.ANYBODY),
    Page("POST", "/sign-in",             entrance.sign_in,       For.ANYBODY,    Takes.FORM),
    Page("POST", "/develop",             entrance.develop,       For.ANYBODY,    Takes.FORM),
    Page("POST", "/sign-out",            entrance.sign_out,      For.SIGNED_IN,  Takes.FORM),
    Page("POST", "/theme",               entrance.choose_theme,  For.ANYBODY,    Takes.FORM),
    Page("GET",  "/inventory",           inventory.inventory,    For.SIGNED_IN,  named="Inventory"),
    Page("GET",  "/devices/{device_id}", devices.device,         For.SIGNED_IN),
    Page("GET",  "/audit",               audit.audit,            For.PARTY,      named="Audit trail"),
    Page("GET",  "/audit.csv",           audit.as_csv,           For.PARTY),
    Page("GET",  "/audit.json",          audit.as_json,          For.PARTY),
    Page("GET",  "/audit/records/{number}", audit.record,        For.PARTY),
    Page("GET",  "/explain",             explaining.explain,     For.SIGNED_IN,  named="Explain"),
    Page("GET",  "/about",               about.about,            For.SIGNED_IN,  named="About"),
)  # fmt: skip
