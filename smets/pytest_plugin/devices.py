"""Devices as tests hold them: a fleet of premises, the Devices in them, and what stands for Devices in a call."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, overload

from pydantic import TypeAdapter, ValidationError

from smart_metering.administration import DeviceInside
from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.smi_statuses import SmiStatus
from smets.client.errors import NotThere
from smets.client.records import SmiDevice
from smets.fleet.texts import did_you_mean
from smets.scenarios.cast import Member
from smets.scenarios.selectors import Selector, SelectorModel

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage

_SELECTORS: TypeAdapter[SelectorModel] = TypeAdapter(Selector)


class Device:
    """One Device. What is asked of it is read at once, on the side that knows."""

    def __init__(self, stage: "Stage", member: Member) -> None:
        self.member = member
        self._stage = stage

    @property
    def id(self) -> Eui:
        return self.member.device_id

    @property
    def type(self) -> DeviceType:
        return self.member.device_type

    @property
    def mpxn(self) -> str:
        """Of a meter; empty for other Devices."""
        return self.member.mpxn

    @property
    def smi(self) -> SmiDevice:
        """What the SMI says of it, with its status history. Raises NotThere."""
        smi = self._stage(self._stage.system.device(self.id)).smi
        if smi is None:
            raise NotThere(f"{self} is not in the SMI")
        return smi

    @property
    def inside(self) -> DeviceInside:
        """What it is in truth. Raises NotThere."""
        return self._stage(self._stage.system.emulator.inspect(self.id))

    @property
    def status(self) -> SmiStatus | None:
        """Its SMI Status; None for a Type 2 Device."""
        return self.smi.device.device_status

    @property
    def smi_firmware(self) -> str:
        """The firmware that it runs as the SMI believes."""
        return self.smi.device.device_firmware_version

    @property
    def firmware(self) -> FirmwareVersion:
        """The firmware that it runs."""
        return self.inside.firmware_version

    def __str__(self) -> str:
        return str(self.member)

    def __repr__(self) -> str:
        return f"<{self.member}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


class _OfTypes:
    """Devices by their types."""

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them, in the order of their IDs."""
        raise NotImplementedError


class Premises(_OfTypes):
    """One premises. A Device of a type is the first of that type; raises LookupError where there is none."""

    def __init__(self, name: str, devices: tuple[Device, ...]) -> None:
        self.name = name
        self._devices = devices

    @property
    def devices(self) -> tuple[Device, ...]:
        return self._devices

    @property
    def chf(self) -> Device:
        return self.of_type(DeviceType.CHF)

    @property
    def gpf(self) -> Device:
        return self.of_type(DeviceType.GPF)

    @property
    def esme(self) -> Device:
        return self.of_type(DeviceType.ESME)

    @property
    def gsme(self) -> Device:
        return self.of_type(DeviceType.GSME)

    @property
    def ppmid(self) -> Device:
        return self.of_type(DeviceType.PPMID)

    @property
    def hcalcs(self) -> Device:
        return self.of_type(DeviceType.HCALCS)

    def of_type(self, device_type: DeviceType) -> Device:
        """Raises LookupError."""
        for device in self._devices:
            if device.type is device_type:
                return device
        known = ", ".join(device.type for device in self._devices)
        raise LookupError(f"premises {self.name} have no {device_type} (they have {known})")

    def __repr__(self) -> str:
        return f"<premises {self.name}>"


class Fleet(_OfTypes, Sequence[Premises]):
    """Premises one after the other. Devices of a type are all of that type."""

    def __init__(self, stage: "Stage", names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._stage = stage

    @cached_property
    def _members(self) -> tuple[Device, ...]:
        cast = self._stage.here.scenario.cast
        return tuple(
            Device(self._stage, member)
            for name in self.names
            for member in cast.devices(SelectorModel(fleet=name))
        )

    @cached_property
    def _premises(self) -> tuple[Premises, ...]:
        grouped: dict[tuple[str, int], list[Device]] = {}
        for device in self._members:
            grouped.setdefault((device.member.fleet.name, device.member.premises), []).append(device)
        return tuple(
            Premises(f"{name}/{number}", tuple(devices)) for (name, number), devices in grouped.items()
        )

    @property
    def devices(self) -> tuple[Device, ...]:
        return self._members

    @property
    def chf(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.CHF)

    @property
    def gpf(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.GPF)

    @property
    def esme(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.ESME)

    @property
    def gsme(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.GSME)

    @property
    def ppmid(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.PPMID)

    @property
    def hcalcs(self) -> tuple[Device, ...]:
        return self.of_type(DeviceType.HCALCS)

    def of_type(self, device_type: DeviceType) -> tuple[Device, ...]:
        """May be none."""
        return tuple(device for device in self._members if device.type is device_type)

    @overload
    def __getitem__(self, place: int) -> Premises: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Premises, ...]: ...
    def __getitem__(self, place: int | slice) -> Premises | tuple[Premises, ...]:
        return self._premises[place]

    def __len__(self) -> int:
        return len(self._premises)

    def __repr__(self) -> str:
        return f"<fleet {', '.join(self.names)}: {len(self)} premises>"


Meant: TypeAlias = Device | Premises | Fleet | str | Iterable["Meant"]
"""Devices, premises, fleets, or a selector as in a scenario: `ESME`, `homes/1-10/GSME`, a Device ID."""


def members_of(stage: "Stage", meant: Meant) -> tuple[Member, ...]:
    """Each once, in the order said; those that a test speaks of are its concern. Raises LookupError and ValueError."""
    members = tuple({member.device_id: member for member in _members_of(stage, meant)}.values())
    stage.concerned.update({member.device_id: None for member in members})
    return members


def selector_for(members: Sequence[Member]) -> dict[str, str]:
    """How they are called in a text about them: by their type, the one by its Device ID."""
    if len(members) == 1:
        return {"device": members[0].device_id}
    types = {member.device_type for member in members}
    return {"type": types.pop()} if len(types) == 1 else {}


def _members_of(stage: "Stage", meant: Meant) -> Iterator[Member]:
    match meant:
        case Device():
            yield meant.member
        case str():
            yield from _selected(stage, meant)
        case Premises():
            for device in meant.devices:
                yield device.member
        case Fleet():
            for device in meant.devices:
                yield device.member
        case Iterable():
            for item in meant:
                yield from _members_of(stage, item)
        case _:
            raise TypeError(
                f"{meant!r}: expected a Device, premises, a fleet, or a text like 'ESME' or a Device ID"
            )


def _selected(stage: "Stage", text: str) -> list[Member]:
    cast = stage.here.scenario.cast
    try:
        selector = _SELECTORS.validate_python(text)
    except ValidationError as error:
        what = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ValueError(f"{text!r} means no Devices: {what}") from None
    members = cast.devices(selector)
    if not members:
        names = [fleet.name for fleet in cast.fleets]
        near = did_you_mean(text, [*names, *DeviceType])
        raise LookupError(
            f"{text!r} means no Device of this test{near} (fleets: {', '.join(names) or 'none'})"
        )
    return members
