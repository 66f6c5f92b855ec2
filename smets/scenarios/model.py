"""What a scenario file may say: the fleet, the steps, and what must be so at the end."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from device_emulator.devices.tampers import Tamper
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import parse_firmware_version
from smart_metering.instants import Instant
from smets.fleet.model import CplModel, Described, FaultModel, FleetModel
from smets.fleet.texts import (
    DurationText,
    InstantText,
    ManufacturerText,
    ModelText,
    PartyName,
    SignedDurationText,
    SrvText,
    TemplateName,
    VersionText,
)
from smets.moments import moment
from smets.requests.making import read_hash
from smets.scenarios.expectations import AnswerModel, ExpectationModel
from smets.scenarios.selectors import Selector

MOST_STEPS = 10_000


def _check_date(text: str) -> str:
    if text not in ("", "cancel"):
        moment(text, Instant(0), ", or 'cancel'")
    return text


def _check_version(text: str) -> str:
    return parse_firmware_version(text) if text else text


def _check_hash(text: str) -> str:
    return read_hash(text).hex() if text else text


DateText = Annotated[str, AfterValidator(_check_date)]


def _texts(found: object) -> object:
    if isinstance(found, str):
        raise ValueError("expected a mapping of fields, like {status: Commissioned}")
    return found


class SendModel(Described):
    """A Service Request: to each of the Devices, or once with all of them where the SRV lists Devices (11.1, 11.4)."""

    srv: SrvText
    """The Service Reference Variant, like 11.3."""
    to: Selector | None = None
    """The Devices; none for a request that names no Device."""
    user: PartyName | None = None
    """The party that sends it. Without one it is the supplier that a Device has when the fleet is launched, where its
    roles may send the SRV; else the first party whose roles may."""
    firmware: str = ""
    """11.1, 11.3, 11.4: firmware of the file, by its name there, or the SHA-256 of a file that was uploaded."""
    version: Annotated[str, AfterValidator(_check_version)] = ""
    """11.1, 11.4: the version that is said, if it is not that of the firmware."""
    hash: Annotated[str, AfterValidator(_check_hash)] = ""
    """11.3: the hash that is said, in place of that of a firmware."""
    at: DateText = ""
    """The execution date: an instant, +2h, or `cancel`."""
    set: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(default_factory=dict)
    """Fields of the body; which, and with which values, says docs/requests.md."""
    variant: Annotated[int, Field(ge=1, le=8)] | None = None
    """The Command Variant, if not that of its kind: 8 without a Device, 5 if Critical, else 1."""
    within: DurationText | None = None
    """How far time is let pass for Responses: a minute; of a dated request only what is due at once."""
    expect: AnswerModel | None = None
    """What must come of each; without it, the DSP must accept it."""


class NextEventModel(Described):
    """Time moves to the next event, or that after it."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 1
    """So many events."""
    within: DurationText = 86_400_000
    """No further than this for each; a day."""


class ProductModel(Described):
    """A product that is on the CPL: what it is called there, as with the entries of `cpl`."""

    device_type: DeviceType
    """What it is."""
    firmware_version: VersionText
    """Eight hex digits."""
    template: TemplateName = "smets2"
    """Whose Device of this type gives manufacturer and model."""
    manufacturer: ManufacturerText | None = None
    """Another manufacturer."""
    model: ModelText | None = None
    """Another model."""


class RegistrationModel(Described):
    """A supplier is registered for meters."""

    supplier: PartyName
    """Which party."""
    devices: Selector
    """ESMEs and GSMEs."""
    since: InstantText | None = None
    """From when on; without it, from now on."""


class CorrectModel(Described):
    """The DCC's manual correction of what the SMI says of Devices."""

    devices: Selector
    """Of which Devices."""
    manufacturer: ManufacturerText | None = None
    """What the SMI is to say."""
    model: ModelText | None = None
    """What the SMI is to say."""
    reason: Annotated[str, Field(min_length=1)] = "corrected by the scenario"
    """Why; it stands in the history."""

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if self.manufacturer is None and self.model is None:
            raise ValueError("expected manufacturer or model")
        return self


class RecoveryModel(Described):
    """A step of the recovery from a compromise."""

    devices: Selector
    """Of which Devices."""
    event: Literal["Started", "CredentialsPlaced", "SupplierRestored"]
    """What is done of it."""
    reason: Annotated[str, Field(min_length=1)] = "recovered by the scenario"
    """Why; it stands in the history."""


class PowerModel(Described):
    """Devices are switched off or on."""

    devices: Selector
    """Which; a hub has `hub`."""
    state: Literal["off", "on"]
    """What they are then."""
    at_activation: bool = False
    """With off: their power goes while they next activate firmware, and not now."""

    @model_validator(mode="after")
    def _goes_at_activation(self) -> Self:
        if self.at_activation and self.state == "on":
            raise ValueError("at_activation goes with state off")
        return self


class HubModel(Described):
    """Comms Hubs are switched off or on: nothing reaches their premises, or leaves them."""

    devices: Selector
    """The hubs of these Devices: CHF, or any beside it."""
    state: Literal["off", "on"]
    """What they are then."""


class TamperModel(Described):
    """Somebody opens meters, or holds a magnet to them."""

    devices: Selector
    """ESMEs and GSMEs."""
    kind: Tamper
    """What is done; which meter notices what is choice G94."""


class DeviceClockModel(Described):
    """The own clocks of Devices are set wrong, or right."""

    devices: Selector
    """Which."""
    drift: SignedDurationText | None = None
    """So fast; -5m is slow, and 0 right."""
    set: InstantText | None = None
    """What they read now."""

    @model_validator(mode="after")
    def _sets_it_one_way(self) -> Self:
        if (self.drift is None) == (self.set is None):
            raise ValueError("expected either drift or set")
        return self


class RepeatModel(Described):
    """The same steps, over and over."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)]
    """How often."""
    steps: Annotated[tuple["StepModel", ...], Field(min_length=1)]
    """One after the other."""


class RandomModel(Described):
    """One of the steps, as the seed draws, over and over."""

    times: Annotated[int, Field(ge=1, le=MOST_STEPS)]
    """How often."""
    steps: Annotated[tuple["StepModel", ...], Field(min_length=1)]
    """To choose from."""


class StepModel(Described):
    """One thing that is done: exactly one key. A `note` may stand beside it, or alone."""

    note: str | None = None
    """Words for people."""
    send: SendModel | None = None
    """A Service Request is sent, to each of some Devices."""
    advance: DurationText | None = None
    """Time passes: 30s, 2h, 1d12h."""
    advance_to: InstantText | None = None
    """Time passes up to an instant, or a day."""
    next_event: NextEventModel | None = None
    """Time passes up to what happens next."""
    faults: tuple[FaultModel, ...] | None = None
    """Faults hold on the link from now on, beside those that hold; one of the same name takes its place."""
    clear_faults: tuple[str, ...] | None = None
    """Faults of these names hold no more; `[]`: none does."""
    add_to_cpl: CplModel | None = None
    """A product is put on the CPL."""
    remove_from_cpl: ProductModel | None = None
    """A product leaves the CPL."""
    registration: RegistrationModel | None = None
    """A supplier is registered for meters."""
    correct: CorrectModel | None = None
    """The DCC corrects what the SMI says of Devices."""
    recovery: RecoveryModel | None = None
    """A step of the recovery from a compromise."""
    power: PowerModel | None = None
    """Devices are switched off or on."""
    hub: HubModel | None = None
    """Comms Hubs are switched off or on."""
    tamper: TamperModel | None = None
    """Somebody tampers with meters."""
    device_clock: DeviceClockModel | None = None
    """The own clocks of Devices are set."""
    expect: ExpectationModel | None = None
    """What must be so now."""
    repeat: RepeatModel | None = None
    """Steps are taken several times."""
    random: RandomModel | None = None
    """Steps are drawn by the seed."""

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

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str = ""
    """What people call it; else the name of the file."""
    description: str = ""
    """What it shows: the first line in short, then by which rule."""
    steps: tuple[StepModel, ...] = ()
    """What is done, one after the other."""
    expect: tuple[ExpectationModel, ...] = ()
    """What must be so at the end."""
