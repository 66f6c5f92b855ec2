"""The page of fault rules on the link between hubs and Devices, for operators: the emulator has them, not the DSP."""

from http import HTTPStatus

from starlette.responses import Response

from dsp.runtime.emulator_faults import FaultRefused
from dsp.runtime.emulator_view import EmulatorSilent
from dsp.ssi.forms import Fields
from dsp.ssi.refusing import Refused, bad_request
from dsp.ssi.views.faults import fault_rows
from dsp.ssi.visits import Visit
from smart_metering.administration import FaultRule
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.instants import SECOND_MS

FATES = ("lose", "delay", "repeat", "reorder", "garble")
DIRECTIONS = ("TO_DEVICE", "FROM_DEVICE")
LONGEST_NAME = 100
MOST_REFERENCES = 50
MOST = 1_000_000_000
MOST_SECONDS = 31_536_000


async def faults(visit: Visit) -> Response:
    """Those in force; or why the emulator cannot be asked."""
    try:
        rows, why_not = fault_rows(await visit.desks.faults.faults()), ""
    except EmulatorSilent as error:
        rows, why_not = (), str(error)
    return visit.page(
        "faults.html",
        "Faults",
        rows=rows,
        why_not=why_not,
        fates=FATES,
        directions=DIRECTIONS,
        longest=LONGEST_NAME,
    )


async def set_fault(visit: Visit) -> Response:
    """A rule; one of the same name is replaced."""
    rule = _rule(visit.form)
    try:
        await visit.desks.faults.set_fault(rule)
    except FaultRefused as error:
        raise bad_request(str(error)) from None
    except EmulatorSilent as error:
        raise _silent(error) from None
    return visit.lead_to("/faults")


async def clear(visit: Visit) -> Response:
    """One rule by its name; or all, where the form says `all` and no name."""
    name, every = visit.form.text("name"), visit.form.one_of("all", ("yes",))
    if bool(name) == bool(every):
        raise bad_request("expected either the name of a rule, or all=yes")
    try:
        await visit.desks.faults.clear_faults([name] if name else [])
    except FaultRefused as error:
        raise bad_request(str(error)) from None
    except EmulatorSilent as error:
        raise _silent(error) from None
    return visit.lead_to("/faults")


def _rule(form: Fields) -> FaultRule:
    """Raises Refused."""
    name, fate = form.text("name"), form.one_of("fate", FATES)
    references = tuple(form.text("references").replace(",", " ").split())
    if not fate:
        raise bad_request(f"fate: expected one of {', '.join(FATES)}")
    if len(name) > LONGEST_NAME or len(references) > MOST_REFERENCES:
        raise bad_request(
            f"name, references: expected at most {LONGEST_NAME} characters and {MOST_REFERENCES} SRVs"
        )
    following, one_in = form.number("next", most=MOST), form.number("one_in", most=MOST)
    if bool(following) == bool(one_in):
        raise bad_request("next, one_in: expected exactly one of them, and more than 0")
    return FaultRule(
        name=name or " ".join((fate, *references)),
        fate=fate,
        direction=form.one_of("direction", DIRECTIONS),
        references=references,
        device=_device(form, "device"),
        comms_hub=_device(form, "comms_hub"),
        next=following,
        one_in=one_in,
        delay=form.number("delay", most=MOST_SECONDS) * SECOND_MS,
    )


def _device(form: Fields, name: str) -> Eui | None:
    text = form.text(name)
    try:
        return parse_eui(text) if text else None
    except InvalidIdentifier as error:
        raise bad_request(f"{name}: {error}") from None


def _silent(error: EmulatorSilent) -> Refused:
    return Refused(HTTPStatus.BAD_GATEWAY, "No emulator", f"Not done: {error}.")
