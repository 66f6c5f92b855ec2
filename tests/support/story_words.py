"""The words of a story's command, taken apart: `send 11.3 v2 to GSME as GS at=2h cancel`."""

import re
from dataclasses import dataclass

from smart_metering.device_types import DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

UNITS = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


@dataclass(frozen=True, slots=True)
class Words:
    """A verb, plain words, and those of the form name=value; `as ROLE` stands among the latter."""

    verb: str
    plain: tuple[str, ...]
    named: dict[str, str]

    @property
    def version(self) -> FirmwareVersion | None:
        """`v2` is 00000002."""
        found = next((word for word in self.plain if re.fullmatch(r"v\d", word)), None)
        return FirmwareVersion(f"{int(found[1:]):08X}") if found else None

    def number(self, name: str, otherwise: int) -> int:
        """The number of `name=N`."""
        return int(self.named.get(name, otherwise))

    def device_type(self, otherwise: DeviceType) -> DeviceType:
        """The Device Type that is named."""
        return next((DeviceType(word) for word in self.plain if word in set(DeviceType)), otherwise)


def words_of(text: str) -> Words:
    """One command, taken apart."""
    verb, *rest = text.split()
    named: dict[str, str] = {}
    plain: list[str] = []
    for word in rest:
        if "=" in word:
            name, _, value = word.partition("=")
            named[name] = value
        else:
            plain.append(word)
    if "as" in plain:
        named["as"] = plain[plain.index("as") + 1]
    return Words(verb, tuple(plain), named)


def duration(text: str) -> int:
    """Milliseconds of 30s, 45m, 2h, 3d."""
    return int(text[:-1]) * UNITS[text[-1]]


def elapsed(milliseconds: int) -> str:
    """Time since the story began: `1d 02:00:30`."""
    days, seconds = divmod(milliseconds // SECOND_MS, DAY_MS // SECOND_MS)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{days}d {clock}" if days else clock


def short_version(version: str | None) -> str:
    """00000002 is v2."""
    return f"v{int(version, 16)}" if version else "no version"
