"""Draws up a scenario: its steps one after the other, as they will be taken, or all that is wrong with them."""

import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from smart_metering.administration import CplEntry, FaultRule
from smart_metering.device_types import METERS, DeviceType
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys
from smart_metering.service_requests import definition_of
from smart_metering.user_roles import UserRole
from smets.fleet import extras
from smets.fleet.drawing import Drawing
from smets.fleet.lines import Lines
from smets.fleet.lines import Path as Place
from smets.fleet.model import CplModel
from smets.fleet.planning import FleetPlan, draw_up
from smets.fleet.reading import FleetFileError, read, read_file
from smets.fleet.texts import did_you_mean, one_of
from smets.requests.bodies import check
from smets.requests.errors import WrongRequest
from smets.requests.making import Asked
from smets.scenarios.by_hand import Handling, handling_of, why_not
from smets.scenarios.cast import Cast, Member
from smets.scenarios.expectations import ExpectationModel
from smets.scenarios.model import (
    MOST_STEPS,
    CorrectModel,
    ProductModel,
    RecoveryModel,
    RegistrationModel,
    ScenarioModel,
    SendModel,
    StepModel,
)
from smets.scenarios.selectors import SelectorModel

SHA256_DIGITS = 64
LISTING = frozenset({"11.1", "11.4"})
"""SRVs whose one request lists all its Devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must be so. `devices` are those of `devices` or `about`; None: neither was said."""

    line: int
    said: ExpectationModel
    devices: tuple[Member, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One step to take. `number`: `3`, or `3.2.1` for the first step of the second turn of the third.

    `place` is where the file says it. `devices` are those it is about; the rest is what the plan made of it.
    """

    number: str
    line: int
    place: Place
    step: StepModel
    devices: tuple[Member, ...] = ()
    faults: tuple[FaultRule, ...] = ()
    cpl_entry: CplEntry | None = None
    expectation: Expectation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`name` is what people call it, `source` the file, `text` what stands there."""

    name: str
    source: str
    text: str
    model: ScenarioModel
    plan: FleetPlan
    cast: Cast
    acts: tuple[Act, ...]
    expectations: tuple[Expectation, ...]
    files: Mapping[str, bytes]

    @property
    def seed(self) -> str:
        return self.model.seed


def read_scenario(path: Path, given: GivenKeys = NOTHING_GIVEN) -> Scenario:
    """Its parties have the given keys. Raises FleetFileError."""
    model, lines = read_file(path, ScenarioModel)
    return plan_scenario(model, lines, str(path), path.read_text("utf-8"), given)


def scenario_of(text: str, source: str = "scenario", given: GivenKeys = NOTHING_GIVEN) -> Scenario:
    """The scenario that a text says; `source` is what the faults call it. Raises FleetFileError."""
    model, lines = read(text, ScenarioModel, source)
    return plan_scenario(model, lines, source, text, given)


def plan_scenario(
    model: ScenarioModel, lines: Lines, source: str, text: str, given: GivenKeys = NOTHING_GIVEN
) -> Scenario:
    """Raises FleetFileError with every fault."""
    drawing = Drawing(model, lines, Path(source).parent, given)
    plan = draw_up(drawing)
    drawn = _Acts(
        drawing,
        Cast(plan.premises, model.seed),
        {row.name: row.octets for row in plan.firmware},
        frozenset({*(rule.name for rule in plan.faults), *_fault_names(model.steps)}),
    )
    acts = tuple(drawn.of(model.steps, ("steps",), ""))
    expectations = tuple(
        drawn.expectation(("expect", index), said) for index, said in enumerate(model.expect)
    )
    if drawing.faults:
        raise FleetFileError(source, drawing.faults)
    return Scenario(
        name=model.name or Path(source).stem,
        source=source,
        text=text,
        model=model,
        plan=plan,
        cast=drawn.cast,
        acts=acts,
        expectations=expectations,
        files=drawn.files,
    )


@dataclass(slots=True)
class _Acts:
    drawing: Drawing
    cast: Cast
    files: Mapping[str, bytes]
    fault_names: frozenset[str]
    count: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.cast.seed}/steps")

    def of(self, steps: Sequence[StepModel], place: Place, before: str) -> Iterator[Act]:
        """Repeated and drawn steps are said out."""
        for index, step in enumerate(steps):
            yield from self._step(step, (*place, index), f"{before}{index + 1}")

    def expectation(self, place: Place, said: ExpectationModel) -> Expectation:
        selector = said.devices or said.about
        devices = None
        if said.fault is not None:
            self._fault_named((*place, "fault"), said.fault)
        if selector is not None:
            devices = self._devices((*place, "devices" if said.devices else "about"), selector)
        return Expectation(line=self.drawing.lines.nearest(place), said=said, devices=devices)

    def _step(self, step: StepModel, place: Place, number: str) -> Iterator[Act]:
        self.count += 1
        if self.count > MOST_STEPS:
            if self.count == MOST_STEPS + 1:
                self.drawing.fault(place, f"more than {MOST_STEPS} steps, repeated ones counted")
            return
        if step.repeat is not None:
            for turn in range(1, step.repeat.times + 1):
                yield from self.of(step.repeat.steps, (*place, "repeat", "steps"), f"{number}.{turn}.")
        elif step.random is not None:
            for turn in range(1, step.random.times + 1):
                drawn = self.dice.randrange(len(step.random.steps))
                within = (*place, "random", "steps", drawn)
                yield from self._step(step.random.steps[drawn], within, f"{number}.{turn}")
            self._try(step.random.steps, (*place, "random", "steps"))
        else:
            yield self._act(step, place, number)

    def _try(self, steps: Sequence[StepModel], place: Place) -> None:
        """Whatever the seed draws, what is wrong with a step is said."""
        before = self.count, self.dice.getstate()
        deque(self.of(steps, place, ""), maxlen=0)
        self.count = before[0]
        self.dice.setstate(before[1])

    def _act(self, step: StepModel, place: Place, number: str) -> Act:
        drawing = self.drawing
        act = partial(Act, number=number, line=drawing.lines.nearest(place), place=place, step=step)
        here = (*place, step.verb)
        match step:
            case StepModel(send=SendModel() as send):
                return act(devices=self._addressed(here, send))
            case StepModel(faults=tuple() as faults):
                return act(faults=tuple(extras.fault_rules(drawing, here, faults)))
            case StepModel(clear_faults=tuple() as names):
                for index, name in enumerate(names):
                    self._fault_named((*here, index), name)
                return act()
            case StepModel(add_to_cpl=CplModel() as asked):
                return act(cpl_entry=extras.cpl_entry(drawing, here, asked))
            case StepModel(remove_from_cpl=ProductModel() as product):
                return act(cpl_entry=self._product(here, product))
            case StepModel(registration=RegistrationModel() as registration):
                return act(devices=self._meters(here, registration))
            case StepModel(expect=ExpectationModel() as said):
                return act(expectation=self.expectation(here, said))
            case StepModel(correct=CorrectModel() as asked) | StepModel(recovery=RecoveryModel() as asked):
                return act(devices=self._devices((*here, "devices"), asked.devices))
            case _:
                handling = handling_of(step)
                return act() if handling is None else act(devices=self._handled(here, handling))

    def _handled(self, place: Place, asked: Handling) -> tuple[Member, ...]:
        members = self._devices((*place, "devices"), asked.devices)
        reasons = (why_not(asked, member) for member in members)
        if reason := next(filter(None, reasons), ""):
            self.drawing.fault((*place, "devices"), reason)
        return members

    def _fault_named(self, place: Place, name: str) -> None:
        """One that is never set could never be drawn."""
        try:
            one_of("fault", name, sorted(self.fault_names))
        except ValueError as error:
            self.drawing.fault(place, str(error))

    def _devices(self, place: Place, selector: SelectorModel) -> tuple[Member, ...]:
        fleets = list(dict.fromkeys(fleet.fleet for fleet in self.cast.fleets))
        if selector.fleet is not None and selector.fleet not in fleets:
            near = did_you_mean(selector.fleet, [*fleets, *DeviceType])
            expected = ", ".join(fleets) or "there is none"
            self.drawing.fault(
                place, f"there is no Device Type and no fleet {selector.fleet!r}{near} (fleets: {expected})"
            )
            return ()
        members = self.cast.devices(selector)
        if not members:
            self.drawing.fault(place, f"{selector}: no Device of the fleets is meant")
        return tuple(members)

    def _addressed(self, place: Place, send: SendModel) -> tuple[Member, ...]:
        definition = definition_of(send.srv)
        assert definition is not None, "checked by the model"
        if send.to is None and not definition.non_device:
            self.drawing.fault(place, f"SRV {send.srv} '{definition.name}' is for a Device: expected to")
        try:
            check(asked(send, ()))
        except WrongRequest as error:
            self.drawing.fault(place, str(error))
        self._firmware((*place, "firmware"), send)
        return self._devices((*place, "to"), send.to) if send.to is not None else ()

    def _firmware(self, place: Place, send: SendModel) -> None:
        is_known = send.firmware in self.files or len(send.firmware) == SHA256_DIGITS
        if send.firmware and not is_known:
            near = did_you_mean(send.firmware, self.files)
            names = ", ".join(self.files) or "none"
            self.drawing.fault(
                place,
                f"there is no firmware {send.firmware!r}{near} (of this file: {names}), and it is no SHA-256",
            )

    def _meters(self, place: Place, registration: RegistrationModel) -> tuple[Member, ...]:
        members = self._devices((*place, "devices"), registration.devices)
        roles = self.drawing.known_parties[registration.supplier].roles
        for member in members:
            if member.device_type not in METERS:
                self.drawing.fault(
                    (*place, "devices"), f"{member}: only a meter has a supplier that is registered"
                )
                break
            if supplier_role(member) not in roles:
                self.drawing.fault(
                    (*place, "supplier"),
                    f"{registration.supplier!r} is to be {supplier_role(member)}, but its roles are {' '.join(roles)}",
                )
                break
        return members

    def _product(self, place: Place, product: ProductModel) -> CplEntry | None:
        found = extras.product_of(self.drawing, place, product)
        if found is None:
            return None
        return CplEntry(
            device_type=product.device_type,
            device_manufacturer=found[0],
            device_model=found[1],
            firmware_version=product.firmware_version,
        )


def _fault_names(steps: Iterable[StepModel]) -> Iterator[str]:
    for step in steps:
        for index, fault in enumerate(step.faults or ()):
            yield fault.name or fault.preset or extras.unnamed(index)
        for inner in (step.repeat, step.random):
            yield from _fault_names(inner.steps if inner is not None else ())


def asked(send: SendModel, devices: Sequence[Member]) -> Asked:
    """The request in the words that bodies are made of."""
    return Asked(
        srv=send.srv,
        devices=tuple(member.device_id for member in devices),
        firmware=send.firmware,
        version=send.version,
        image_hash=send.hash,
        at=send.at,
        fields=send.set,
    )


def supplier_role(meter: Member) -> UserRole:
    """The role in which a supplier is registered for it."""
    return UserRole.IS if meter.device_type is DeviceType.ESME else UserRole.GS
