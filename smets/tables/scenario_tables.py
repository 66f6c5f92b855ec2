"""The keys of a scenario as tables, from the docstrings of the models that read it."""

from collections.abc import Callable, Iterable, Iterator

from pydantic import BaseModel

from smets.scenarios.expectations import KEYS, AnswerModel, ExpectationModel
from smets.scenarios.model import (
    CorrectModel,
    DeviceClockModel,
    HubModel,
    NextEventModel,
    PowerModel,
    ProductModel,
    RandomModel,
    RecoveryModel,
    RegistrationModel,
    RepeatModel,
    SendModel,
    StepModel,
    TamperModel,
)
from smets.scenarios.selectors import SelectorModel
from smets.tables.page import render_rows

KEYED_STEPS: dict[str, type[BaseModel]] = {
    "next_event": NextEventModel,
    "remove_from_cpl": ProductModel,
    "registration": RegistrationModel,
    "correct": CorrectModel,
    "recovery": RecoveryModel,
    "power": PowerModel,
    "hub": HubModel,
    "tamper": TamperModel,
    "device_clock": DeviceClockModel,
    "repeat": RepeatModel,
    "random": RandomModel,
}
"""Those whose keys stand in a table together; `send` has its own, and the others' are those of a fleet file."""


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Each key, and what its docstring says."""
    for name, field in model.model_fields.items():
        yield f"`{name}`", " ".join((field.description or "").split())


def steps() -> str:
    return render_rows(("Step", "What it does"), keys_of(StepModel))


def sending() -> str:
    return render_rows(("Key of `send`", "What it says"), keys_of(SendModel))


def answers() -> str:
    return render_rows(("Key of its `expect`", "What must be so"), keys_of(AnswerModel))


def other_steps() -> str:
    rows = ((f"`{step}`", *row) for step, model in KEYED_STEPS.items() for row in keys_of(model))
    return render_rows(("Step", "Key", "What it says"), rows)


def expectations() -> str:
    kinds = {key: kind for kind, keys in KEYS.items() for key in (kind, *keys)}
    times = {key for key in KEYS["user"] if key in KEYS["fault"]}
    rows = (
        ("user, fault" if key.strip("`") in times else kinds[key.strip("`")], key, what)
        for key, what in keys_of(ExpectationModel)
    )
    return render_rows(("Of", "Key", "What must be so"), rows)


def selectors() -> str:
    return render_rows(("Key", "Which Devices"), keys_of(SelectorModel))


PARTS: dict[str, Callable[[], str]] = {
    "steps": steps,
    "send": sending,
    "answers": answers,
    "other steps": other_steps,
    "expectations": expectations,
    "selectors": selectors,
}


def with_parts(page: str, parts: Iterable[str] = tuple(PARTS)) -> str:
    """The page with each of the parts written anew between its two comments. Raises ValueError where one is missing."""
    for name in parts:
        begin, end = f"<!-- {name}: written by python -m smets.tables -->\n", f"<!-- end of {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page has no place for {name!r}: expected {begin.strip()} and {end}")
        page = f"{before}{begin}\n{PARTS[name]()}\n{end}{after}"
    return page
