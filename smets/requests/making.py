"""What a body of a Service Request is made of: what was asked, and how the texts in it are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.service_requests import definition_of
from smets.client.administration import Administration
from smets.client.user import User
from smets.fleet.texts import one_of
from smets.moments import moment
from smets.requests.errors import WrongRequest


class Lookups(Protocol):
    """What a text in a request may stand for, where it was written."""

    async def device(self, text: str) -> Eui:
        """The Device. Raises WrongRequest where there is not one."""

    def file(self, name: str) -> bytes | None:
        """The octets of a file; None: there is no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said, Devices found already. `mark` stands before the name of an option where it was said."""

    srv: str
    devices: tuple[Eui, ...]
    firmware: str = ""
    version: str = ""
    image_hash: str = ""
    at: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""

    def option(self, name: str) -> str:
        """As the user writes it."""
        return self.mark + name

    @property
    def is_to_a_device(self) -> bool:
        """Whether the request is sent to its one Device. Raises WrongRequest where there is not one."""
        definition = definition_of(self.srv)
        if definition is None or definition.non_device:
            return False
        if len(self.devices) != 1:
            raise WrongRequest(
                f"SRV {self.srv} '{definition.name}' is for one Device, not {len(self.devices)}"
            )
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """`fields` are those that were set, each of them known to the SRV. All that reads a text raises WrongRequest."""

    asked: Asked
    sender: User
    administration: Administration
    lookups: Lookups
    now: Instant

    @property
    def fields(self) -> Mapping[str, str]:
        return self.asked.fields

    def wrong(self, name: str, what: str) -> WrongRequest:
        """The field, its value, and what is the matter with it."""
        return WrongRequest(f"{self.asked.option('set')} {name}={self.fields[name]!r}: {what}")

    @property
    def device(self) -> Eui:
        """The one Device that the request is about."""
        if len(self.asked.devices) != 1:
            raise WrongRequest(f"SRV {self.asked.srv} is about one Device, not {len(self.asked.devices)}")
        return self.asked.devices[0]

    @property
    def device_if_any(self) -> Eui | None:
        """The same, or none."""
        return self.device if self.asked.devices else None

    @property
    def execution(self) -> Instant | None:
        """`+2h` counts from the emulated time, `cancel` is the date that cancels."""
        if self.asked.at == "cancel":
            return CANCELLATION
        return (
            moment(self.asked.at, self.now, f", or ({self.asked.option('at')}) 'cancel'")
            if self.asked.at
            else None
        )

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
            raise self.wrong(name, "expected a whole number") from None

    def octets(self, name: str) -> bytes:
        """A field in hex, or `@FILE` with the octets or the hex in it."""
        text = self.fields[name]
        content: bytes | None = text.encode()
        if text.startswith("@") and (content := self.lookups.file(text[1:])) is None:
            raise self.wrong(name, "there is no such file")
        assert content is not None
        try:
            return bytes.fromhex(content.decode("ascii"))
        except ValueError:
            if text.startswith("@"):
                return content
            raise self.wrong(name, "expected hex, or @FILE") from None

    def is_set(self, name: str) -> bool:
        """A field that is yes or no."""
        return self.choice(name, ("yes", "no"), "no") == "yes"

    def choice(self, name: str, known: Iterable[str], default: str) -> str:
        """A field that is one of those values."""
        value = self.fields.get(name, default)
        try:
            return one_of("value", value, known)
        except ValueError as error:
            raise self.wrong(name, str(error)) from None

    async def device_named(self, name: str) -> Eui:
        """A field that names a Device, by its EUI or the beginning or end of one."""
        if name not in self.fields:
            raise WrongRequest(f"SRV {self.asked.srv} needs {self.asked.option('set')} {name}=DEVICE")
        return await self.lookups.device(self.fields[name])

    def certificate(self, usage: KeyUsage) -> bytes:
        """The sender's own, in DER; empty where the state folder has none."""
        return self.sender.repository.organisation_certificate(self.sender.eui, usage) or b""

    def needs(self, *names: str) -> None:
        """Raises WrongRequest that names every field that was not set."""
        if missing := [name for name in names if name not in self.fields]:
            option = self.asked.option("set")
            rows = ", ".join(f"{option} {name}=..." for name in missing)
            raise WrongRequest(f"SRV {self.asked.srv} needs {rows}")

    def needs_one(self, *names: str) -> None:
        """A DEVICE or one of these fields. Raises WrongRequest."""
        given = len(self.asked.devices) + sum(name in self.fields for name in names)
        if given != 1:
            rows = " or ".join(f"{name}=..." for name in names)
            raise WrongRequest(
                f"SRV {self.asked.srv} needs a DEVICE, or {self.asked.option('set')} {rows}, and one of these only"
            )


def read_hash(text: str) -> bytes:
    """A SHA-256 in hex. Raises WrongRequest."""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        octets = b""
    if len(octets) != 32:
        raise WrongRequest(f"hash {text!r}: expected 64 hex characters, a SHA-256")
    return octets


def _midnight(at: Instant) -> Instant:
    return Instant(at - at % DAY_MS)
