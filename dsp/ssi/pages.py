"""The pages: a row for each, with who it is for and what the navigation calls it. The one list of what is served."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import Response

from dsp.ssi import (
    about,
    audit,
    campaigns,
    clock,
    cpl,
    devices,
    entrance,
    explaining,
    faults,
    inventory,
    live,
)
from dsp.ssi.forms import MOST_OCTETS, MOST_OCTETS_OF_LONG
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
    LONG_FORM = "a form with a list of Devices"
    UPLOAD = "a file"


MOST_OCTETS_OF = {
    Takes.NOTHING: 0,
    Takes.FORM: MOST_OCTETS,
    Takes.LONG_FORM: MOST_OCTETS_OF_LONG,
    Takes.UPLOAD: 0,
}
"""Of the form that the door reads; 0: it reads none."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for by this method at this path. `named`: what the navigation calls it; empty: it is not there.

    `in_background`: a page's own script asks for it, which keeps no session from idling.
    """

    method: str
    path: str
    visited: Handler
    audience: For
    takes: Takes = Takes.NOTHING
    named: str = ""
    in_background: bool = False


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
    Page("GET",  "/campaigns",           campaigns.campaigns,    For.PARTY,      named="Campaigns"),
    Page("POST", "/campaigns/files",     campaigns.upload,       For.PARTY,      Takes.UPLOAD),
    Page("GET",  "/campaigns/files/{file}", campaigns.file,      For.PARTY),
    Page("POST", "/campaigns/files/{file}", campaigns.start,     For.PARTY,      Takes.LONG_FORM),
    Page("GET",  "/campaigns/{number}",  campaigns.campaign,     For.PARTY),
    Page("GET",  "/campaigns/{number}/progress", campaigns.progress, For.PARTY, in_background=True),
    Page("POST", "/campaigns/{number}",  campaigns.send,         For.PARTY,      Takes.FORM),
    Page("GET",  "/live",                live.live,              For.SIGNED_IN,  named="Live"),
    Page("GET",  "/live/events",         live.events,            For.SIGNED_IN,  in_background=True),
    Page("GET",  "/cpl",                 cpl.cpl,                For.OPERATOR,   named="CPL"),
    Page("GET",  "/cpl/product",         cpl.product,            For.OPERATOR),
    Page("POST", "/cpl/add",             cpl.add,                For.OPERATOR,   Takes.FORM),
    Page("POST", "/cpl/remove",          cpl.remove,             For.OPERATOR,   Takes.FORM),
    Page("GET",  "/faults",              faults.faults,          For.OPERATOR,   named="Faults"),
    Page("POST", "/faults/set",          faults.set_fault,       For.OPERATOR,   Takes.FORM),
    Page("POST", "/faults/clear",        faults.clear,           For.OPERATOR,   Takes.FORM),
    Page("GET",  "/clock",               clock.clock,            For.OPERATOR,   named="Clock"),
    Page("POST", "/clock/step",          clock.step,             For.OPERATOR,   Takes.FORM),
    Page("POST", "/clock/rate",          clock.set_rate,         For.OPERATOR,   Takes.FORM),
    Page("GET",  "/about",               about.about,            For.SIGNED_IN,  named="About"),
)  # fmt: skip
