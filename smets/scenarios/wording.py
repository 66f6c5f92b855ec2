"""What a step does and what is expected, in a line for people."""

from collections import Counter
from collections.abc import Callable, Sequence

from smart_metering.instants import Instant, format_instant
from smart_metering.service_requests import definition_of
from smets.counting import counted
from smets.durations import format_duration
from smets.scenarios.by_hand import handling_of, told_by_hand
from smets.scenarios.expectations import OF_DEVICES, ExpectationModel
from smets.scenarios.planning import Act
from smets.scenarios.results import Request


def said_of(said: ExpectationModel, devices: int) -> str:
    """An expectation."""
    if said.devices is not None:
        must = ", ".join(
            f"{key} {_value(getattr(said, key))}" for key in OF_DEVICES if key in said.model_fields_set
        )
        of = f"exactly {said.count}" if said.count is not None else said.share or "all"
        return f"{must} of {of} of {said.devices} ({counted(devices, 'Device')})"
    about = f" about {said.about}" if said.about is not None else ""
    if said.fault is not None:
        return f"fault {said.fault!r} drawn {_times(said)}{about}"
    srv = f" to {said.srv}" if said.srv else ""
    if said.sees is not None:
        records = "titles of others" if said.sees == "titles" else "records of its own"
        return f"{said.user} to see {records}{srv}{about} {_times(said)}"
    what = f"alert {said.alert}" if said.alert else f"response {said.response}"
    return f"{said.user} to receive {what}{srv}{about} {_times(said)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _times(said: ExpectationModel) -> str:
    least, most = said.bounds
    if least == most:
        return "never" if least == 0 else "once" if least == 1 else f"{least} times"
    if most is None:
        return "once or more" if least == 1 else f"{least} times or more"
    return f"{least} to {most} times"


def told(act: Act) -> str:
    """What a step is about to do."""
    tell = _TOLD.get(act.step.verb)
    return tell(act) if tell is not None else ""


def _send(act: Act) -> str:
    assert act.step.send is not None
    definition = definition_of(act.step.send.srv)
    assert definition is not None
    to = f" to {_many(act)}" if act.devices else ""
    return f"SR {act.step.send.srv} '{definition.name}'{to}"


def _on_cpl(act: Act) -> str:
    assert act.cpl_entry is not None
    return f"{act.cpl_entry.device_type} {act.cpl_entry.firmware_version}"


def _expected(act: Act) -> str:
    assert act.expectation is not None
    return f"expected: {said_of(act.expectation.said, len(act.expectation.devices or ()))}"


def _by_hand(act: Act) -> str:
    asked = handling_of(act.step)
    assert asked is not None
    return told_by_hand(asked, _many(act))


def _many(act: Act) -> str:
    return str(act.devices[0]) if len(act.devices) == 1 else counted(len(act.devices), "Device")


_TOLD: dict[str, Callable[[Act], str]] = {
    "send": _send,
    "advance": lambda act: f"{format_duration(act.step.advance or 0)} pass",
    "advance_to": lambda act: f"time passes to {format_instant(act.step.advance_to or Instant(0))}",
    "next_event": lambda _: "time passes to the next event",
    "faults": lambda act: f"faults from now on: {', '.join(rule.name for rule in act.faults) or 'none'}",
    "clear_faults": lambda act: f"no more faults: {', '.join(act.step.clear_faults or ()) or 'all of them'}",
    "add_to_cpl": lambda act: f"{_on_cpl(act)} is put on the CPL",
    "remove_from_cpl": lambda act: f"{_on_cpl(act)} leaves the CPL",
    "registration": lambda act: (
        f"{act.step.registration and act.step.registration.supplier} is registered for {_many(act)}"
    ),
    "correct": lambda act: f"the DCC corrects {_many(act)} in the SMI",
    "recovery": lambda act: f"recovery of {_many(act)}: {act.step.recovery and act.step.recovery.event}",
    "power": _by_hand,
    "hub": _by_hand,
    "tamper": _by_hand,
    "device_clock": _by_hand,
    "expect": _expected,
}


def answers_of(requests: Sequence[Request]) -> str:
    """`3 requests: answered 3 I99; Responses 2 I0, 1 none`."""
    answers = Counter(row.answer for row in requests)
    text = f"answered {_counts(answers, len(requests))}"
    waited = [row for row in requests if row.answer == "I99"]
    if waited:
        responses = Counter(row.response or "none" for row in waited)
        text += f"; Response {_counts(responses, len(waited))}"
    if len(requests) == 1 and requests[0].says:
        text += f" ({requests[0].says})"
    return text


def _counts(codes: Counter[str], total: int) -> str:
    if total == 1:
        return next(iter(codes))
    return ", ".join(f"{number} {code}" for code, number in codes.most_common())
