"""What a body of a Service Request is made of: what was asked, and how the texts in it are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.service_requests import definition_of
from smets.cli.exits import Misuse
from smets.cli.lookups import find_device, read_file
from smets.client.administration import Administration
from smets.client.user import User
from smets.fleet.texts import one_of
from smets.moments import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said, Devices found already."""

    srv: str
    devices: tuple[Eui, ...]
    firmware: str = ""
    version: str = ""
    image_hash: str = ""
    at: str = ""
    fields: tuple[str, ...] = ()

    @property
    def is_to_a_device(self) -> bool:
        """Whether the request is sent to its one Device. Raises Misuse where there is not one."""
        definition = definition_of(self.srv)
        if definition is None or definition.non_device:
            return False
        if len(self.devices) != 1:
            raise Misuse(f"SRV {self.srv} '{definition.name}' is for one Device, not {len(self.devices)}")
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """`fields` are those that were set, each of them known to the SRV. All that reads a text raises Misuse."""

    asked: Asked
    fields: dict[str, str]
    sender: User
    administration: Administration
    now: Instant

    @property
    def device(self) -> Eui:
        """The one Device that the request is about."""
        if len(self.asked.devices) != 1:
            raise Misuse(f"SRV {self.asked.srv} is about one Device, not {len(self.asked.devices)}")
        return self.asked.devices[0]

    @property
    def device_if_any(self) -> Eui | None:
        """The same, or none."""
        return self.device if self.asked.devices else None

    @property
    def execution(self) -> Instant | None:
        """--at: `+2h` counts from the emulated time, `cancel` is the date that cancels."""
        if self.asked.at == "cancel":
            return CANCELLATION
        return moment(self.asked.at, self.now, ", or (--at) 'cancel'") if self.asked.at else None

    def moment(self, name: str, default: Instant) -> Instant:
        """A field that names an instant."""
        return moment(self.fields[name], self.now) if name in self.fields else default

    def day(self, name: str) -> Instant | None:
        """A field that names a day: its midnight of UTC; None: it was not set."""
        return _midnight(moment(self.fields[name], self.now)) if name in self.fields else None

    @property
    def today(self) -> Instant:
        """The midnight of UTC before now."""
        return _midnight(self.now)

    def number(self, name: str, default: int) -> int:
        """A field that is a whole number; it may be one that the DSP refuses."""
        text = self.fields.get(name, str(default))
        try:
            return int(text)
        except ValueError:
            raise Misuse(f"--set {name}={text!r}: expected a whole number") from None

    def octets(self, name: str) -> bytes:
        """A field in hex, or `@FILE` with the octets or the hex in it."""
        text = self.fields[name]
        content = read_file(Path(text[1:])) if text.startswith("@") else text.encode()
        try:
            return bytes.fromhex(content.decode("ascii"))
        except ValueError:
            if text.startswith("@"):
                return content
            raise Misuse(f"--set {name}={text!r}: expected hex, or @FILE") from None

    def is_set(self, name: str) -> bool:
        """A field that is yes or no."""
        return one_of_field(name, self.fields.get(name, "no"), ("yes", "no")) == "yes"

    async def device_named(self, name: str) -> Eui:
        """A field that names a Device, by its EUI or the beginning or end of one."""
        if name not in self.fields:
            raise Misuse(f"SRV {self.asked.srv} needs --set {name}=DEVICE")
        return await find_device(self.administration, self.fields[name])

    def certificate(self, usage: KeyUsage) -> bytes:
        """The sender's own, in DER; empty where the state folder has none."""
        return self.sender.repository.organisation_certificate(self.sender.eui, usage) or b""

    def needs(self, *names: str) -> None:
        """Raises Misuse that names every field that was not set."""
        if missing := [name for name in names if name not in self.fields]:
            raise Misuse(f"SRV {self.asked.srv} needs {', '.join(f'--set {name}=...' for name in missing)}")

    def needs_one(self, *names: str) -> None:
        """A DEVICE or one of these fields. Raises Misuse."""
        given = len(self.asked.devices) + sum(name in self.fields for name in names)
        if given != 1:
            rows = " or ".join(f"{name}=..." for name in names)
            raise Misuse(f"SRV {self.asked.srv} needs a DEVICE, or --set {rows}, and one of these only")


def read_fields(texts: Iterable[str], known: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE`, each of a known name. Raises Misuse."""
    fields: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise Misuse(f"--set {text!r}: expected NAME=VALUE, with a NAME of {', '.join(known)}")
        try:
            fields[one_of("field", name, known)] = value
        except ValueError as error:
            raise Misuse(f"--set {text!r}: {error}") from None
    return fields


def one_of_field(name: str, value: str, known: Iterable[str]) -> str:
    """The value of a field, one of those known. Raises Misuse."""
    try:
        return one_of("value", value, known)
    except ValueError as error:
        raise Misuse(f"--set {name}={value}: {error}") from None


def _midnight(at: Instant) -> Instant:
    return Instant(at - at % DAY_MS)
