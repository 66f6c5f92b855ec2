"""How the DSP speaks DUIS XML over HTTP."""

from dataclasses import dataclass
from pathlib import Path

from smart_metering.duis_xml.versions import NEWEST, SCHEMA_VERSIONS

MOST_OCTETS_PUSHED = 100 * 1024  # what DCC's own nodes take
RESPONSE_DELAY_SECONDS = (
    2.0  # DCC's nodes remember a request only after they have validated its Acknowledgement
)


class DuisSettingsError(ValueError):
    """What is set cannot be; the text names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuisSettings:
    """Without `listen` (HOST:PORT) there is no door; messages are pushed all the same.

    Responses say `schema_version`. `response_delay` (seconds of real time, as all here) is the least between an
    Acknowledgement and the push of what follows from it. No push is longer than `most_octets`; what is not taken is
    tried again after `first_wait`, then after twice as long each time, up to `longest_wait`. With `schemas`, a folder,
    requests are held against the schemas of DUIS too.
    """

    listen: str = ""
    schema_version: str = NEWEST
    unsigned_acknowledgements: bool = False
    response_delay: float = RESPONSE_DELAY_SECONDS
    most_octets: int = MOST_OCTETS_PUSHED
    first_wait: float = 0.5
    longest_wait: float = 30.0
    schemas: Path | None = None
    refuse_expired: bool = False

    def __post_init__(self) -> None:
        if self.schema_version not in SCHEMA_VERSIONS:
            expected = ", ".join(SCHEMA_VERSIONS)
            raise DuisSettingsError(f"schema version {self.schema_version!r}, expected one of {expected}")
        if not self.response_delay >= 0:
            raise DuisSettingsError(f"response delay {self.response_delay}, expected seconds, 0 or more")
        if self.most_octets < 1:
            raise DuisSettingsError(f"most octets {self.most_octets}, expected 1 or more")
