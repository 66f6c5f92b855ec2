"""How the DSP of a local system speaks DUIS XML."""

from dataclasses import dataclass
from pathlib import Path

PORT = "127.0.0.1:8079"  # DCC Boxed's
SMKI_PORT = "127.0.0.1:8083"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duis:
    """`listen` (HOST:PORT) is where the DCC User Interface takes it, empty: nowhere. None: as the DSP has it."""

    listen: str = ""
    schema_version: str | None = None
    unsigned_acknowledgements: bool = False
    response_delay: float | None = None
    schemas: Path | None = None
    refuse_expired: bool = False

    def arguments(self, listening: str = "") -> list[str]:
        """Of `python -m dsp`; `listening`: where it listened before, so that clients find it again."""
        arguments = []
        if self.listen:
            arguments += ["--duis-listen", listening or self.listen]
        if self.schema_version is not None:
            arguments += ["--duis-schema-version", self.schema_version]
        if self.response_delay is not None:
            arguments += ["--duis-response-delay", str(self.response_delay)]
        if self.schemas is not None:
            arguments += ["--duis-schemas", str(self.schemas.resolve())]
        if self.unsigned_acknowledgements:
            arguments.append("--duis-unsigned-acknowledgements")
        if self.refuse_expired:
            arguments.append("--duis-refuse-expired")
        return arguments


NO_DUIS = Duis()
