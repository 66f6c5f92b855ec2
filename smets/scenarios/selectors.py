"""Which Devices of a fleet are meant: by type, fleet, place, label, or Device ID."""

import re
from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from smart_metering.device_types import DeviceType
from smets.fleet.model import Described
from smets.fleet.texts import EuiText, Label

_EUI = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}")
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_FORMS = "a Device Type, a fleet, FLEET/TYPE, FLEET/PREMISES/TYPE, FLEET/1-10/TYPE or a Device ID"


class SelectorModel(Described):
    """Which Devices are meant: all that is said must fit."""

    type: DeviceType | None = None
    """Of this Device Type."""
    fleet: str | None = None
    """Of this entry of `fleets`, by its name."""
    premises: Annotated[str, Field(pattern=rf"^{_RANGE.pattern}$")] | None = None
    """Of these premises of each fleet, counted from 1: 3, or 1-10."""
    label: Label | None = None
    """Of premises with this label."""
    device: EuiText | None = None
    """The one with this Device ID."""
    first: Annotated[int, Field(ge=1)] | None = None
    """Of those, the first so many, in the order of the file."""
    sample: Annotated[int, Field(ge=1)] | None = None
    """Of those, so many as the seed draws."""

    @model_validator(mode="after")
    def _takes_the_first_or_some(self) -> Self:
        if self.first is not None and self.sample is not None:
            raise ValueError("expected first or sample, not both")
        return self

    @property
    def premises_range(self) -> range | None:
        """The numbers that are meant; None: all."""
        if self.premises is None:
            return None
        parts = _RANGE.fullmatch(self.premises)
        assert parts is not None
        return range(int(parts[1]), int(parts[2] or parts[1]) + 1)

    def __str__(self) -> str:
        """As short as it can be said."""
        if self.device is not None:
            return self.device
        parts = [self.fleet, self.premises, self.type]
        text = "/".join(part for part in parts if part is not None) or "all Devices"
        text += f" labelled {self.label}" if self.label else ""
        text += f", the first {self.first}" if self.first else ""
        return text + (f", {self.sample} of them" if self.sample else "")


def _from_text(found: object) -> object:
    """`homes/3/ESME` and its shorter forms."""
    if not isinstance(found, str):
        return found
    if _EUI.fullmatch(found):
        return {"device": found}
    *places, last = found.split("/")
    keys: dict[str, object] = {}
    if last in DeviceType.__members__.values():
        keys["type"] = last
    else:
        places.append(last)
    match places:
        case []:
            pass
        case [fleet]:
            keys["fleet"] = fleet
        case [fleet, premises] if _RANGE.fullmatch(premises):
            keys |= {"fleet": fleet, "premises": premises}
        case _:
            raise ValueError(f"{found!r}: expected {_FORMS}")
    return keys


Selector: TypeAlias = Annotated[
    SelectorModel, BeforeValidator(_from_text, json_schema_input_type=str | SelectorModel)
]
