"""What a scenario file may say: the fleet, the steps, and what must be so at the end."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from smart_metering.device_types import DeviceType
from smets.fleet.model import CplModel, FaultModel, FleetModel, Strict
from smets.fleet.texts import (
    DurationText,
    InstantText,
    ManufacturerText,
    ModelText,
    PartyName,
    SrvText,
    TemplateName,
    VersionText,
)
from smets.scenarios.expectations import AnswerModel, ExpectationModel
from smets.scenarios.selectors import Selector

MOST_STEPS = 10_000


def _texts(found: object) -> object:
    if isinstance(found, str):
        raise ValueError("expected a mapping of fields, like {status: Commissioned}")
    return found


class SendModel(Strict):
    """A Service Request: to each of the Devices `to`, or once with all of them where the SRV lists Devices.

    Without a `user`, it is the Responsible Supplier of the Device (as the fleet is launched) where its role may send
    the SRV, else the first party whose role may. `within`: how far time is let pass for Responses; a minute, but for a
    dated request 0, which only lets happen what is due at once.
    Without `expect`, the DSP must accept it.
    """

    srv: SrvText
    to: Selector | None = None
    user: PartyName | None = None
    firmware: str = ""
    version: str = ""
    hash: str = ""
    at: str = ""
    set: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(default_factory=dict)
    variant: Annotated[int, Field(ge=1, le=8)] | None = None
    within: DurationText | None = None
    expect: AnswerModel | None = None


class NextEventModel(Strict):
    """Time moves to the next event, `times` over, each no further than `within`."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 1
    within: DurationText = 86_400_000


class ProductModel(Strict):
    """A product that is on the CPL: what it is called there, as with the entries of `cpl`."""

    device_type: DeviceType
    firmware_version: VersionText
    template: TemplateName = "smets2"
    manufacturer: ManufacturerText | None = None
    model: ModelText | None = None


class RegistrationModel(Strict):
    """The `supplier` is registered for these meters from `since` on; without it, from now on."""

    supplier: PartyName
    devices: Selector
    since: InstantText | None = None


class CorrectModel(Strict):
    """The DCC's manual correction of what the SMI says of Devices."""

    devices: Selector
    manufacturer: ManufacturerText | None = None
    model: ModelText | None = None
    reason: Annotated[str, Field(min_length=1)] = "corrected by the scenario"

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if self.manufacturer is None and self.model is None:
            raise ValueError("expected manufacturer or model")
        return self


class RecoveryModel(Strict):
    """A step of the recovery from a compromise."""

    devices: Selector
    event: Literal["Started", "CredentialsPlaced", "SupplierRestored"]
    reason: Annotated[str, Field(min_length=1)] = "recovered by the scenario"


class RepeatModel(Strict):
    """The same steps `times` over."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)]
    steps: Annotated[tuple["StepModel", ...], Field(min_length=1)]


class RandomModel(Strict):
    """`times` over, one of the steps, as the seed draws."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)]
    steps: Annotated[tuple["StepModel", ...], Field(min_length=1)]


class StepModel(Strict):
    """One thing that is done: exactly one key. A `note` may stand beside it, or alone."""

    note: str | None = None
    send: SendModel | None = None
    advance: DurationText | None = None
    advance_to: InstantText | None = None
    next_event: NextEventModel | None = None
    faults: tuple[FaultModel, ...] | None = None
    clear_faults: tuple[str, ...] | None = None
    add_to_cpl: CplModel | None = None
    remove_from_cpl: ProductModel | None = None
    registration: RegistrationModel | None = None
    correct: CorrectModel | None = None
    recovery: RecoveryModel | None = None
    expect: ExpectationModel | None = None
    repeat: RepeatModel | None = None
    random: RandomModel | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_mapping(cls, found: object) -> object:
        if isinstance(found, Mapping | StepModel):
            return found
        raise ValueError(f"expected a step, like {{advance: 1h}} (one of: {', '.join(VERBS)})")

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        done = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(done) > 1 or (not done and self.note is None):
            raise ValueError(f"a step does one thing: expected exactly one of: {', '.join(VERBS)}")
        return self

    @property
    def verb(self) -> str:
        """The one thing; `note` where there is only that."""
        return next((verb for verb in VERBS if getattr(self, verb) is not None), "note")


VERBS = tuple(name for name in StepModel.model_fields if name != "note")


class ScenarioModel(FleetModel):
    """A scenario: without steps it is a fleet that stands."""

    name: str = ""
    description: str = ""
    steps: tuple[StepModel, ...] = ()
    expect: tuple[ExpectationModel, ...] = ()
