"""Faults on the link as tests set them: what becomes of the messages of Devices, and whether it did."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from smart_metering.administration import Fate, FaultRule
from smets.fleet import extras
from smets.fleet.drawing import Drawing
from smets.fleet.lines import Fault, Lines
from smets.fleet.reading import FleetFileError
from smets.pytest_plugin.devices import Meant, members_of
from smets.pytest_plugin.failing import about_words, expect
from smets.pytest_plugin.words import Duration, milliseconds_of

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage

Direction = Literal["FROM_DEVICE", "TO_DEVICE"]


class Faults:
    """A rule holds for every later message, until it is cleared. Each call gives the names of the rules that it set.

    Of what a Device says (`FROM_DEVICE`), to what one SRV asked or to any, of given Devices or of each: the `next` so
    many messages of each Device (1, if nothing is said), or one in so many, as the seed draws.
    """

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._count = 0

    def lose(
        self,
        srv: str = "",
        device: Meant | None = None,
        *,
        next: int | None = None,
        one_in: int | None = None,
        direction: Direction = "FROM_DEVICE",
        name: str = "",
    ) -> list[str]:
        """Messages do not arrive. The Device has acted, where it is its Response."""
        __tracebackhide__ = True
        return self._of_kind("lose", srv, device, next, one_in, direction, name)

    def delay(
        self,
        by: Duration,
        srv: str = "",
        device: Meant | None = None,
        *,
        next: int | None = None,
        one_in: int | None = None,
        direction: Direction = "FROM_DEVICE",
        name: str = "",
    ) -> list[str]:
        """Messages arrive so much later."""
        __tracebackhide__ = True
        return self._of_kind("delay", srv, device, next, one_in, direction, name, by=by)

    def repeat(
        self,
        srv: str = "",
        device: Meant | None = None,
        *,
        next: int | None = None,
        one_in: int | None = None,
        direction: Direction = "FROM_DEVICE",
        name: str = "",
    ) -> list[str]:
        """Messages arrive twice."""
        __tracebackhide__ = True
        return self._of_kind("repeat", srv, device, next, one_in, direction, name)

    def reorder(
        self,
        srv: str = "",
        device: Meant | None = None,
        *,
        next: int | None = None,
        one_in: int | None = None,
        direction: Direction = "FROM_DEVICE",
        name: str = "",
    ) -> list[str]:
        """Messages arrive after the next one of their Device."""
        __tracebackhide__ = True
        return self._of_kind("reorder", srv, device, next, one_in, direction, name)

    def garble(
        self,
        srv: str = "",
        device: Meant | None = None,
        *,
        next: int | None = None,
        one_in: int | None = None,
        direction: Direction = "FROM_DEVICE",
        name: str = "",
    ) -> list[str]:
        """Messages arrive with a wrong octet."""
        __tracebackhide__ = True
        return self._of_kind("garble", srv, device, next, one_in, direction, name)

    def preset(self, preset: str, device: Meant | None = None, *, name: str = "") -> list[str]:
        """A rule that has a name, like `silence`, `deafness` or `one-in-five-11.3`."""
        __tracebackhide__ = True
        return self._set({"preset": preset}, device, name or preset)

    def rule(self, device: Meant | None = None, **keys: object) -> list[str]:
        """Any rule, in the keys of `faults` in a fleet file."""
        __tracebackhide__ = True
        return self._set(
            keys, device, str(keys.pop("name", "")) or self._new_name(str(keys.get("fate", "fault")))
        )

    def clear(self, *names: str) -> None:
        """These rules hold no more; without a name, none does."""
        __tracebackhide__ = True
        self._stage(self._stage.system.emulator.clear_faults(names))

    @property
    def rules(self) -> list[FaultRule]:
        """Those that hold now, in the order in which they are asked."""
        return self._stage(self._stage.system.emulator.faults())

    def drawn(self, device: Meant) -> list[Fate]:
        """What became of messages of these Devices, oldest first of each."""
        __tracebackhide__ = True
        emulator = self._stage.system.emulator
        fates: list[Fate] = []
        for member in members_of(self._stage, device):
            fates += self._stage.blocking.iterate(emulator.fates(member.device_id))
        return fates

    def expect_drawn(
        self,
        name: str,
        *,
        about: Meant | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> None:
        """That a rule was drawn: once or more, unless said otherwise. Raises DidNotHold."""
        __tracebackhide__ = True
        members = None if about is None else members_of(self._stage, about)
        said = {"fault": name, "times": times, "at_least": at_least, "at_most": at_most}
        expect(self._stage, {**said, **about_words(members)}, members)

    def __repr__(self) -> str:
        return "<faults>"

    def _of_kind(
        self,
        fate: str,
        srv: str,
        device: Meant | None,
        next_so_many: int | None,
        one_in: int | None,
        direction: Direction,
        name: str,
        by: Duration | None = None,
    ) -> list[str]:
        __tracebackhide__ = True
        if next_so_many is None and one_in is None:
            next_so_many = 1
        keys = {
            "fate": fate,
            "srvs": [srv] if srv else None,
            "next": next_so_many,
            "one_in": one_in,
            "direction": direction,
            "delay": None if by is None else f"{milliseconds_of(by)}ms",
        }
        return self._set(keys, device, name or self._new_name(f"{fate} {srv}".strip()))

    def _set(self, keys: Mapping[str, object], device: Meant | None, name: str) -> list[str]:
        """A rule for each Device that is named: the first bears the name, the others are numbered.

        Raises FleetFileError.
        """
        __tracebackhide__ = True
        if device is None:
            rows = [{**keys, "name": name}]
        else:
            members = members_of(self._stage, device)
            rows = [
                {**keys, "device": member.device_id, "name": name if at == 1 else f"{name}, {at}"}
                for at, member in enumerate(members, start=1)
            ]
        model = self._stage.here.draft.said({"faults": rows})
        drawing = Drawing(model, Lines())
        rules = list(extras.fault_rules(drawing, ("faults",), model.faults))
        if drawing.faults:
            raise FleetFileError("smets", [Fault(0, fault.path, fault.what) for fault in drawing.faults])
        self._stage(self._stage.system.emulator.set_faults(rules))
        return [rule.name for rule in rules]

    def _new_name(self, stem: str) -> str:
        """The first of a kind has its plain name; a later rule must not take its place."""
        taken = {rule.name for rule in self.rules}
        if stem not in taken:
            return stem
        self._count += 1
        return f"{stem} ({self._count + 1})"
